import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../engine/api/types.ts';
import type { KubeClient, Resource } from '../../../../engine/kube/types.ts';
import { lookAt } from '../../../../engine/ops/adopt.ts';
import { decide } from '../../../../engine/ops/decide.ts';
import { RunHandle } from '../../../../engine/ops/handle.ts';
import type { Journal } from '../../../../engine/ops/journal.ts';
import { goOn, makeEngine, targetOf } from '../../../../engine/ops/launch.ts';
import { Seals } from '../../../../engine/ops/seal.ts';
import { type JournalStore, Unsealed } from '../../../../engine/ops/store.ts';
import { configMapStore } from '../../../../engine/ops/store-configmap.ts';
import { openStores } from '../../../../engine/ops/stores.ts';
import { Told } from '../../../../engine/ops/told.ts';
import { detailOf } from '../../../../engine/ops/view.ts';
import { systemClock } from '../../../../engine/runtime/clock.ts';
import { cluster, journalOf } from './things.ts';
import { World } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'seals-'));
afterAll(() => rmSync(folder, { recursive: true }));

const REF = { group: '', namespace: 'data', name: 'run-1' };
const spec = { clusterRef: 'c', opsDefinitionRef: 'op' };
let worlds = 0;

interface Run extends KubeObject {
  data: { spec: string; status: string; seal: string };
}

/** A run that this user's engine has made, and the object that anybody may write. */
async function made() {
  const world = new World();
  const home = join(folder, String(++worlds));
  const store = configMapStore(world.client(), new Seals(home));
  const stored = await store.create(REF, spec, { ...journalOf({}), written: { by: 'me', seq: 1 } });
  const object = [...world.objects.values()].find(({ metadata }) => metadata.name === REF.name) as Run;
  /** What another start of the program makes of a changed copy. */
  const again = (change: (copy: Run) => void = () => {}) => {
    const copy = structuredClone(object);
    change(copy);
    return configMapStore(world.client(), new Seals(home)).of(copy);
  };
  return { world, home, store, stored, object, again };
}

const status = (change: (status: { journal: Journal } & Record<string, unknown>) => void) => (copy: Run) => {
  const read = JSON.parse(copy.data.status);
  change(read);
  copy.data.status = JSON.stringify(read);
};
const target = (change: (target: Journal['steps'][0]['targets'][0]) => void) =>
  status(({ journal }) => change(journal.steps[0]!.targets[0]!));

describe('a journal', () => {
  test('that this user’s engine wrote is known again, by the next start too', async () => {
    const { again, home, store, stored } = await made();
    expect(again()).toMatchObject({ journal: { phase: stored.journal!.phase } });
    expect(again()).not.toHaveProperty('unsealed');
    const next = await store.write(stored, { ...stored.journal!, message: 'on' });
    expect(next).not.toHaveProperty('unsealed');
    for (const file of readdirSync(home)) expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  const forged: [string, (copy: Run) => void][] = [
    ['its command', target((at) => at.argv.push('--all'))],
    ['its pod', target((at) => (at.instance = 'other-0'))],
    ['its container', target((at) => (at.container = 'root'))],
    ['the uid of its pod', target((at) => (at.uid = 'u-9'))],
    ['its folder', target((at) => (at.dir = '/etc'))],
    ['what was done', target((at) => at.attempts.push({ n: 1, phase: 'Succeeded', intendedAt: '', message: '' }))],
    ['its environment', status(({ journal }) => (journal.steps[0]!.env.PATH = '/tmp'))],
    ['its way', status(({ journal }) => (journal.steps[0]!.via = 'job'))],
    ['its image', status(({ journal }) => (journal.steps[0]!.image = 'evil:1'))],
    ['how often it is tried', status(({ journal }) => (journal.steps[0]!.retryTimes = 99))],
    ['its definition', status(({ journal }) => (journal.definition.spec = { parameters: [] } as never))],
    ['its parameters', status(({ journal }) => journal.parameters.push({ name: 'x', value: 1 }))],
    ['its cluster', status(({ journal }) => (journal.cluster.uid = 'other'))],
    [
      'its holder',
      status(({ journal }) => (journal.holder = { identity: 'x', host: 'h', pid: 1, started: '', epoch: 9, beat: 0 })),
    ],
    ['its phase', status((read) => (read.phase = 'Waiting'))],
    ['its request', (copy) => (copy.data.spec = JSON.stringify({ ...spec, clusterRef: 'd' }))],
    ['its name', (copy) => (copy.metadata.name = 'run-2')],
    ['its namespace', (copy) => (copy.metadata.namespace = 'kube-system')],
    ['its seal', (copy) => (copy.data.seal = copy.data.seal.replace(/.$/, (last) => (last === '0' ? '1' : '0')))],
    ['the number of its seal', (copy) => (copy.data.seal = copy.data.seal.replace(/^\d+/, '7'))],
    ['its seal, taken off', (copy) => delete (copy.data as Partial<Run['data']>).seal],
    ['its seal, of another form', (copy) => (copy.data.seal = '1 zz')],
  ];
  test.each(forged)('is only shown where somebody changed %s', async (_, change) => {
    const { again } = await made();
    expect(again(change)).toMatchObject({ unsealed: true });
  });

  test('that several processes of a user make at once bears one seal, which all of them know', async () => {
    const home = join(folder, 'at-once');
    const processes = 3;
    const turns = new Int32Array(new SharedArrayBuffer(4));
    // All wait for each other before each run, so that they meet between looking for its key and making it.
    const code = `
      const { parentPort, workerData: { url, home, turns, processes, runs } } = require('node:worker_threads');
      import(url).then(({ Seals }) => {
        const seals = runs.map((name, i) => {
          const mine = new Seals(home);
          Atomics.add(turns, 0, 1);
          while (Atomics.load(turns, 0) < processes * (i + 1));
          return mine.seal({ group: '', namespace: 'data', name }, { spec: '{}', status: '{}' });
        });
        parentPort.postMessage(seals);
      });`;
    const runs = Array.from({ length: 60 }, (_, i) => `run-${i}`);
    const url = new URL('../../../../engine/ops/seal.ts', import.meta.url).href;
    const workerData = { url, home, turns, processes, runs };
    const all = await Promise.all(
      Array.from({ length: processes }, async () => {
        const worker = new Worker(code, { eval: true, workerData });
        const [seals] = (await once(worker, 'message')) as [string[]];
        return seals;
      }),
    );
    const known = new Seals(home);
    const strange = runs.filter((name, i) =>
      all.some((seals) => !known.holds({ ...REF, name }, { spec: '{}', status: '{}' }, seals[i])),
    );
    expect(strange).toEqual([]);
  });

  test('is another user’s to the next one, who sees it and how to take it over', async () => {
    const { world, object } = await made();
    const seen = configMapStore(world.client(), new Seals(join(folder, 'other'))).of(object)!;
    expect(seen.unsealed).toBe(true);
    expect(detailOf(seen).message).toContain('opsdeck adopt run-1 -n data');
    expect(configMapStore(world.client(), new Seals(), { trusting: true }).of(object)).not.toHaveProperty('unsealed');
  });

  test('that was put back to what it was before is not gone on with', async () => {
    const { store, stored, object, home, world } = await made();
    const old = structuredClone(object);
    await store.write(stored, { ...stored.journal!, message: 'on' });
    expect(store.of(old)).toMatchObject({ unsealed: true });
    expect(configMapStore(world.client(), new Seals(home)).of(old)).toMatchObject({ unsealed: true });
  });

  test('is sealed also where nothing can be kept here, for as long as this program runs', async () => {
    const world = new World();
    writeFileSync(join(folder, 'file'), '');
    const store = configMapStore(world.client(), new Seals(join(folder, 'file', 'seals')));
    const stored = await store.create(REF, spec, { ...journalOf({}), written: { by: 'me', seq: 1 } });
    expect(stored).not.toHaveProperty('unsealed');
    expect(await store.read(REF)).not.toHaveProperty('unsealed');
  });
});

describe('of an unsealed run', () => {
  async function theirs() {
    const { world, object } = await made();
    const store: JournalStore = configMapStore(world.client(), new Seals());
    const engine = makeEngine(
      world.client(),
      systemClock,
      { identity: 'me', host: 'h', pid: 1, started: '' },
      { all: [store] },
    );
    return { world, store, engine, stored: store.of(object)! };
  }

  test('nothing is executed: not gone on with, not ended, not looked at by a command', async () => {
    const { world, store, engine, stored } = await theirs();
    const calls = world.calls.length;
    const place = { step: 0, target: 0 };
    expect(() => targetOf(engine, stored, stored.journal!, place)).toThrow('only shown here');
    expect(() => targetOf(engine, stored, stored.journal!, place, { readonly: true })).toThrow('only shown here');
    const { signal } = new AbortController();
    await expect(goOn(engine, store, stored, {}, new Told(), signal)).rejects.toThrow('opsdeck adopt run-1');
    expect(world.calls.slice(calls)).toEqual([]);
    await expect(decide(engine, store, stored, 'abort', 'me', 'x')).rejects.toThrow('opsdeck adopt run-1');
    expect(world.calls.slice(calls).map(({ name }) => name)).not.toContain('exec');
  });

  test('a holder finds out before its next write, and executes no more', async () => {
    const { world, store, stored } = await made();
    const identity = { identity: 'me', host: 'h', pid: 1, started: '' };
    const handle = new RunHandle(REF, spec, stored.journal!, stored, { store, clock: systemClock, identity });
    await handle.take(null);
    const object = [...world.objects.values()].find(({ metadata }) => metadata.name === REF.name) as Run;
    const forgery = structuredClone(object);
    target((at) => at.argv.push('--all'))(forgery);
    await world.client().request(`/api/v1/namespaces/data/configmaps/${REF.name}`, { method: 'PUT', body: forgery });
    await expect(handle.write((journal) => ({ ...journal, message: 'on' }))).rejects.toThrow(
      'changed by somebody else',
    );
    expect(handle.stored).toMatchObject({ unsealed: true });
  });
});

test('an OpsRequest needs no adoption, whoever has begun with it', async () => {
  const { stored } = await made();
  const find = async () => ({ missing: 'not asked' });
  const request = { ...stored, kept: 'opsrequest' as const };
  const client = new World().client();
  await expect(lookAt(client, find, request)).rejects.toThrow(
    'run-1 is an OpsRequest, which needs no adoption: opsdeck describe run run-1 -n data -f goes on with it',
  );
  await expect(lookAt(client, find, { ...request, journal: undefined })).rejects.toThrow('needs no adoption');
  await expect(lookAt(client, find, stored)).rejects.toThrow('is yours');
});

test('a run of somebody else whose definition came from a file says with which command it is taken over', async () => {
  const { stored } = await made();
  const theirs = { ...stored, unsealed: true as const };
  const command = 'opsdeck adopt run-1 -n data -f FILE';
  expect(theirs.journal?.definition.source).toBe('file');
  expect(detailOf(theirs).message).toContain(`to take it over: ${command}`);
  expect(new Unsealed(theirs).message).toContain(command);
  // One of the name that the cluster has is another one.
  const group = 'opsdeck.dev';
  const strategies = { container: { command: ['true'] } };
  const client = {
    resources: async () => [{ group, plural: 'opsdefinitions' } as Resource],
    request: async () => ({
      apiVersion: `${group}/v1alpha1`,
      kind: 'OpsDefinition',
      metadata: { name: 'op' },
      spec: { strategies },
    }),
  } as unknown as KubeClient;
  const find = async () => cluster([]);
  await expect(lookAt(client, find, theirs)).rejects.toThrow(
    `the definition of run-1 came from a file; say which: ${command}`,
  );
  const shipped = structuredClone(theirs);
  shipped.journal!.definition.source = 'catalog';
  expect(detailOf(shipped).message).toMatch(/opsdeck adopt run-1 -n data(?! -f)/);
});

test('one’s own run through another address of the API server is only shown: it may be a copy of the cluster', async () => {
  const world = new World();
  const env = { XDG_STATE_HOME: join(folder, 'addresses') };
  const through = async (server: string) => {
    const client = { ...world.client(), resources: async () => [] } as unknown as KubeClient;
    const { all } = await openStores({ client: { ...client, target: { ...client.target, server } }, env });
    return all.find(({ kept }) => kept === 'configmap')!;
  };
  await (await through('https://10.0.0.1:6443')).create(REF, spec, { ...journalOf({}), written: { by: 'me', seq: 1 } });
  expect(await (await through('https://10.0.0.1:6443')).read(REF)).not.toHaveProperty('unsealed');
  const seen = await (await through('https://localhost:6443')).read(REF);
  expect(seen).toMatchObject({ unsealed: true });
  expect(new Unsealed(seen!).message).toContain(
    'or by you from another machine or through another address of the API server',
  );
});
