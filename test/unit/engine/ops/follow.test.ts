/** Following what another engine executes: over links that break, freeze and come back. */
import { describe, expect, test } from 'vitest';
import { type ExecRequest, type KubeClient, KubeError } from '../../../../engine/kube/types.ts';
import { follow } from '../../../../engine/ops/follow.ts';
import type { AttemptRecord, Journal } from '../../../../engine/ops/journal.ts';
import { makeEngine } from '../../../../engine/ops/launch.ts';
import { Output } from '../../../../engine/ops/output.ts';
import type { Stored } from '../../../../engine/ops/store.ts';
import { Told } from '../../../../engine/ops/told.ts';
import { ManualClock } from '../../../../engine/runtime/clock.ts';
import { journalOf } from './things.ts';

const LINES = Array.from({ length: 2000 }, (_, i) => `line ${i + 1}`);
const WHOLE = LINES.map((line) => `${line}\n`).join('');

/** What the target does with one conversation: it breaks, it says nothing more, or it tells from the offset on. */
type Answer =
  | { do: 'break' }
  | { do: 'gone' }
  | { do: 'tell'; to: number; and: 'done' | 'freeze' | 'break' }
  | { do: 'silence' };

class Target {
  readonly answers: Answer[] = [];
  /** The offset that each conversation began at. */
  readonly from: number[] = [];

  readonly client: KubeClient = {
    target: { context: 't', cluster: 't', user: 't', server: 'https://t', namespace: 'data' },
    request: async <T>(path: string): Promise<T> => {
      if (!path.includes('/pods/')) throw new KubeError('no', { status: 404, reason: 'NotFound' });
      const containerStatuses = [{ name: 'main', containerID: 'id-0', state: { running: {} } }];
      return { metadata: { uid: 'uid-p0' }, status: { containerStatuses } } as T;
    },
    exec: async (request: ExecRequest) => {
      const from = Number(request.command[6]);
      this.from.push(from);
      const answer = this.answers.shift() ?? { do: 'break' };
      const aborted = new Promise<void>((resolve) => request.signal?.addEventListener('abort', () => resolve()));
      const say = (text: string) => request.onStdout?.(Buffer.from(text));
      if (answer.do === 'break') return { kind: 'unknown', why: 'the connection broke off' };
      if (answer.do === 'gone') {
        say('E gone\n');
        return { kind: 'exit', code: 0 };
      }
      if (answer.do === 'tell') {
        const text = WHOLE.slice(from, answer.to);
        if (text !== '') say(`O ${from} ${text.length}\n${text}`);
        if (answer.and === 'done') say('E done 0\n');
        if (answer.and !== 'freeze')
          return answer.and === 'done' ? { kind: 'exit', code: 0 } : { kind: 'unknown', why: 'broke off' };
      }
      await aborted;
      return { kind: 'unknown', why: 'given up' };
    },
    stream: async () => {
      throw new KubeError('no streams', { status: 404, reason: 'NotFound' });
    },
    resources: async () => [],
    may: async () => true,
    close: async () => {},
  };
}

function storedWith(attempt: AttemptRecord, phase: Journal['phase']): Stored {
  const journal = { ...journalOf({}), phase };
  Object.assign(journal.steps[0]!.targets[0]!, { dir: '/tmp/opsdeck-run-12345678', attempts: [attempt] });
  const ref = { group: '', namespace: 'data', name: 'run' };
  return { ref, kept: 'opsrequest', uid: 'u', version: '1', createdAt: '', spec: { clusterRef: 'c' }, journal };
}

const running: AttemptRecord = { n: 1, phase: 'Running', intendedAt: '', message: '' };

function over(): AttemptRecord {
  const executor = new Output();
  executor.push('out', Buffer.from(WHOLE));
  executor.end();
  return { ...running, phase: 'Succeeded', exitCode: 0, output: executor.tail() };
}

function watched(target: Target, first = storedWith(running, 'Running')) {
  const clock = new ManualClock();
  const engine = makeEngine(target.client, clock, { identity: 'me', host: 'h', pid: 1, started: '' }, { all: [] });
  let stored = first;
  const lines: string[] = [];
  const notes: string[] = [];
  let raw = '';
  const events = {
    onLine: (stream: string, text: string) => void (stream === 'note' ? notes : lines).push(text),
    onRaw: (_: string, bytes: Uint8Array) => {
      raw += Buffer.from(bytes).toString();
    },
  };
  const { signal } = new AbortController();
  let ended = false;
  const done = follow(
    engine,
    async () => stored,
    first,
    new Told(),
    events,
    () => false,
    signal,
  ).then((last) => {
    ended = true;
    return last;
  });
  return {
    clock,
    lines,
    notes,
    raw: () => raw,
    done,
    ended: () => ended,
    end: () => {
      stored = storedWith(over(), 'Succeed');
    },
    now: (next: Stored) => {
      stored = next;
    },
  };
}

describe('a run that another engine executes is told, each line once', () => {
  test('over a link that breaks again and again, as long as the run goes on', async () => {
    const target = new Target();
    target.answers.push(...Array.from({ length: 12 }, () => ({ do: 'break' as const })));
    target.answers.push({ do: 'tell', to: 700, and: 'break' });
    target.answers.push(...Array.from({ length: 9 }, () => ({ do: 'break' as const })));
    target.answers.push({ do: 'tell', to: WHOLE.length, and: 'done' });
    const log = watched(target);
    await log.clock.advance(300_000);
    expect(log.lines).toEqual(LINES);
    log.end();
    await log.clock.advance(10_000);
    await log.done;
    expect({ lines: log.lines, notes: log.notes, raw: log.raw() }).toEqual({ lines: LINES, notes: [], raw: WHOLE });
  });

  test('when the link freezes and the run ends meanwhile: the rest is read where it was printed', async () => {
    const target = new Target();
    target.answers.push(
      { do: 'tell', to: 706, and: 'freeze' },
      { do: 'break' },
      { do: 'tell', to: 900, and: 'break' },
      { do: 'tell', to: WHOLE.length, and: 'done' },
    );
    const log = watched(target);
    await log.clock.advance(1000);
    log.end();
    await log.clock.advance(30_000);
    await log.done;
    expect({ lines: log.lines, notes: log.notes, raw: log.raw() }).toEqual({ lines: LINES, notes: [], raw: WHOLE });
    expect(target.from).toEqual([0, 706, 706, 900]);
  });

  test('when its files are gone: from the journal, without a repeat, and what is lost is said once', async () => {
    const target = new Target();
    target.answers.push({ do: 'tell', to: 706, and: 'freeze' }, { do: 'gone' });
    const log = watched(target);
    await log.clock.advance(1000);
    log.end();
    await log.clock.advance(30_000);
    await log.done;
    const kept = over().output!;
    const told = WHOLE.slice(0, 706).split('\n');
    expect(log.lines).toEqual([...told, ...kept.lines.map(({ text }) => text)]);
    expect(log.notes).toEqual([`${kept.dropped - told.length + 1} lines were lost here`]);
  });

  test('a target that is silent is asked for so long and no longer', async () => {
    const target = new Target();
    const most = WHOLE.length - 20;
    target.answers.push({ do: 'tell', to: most, and: 'freeze' }, { do: 'silence' });
    const log = watched(target);
    await log.clock.advance(1000);
    log.end();
    await log.clock.advance(15_000);
    expect(log.ended()).toBe(false);
    await log.clock.advance(15_000);
    await log.done;
    expect({ lines: log.lines, notes: log.notes, raw: log.raw() }).toEqual({ lines: LINES, notes: [], raw: WHOLE });
  });

  test('of a run that was over before anybody looked the journal tells, and no pod is asked', async () => {
    const target = new Target();
    const log = watched(target, storedWith(over(), 'Succeed'));
    await log.done;
    const kept = over().output!;
    expect(log.lines).toEqual(kept.lines.map(({ text }) => text));
    expect(log.notes).toEqual([`${kept.dropped} earlier lines were not kept`]);
    expect(target.from).toEqual([]);
  });
});

/** The run of somebody else, as far as its journal tells: the first `n` lines and what of the next one has come. */
function theirs(n: number): Stored {
  const executor = new Output();
  executor.push('out', Buffer.from(WHOLE.slice(0, endOf(n) + 3)));
  return { ...storedWith({ ...running, output: executor.tail() }, 'Running'), unsealed: true };
}

const endOf = (n: number) => LINES.slice(0, n).join('\n').length + 1;

describe('a run that was only shown and is taken over meanwhile', () => {
  test('is told from where its journal had come to, at the target and to a pipe', async () => {
    const target = new Target();
    target.answers.push({ do: 'tell', to: endOf(1) + 2, and: 'break' }, { do: 'tell', to: WHOLE.length, and: 'done' });
    const log = watched(target, theirs(2));
    await log.clock.advance(1000);
    log.now(theirs(5));
    await log.clock.advance(2000);
    expect(log.lines).toEqual(LINES.slice(0, 5));
    log.now(storedWith(running, 'Running'));
    await log.clock.advance(10_000);
    log.end();
    await log.clock.advance(10_000);
    await log.done;
    expect({ lines: log.lines, notes: log.notes, raw: log.raw() }).toEqual({ lines: LINES, notes: [], raw: WHOLE });
  });

  test('and over at once: the rest is read where it was printed', async () => {
    const target = new Target();
    target.answers.push({ do: 'tell', to: WHOLE.length, and: 'done' });
    const log = watched(target, theirs(2));
    await log.clock.advance(1000);
    log.end();
    await log.clock.advance(30_000);
    await log.done;
    expect({ lines: log.lines, notes: log.notes, raw: log.raw() }).toEqual({ lines: LINES, notes: [], raw: WHOLE });
  });

  test('and its files are gone: no line of its journal comes again', async () => {
    const target = new Target();
    target.answers.push({ do: 'gone' });
    const log = watched(target, theirs(2));
    await log.clock.advance(1000);
    log.end();
    await log.clock.advance(30_000);
    await log.done;
    const kept = over().output!;
    expect(log.lines).toEqual([...LINES.slice(0, 2), ...kept.lines.map(({ text }) => text)]);
    expect(log.notes).toEqual([`${kept.dropped - 2} lines were lost here`]);
  });

  test('and changed again by somebody: its journal repeats nothing that its target has told', async () => {
    const target = new Target();
    target.answers.push({ do: 'tell', to: endOf(4), and: 'freeze' });
    const log = watched(target);
    await log.clock.advance(1000);
    log.now(theirs(6));
    await log.clock.advance(3000);
    expect(log.lines).toEqual(LINES.slice(0, 6));
  });

  test('what was forged of its log hides nothing that was printed', async () => {
    const target = new Target();
    target.answers.push({ do: 'tell', to: WHOLE.length, and: 'done' });
    const forged = theirs(2);
    const { output } = forged.journal!.steps[0]!.targets[0]!.attempts[0]!;
    output!.lines[1]!.text = 'all is well';
    const log = watched(target, forged);
    await log.clock.advance(1000);
    log.now(storedWith(running, 'Running'));
    await log.clock.advance(3000);
    log.end();
    await log.clock.advance(10_000);
    await log.done;
    expect(log.lines).toEqual([LINES[0], 'all is well', ...LINES.slice(1)]);
  });

  test('lines that its journal claims and nobody printed are named', async () => {
    const target = new Target();
    target.answers.push({ do: 'tell', to: WHOLE.length, and: 'done' });
    const forged = theirs(2);
    const { output } = forged.journal!.steps[0]!.targets[0]!.attempts[0]!;
    Object.assign(output!, { dropped: 5000, outLines: 5002 });
    const log = watched(target, forged);
    log.now(storedWith(running, 'Running'));
    await log.clock.advance(3000);
    log.end();
    await log.clock.advance(10_000);
    await log.done;
    expect(log.notes).toEqual([
      '5000 earlier lines were not kept',
      '3002 lines that its journal had told of were never printed',
    ]);
  });
});
