import { type Clock, wholeSeconds } from './clock.ts';
import type { Faults } from './faults/faults.ts';
import type { NodeHooks } from './hooks.ts';
import type { Registry } from './resources/registry.ts';
import type { Store } from './store/store.ts';
import type { Dict, User } from './types.ts';

/** What every verb works on. */
export interface Kernel {
  store: Store;
  registry: Registry;
  clock: Clock;
  /** What is written is known to be right, and so isn't judged. */
  trusting?: boolean;
  /** What goes wrong on purpose. */
  faults: Faults;
  /** A fresh RFC 4122 id. */
  uid(): string;
  /** Five characters for generateName. */
  suffix(): string;
  /** Whose token it is; nobody's where no server has been started. */
  byToken(token: string): User | undefined;
  /** Lets the bearer of the token in as the user, until then; nobody where no server has been started. */
  addToken?(user: User, token: string, until: number): void;
  /** Who answers exec and logs of pods; none: no node runs anything. */
  node?: NodeHooks;
  /** Makes at once what a namespace gets by itself: a pod may be made right after its namespace. */
  completeNamespace?(namespace: string): void;
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Who writes, and how. */
export interface WriteContext {
  user: User;
  /** The field manager. */
  manager: string;
  /** The version of the resource the object is in and is answered in. */
  version: string;
  /** `status`, `scale` …; empty for the object itself. */
  subresource: string;
  dryRun: boolean;
  fieldValidation: FieldValidation;
  /** The request's options beyond what every one has, as admission shows them. */
  options?: Dict;
  /** Of many objects: the request names none. */
  nameless?: boolean;
  /** Part of another request that has been admitted: nobody is asked about it again. */
  admitted?: boolean;
  /** What the client is told in Warning headers. */
  warn(message: string): void;
}

let lastSecond = { second: Number.NaN, text: '' };

/** RFC 3339 in whole seconds, as metadata.creationTimestamp has it. */
export function timestamp(kernel: Pick<Kernel, 'clock'>, ahead = 0): string {
  const second = Math.floor((kernel.clock.now() + ahead) / 1000);
  if (second !== lastSecond.second) lastSecond = { second, text: wholeSeconds(second * 1000) };
  return lastSecond.text;
}
