import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FollowLogOptions, followLog, type LogEvent } from '../../../../engine/kube/logs.ts';
import { KubeError } from '../../../../engine/kube/types.ts';
import { FakeKubelet, type LoggedLine, lineAt } from './kubelet.ts';

const SOURCE = { namespace: 'n', pod: 'p', container: 'c' };
const timing = { retryMs: 0, maxRetryMs: 0, idleMs: 5_000 };

async function follow(pod: FakeKubelet, options: FollowLogOptions = {}): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for await (const event of followLog(pod, SOURCE, { timing, ...options })) events.push(event);
  return events;
}
const texts = (events: LogEvent[]) =>
  events.flatMap((event) => (event.kind === 'lines' ? event.lines.map(({ text }) => text) : []));
const bytes = (events: LogEvent[]) =>
  Buffer.concat(events.flatMap((event) => (event.kind === 'bytes' ? [event.bytes] : []))).toString();
const told = (events: LogEvent[]) => events.filter(({ kind }) => kind !== 'lines' && kind !== 'bytes');
const reset = new KubeError('reset', { status: 0, reason: 'Connection' });

/** Ends the run at the first look after its last line was written. */
function endsWith(pod: FakeKubelet, code: number) {
  pod.onLook = () => {
    const run = pod.runs.at(-1)!;
    if (run.written === run.lines.length && pod.passages.length === 0 && pod.queries.length > 0) run.code = code;
  };
}

describe('a followed log', () => {
  test('is whole and without a repeat wherever the link breaks, word for word', async () => {
    const lines = fc
      .array(
        fc.tuple(
          fc.constantFrom(0, 0, 1, 3e8, 1e9, 4e9),
          fc.constantFrom('', 'a', 'a', 'ü€', '\u001b[1mx', 'long'.repeat(9)),
        ),
        {
          minLength: 1,
          maxLength: 30,
        },
      )
      .map((steps) => {
        let at = 5e9;
        return steps.map(([step, text]): LoggedLine => {
          at += step;
          return { at, text: `${text}\n` };
        });
      });
    const passage = fc.record({ written: fc.nat({ max: 30 }), cutAfter: fc.nat({ max: 900 }), clean: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.array(passage, { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        async (log, passages, chunk) => {
          const written = log.map(({ text }) => text).join('');
          for (const raw of [true, false]) {
            const pod = new FakeKubelet();
            pod.start(log, 0);
            pod.passages = passages.map((each) => ({ ...each, written: Math.min(each.written, log.length) }));
            pod.chunk = chunk;
            endsWith(pod, 3);
            const events = await follow(pod, { raw });
            if (raw) expect(bytes(events)).toBe(written);
            else expect(texts(events)).toEqual(written.replaceAll('\u001b[1m', '').slice(0, -1).split('\n'));
            expect(events.some(({ kind }) => kind === 'gap')).toBe(false);
            expect(events.at(-1)).toEqual({ kind: 'ended', code: 3, why: 'exited' });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('goes on in the middle of a line of any length', async () => {
    const pod = new FakeKubelet();
    const text = `${'0123456789'.repeat(500)}\n`;
    pod.start([lineAt(1, 'before'), { at: 2e9, text }, lineAt(2, 'after')], 0);
    pod.passages = [{ cutAfter: 3000 }, { cutAfter: 4500 }, { cutAfter: 200 }];
    endsWith(pod, 0);
    expect(bytes(await follow(pod, { raw: true }))).toBe(`before\n${text}after\n`);
  });

  test('takes lines of two streams that were written a little out of order', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(3.1, 'out'), lineAt(2.9, 'err'), lineAt(3.2, 'out'), lineAt(2.95, 'late'), lineAt(4, 'end')], 0);
    pod.passages = [
      { written: 3, cutAfter: 10_000 },
      { written: 4, cutAfter: 10_000 },
    ];
    endsWith(pod, 0);
    expect(texts(await follow(pod))).toEqual(['out', 'err', 'out', 'late', 'end']);
  });

  test('goes on after the node’s clock was set back', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(7200, 'a'), lineAt(3600, 'b'), lineAt(3601, 'c'), lineAt(3602, 'd')], 0);
    pod.passages = [
      { written: 2, cutAfter: 10_000 },
      { written: 3, cutAfter: 10_000 },
    ];
    endsWith(pod, 0);
    expect(texts(await follow(pod))).toEqual(['a', 'b', 'c', 'd']);
  });

  test('says what is missing where the log was rotated away meanwhile', async () => {
    const pod = new FakeKubelet();
    const run = pod.start(
      [1, 2, 3, 14, 15].map((second) => lineAt(second, `at ${second}`)),
      0,
    );
    pod.passages = [
      { written: 2, cutAfter: 10_000 },
      { written: 3, refuse: reset },
    ];
    endsWith(pod, 0);
    const look = pod.onLook;
    pod.onLook = (looks) => {
      if (pod.queries.length === 2) run.kept = 3;
      look(looks);
    };
    const events = await follow(pod);
    expect(events.filter(({ kind }) => kind === 'lines' || kind === 'gap')).toMatchObject([
      { lines: [{ text: 'at 1', at: Date.UTC(2026, 0, 1, 0, 0, 1) }] },
      { lines: [{ text: 'at 2' }] },
      { kind: 'gap', text: '… 12 s of this log are missing: the node had rotated it away' },
      { lines: [{ text: 'at 14' }] },
      { lines: [{ text: 'at 15' }] },
    ]);
  });

  test('says that its end is missing where a rotated log ends with nothing new', async () => {
    const pod = new FakeKubelet();
    const run = pod.start([lineAt(1, 'a'), lineAt(2, 'b')], 0);
    pod.passages = [{ written: 1, cutAfter: 10_000 }];
    pod.onLook = (looks) => {
      if (looks > 1) Object.assign(run, { kept: 2, code: 0 });
    };
    expect(await follow(pod)).toMatchObject([
      { kind: 'lines' },
      { kind: 'broken' },
      { kind: 'gap', text: '… the end of this log is missing: the node had rotated it away' },
      { kind: 'ended', code: 0 },
    ]);
  });

  test('of an ended container is read once; its last line needs no line feed', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'a'), { at: 2e9, text: 'Password: ' }]).code = 7;
    const events = await follow(pod);
    expect(texts(events)).toEqual(['a', 'Password: ']);
    expect(events.at(-1)).toEqual({ kind: 'ended', code: 7, why: 'exited' });
    expect(pod.queries).toEqual([{ container: 'c', timestamps: true }]);
    expect(bytes(await follow(pod, { raw: true }))).toBe('a\nPassword: ');
  });

  test('a reader that knows the beginning gets the rest', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'first'), lineAt(1, 'second'), lineAt(2, 'third')], 0);
    pod.passages = [{ written: 2, cutAfter: 50 }, { cutAfter: 90 }];
    endsWith(pod, 0);
    expect(bytes(await follow(pod, { raw: true, knownBytes: 'first\nsec'.length }))).toBe('ond\nthird\n');
    expect(told(await follow(pod, { raw: true, knownBytes: 1000 }))).toEqual([
      { kind: 'gap', text: '… the end of this log is missing: the node had rotated it away' },
      { kind: 'ended', code: 0, why: 'exited' },
    ]);
  });

  test('begins with the tail that was asked for, and goes on from there', async () => {
    const pod = new FakeKubelet();
    pod.start(
      [1, 2, 3, 4, 5].map((second) => lineAt(second, `${second}`)),
      4,
    );
    pod.passages = [{ written: 4, cutAfter: 10_000 }];
    endsWith(pod, 0);
    expect(texts(await follow(pod, { tailLines: 2 }))).toEqual(['3', '4', '5']);
    expect(pod.queries.map(({ tailLines }) => tailLines)).toEqual([2, undefined, undefined]);
  });
});

describe('a container that comes and goes', () => {
  test('is waited for; each reason is told once', async () => {
    const pod = new FakeKubelet();
    pod.phase = 'Pending';
    pod.waiting = { reason: 'ContainerCreating' };
    pod.onLook = (looks) => {
      if (looks === 3) pod.waiting = { reason: 'ImagePullBackOff', message: 'Back-off\u001b[2J pulling' };
      if (looks === 6) {
        pod.waiting = undefined;
        pod.start([lineAt(1, 'up')]).code = 0;
      }
    };
    const events = await follow(pod);
    expect(events.map((event) => ('why' in event ? event.why : event.kind))).toEqual([
      'ContainerCreating',
      'ImagePullBackOff: Back-off pulling',
      'lines',
      'exited',
    ]);
  });

  test('waits no longer than its reader', async () => {
    const pod = new FakeKubelet();
    const controller = new AbortController();
    pod.onLook = (looks) => looks === 3 && controller.abort();
    expect((await follow(pod, { signal: controller.signal })).filter(({ kind }) => kind === 'ended')).toEqual([]);
  });

  const restarting = () => {
    const pod = new FakeKubelet();
    pod.policy = 'Always';
    const first = pod.start([lineAt(1, 'one'), lineAt(1, 'last words')], 0);
    pod.passages = [{ written: 1, cutAfter: 10_000 }];
    return { pod, first };
  };

  test('is read to its end and followed in its next run', async () => {
    const { pod, first } = restarting();
    pod.onLook = (looks) => {
      if (looks === 2) {
        Object.assign(first, { code: 1, written: 2 });
        pod.start([lineAt(1, 'two')], 0);
      }
      if (looks === 4) pod.exists = false;
    };
    expect(await follow(pod, { acrossRestarts: true })).toMatchObject([
      { lines: [{ text: 'one' }] },
      { kind: 'broken' },
      { lines: [{ text: 'last words' }] },
      { kind: 'restarted', code: 1 },
      { lines: [{ text: 'two' }] },
      { kind: 'ended', why: 'gone' },
    ]);
  });

  test('restarts under a kubelet that forgets the last state', async () => {
    const { pod, first } = restarting();
    pod.forgetful = true;
    pod.onLook = (looks) => {
      if (looks === 2) first.code = 3;
      if (looks === 3) pod.start([lineAt(1, 'two')]).code = 0;
      if (looks === 4) pod.exists = false;
    };
    first.written = 1;
    pod.passages = [{ written: 2 }];
    expect((await follow(pod, { acrossRestarts: true })).slice(2)).toMatchObject([
      { kind: 'restarted', code: 3 },
      { lines: [{ text: 'two' }] },
      { kind: 'ended', why: 'gone' },
    ]);
  });

  test('ends with its run for a reader who wants one run', async () => {
    const { pod, first } = restarting();
    pod.onLook = (looks) => {
      if (looks !== 2) return;
      Object.assign(first, { code: 1, written: 2 });
      pod.start([lineAt(1, 'two')]);
    };
    expect((await follow(pod)).slice(2)).toMatchObject([
      { lines: [{ text: 'last words' }] },
      { kind: 'ended', why: 'restarted', code: 1 },
    ]);
  });

  test('tells the runs that nobody saw', async () => {
    const { pod } = restarting();
    pod.onLook = (looks) => {
      if (looks === 2) {
        for (const run of ['unseen', 'unseen too', 'kept']) pod.start([lineAt(1, run)]).code = 2;
        pod.start([lineAt(9, 'now')], 0);
      }
      if (looks > 4) pod.exists = false;
    };
    const events = await follow(pod, { acrossRestarts: true });
    expect(events.slice(2)).toMatchObject([
      { kind: 'gap', text: '… the end of this log is missing: the container was restarted meanwhile' },
      { kind: 'gap', text: '… the logs of 2 more runs of this container are missing' },
      { kind: 'restarted' },
      { lines: [{ text: 'kept' }] },
      { kind: 'restarted', code: 2 },
      { lines: [{ text: 'now' }] },
      { kind: 'ended', why: 'gone' },
    ]);
  });

  test('in a crash loop is read once a run', async () => {
    const pod = new FakeKubelet();
    pod.policy = 'Always';
    pod.start([lineAt(1, 'boom')]).code = 1;
    pod.waiting = { reason: 'CrashLoopBackOff' };
    pod.onLook = (looks) => {
      if (looks === 10) pod.exists = false;
    };
    expect(await follow(pod, { acrossRestarts: true })).toMatchObject([
      { lines: [{ text: 'boom' }] },
      { kind: 'waiting', why: 'CrashLoopBackOff' },
      { kind: 'ended', why: 'gone' },
    ]);
    expect(pod.queries).toHaveLength(1);
  });

  test('a pod that was replaced is another pod; what it may still have said is told as missing', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'one')]);
    pod.passages = [{ cutAfter: 10_000 }];
    pod.onLook = (looks) => {
      if (looks === 2) pod.uid = 'pod-2';
    };
    expect((await follow(pod)).slice(2)).toEqual([
      { kind: 'gap', text: '… the end of this log is missing: the pod is gone' },
      { kind: 'ended', code: undefined, why: 'gone' },
    ]);
  });
});

describe('faults', () => {
  test('a silent stream is opened anew, and nobody is told', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'a'), lineAt(2, 'b')], 0);
    pod.passages = [{ written: 1, stall: true }];
    endsWith(pod, 0);
    const events = await follow(pod, { timing: { ...timing, idleMs: 10 } });
    expect(texts(events)).toEqual(['a', 'b']);
    expect(told(events)).toEqual([{ kind: 'ended', code: 0, why: 'exited' }]);
  });

  test('a link that stays broken is told once', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'a')], 0);
    pod.passages = Array.from({ length: 5 }, () => ({ refuse: reset }));
    endsWith(pod, 0);
    expect(told(await follow(pod)).map(({ kind }) => kind)).toEqual(['broken', 'ended']);
  });

  test('what waiting can’t mend is thrown', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'a')]);
    pod.passages = [{ refuse: new KubeError('user "eve" may not get pods/log', { status: 403, reason: 'Forbidden' }) }];
    await expect(follow(pod)).rejects.toThrow('may not get pods/log');
    const events = followLog(pod, { ...SOURCE, container: 'x' });
    await expect(events.next()).rejects.toThrow('pod p has no container "x"; it has c, sidecar');
  });

  test('a kubelet’s complaint in the log is no output of the container', async () => {
    const pod = new FakeKubelet();
    pod.start([lineAt(1, 'a')]).code = 0;
    const complaint = 'failed to create fsnotify watcher: too many open files';
    pod.stream = async () =>
      (async function* () {
        yield Buffer.from('2026-01-01T00:00:01.000000000Z a\n');
        yield Buffer.from(complaint);
      })();
    expect(await follow(pod, { raw: true })).toMatchObject([
      { kind: 'bytes' },
      { kind: 'gap', text: `… the node says: ${complaint}` },
      { kind: 'ended' },
    ]);
  });

  test('a server without times still gives its lines', async () => {
    const pod = new FakeKubelet();
    pod.start([]).code = 0;
    const said = '\nno time\n2026-13-45T99:00:00Z odd\nend';
    pod.stream = async () =>
      (async function* () {
        for (const byte of Buffer.from(said)) yield Buffer.from([byte]);
      })();
    expect(bytes(await follow(pod, { raw: true }))).toBe(said);
    expect(texts(await follow(pod))).toEqual(said.split('\n'));
  });

  test('a line without an end is cut, and the bytes left out are counted', async () => {
    const pod = new FakeKubelet();
    pod.chunk = 50_000;
    pod.start([{ at: 1e9, text: 'x'.repeat(200_000) }, lineAt(2, '\nnext')]).code = 0;
    const events = await follow(pod);
    expect(texts(events).map(({ length }) => length)).toEqual([8193, 4]);
    const dropped = events.reduce((sum, event) => sum + (event.kind === 'lines' ? event.dropped : 0), 0);
    expect(dropped).toBeGreaterThan(200_000 - 70_000);
  });
});
