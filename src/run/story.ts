/** A run told to a terminal or a pipe: the command's own output to stdout, everything else to stderr. */
import type { RunEvents, Whereabouts } from '../../engine/ops/events.ts';
import type { Journal } from '../../engine/ops/journal.ts';
import { goOnWith, type RunRef, type Stored } from '../../engine/ops/store.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { heedOutput } from '../pipe.ts';
import { safe, say } from '../tell.ts';

export interface Telling {
  /** The output belongs to a document that stdout is kept for: it goes to stderr. */
  quiet?: boolean;
}

/**
 * To a pipe the bytes go as the command wrote them, for scripts expect that; to a terminal as lines that can't move its cursor
 * or set its modes. What the command wrote to its standard error goes to ours.
 */
export function events({ quiet = false }: Telling = {}): RunEvents {
  const target = { out: quiet ? process.stderr : process.stdout, err: process.stderr };
  let at = '';
  let trouble = '';
  /** Whether the last byte that went to a pipe left a line open. */
  const open = { out: false, err: false };
  const place = (where: Whereabouts) => {
    const next = `${where.step}${where.instance ? ` on ${where.instance}` : ''}${where.n > 1 ? `, attempt ${where.n}` : ''}`;
    if (next === at) return;
    at = next;
    // What one pod left unfinished the next one does not go on with.
    for (const stream of ['out', 'err'] as const) if (open[stream]) target[stream].write('\n');
    open.out = open.err = false;
    say(`── ${next}`);
  };
  return {
    onRaw(stream, bytes, where) {
      place(where);
      if (target[stream].isTTY || bytes.length === 0) return;
      target[stream].write(bytes);
      open[stream] = bytes[bytes.length - 1] !== 10;
    },
    onLine(stream, text, where) {
      place(where);
      if (stream === 'note') say(`(${text})`);
      else if (target[stream].isTTY) target[stream].write(`${safe(text)}\n`);
    },
    onTrouble(why) {
      if (why !== trouble) say(`(${why}; trying again)`);
      trouble = why;
    },
  };
}

/**
 * Ends on SIGINT, SIGTERM and SIGHUP, a second one ends the program at once; ends too when stdout takes no more. What runs in
 * the cluster goes on.
 */
export function interruption(): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  const mute = heedOutput((why) => {
    if (why !== '') say(why);
    controller.abort();
  });
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of signals) process.removeListener(name, stop);
      mute();
    },
  };
}

const CODES: Partial<Record<Journal['phase'], ExitCode>> = {
  Succeed: EXIT.ok,
  Failed: EXIT.failed,
  Cancelled: EXIT.failed,
};

/** 3: as far as can be told from here, it may have happened or not. */
export const exitCodeOf = (stored: Stored): ExitCode => CODES[stored.journal?.phase ?? 'Pending'] ?? EXIT.unknown;

export const howToFollow = goOnWith;

/** Of a run whose making was given up unheard: an engine that finds it begins it. */
export const doubtful = (ref: RunRef): string =>
  `${ref.name} may have been made, and goes on if it was; whether it was: opsdeck describe run ${ref.name} -n ${ref.namespace}`;

/** How it ended as far as it was seen, and that its journal does not say so. */
export const unwritten = ({ stored, why, saw }: { stored: Stored; why: string; saw: string }): string =>
  `${stored.ref.name}: ${saw}. That is not written down (${why}): its journal says ${stored.journal?.phase}. Once that is allowed, ${howToFollow(stored)} goes on with it`;

/** The last line: how it ended, or how to go on. */
export function verdict(stored: Stored, end: 'over' | 'unknown' | 'stopped'): string {
  const { journal, ref } = stored;
  if (end === 'stopped') {
    const waits = journal?.phase === 'Waiting';
    const what = waits ? 'waits and was not started' : 'goes on';
    return `${ref.name} ${what}; follow it with: ${howToFollow(stored)}`;
  }
  if (end === 'unknown') {
    return `${ref.name}: ${journal?.message}\nsay what happened with: opsdeck resolve ${ref.name} happened|did-not|abort --reason TEXT -n ${ref.namespace}`;
  }
  return `${ref.name}: ${journal?.phase}${journal?.message ? `: ${journal.message}` : ''}`;
}
