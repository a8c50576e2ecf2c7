/** A collection kept current over a link that goes down and comes back, as a real API server serves it. */
import { afterEach, expect, test } from 'vitest';
import { type ReflectorState, startReflector } from '../../../engine/kube/reflector.ts';
import { systemClock } from '../../../engine/runtime/clock.ts';
import { audit, kubectl, link, namespace, until } from '../kit.ts';
import { client } from './world.ts';

const ns = await namespace('reflector');
const wire = await link();
const kube = await client({ kubeconfig: wire.kubeconfig });
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const make = (name: string) => kubectl(['create', 'configmap', name], { namespace: ns });
const remove = (name: string) => kubectl(['delete', 'configmap', name], { namespace: ns });

function watch() {
  const names = new Map<string, string>();
  const states: ReflectorState[] = [];
  let told = 0;
  const reflector = startReflector<{ uid: string; name: string }>({
    client: kube,
    clock: systemClock,
    path: `/api/v1/namespaces/${ns}/configmaps`,
    pageSize: 1,
    project: ({ metadata: { uid, name } }) => (name === 'kube-root-ca.crt' ? undefined : { uid, name }),
    onChange({ upsert, remove: gone }) {
      told += upsert.length + gone.length;
      for (const uid of gone) names.delete(uid);
      for (const { uid, name } of upsert) names.set(uid, name);
    },
    onState: (state) => states.push(state),
  });
  stops.push(() => reflector.stop());
  return { reflector, states, told: () => told, names: () => [...names.values()].toSorted() };
}

test('says what changed while the link was down, once it is back, by the watch and not by another list', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await make(name);
  const { reflector, states, names, told } = watch();
  await until('live', () => reflector.state().state === 'live');
  expect(names()).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(states.filter(({ state }) => state === 'syncing').length).toBeGreaterThanOrEqual(3);

  await make('f');
  await until('an event', () => names().includes('f'));

  wire.down();
  await until('stale', () => reflector.state().state === 'stale');
  expect(reflector.state()).toMatchObject({ why: expect.stringMatching(/refuses the connection|broke off/) });
  expect(names()).toHaveLength(6);
  await remove('a');
  await make('g');
  const before = told();
  const mark = audit.mark();
  await wire.up();
  await until('live again', () => reflector.state().state === 'live');
  await until('what happened', () => names().join() === 'b,c,d,e,f,g');
  expect(told() - before).toBe(2);
  const asked = await audit.since(mark, 'opsdeck/');
  expect(asked.filter(({ namespace: where, verb }) => where === ns && verb === 'list')).toEqual([]);
});

test('a link that was cut is no matter of seconds', async () => {
  const { reflector, names } = watch();
  await until('live', () => reflector.state().state === 'live');
  const began = Date.now();
  wire.cut();
  await make('h');
  await until('the change', () => names().includes('h'), { everyMs: 20 });
  expect(Date.now() - began).toBeLessThan(15_000);
});

test('a server that was down at the start is found', async () => {
  wire.down();
  const { reflector, names } = watch();
  await until('down', () => reflector.state().state === 'down');
  await wire.up();
  await until('live', () => reflector.state().state === 'live');
  expect(names()).toContain('h');
});

test('costs nothing while nothing happens', async () => {
  const { reflector } = watch();
  await until('live', () => reflector.state().state === 'live');
  const began = process.cpuUsage();
  await new Promise((done) => setTimeout(done, 3_000));
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(300);
});
