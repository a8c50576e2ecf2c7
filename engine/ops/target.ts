/** What the engine knows how to do with an attempt, wherever it runs: a container by exec, or a Job. */
import type { LogMark } from './job/log.ts';
import type { Offsets, TargetState } from './wrapper/wrapper.ts';

/**
 * What was learned of an attempt in one conversation with its target.
 * - `unreachable`: nothing was learned, and what was sent may have arrived. To be tried again.
 * - `impossible`: it was never started and, seen to by this engine, never will be.
 * - `refused`: this conversation had no effect, and trying it again would have none.
 */
export type Seen =
  | (TargetState & { why?: string })
  | { state: 'unreachable'; why: string }
  | { state: 'refused' | 'impossible'; why: string };

export type Contacted =
  /** `pod`: it is another one of the same name than the journal speaks of. */
  | { kind: 'ready'; dir: string; containerId?: string; pod?: { uid: string; ip: string } }
  /** It can't run there; one sentence. */
  | { kind: 'refused'; why: string }
  | { kind: 'unreachable'; why: string };

export interface ContactOptions {
  /** The plan is old: see that the pod is still the one that was picked. */
  verify: boolean;
  /** A person has said to run it again: the pod that has the name now will do. */
  successor: boolean;
  /** The run's name. */
  run: string;
}

/** What of an attempt's output is known already. */
export interface Known extends Offsets {
  /** Of a Job: bytes alone would need the whole log again to go on. */
  log?: LogMark;
}

export interface Conversation {
  step: number;
  n: number;
  /** The run directory of the container; '' for Jobs. */
  dir: string;
  /** What of the output is known already; moved on as more comes, also when the conversation breaks. */
  have: Known;
  onOutput: (stream: 'out' | 'err', bytes: Uint8Array) => void;
  /** A remark for the log, such as what still runs after a kill. */
  onNote: (text: string) => void;
  /** The first proof that the command was started. */
  onStarted?: () => void;
  signal: AbortSignal;
}

/** What proves that the conversation itself has started nothing. */
export const HARMLESS: readonly Seen['state'][] = ['barred', 'unclaimed', 'refused'];

export interface AttemptTarget {
  /** What must be in the journal before the first intent. */
  contact(token: string, how: ContactOptions, signal: AbortSignal): Promise<Contacted>;
  /** Starts the attempt unless it was ever started, and follows it as long as it goes. */
  start(conversation: Conversation, env: Record<string, string>, argv: string[]): Promise<Seen>;
  /** Follows an attempt that is known to have been started; starts nothing. */
  follow(conversation: Conversation): Promise<Seen>;
  /** Ends what runs, and sees to it that what was not started never is. */
  end(conversation: Conversation): Promise<Seen>;
  /** The result is in the journal: what was held for it may go; with `discard` all that is left of it goes too. */
  release(n: number, discard: boolean, signal: AbortSignal): Promise<void>;
  /** The journal has the directory that first contact made. */
  kept?(dir: string): Promise<void>;
  /** The run is over, and its journal says so: its directory there may go in a while. */
  leave?(dir: string): Promise<void>;
  /** Seconds that a command has between being asked to end and being killed. */
  readonly grace: number;
}
