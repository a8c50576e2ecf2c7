/** A node that stops without a word: what the control plane makes of its silence, and what its kubelet finds when it is back. */

import type { KubeObject } from '../../api/types.ts';
import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import { unlessRefused } from '../errors.ts';
import type { PodLife } from './pod.ts';
import { podSpec } from './status.ts';

/** Real times, milliseconds: until a silent node is taken for lost, and until its pods are told to go. */
const PATIENCE = { monitor: 50_000, evict: 300_000 };

const TAINT = 'node.kubernetes.io/unreachable';

interface NodeObject extends KubeObject {
  spec?: { taints?: { key: string; effect: string; timeAdded?: string }[] };
  status?: { conditions?: Condition[] };
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastHeartbeatTime?: string;
  lastTransitionTime?: string;
}

export interface OutageParts {
  cluster: SimCluster;
  /** Of a real node's times. */
  pace: number;
  /** The pod's life, begun where nobody has looked at it yet. */
  lifeOf(pod: KubeObject): PodLife | undefined;
}

export class Outages {
  readonly #o: OutageParts;
  /** Nodes that are away, with what waits for them. */
  readonly #away = new Map<string, (() => void)[]>();

  constructor(parts: OutageParts) {
    this.#o = parts;
  }

  isAway(node: string): boolean {
    return this.#away.has(node);
  }

  /** False where there is no such node. One that is away already stays away for the new time. */
  begin(node: string, ms: number): boolean {
    const { cluster, pace } = this.#o;
    if (!cluster.get('nodes', '', node)) return false;
    const fresh = !this.#away.has(node);
    this.#cancel(node);
    const { clock } = cluster;
    this.#away.set(node, [
      clock.after(PATIENCE.monitor * pace, () => this.#lost(node)),
      clock.after((PATIENCE.monitor + PATIENCE.evict) * pace, () => this.#evict(node)),
      clock.after(ms, () => this.#end(node)),
    ]);
    if (fresh) for (const pod of this.#pods(node)) this.#o.lifeOf(pod)?.goDark();
    return true;
  }

  close(): void {
    for (const node of this.#away.keys()) this.#cancel(node);
  }

  #cancel(node: string): void {
    for (const cancel of this.#away.get(node) ?? []) cancel();
  }

  #pods(node: string): KubeObject[] {
    return this.#o.cluster.list('pods').filter((pod) => podSpec(pod as KubeObject)?.nodeName === node) as KubeObject[];
  }

  #end(node: string): void {
    this.#cancel(node);
    this.#away.delete(node);
    this.#condition(node, (condition) =>
      condition.type === 'Ready'
        ? { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
        : {
            status: 'False',
            reason: `KubeletHas${HAS[condition.type]}`,
            message: `kubelet has ${SAYS[condition.type]}`,
          },
    );
    this.#taint(node, false);
    for (const pod of this.#pods(node)) this.#o.lifeOf(pod)?.comeBack();
  }

  #lost(node: string): void {
    this.#condition(node, () => ({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    }));
    this.#taint(node, true);
    for (const pod of this.#pods(node)) this.#unready(pod);
  }

  #evict(node: string): void {
    for (const { metadata } of this.#pods(node))
      unlessRefused(() => this.#o.cluster.delete('pods', metadata.namespace ?? '', metadata.name));
  }

  #unready(pod: KubeObject): void {
    const { cluster } = this.#o;
    const status = (pod.status ?? {}) as { conditions?: Condition[] };
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') return;
    const conditions = status.conditions?.map((one) =>
      one === ready ? { ...one, status: 'False', lastTransitionTime: this.#now() } : one,
    );
    const next = { ...pod, status: { ...status, conditions } };
    unlessRefused(() =>
      cluster.update('pods', next as never, { subresource: 'status', manager: 'kube-controller-manager' }),
    );
  }

  #condition(node: string, say: (condition: Condition) => Pick<Condition, 'status' | 'reason' | 'message'>): void {
    const { cluster } = this.#o;
    const object = cluster.get('nodes', '', node) as NodeObject | undefined;
    if (!object) return;
    const conditions = object.status?.conditions?.map((old) => {
      const said = say(old);
      return { ...old, ...said, ...(old.status === said.status ? {} : { lastTransitionTime: this.#now() }) };
    });
    const next = { ...object, status: { ...object.status, conditions } };
    unlessRefused(() => cluster.update('nodes', next as never, { subresource: 'status' }));
  }

  #taint(node: string, on: boolean): void {
    const { cluster } = this.#o;
    const object = cluster.get('nodes', '', node) as NodeObject | undefined;
    if (!object) return;
    const others = (object.spec?.taints ?? []).filter(({ key }) => key !== TAINT);
    const own = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: TAINT, effect, timeAdded: this.#now() }));
    const taints = on ? [...others, ...own] : others;
    unlessRefused(() => cluster.patch('nodes', '', node, { spec: { taints: taints.length > 0 ? taints : null } }));
  }

  #now(): string {
    return wholeSeconds(this.#o.cluster.clock.now());
  }
}

const HAS: Record<string, string> = {
  MemoryPressure: 'SufficientMemory',
  DiskPressure: 'NoDiskPressure',
  PIDPressure: 'SufficientPID',
};
const SAYS: Record<string, string> = {
  MemoryPressure: 'sufficient memory available',
  DiskPressure: 'no disk pressure',
  PIDPressure: 'sufficient PID available',
};
