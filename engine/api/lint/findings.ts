import type { Path } from '../schema/types.ts';

/** Collects findings; each message begins with its path. */
export interface Findings {
  error(path: Path, text: string): void;
  warn(path: Path, text: string): void;
}
