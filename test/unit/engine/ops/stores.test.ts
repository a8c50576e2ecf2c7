import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { Conflict, Exists, type JournalStore, type RunRef, type Stored } from '../../../../engine/ops/store.ts';
import { configMapStore } from '../../../../engine/ops/store-configmap.ts';
import { localFolder, localStore } from '../../../../engine/ops/store-local.ts';
import { requestStore } from '../../../../engine/ops/store-request.ts';
import { journalOf } from './things.ts';
import { World } from './world.ts';

const spec = { clusterRef: 'c', opsDefinitionRef: 'op' };
const ref = (store: JournalStore, name = 'run-1'): RunRef => ({ group: store.group, namespace: 'data', name });
const journal = (message: string) => ({ ...journalOf({}), message, written: { by: 'me', seq: 1 } });

const test = base.extend<{ stores: JournalStore[] }>({
  stores: async ({ task: _ }, use) => {
    const world = new World();
    const folder = mkdtempSync(join(tmpdir(), 'journals-'));
    await use([
      requestStore(world.client(), 'opsdeck.dev'),
      configMapStore(world.client(), world.seals),
      localStore(folder),
    ]);
    world.close();
    rmSync(folder, { recursive: true });
  },
});

describe('every store', () => {
  test('keeps a journal whole, and takes a write on the version that was read only', async ({ stores }) => {
    for (const store of stores) {
      const made = await store.create(ref(store), spec, journal('first'));
      expect(made).toMatchObject({ kept: store.kept, spec, journal: { message: 'first', steps: [{ name: 'op' }] } });
      expect(await store.read(ref(store))).toMatchObject({ uid: made.uid, version: made.version });
      const next = await store.write(made, journal('second'));
      expect(next.version).not.toBe(made.version);
      await expect(store.write(made, journal('stale'))).rejects.toThrow(Conflict);
      expect((await store.read(ref(store)))?.journal?.message).toBe('second');
      await expect(store.create(ref(store), spec, journal('again'))).rejects.toThrow(Exists);
      expect(await store.read(ref(store, 'none'))).toBeUndefined();
    }
  });

  test('of many writers of one version one wins', async ({ stores }) => {
    for (const store of stores) {
      let now: Stored = await store.create(ref(store), spec, journal('0'));
      for (let round = 1; round <= 5; round++) {
        const tries = Array.from({ length: 8 }, (_, i) => store.write(now, journal(`${round}.${i}`)));
        const won = (await Promise.allSettled(tries)).filter((one) => one.status === 'fulfilled');
        expect(won, store.kept).toHaveLength(1);
        now = (await store.read(ref(store)))!;
        expect(now.version).toBe(won[0]?.value.version);
      }
    }
  });

  test('lists what is open, carries a request for the end, and forgets what is removed', async ({ stores }) => {
    for (const store of stores) {
      const open = await store.create(ref(store), spec, journal('open'));
      await store.create(ref(store, 'over'), spec, { ...journal('over'), phase: 'Succeed' });
      const names = async (options = {}) => (await store.list('data', options)).map(({ ref: { name } }) => name).sort();
      expect(await names()).toEqual(['over', 'run-1']);
      expect(await names({ open: true })).toEqual(['run-1']);
      expect(await names({ open: true, cluster: 'uid-cluster' })).toEqual(['run-1']);
      expect(await names({ open: true, cluster: 'another' })).toEqual([]);
      await store.requestCancel(ref(store), 'ann');
      const asked = (await store.read(ref(store)))!;
      expect(asked.cancel).toEqual({ by: 'ann' });
      // The request outlives the holder's next write.
      await expect(store.write(open, journal('stale'))).rejects.toThrow(Conflict);
      expect((await store.write(asked, journal('next'))).cancel).toEqual({ by: 'ann' });
      await store.remove((await store.read(ref(store)))!);
      expect(await names()).toEqual(['over']);
    }
  });
});

base('a CRD that prunes the journal is found out before anything is sent', async () => {
  const world = new World();
  const client = world.client();
  const pruning = {
    ...client,
    request: async <T>(path: string, options?: Parameters<typeof client.request>[1]) => {
      const answer = await client.request<T & { status?: { journal?: unknown } }>(path, options);
      if (path.endsWith('/status')) delete answer.status?.journal;
      return answer;
    },
  };
  const store = requestStore(pruning, 'dbaas.kubeblocks.io');
  await expect(store.create(ref(store), spec, journal('x'))).rejects.toThrow('install the CRDs anew');
  world.close();
});

base('files of different API servers never mix, and no old version stays', async () => {
  const home = mkdtempSync(join(tmpdir(), 'journals-'));
  const env = { XDG_STATE_HOME: home };
  expect(localFolder('https://a:6443', env)).not.toBe(localFolder('https://b:6443', env));
  expect(localFolder('https://a:6443/../../x', env).startsWith(join(home, 'opsdeck/runs/'))).toBe(true);
  const folder = localFolder('https://a:6443', env);
  const store = localStore(folder);
  let now = await store.create(ref(store), spec, journal('0'));
  for (let i = 0; i < 5; i++) now = await store.write(now, journal(String(i)));
  expect(readdirSync(join(folder, 'data/run-1'))).toEqual(['6.json']);
  rmSync(home, { recursive: true });
});
