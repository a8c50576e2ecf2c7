import { type VirtualClock, virtualClock } from '../../../../../engine/sim/clock.ts';
import { makeCluster, type SimCluster } from '../../../../../engine/sim/cluster.ts';
import { type Engines, makeEngines } from '../../../../../engine/sim/engines/index.ts';
import { type Image, type SimNodes, startNodes } from '../../../../../engine/sim/node/index.ts';
import type { SimObject } from '../../../../../engine/sim/types.ts';
import { addNodes, addStorageClass, startWorkloads } from '../../../../../engine/sim/workloads/index.ts';

/** Images for tests: `server` runs until it is stopped, `ok` and `fail` end after a second. */
const image: Image = {
  match: /^test\//,
  entrypoint: ['server'],
  tools: {
    server: (call) => new Promise((done) => call.signal.addEventListener('abort', () => done(0), { once: true })),
    ok: async (call) => {
      await call.sleep(1000);
      return 0;
    },
    fail: async (call) => {
      await call.sleep(1000);
      return 4;
    },
  },
};

export interface Lab {
  cluster: SimCluster;
  clock: VirtualClock;
  nodes: SimNodes;
  engines: Engines;
  /** Lets the cluster live for so long, in small steps; what runs without the clock (promises) keeps up. */
  live(ms: number): Promise<void>;
  /** What the events about an object say, oldest first. */
  events(name: string): string[];
  pods(prefix: string): SimObject[];
  close(): void;
}

export function openLab(): Lab {
  const clock = virtualClock();
  const cluster = makeCluster({ clock });
  addNodes(cluster, ['node-a', 'node-b', 'node-c']);
  addStorageClass(cluster);
  const engines = makeEngines(clock);
  const nodes = startNodes(cluster, { images: [image, ...engines.images] });
  const workloads = startWorkloads(cluster);
  const settle = async () => {
    for (let i = 0; i < 3; i++) {
      cluster.drain();
      await new Promise((done) => setImmediate(done));
    }
  };
  return {
    cluster,
    clock,
    nodes,
    engines,
    async live(ms) {
      await settle();
      const end = clock.now() + ms;
      while (clock.now() < end) {
        clock.advance(Math.min(50, end - clock.now()), cluster.drain);
        await settle();
      }
    },
    events: (name) =>
      cluster
        .list('events')
        .filter((event) => (event.involvedObject as { name: string }).name === name)
        .map((event) => `${event.reason}: ${event.message}`),
    pods: (prefix) => cluster.list('pods').filter((pod) => pod.metadata.name.startsWith(prefix)),
    close() {
      workloads.close();
      nodes.close();
    },
  };
}

export const template = (labels: Record<string, string>, container: object = {}, spec: object = {}) => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'test/server', ...container }], ...spec },
});
