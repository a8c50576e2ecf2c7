/** Exit codes of every command. 130: interrupted; the run goes on, unless it was still waiting. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unknown: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A refusal that a user can mend: its message is the one line they see. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ExitCode;
  constructor(message: string, code: ExitCode = EXIT.usage) {
    super(message);
    this.code = code;
  }
}
