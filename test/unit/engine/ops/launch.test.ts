import { afterAll, expect, test } from 'vitest';
import { type KubeClient, KubeError } from '../../../../engine/kube/types.ts';
import { launch, makeEngine } from '../../../../engine/ops/launch.ts';
import { prepare } from '../../../../engine/ops/prepare.ts';
import { Exists } from '../../../../engine/ops/store.ts';
import { configMapStore } from '../../../../engine/ops/store-configmap.ts';
import { requestStore } from '../../../../engine/ops/store-request.ts';
import { Told } from '../../../../engine/ops/told.ts';
import { systemClock } from '../../../../engine/runtime/clock.ts';
import { cluster, execDefinition, instance } from './things.ts';
import { World } from './world.ts';

const world = new World();
afterAll(() => world.close());

test('a name that is taken is found before anything is done in a pod', async () => {
  world.addPod('p0');
  const client = world.client();
  const store = configMapStore(client, world.seals);
  const engine = makeEngine(client, systemClock, { identity: 'me', host: 'h', pid: 1, started: '' }, { all: [store] });
  const container = '{name: redis, command: [echo, hello]}';
  const definition = execDefinition(
    `{container: ${container}, components: [{type: master-slave, roleGroups: [master], pickOne: true}]}`,
  );
  const prepared = prepare(definition, cluster([instance('p0', 'master')]), []);
  const options = { name: 'kr1', events: {}, told: new Told(), adoptTwin: false };
  const { signal } = new AbortController();
  const { ending } = await launch(engine, prepared, [store], options, signal);
  expect(ending).toEqual({ ending: 'over' });
  world.calls.length = 0;
  await expect(launch(engine, prepared, [store], options, signal)).rejects.toBeInstanceOf(Exists);
  expect(world.calls.map(({ name }) => name)).toEqual(['GET configmaps']);
});

test.each([404, 405])('where the kind of its journal has gone (%i) the next store takes the run', async (status) => {
  world.addPod('p0');
  const client = world.client();
  const gone: KubeClient = {
    ...client,
    request: (path, options) =>
      options?.method === 'POST' && path.includes('/opsrequests')
        ? Promise.reject(new KubeError('nothing at this address', { status, reason: 'NotFound' }))
        : client.request(path, options),
  };
  const stores = [requestStore(gone, 'opsdeck.dev'), configMapStore(client, world.seals)];
  const engine = makeEngine(client, systemClock, { identity: 'me', host: 'h', pid: 1, started: '' }, { all: stores });
  const container = '{name: redis, command: [echo, hello]}';
  const definition = execDefinition(
    `{container: ${container}, components: [{type: master-slave, roleGroups: [master], pickOne: true}]}`,
  );
  const prepared = prepare(definition, cluster([instance('p0', 'master')]), []);
  const options = { name: `gone-${status}`, events: {}, told: new Told(), adoptTwin: false };
  const { signal } = new AbortController();
  const { ending, handle } = await launch(engine, prepared, stores, options, signal);
  expect(ending).toEqual({ ending: 'over' });
  expect(handle.stored?.kept).toBe('configmap');
  await expect(launch(engine, prepared, stores.slice(0, 1), { ...options, name: 'x' }, signal)).rejects.toThrow(
    'opsrequests.opsdeck.dev is gone or going; try again',
  );
});
