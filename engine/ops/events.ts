/** What is told of a run while it goes. */

/** Where in a run something was said. */
export interface Whereabouts {
  step: string;
  instance: string;
  n: number;
}

export interface RunEvents {
  /** What the command wrote, byte for byte. */
  onRaw?(stream: 'out' | 'err', bytes: Uint8Array, at: Whereabouts): void;
  /** The same in lines that may be drawn, and the engine's own remarks. `fresh`: it was written just now, not read later. */
  onLine?(stream: 'out' | 'err' | 'note', text: string, at: Whereabouts, fresh: boolean): void;
  /** What doesn't work at the moment and is tried again. */
  onTrouble?(why: string): void;
}
