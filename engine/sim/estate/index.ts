/**
 * The demo's clusters: databases under several operators, with a past, one of them broken. It uses the other parts of the
 * embedded cluster and nothing else.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimCluster } from '../cluster.ts';
import type { Engines } from '../engines/index.ts';
import { createTopic, kafkaOf } from '../engines/kafka/index.ts';
import { keySlot } from '../engines/redis/slots.ts';
import { type LiveSim, startLive } from '../live.ts';
import { BROKEN as BROKEN_DISK, QUICK, type SimNodes, type Timing } from '../node/index.ts';
import { runControllers } from '../workloads/index.ts';
import { type Breaks, makeBreaks } from './breaks.ts';
import { BROKEN, CLUSTERS, type ClusterSpec, NAMESPACES, RESHARDED } from './clusters.ts';
import { KUBECONFIG, serveControl } from './control.ts';
import { addCrds } from './crds.ts';
import { DEFINITIONS } from './definitions.ts';
import { addFleet } from './fleet.ts';
import { addHistory, askForRun } from './history.ts';
import { kubeblocksOps } from './kubeblocksOps.ts';
import { type Leaders, makeLeaders } from './leaders.ts';
import { pastLines } from './logs.ts';
import { cnpg, cnpgCluster } from './operators/cnpg.ts';
import { kubeblocks, kubeblocksCluster } from './operators/kubeblocks.ts';
import { opengauss, opengaussCluster } from './operators/opengauss.ts';
import { operatorController } from './operators/operator.ts';
import { plainObjects, roleLabeller } from './operators/plain.ts';
import { strimzi, strimziCluster } from './operators/strimzi.ts';
import { type SeedClock, seedClock } from './seedClock.ts';

export { BREAKS } from './breakages.ts';
export { BROKEN, CLUSTERS, NAMESPACES, RESHARDED } from './clusters.ts';
export { runningDemos } from './control.ts';

export interface EstateOptions {
  /** Default: any free port. */
  port?: number;
  /** CustomResourceDefinitions to install beside the operators': the program's own. */
  crds?: readonly object[];
  /** Leaves everything out: a cluster with nodes and nothing on them. */
  empty?: boolean;
  /** Pods in all; further ones are made up to that number. */
  size?: number;
  /** Asks for the run that is in progress; only where somebody executes it. */
  live?: boolean;
  /** Has what it makes judged as any write is: it takes longer. */
  judged?: boolean;
  /** Where private directories are made. */
  under?: string;
  /** The private directory, where somebody else has made it and removes it. */
  root?: { path: string; base: string };
}

export interface Estate extends LiveSim {
  breaks: Breaks;
  /** Path of a kubeconfig with mode 0600 in the private directory, which goes at the end. */
  kubeconfigFile: string;
  /** Ids of two masters of the demo's redis cluster: what a reshard asks for. */
  reshard: { from: string; to: string } | undefined;
}

/** What a kubeconfig calls the cluster, and a cockpit shows first: nobody shall take it for a real one. */
const CONTEXT = 'simulated-demo';
const MINUTE = 60_000;
const DAY = 86_400_000;
const YEAR = 365 * DAY;
/** Nobody watches the past: pods are up at once, what they went through is written once, and no node renews its lease. */
const SETTLING: Timing = { sandbox: 0, pull: 0, start: 0, sync: 50, report: 10, lease: 2 * YEAR };
const NODES = ['node-a', 'node-b', 'node-c', 'node-d', 'node-e'];

/** Starts the embedded cluster with the estate on it, its past behind it. Rejects with one line (Unusable, or the port taken). */
export async function startEstate(options: EstateOptions = {}): Promise<Estate> {
  const now = Date.now();
  const clock = seedClock(now - YEAR);
  const timing = { ...SETTLING };
  const sim = await startLive({
    clock,
    nodes: NODES,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.under === undefined ? {} : { under: options.under }),
    ...(options.root === undefined ? {} : { root: options.root }),
    context: CONTEXT,
    timing,
    eventsSince: now - 60 * MINUTE,
    past: (pod, container) => pastLines(pod, container, now),
  });
  const { cluster, engines, nodes } = sim;
  // Nobody else can write before there is a kubeconfig, and what is written here a test has had judged.
  cluster.kernel.trusting = !options.judged;
  const leaders = makeLeaders(engines);
  const controllers = options.empty ? undefined : await settle(cluster, engines, nodes, leaders, clock, now, options);
  cluster.drain();
  clock.set(now);
  Object.assign(timing, QUICK);
  for (const node of NODES) sim.workloads.poke('nodes', '', node);
  cluster.drain();
  // After all else: a change of a node has the scheduler look at every pod.
  if (options.size && !options.empty) addFleet(cluster, options.size, now - 30 * DAY);
  clock.goLive();
  if (!options.empty) {
    for (const definition of DEFINITIONS) cluster.create('opsdefinitions.opsdeck.dev', definition);
    if (options.live) askForRun(cluster);
  }
  cluster.kernel.trusting = false;
  const breaks = makeBreaks({
    cluster,
    nodes,
    leaders,
    faults: sim.faults,
  });
  const kubeconfigFile = join(nodes.root.path, KUBECONFIG);
  writeFileSync(kubeconfigFile, sim.kubeconfig, { mode: 0o600 });
  const control = await serveControl(nodes.root.path, breaks, sim.faults);
  return {
    ...sim,
    breaks,
    kubeconfigFile,
    reshard: mastersOf(engines, RESHARDED.namespace, RESHARDED.cluster),
    async close() {
      control.close();
      controllers?.close();
      clock.stop();
      await sim.close();
    },
  };
}

function mastersOf(engines: Engines, namespace: string, name: string): { from: string; to: string } | undefined {
  const [from, to] = engines.redis
    .all()
    .filter((node) => node.host.namespace === namespace && node.host.name.startsWith(`${name}-`))
    .filter((node) => engines.redis.roleOf(node) === 'master')
    .sort((a, b) => (a.host.name < b.host.name ? -1 : 1));
  return from && to ? { from: from.id, to: to.id } : undefined;
}

const OBJECTS: Record<ClusterSpec['operator'], (spec: ClusterSpec) => [string, object][]> = {
  kubeblocks: (spec) => [kubeblocksCluster(spec)],
  opengauss: (spec) => [opengaussCluster(spec, NODES)],
  cnpg: (spec) => [cnpgCluster(spec)],
  strimzi: (spec) => [strimziCluster(spec)],
  plain: plainObjects,
};

/** Lets the year before now happen: each cluster is made at its time and comes up by itself. */
async function settle(
  cluster: SimCluster,
  engines: Engines,
  nodes: SimNodes,
  leaders: Leaders,
  clock: SeedClock,
  now: number,
  options: EstateOptions,
): Promise<{ close(): void }> {
  const live = (ms: number) =>
    clock.live(ms, async () => {
      cluster.drain();
      await new Promise((done) => setImmediate(done));
      cluster.drain();
    });
  addCrds(cluster, options.crds);
  for (const name of NAMESPACES) cluster.create('namespaces', { metadata: { name } });
  const running = runControllers(
    cluster,
    [
      ...[kubeblocks, opengauss, cnpg, strimzi].map((operator) => operatorController(operator, leaders)),
      roleLabeller(leaders),
      kubeblocksOps(leaders),
    ],
    now - 60 * MINUTE,
  );
  const stop = leaders.listen((namespace, pod) => cluster.defer(() => running.poke('pods', namespace, pod)));
  for (const spec of [...CLUSTERS].sort((a, b) => b.age - a.age)) {
    clock.set(now - spec.age * DAY);
    for (const [resource, object] of OBJECTS[spec.operator](spec)) cluster.create(resource, object);
    await live(8000);
  }
  await fill(engines, nodes, () => live(3000));
  addHistory(cluster, now, (time) => clock.set(time));
  clock.set(now - 20 * MINUTE);
  breakOne(nodes);
  await live(10 * MINUTE);
  clock.set(now - 9000);
  cluster.create('opsrequests.operations.kubeblocks.io', {
    metadata: {
      name: 'carts-restart',
      namespace: 'shop',
      labels: { 'app.kubernetes.io/instance': 'carts', 'operations.kubeblocks.io/ops-type': 'Restart' },
    },
    spec: { clusterName: 'carts', type: 'Restart', restart: [{ componentName: 'redis' }] },
  });
  await live(9000);
  return {
    close() {
      stop();
      running.close();
    },
  };
}

/** Data: servers of redis clusters that have met, topics. */
async function fill(engines: Engines, nodes: SimNodes, live: () => Promise<void>): Promise<void> {
  const joined = [meet(engines, nodes, 'shop', 'sessions', 1), meet(engines, nodes, 'payments', 'limits', 0)];
  await live();
  await Promise.all(joined);
  for (const [namespace, name, count] of [
    ['shop', 'sessions', 600],
    ['payments', 'limits', 240],
    ['shop', 'carts', 180],
    ['platform', 'cache', 120],
  ] as const)
    addKeys(engines, namespace, name, count);
  for (const [namespace, name] of [
    ['payments', 'events'],
    ['analytics', 'clicks'],
  ] as const) {
    const group = engines.groups.find(namespace, name);
    if (!group) continue;
    for (const topic of name === 'clicks' ? ['clicks', 'pageviews'] : ['orders', 'payments', 'refunds'])
      createTopic(group, topic, topic === 'clicks' ? 12 : 6, 3, [['retention.ms', '604800000']]).messages = 120_000;
    kafkaOf(group).throttle = undefined;
  }
}

/** Keys on the masters of a redis, where they belong. */
function addKeys({ redis }: Engines, namespace: string, name: string, count: number): void {
  const masters = redis
    .all()
    .filter((node) => node.host.namespace === namespace && node.host.name.startsWith(`${name}-`))
    .filter((node) => redis.roleOf(node) === 'master');
  for (let i = 0; i < count; i++) {
    const key = `${name}:${i}`;
    const owner = masters.find((node) => !node.options.clusterEnabled || node.cluster.owner[keySlot(key)] === node.id);
    if (owner) redis.write(owner, (keys) => keys.set(key, String(i * 7919)));
  }
}

function meet(engines: Engines, nodes: SimNodes, namespace: string, name: string, replicas: number): Promise<void> {
  const servers = engines.redis
    .all()
    .filter((node) => node.host.namespace === namespace && node.host.name.startsWith(`${name}-`));
  const addresses = servers.map((node) => `${node.ip}:6379`);
  return new Promise((done) => {
    nodes.exec({
      namespace,
      pod: `${name}-0`,
      container: 'redis',
      command: [
        'redis-cli',
        '--cluster',
        'create',
        ...addresses,
        '--cluster-replicas',
        String(replicas),
        '--cluster-yes',
      ],
      stdin: false,
      tty: false,
      onStdout: () => {},
      onStderr: () => {},
      onExit: () => done(),
    });
  });
}

/** Full disks: no server of it can start any more. */
function breakOne(nodes: SimNodes): void {
  for (const pod of BROKEN.pods) {
    nodes.disk(BROKEN.namespace, pod)?.set(BROKEN_DISK, {
      text: '0 [ERROR] [MY-012144] [InnoDB] posix_fallocate(): Failed to preallocate data for file ./reports/daily.ibd, desired size 67108864 bytes. Operating system error number 28. Check that the disk is not full or a disk quota exceeded.\n0 [ERROR] [MY-010119] [Server] Aborting',
      until: Number.POSITIVE_INFINITY,
    });
    nodes.crash(BROKEN.namespace, pod);
  }
}
