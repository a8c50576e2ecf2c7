/** The journal of a run: all that is known of it. What the screen shows, and what another engine goes on from, is made from this alone. */

import type { OpsDefinitionSpec, ParameterAssignment } from '../api/types.ts';
import type { Condition, DefinitionSource, Effect, RunAttempt, RunPhase } from '../protocol.ts';
import type { Identity } from '../runtime/identity.ts';

/** The end of an attempt's output, as it may be drawn. */
export interface OutputTail {
  lines: TailLine[];
  /** Lines before the first kept one. */
  dropped: number;
  outBytes: number;
  errBytes: number;
  /** Lines of each in all: whoever was told some of them knows which of these are new. */
  outLines?: number;
  errLines?: number;
}

export interface TailLine {
  stream: 'out' | 'err' | 'note';
  text: string;
}

export type AttemptPhase = RunAttempt['phase'];

export interface AttemptRecord {
  n: number;
  phase: AttemptPhase;
  /** When it was decided, before anything was sent. Times are RFC 3339. */
  intendedAt: string;
  startedAt?: string;
  finishedAt?: string;
  exitCode?: number;
  message: string;
  /** A failure that a further attempt can't mend: nothing was started. */
  refused?: boolean;
  /** A person's word on an outcome that was unknown. */
  resolved?: 'happened' | 'did-not';
  output?: OutputTail;
}

export interface TargetRecord {
  /** The pod's name; '' for a Job that is for the cluster as a whole. */
  instance: string;
  uid: string;
  role: string;
  component: string;
  container: string;
  /** Of the runtime, at the time of the plan: it changes when the container is restarted. */
  containerId: string;
  argv: string[];
  /** The run's directory in the container; '' until first contact. It vanishes with the container. */
  dir: string;
  attempts: AttemptRecord[];
}

export interface StepRecord {
  name: string;
  effect: Effect;
  via: 'exec' | 'job';
  /** Of a Job. */
  image?: string;
  /** How many elements of the argv are the image's command; the others are its args. */
  commandLength?: number;
  retryTimes: number;
  env: Record<string, string>;
  targets: TargetRecord[];
}

/** The engine that executes the run. Another one takes over only when this one is known or seen to be gone. */
export interface Holder {
  identity: string;
  /** Which machine and process namespace `pid` belongs to: there, and only there, a dead process is known at once. */
  host: string;
  pid: number;
  started: string;
  /** Grows by one with every takeover: what an earlier holder still wants to write is refused. */
  epoch: number;
  /** Grows with every sign of life. Its change counts, not its time: clocks differ. */
  beat: number;
  /** When it gave the last of them, by its own clock: for people. */
  at?: string;
  /** It starts nothing: it waits for the cluster, and sees what is under way to its end. */
  settles?: boolean;
}

export interface Verdict {
  at: string;
  who: string;
  step: string;
  instance: string;
  attempt: number;
  verdict: 'happened' | 'did-not' | 'abort';
  reason: string;
}

export interface Question {
  step: string;
  instance: string;
  attempt: number;
  text: string;
}

export interface Journal {
  version: 1;
  definition: {
    name: string;
    digest: string;
    source: DefinitionSource;
    /** Of the object of the cluster: each group may have one of the name. */
    group?: string;
    spec: OpsDefinitionSpec;
  };
  cluster: { uid: string; namespace: string; name: string; kind: string };
  parameters: ParameterAssignment[];
  effect: Effect;
  phase: RunPhase;
  message: string;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  /** metadata.generation that this status answers. */
  observedGeneration?: number;
  conditions: Condition[];
  steps: StepRecord[];
  holder: Holder | null;
  /** The epoch of the last holder that let the run go. */
  released?: number;
  /** Who let it go in the middle, and the last sign of life before that. */
  left?: { by: string; at: string };
  question?: Question;
  verdicts: Verdict[];
  /** That the end was asked for, and by whom ('' where the request only says so). */
  cancel?: { at: string; by: string };
  /** Who took it over by a word, although its journal was somebody else's. */
  adopted?: { at: string; by: string; from: string }[];
  /** The run that has the cluster. */
  blockedBy?: string;
  /** Whose program waits with it, without holding it. */
  waiter?: Identity;
  /** Nobody went on with it while it could have begun: no other run waits for it any more. */
  passed?: { at: string; by: string };
  /** Stamp of the last write: a writer whose answer was lost knows its own write again. */
  written?: { by: string; seq: number };
}

const OVER: readonly RunPhase[] = ['Succeed', 'Failed', 'Cancelled'];
export const isOver = (journal: Journal): boolean => OVER.includes(journal.phase);

/** Nothing of it has been started. */
export const isToBegin = ({ phase }: Journal): boolean => phase === 'Pending' || phase === 'Waiting';

/** It waits for what it would be planned from: its cluster, its definition, pods. */
export const isUnplanned = (journal: Journal): boolean => journal.phase === 'Pending' && journal.steps.length === 0;

export const lastAttempt = (target: TargetRecord): AttemptRecord | undefined => target.attempts.at(-1);

/** Where in a journal one attempt's work happens. */
export interface Place {
  step: number;
  target: number;
}

export const stepAt = (journal: Journal, place: Place): StepRecord => {
  const step = journal.steps[place.step];
  if (!step) throw new RangeError(`no step ${place.step}`);
  return step;
};

export const targetAt = (journal: Journal, place: Place): TargetRecord => {
  const target = stepAt(journal, place).targets[place.target];
  if (!target) throw new RangeError(`no target ${place.target}`);
  return target;
};

export type TargetVerdict = 'open' | 'succeeded' | 'failed' | 'unknown' | 'cancelled';

/** How it stands with a target. `open`: its next attempt is still to be decided, sent or awaited. */
export function targetVerdict(step: StepRecord, target: TargetRecord): TargetVerdict {
  const last = lastAttempt(target);
  switch (last?.phase) {
    case 'Succeeded':
      return 'succeeded';
    case 'Unknown':
      return 'unknown';
    case 'Cancelled':
      return 'cancelled';
    case 'Failed':
      return mayRetry(step, target) ? 'open' : 'failed';
    default:
      return 'open';
  }
}

/** A further attempt follows a known failure only, as often as the definition says, or as a person asked for. */
export function mayRetry(step: StepRecord, target: TargetRecord): boolean {
  const last = lastAttempt(target);
  if (last?.phase !== 'Failed' || last.refused) return false;
  if (last.resolved === 'did-not') return true;
  const failures = target.attempts.filter((attempt) => attempt.phase === 'Failed' && !attempt.resolved).length;
  return failures <= step.retryTimes;
}

/** The first place where something is left to do, in the order of steps and targets; undefined when all are over or one ended badly. */
export function nextPlace(journal: Journal): Place | undefined {
  for (const [step, record] of journal.steps.entries()) {
    for (const [target, at] of record.targets.entries()) {
      const verdict = targetVerdict(record, at);
      if (verdict === 'open') return { step, target };
      if (verdict !== 'succeeded') return undefined;
    }
  }
  return undefined;
}

/** The place whose attempt decides how the run stands: the first that did not succeed. */
export function badPlace(journal: Journal): (Place & { verdict: TargetVerdict }) | undefined {
  for (const [step, record] of journal.steps.entries()) {
    for (const [target, at] of record.targets.entries()) {
      const verdict = targetVerdict(record, at);
      if (verdict !== 'succeeded' && verdict !== 'open') return { step, target, verdict };
    }
  }
  return undefined;
}
