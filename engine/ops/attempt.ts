/** What to do next about one target, and what to make of what was seen there. Pure: the protocol's rules, and nothing else. */
import { type Journal, lastAttempt, mayRetry, type Place, stepAt, targetAt, targetVerdict } from './journal.ts';
import type { Seen } from './target.ts';
import type { Result } from './transitions.ts';

export type Move =
  /** The target is over, one way or another. */
  | { move: 'rest' }
  /** First contact: makes what the intent has to name. */
  | { move: 'contact' }
  /** Write attempt `n` into the journal. Only then may it be sent. */
  | { move: 'intend'; n: number }
  /** Send attempt `n`, the very same as before if it was sent before, and follow it. */
  | { move: 'start'; n: number }
  /** It was seen to have been started: following is all that may be done. */
  | { move: 'follow'; n: number }
  | { move: 'end'; n: number };

export function nextMove(journal: Journal, place: Place): Move {
  const step = stepAt(journal, place);
  const target = targetAt(journal, place);
  const last = lastAttempt(target);
  if (targetVerdict(step, target) !== 'open') return { move: 'rest' };
  if (!last || last.phase === 'Failed') {
    if (journal.cancel || (last && !mayRetry(step, target))) return { move: 'rest' };
    return step.via === 'exec' && target.dir === '' ? { move: 'contact' } : { move: 'intend', n: (last?.n ?? 0) + 1 };
  }
  if (journal.cancel) return { move: 'end', n: last.n };
  return { move: last.phase === 'Running' ? 'follow' : 'start', n: last.n };
}

/**
 * Whether what comes next there is the result of something that was sent already, or its end, which somebody asked for. A Job
 * that is not there may be one that was deleted, so of one that was never seen nothing can be settled without making it.
 */
export function settles(journal: Journal, place: Place): boolean {
  const { move } = nextMove(journal, place);
  return move === 'follow' || move === 'end' || (move === 'start' && stepAt(journal, place).via === 'exec');
}

export interface Circumstances {
  /** The journal says that it was seen started. */
  started: boolean;
  /**
   * Nobody but this engine can ever have sent it, and each time that this engine did, it was told that nothing was started:
   * only then does "it can't be started" mean "it never ran".
   */
  untouched: boolean;
  /** The end was asked for. */
  cancelled: boolean;
  /** The last line that the command printed. */
  lastWords: string;
}

/** `again`: nothing is settled; look again, at once or `later`. */
export type Judgement = { settled: Result } | { again: 'now' | 'later'; why: string };

const unknown = (why: string): Judgement => ({ settled: { phase: 'Unknown', message: why } });

/** What became of the attempt, as far as what was seen proves it. Whatever proves nothing is never a failure. */
export function judge(seen: Seen, circumstances: Circumstances): Judgement {
  const { started, untouched, cancelled, lastWords } = circumstances;
  switch (seen.state) {
    case 'done': {
      const { code } = seen;
      if (code === 0) return { settled: { phase: 'Succeeded', exitCode: 0, message: 'exit code 0' } };
      if (cancelled)
        return { settled: { phase: 'Cancelled', exitCode: code, message: `ended with exit code ${code}` } };
      return {
        settled: {
          phase: 'Failed',
          exitCode: code,
          message: `exit code ${code}${lastWords ? `: ${cut(lastWords)}` : ''}`,
        },
      };
    }
    case 'killed':
      return { settled: { phase: 'Cancelled', message: `killed${seen.why ? `; ${seen.why}` : ''}` } };
    case 'impossible':
      return neverRan(seen.why);
    case 'never':
      return { settled: { phase: 'Cancelled', message: 'cancelled before it was started' } };
    case 'running':
      return cancelled ? { again: 'later', why: 'it does not end' } : { again: 'now', why: '' };
    case 'not-started':
      // The claim of a started attempt can't vanish while its container lives: somebody removed the files.
      return started ? unknown('the files of the run are gone from its container') : { again: 'now', why: '' };
    case 'claimed':
      return unknown('it was taken there, and no process of it has shown itself');
    case 'lost':
      return unknown(seen.why ?? 'its process is gone and left no exit code');
    case 'gone':
      return unknown(seen.why ?? 'its container is gone');
    case 'barred': {
      const why = seen.why ?? 'its container is gone';
      return untouched ? neverRan(why) : unknown(why);
    }
    case 'unclaimed': {
      const why = 'there is no room for a file in its container';
      return untouched ? neverRan(why) : unknown(why);
    }
    case 'refused':
      return untouched ? neverRan(seen.why) : { again: 'later', why: seen.why };
    case 'unreachable':
      return { again: 'later', why: seen.why };
  }
}

const neverRan = (why: string): Judgement => ({
  settled: { phase: 'Failed', refused: true, message: `never started: ${why}` },
});

const cut = (text: string): string => (text.length > 300 ? `${text.slice(0, 299)}…` : text);
