/** Logs as a kubelet serves them: over cuts and restarts, to the end, and no line twice. */
import { afterEach, expect, test } from 'vitest';
import { type FollowLogOptions, followLog, type LogEvent } from '../../../engine/kube/logs.ts';
import type { KubeClient } from '../../../engine/kube/types.ts';
import { kubectl, link, namespace, until } from '../kit.ts';
import { client, pod } from './world.ts';

const ns = await namespace('logs');
const kube = await client();
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const source = (name: string) => ({ namespace: ns, pod: name, container: 'main' });
const bytesOf = (events: LogEvent[]) =>
  Buffer.concat(events.flatMap((event) => (event.kind === 'bytes' ? [event.bytes] : [])));
const of = (events: LogEvent[]) => bytesOf(events).toString();

function follow(name: string, options: FollowLogOptions = {}, by: KubeClient = kube) {
  const events: LogEvent[] = [];
  const controller = new AbortController();
  stops.push(() => controller.abort());
  const done = (async () => {
    for await (const event of followLog(by, source(name), { raw: true, signal: controller.signal, ...options }))
      events.push(event);
    return events;
  })();
  return { events, done, text: () => of(events) };
}

/** Ten lines every 20 ms: many share a second. */
const counting = (to: number, end: string) =>
  `i=0; while [ $i -lt ${to} ]; do i=$((i+1)); echo "line $i"; [ $((i % 10)) = 0 ] && sleep 0.02; done; ${end}`;
const counted = (to: number) => Array.from({ length: to }, (_, i) => `line ${i + 1}\n`).join('');

test('follows from before the start to the end, over cuts of the link, word for word', async () => {
  const wire = await link();
  const by = await client({ kubeconfig: wire.kubeconfig });
  const { done, events } = follow('counts', {}, by);
  await done;
  expect(events.at(-1)).toMatchObject({ kind: 'ended', why: 'gone' });

  await pod(ns, 'counts', counting(1500, 'printf "no line feed"; exit 3'));
  const followed = follow('counts', { timing: { retryMs: 50 } }, by);
  let cuts = 0;
  const timer = setInterval(() => {
    if (followed.text() !== '') cuts++;
    wire.cut();
  }, 400);
  stops.push(() => clearInterval(timer));
  const told = await followed.done;
  clearInterval(timer);
  expect(cuts).toBeGreaterThan(2);
  expect(of(told)).toEqual(`${counted(1500)}no line feed`);
  expect(told.filter(({ kind }) => kind === 'gap')).toEqual([]);
  expect(told.at(-1)).toEqual({ kind: 'ended', code: 3, why: 'exited' });
});

test('goes on over a restart, with the last words of the run before', async () => {
  const first = counting(300, 'sleep 2; echo "last words"; exit 3');
  const script = `[ -e /kept/again ] || { touch /kept/again; ${first}; }; echo "second run"; sleep 3`;
  await pod(ns, 'restarts', script, 'OnFailure');
  const { events, done, text } = follow('restarts', { acrossRestarts: true });
  await until('the second run', () => text().endsWith('second run\n'));
  await done;
  expect(text()).toBe(`${counted(300)}last words\nsecond run\n`);
  const at = events.findIndex(({ kind }) => kind === 'restarted');
  expect(events[at]).toEqual({ kind: 'restarted', code: 3 });
  expect(of(events.slice(at))).toBe('second run\n');
  expect(events.at(-1)).toEqual({ kind: 'ended', code: 0, why: 'exited' });
});

test('a silent container is followed; a stream that was dropped without a word is opened anew', async () => {
  await pod(ns, 'silent', 'echo one; sleep 5; echo two');
  const wire = await link();
  const by = await client({ kubeconfig: wire.kubeconfig });
  const followed = follow('silent', { timing: { idleMs: 1_000, lookMs: 2_000 } }, by);
  await until('the first line', () => followed.text() === 'one\n');
  wire.stall();
  expect(of(await followed.done)).toBe('one\ntwo\n');
});

test('a pod that can’t start is waited for with its reason; one that is deleted ends it', async () => {
  const metadata = { name: 'unpulled' };
  const container = { name: 'main', image: 'no.such.registry.invalid/none:1' };
  const document = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container] } };
  await kubectl(['apply', '-f', '-'], { namespace: ns, input: JSON.stringify(document) });
  const { events, done } = follow('unpulled', { timing: { maxRetryMs: 500 } });
  await until('the reason', () =>
    events.some((event) => event.kind === 'waiting' && /ErrImagePull|ImagePullBackOff/.test(event.why)),
  );
  await kubectl(['delete', 'pod', 'unpulled', '--now'], { namespace: ns });
  expect((await done).at(-1)).toMatchObject({ kind: 'ended', why: 'gone' });
});

test('begins at the tail, or after what is known; an odd line is whole in bytes and safe as text', async () => {
  await pod(
    ns,
    'odd',
    `printf 'first\\nsecond\\n\\033[31mred\\033[0m\\t\\377\\n'; head -c 100000 /dev/zero | tr '\\0' x; echo`,
  );
  await follow('odd').done;
  expect(of(await follow('counts', { tailLines: 3 }).done)).toBe('line 1499\nline 1500\nno line feed');
  const rest = await follow('odd', { knownBytes: 'first\nsec'.length }).done;
  expect(of(rest)).toMatch(/^ond\n/);
  const whole = bytesOf(await follow('odd').done);
  expect(whole.subarray(0, 26)).toEqual(
    Buffer.from('first\nsecond\n\u001b[31mred\u001b[0m\t', 'latin1').subarray(0, 26),
  );
  expect(whole.includes(0xff)).toBe(true);
  expect(whole.length).toBeGreaterThan(100_000);
  const drawn = await follow('odd', { raw: false }).done;
  const lines = drawn.flatMap((event) => (event.kind === 'lines' ? event.lines.map(({ text }) => text) : []));
  expect(lines.slice(0, 3)).toEqual(['first', 'second', 'red     \ufffd']);
  expect(lines[3]?.endsWith('x…')).toBe(true);
});

test('a container that the pod has not: its containers are named', async () => {
  await expect(followLog(kube, { ...source('odd'), container: 'x' }).next()).rejects.toThrow(
    'pod odd has no container "x"; it has main',
  );
});
