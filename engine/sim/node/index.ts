/**
 * The nodes of the embedded cluster: pods run here, as private directories with a real shell. It may touch the cluster from inside,
 * processes of its own, and a private directory under the temporary one; nothing else of the machine.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { KubeObject } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import { failure } from '../errors.ts';
import type { LogCall, NodeHooks } from '../hooks.ts';
import { admission } from './admission.ts';
import { Container } from './container.ts';
import { prepare } from './environment.ts';
import { makeRecorder } from './events.ts';
import { imageBytes, unpullable } from './image.ts';
import { Names } from './names.ts';
import { Outages } from './outage.ts';
import { PodLife } from './pod.ts';
import { type Door, knock } from './ports.ts';
import { openRoot, type Root } from './root.ts';
import type { ContainerRun } from './run.ts';
import type { RunContext } from './runContext.ts';
import { podSpec } from './status.ts';
import { attach, connect, dial, exec, noLog } from './streams.ts';
import { REAL_TIMING, type Timing } from './timing.ts';
import type { Host, Image, Listener } from './tool.ts';
import { ToolServer } from './toolServer.ts';

export { BROKEN, type Broken } from './container.ts';
export { REAL_TIMING, type Timing } from './timing.ts';
export type { Host, Image, Tool, ToolCall } from './tool.ts';

export interface NodeOptions {
  /** Known images; the first that matches is taken. Others run their pod's command, or nothing. */
  images?: readonly Image[];
  /** Default: a twentieth of a real node's times. */
  timing?: Timing;
  /** Where the private directory is made; default the system's temporary directory. */
  under?: string;
  /** The private directory, where somebody else has made it and removes it. */
  root?: Pick<Root, 'path' | 'base'>;
  /** Why an image can't be pulled; undefined where it can. Default: registries and tags that plainly don't exist. */
  unpullable?(image: string): string | undefined;
  /** Events from before are not recorded. Epoch milliseconds. */
  eventsSince?: number;
  /** Lines that a container which was there before the cluster has printed, oldest first; asked for when somebody first reads. */
  past?(pod: KubeObject, container: string): Iterable<{ at: number; text: string }>;
}

export interface SimNodes extends NodeHooks {
  readonly root: Root;
  /** A container's main process dies as by SIGKILL; without a name those of every container of the pod. False where there is none. */
  crash(namespace: string, pod: string, container?: string): boolean;
  /** What outlives a restart of the pod's containers: of its first claim; a pod without one has none. */
  disk(namespace: string, pod: string): Map<string, unknown> | undefined;
  /** Writes a line to a container's log, as an engine of its own would. */
  say(namespace: string, pod: string, container: string, text: string): void;
  /** Stops everything that runs and removes the private directory. */
  close(): void;
}

export const QUICK: Timing = { sandbox: 25, pull: 50, start: 10, sync: 50, report: 0, lease: REAL_TIMING.lease };
const OTHER: Image = { match: /.*/, tools: {} };
/** Starts serving pods that are bound to a node. Throws Unusable where the machine lacks what containers need. */
export function startNodes(cluster: SimCluster, options: NodeOptions = {}): SimNodes {
  const root: Root = options.root ? { ...options.root, remove: () => {} } : openRoot(options.under);
  const server = new ToolServer(root.path);
  const recorder = makeRecorder(cluster, options.eventsSince);
  const names = new Names(cluster);
  const present = new Set<string>();
  const lives = new Map<string, PodLife>();
  const disks = new Map<string, Map<string, unknown>>();
  const told = new WeakSet<Container>();
  const why = options.unpullable ?? unpullable;
  const imageOf = (ref: string): Image =>
    options.images?.find((image) => image.match.test(ref.replace(/[:@][^/]*$/, ''))) ?? OTHER;
  const disk = (pod: KubeObject): Map<string, unknown> | undefined => {
    const claim = podSpec(pod).volumes?.find((volume) => volume.persistentVolumeClaim)?.persistentVolumeClaim
      ?.claimName;
    if (claim === undefined) return undefined;
    const key = `${pod.metadata.namespace}/${claim}`;
    const found = disks.get(key) ?? new Map<string, unknown>();
    disks.set(key, found);
    return found;
  };
  const hostOf = (life: PodLife, container: string): Host => ({
    namespace: life.namespace,
    name: life.pod.metadata.name,
    uid: life.pod.metadata.uid ?? '',
    ip: life.ip,
    container,
    labels: life.pod.metadata.labels ?? {},
  });

  const resolveIn = (from: Host, name: string): Host | undefined => {
    const pod = names.resolve(from, name);
    const target = pod && lives.get(pod.metadata.uid ?? '');
    return target && hostOf(target, target.runs[0]?.spec.name ?? '');
  };

  const runContext = (
    life: PodLife,
  ): Omit<RunContext, 'changed' | 'record' | 'clock' | 'timing' | 'grace' | 'podName'> => ({
    prepare: (spec) => prepare(cluster, life.pod, spec, { podIP: life.ip, hostIP: life.hostIP }),
    pull(image) {
      if (present.has(image)) return null;
      const error = why(image);
      return { bytes: imageBytes(image), ...(error === undefined ? {} : { error }) };
    },
    knock: (probe, spec) => knock(probe, spec, { ip: life.ip, open: (port) => answering(life, port) }),
    pulled: (image) => void present.add(image),
    make: (spec, prepared, restarts, onExit) =>
      new Container({
        id: createHash('sha256').update(`${life.pod.metadata.uid}/${spec.name}/${restarts}`).digest('hex'),
        host: hostOf(life, spec.name),
        image: imageOf(spec.image),
        command: prepared.command,
        args: prepared.args,
        stdin: spec.stdin ? (spec.stdinOnce ? 'once' : 'open') : 'no',
        tty: spec.tty ?? false,
        lastWords: spec.terminationMessagePath ? resolve('/', spec.terminationMessagePath) : '',
        env: prepared.env,
        disk: disk(life.pod) ?? new Map<string, unknown>(),
        clock: cluster.clock,
        root,
        server,
        resolve: resolveIn,
        onExit,
      }),
  });

  const context = {
    cluster,
    recorder,
    timing: options.timing ?? QUICK,
    hostIP: (node: string) => names.nodeIP(node),
    admit: (pod: KubeObject) => admission(cluster, names, pod, (uid) => lives.get(uid)?.taken),
    address: () => names.address(),
    release: (ip: string) => names.release(ip),
    runContext,
  };

  const stopWatch = cluster.watch('pods', {}, (type, object) => {
    const pod = object as KubeObject;
    const uid = pod.metadata.uid ?? '';
    names.pod(type, pod);
    if (type === 'DELETED') {
      lives.get(uid)?.gone();
      lives.delete(uid);
      return;
    }
    const life = lives.get(uid);
    if (life) {
      life.update(pod);
      return;
    }
    met(pod);
  });

  /** A pod of which nothing lives here yet. */
  function met(pod: KubeObject): void {
    if (!names.hasNode(podSpec(pod)?.nodeName)) return;
    const runs = (pod.status as { startTime?: string } | undefined)?.startTime !== undefined;
    // A pod that runs already in an image nobody knows has nothing to do until somebody looks into it.
    const { containers, ephemeralContainers } = podSpec(pod);
    const idle = !ephemeralContainers && containers.every((one) => imageOf(one.image) === OTHER);
    if (runs && !pod.metadata.deletionTimestamp && idle) return;
    live(pod, runs);
  }

  /** Pods that were bound to a node before it was there. */
  const stopNodes = cluster.watch('nodes', {}, (type, node) => {
    if (type !== 'ADDED') return;
    for (const pod of names.boundTo(node.metadata.name)) if (!lives.has(pod.metadata.uid ?? '')) met(pod);
  });

  const outages = new Outages({
    cluster,
    pace: context.timing.sync / REAL_TIMING.sync,
    lifeOf: (pod) => lives.get(pod.metadata.uid ?? '') ?? live(pod, true),
  });

  function live(pod: KubeObject, runs: boolean): PodLife {
    const made = new PodLife(context, pod);
    lives.set(pod.metadata.uid ?? '', made);
    if (outages.isAway(podSpec(pod).nodeName ?? '')) made.goDark();
    else if (runs) {
      made.adopt();
      if (pod.metadata.deletionTimestamp) made.update(pod);
    } else made.start();
    return made;
  }

  const find = (call: { namespace: string; pod: string; container: string }): ContainerRun | undefined => {
    const pod = names.named(call.namespace, call.pod);
    if (!pod || !names.hasNode(podSpec(pod).nodeName)) return undefined;
    return (lives.get(pod.metadata.uid ?? '') ?? live(pod, true)).run(call.container);
  };
  /** Throws what the API server says of a kubelet that it can't reach. */
  const reach = (call: { namespace: string; pod: string }) => {
    const pod = names.named(call.namespace, call.pod);
    const node = pod && podSpec(pod).nodeName;
    if (!node || !outages.isAway(node)) return;
    const address = names.nodeIP(node);
    throw failure(500, '', `error dialing backend: dial tcp ${address}:10250: connect: no route to host`);
  };
  /** What was there before is told once, when the first reader comes. */
  const recall = (call: LogCall, container: Container) => {
    if (!options.past || told.has(container)) return;
    told.add(container);
    const pod = names.named(call.namespace, call.pod);
    if (pod) for (const line of options.past(pod, call.container)) container.log.put(line.at, line.text);
  };

  /** What listens on a port of the pod, in whichever of its containers. */
  const listener = (life: PodLife, port: number): Listener | undefined => {
    for (const run of life.runs) {
      const host = hostOf(life, run.spec.name);
      const found = run.running && imageOf(run.spec.image).listener?.(host, port, (name) => resolveIn(host, name));
      if (found) return found;
    }
    return undefined;
  };

  const answering = (life: PodLife, port: number): ReturnType<Door['open']> => {
    const serve = listener(life, port);
    if (serve) return connect(serve);
    const running = life.all.filter((run) => run.running);
    if (running.some((run) => run.container?.listens(port))) return port;
    // Of what nobody can look into, its own word is taken.
    const said = ({ spec, container }: ContainerRun) =>
      container?.opaque &&
      !imageOf(spec.image).listener &&
      (spec.ports?.some((one) => one.containerPort === port) ?? true);
    return running.some(said) || undefined;
  };

  const nodes: SimNodes = {
    root,
    exec: (call) => {
      reach(call);
      return exec(find(call), call);
    },
    attach: (call) => {
      reach(call);
      return attach(find(call), call);
    },
    dial(call) {
      reach(call);
      const pod = names.named(call.namespace, call.pod);
      const life = pod && (lives.get(pod.metadata.uid ?? '') ?? live(pod, true));
      return dial(life, call.port, listener);
    },
    logs(call) {
      reach(call);
      const run = find(call);
      if (!run) {
        const pod = names.named(call.namespace, call.pod);
        if (pod && !podSpec(pod).nodeName)
          throw failure(400, 'BadRequest', `pod ${call.pod} does not have a host assigned`);
      }
      const log = call.previous ? run?.previousLog : run?.container?.log;
      if (!log) throw failure(400, 'BadRequest', noLog(run, call));
      if (!call.previous && run?.container) recall(call, run.container);
      return log.read(call);
    },
    crash(namespace, pod, container) {
      const found = names.named(namespace, pod);
      const life = found && lives.get(found.metadata.uid ?? '');
      const runs = (life?.runs ?? []).filter((run) => run.running && (!container || run.spec.name === container));
      for (const run of runs) run.crash();
      return runs.length > 0;
    },
    crashNode: (node, ms) => outages.begin(node, ms),
    disk(namespace, name) {
      const pod = names.named(namespace, name);
      return pod && disk(pod);
    },
    say: (namespace, pod, container, text) => find({ namespace, pod, container })?.container?.log.write(`${text}\n`),
    close() {
      stopWatch();
      stopNodes();
      outages.close();
      delete cluster.kernel.node;
      for (const life of lives.values()) life.gone();
      lives.clear();
      server.close();
      root.remove();
    },
  };
  cluster.kernel.node = nodes;
  return nodes;
}
