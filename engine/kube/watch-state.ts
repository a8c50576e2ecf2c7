/**
 * What a reflector does next, as a pure function of where it is and what it met. It has no end: whatever happens, the answer is
 * another list or another watch, at once or after a delay.
 */
import type { KubeError } from './types.ts';

export type Position =
  /** A list under way; `token` continues it, `limit` is the size of its next page. */
  | { at: 'list'; token: string; loaded: number; remaining: number | undefined; limit: number }
  | { at: 'watch'; version: string };

export type Met =
  /** `ms`: from the request to its answer. */
  | { met: 'page'; items: number; token: string; version: string; remaining: number | undefined; ms: number }
  /** The watch ended by itself or by its deadline, after `events` events and `ms` milliseconds. */
  | { met: 'end'; version: string; events: number; ms: number }
  | { met: 'error'; error: Pick<KubeError, 'status' | 'reason' | 'message' | 'retryAfterMs'>; version?: string };

export type Trouble = { kind: 'none' } | { kind: 'denied' } | { kind: 'absent' } | { kind: 'broken'; why: string };

export interface Step {
  next: Position;
  delayMs: number;
  trouble: Trouble;
  /** Failures in a row, for the backoff. */
  failures: number;
}

/**
 * Objects a page. The first page is small for the sake of the first rows, each one after it twice as large as the one before: every
 * page has its way there and back, and its search in the server's database. No larger than what a thread reads in a few frames' time.
 */
const PAGE = { first: 100, least: 10, grown: 400, most: 1000 };
/** A page that took longer than this is not followed by a larger one. */
const LONG_MS = 1_000;

const list = (limit: number) => ({ at: 'list', token: '', loaded: 0, remaining: undefined, limit }) satisfies Position;

export const LIST = list(PAGE.first);

const BACKOFF = { base: 500, cap: 30_000 };
/** Rights and resources appear rarely; asking costs the server. */
const SLOW_MS = 60_000;
/** A watch that ends sooner than this without an event is a server in trouble, not a deadline. */
const SHORT_MS = 1_000;

function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(BACKOFF.cap, BACKOFF.base * 2 ** Math.min(failures, 10));
  return full / 2 + (full / 2) * random();
}

export function step(from: Position, met: Met, failures: number, random: () => number): Step {
  const calm = { trouble: { kind: 'none' } as const, failures: 0 };
  if (met.met === 'page') {
    const loaded = (from.at === 'list' ? from.loaded : 0) + met.items;
    if (met.token !== '') {
      const asked = from.at === 'list' ? from.limit : PAGE.first;
      const limit = met.ms < LONG_MS && asked < PAGE.grown ? Math.min(PAGE.grown, asked * 2) : asked;
      return { ...calm, next: { at: 'list', token: met.token, loaded, remaining: met.remaining, limit }, delayMs: 0 };
    }
    return { ...calm, next: { at: 'watch', version: met.version }, delayMs: 0 };
  }
  if (met.met === 'end') {
    const again: Position = { at: 'watch', version: met.version };
    if (met.events > 0 || met.ms >= SHORT_MS) return { ...calm, next: again, delayMs: 0 };
    return { trouble: { kind: 'none' }, failures: failures + 1, next: again, delayMs: backoffMs(failures, random) };
  }
  const { error } = met;
  // Gone: the revision is too old. The whole list again; with several in a row, not at once.
  if (error.status === 410 || error.reason === 'Expired') {
    // A list that outlived the server's memory of its revision is shorter with larger pages.
    const next = from.at === 'list' && from.token !== '' ? list(Math.min(PAGE.most, from.limit * 3)) : LIST;
    return { ...calm, failures: failures + 1, next, delayMs: failures === 0 ? 0 : backoffMs(failures, random) };
  }
  const slow = SLOW_MS * (1 + random());
  if (error.status === 403) return { next: LIST, delayMs: slow, trouble: { kind: 'denied' }, failures: 0 };
  if (error.status === 404) return { next: LIST, delayMs: slow, trouble: { kind: 'absent' }, failures: 0 };
  const version = met.version ?? (from.at === 'watch' ? from.version : '');
  // A page that failed is asked for again: its token holds the revision, so nothing is read twice or left out. One that the
  // link could not bring in time is asked for in smaller parts.
  const limit = from.at === 'list' && error.reason === 'Timeout' ? Math.max(PAGE.least, from.limit >> 1) : undefined;
  const next: Position =
    from.at === 'list' ? { ...from, limit: limit ?? from.limit } : version === '' ? LIST : { at: 'watch', version };
  const delayMs = Math.max(error.retryAfterMs ?? 0, backoffMs(failures, random));
  return { next, delayMs, trouble: { kind: 'broken', why: error.message }, failures: failures + 1 };
}
