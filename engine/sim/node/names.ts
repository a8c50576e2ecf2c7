import type { KubeObject } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { podSpec } from './status.ts';

/** Addresses and names inside the cluster: who is behind an IP, a host name, a Service. */
export class Names {
  readonly #cluster: SimCluster;
  readonly #pods: ResourceInfo;
  readonly #nodes: ResourceInfo;
  /** Where the pod with an address is. */
  readonly #byIP = new Map<string, { namespace: string; name: string; uid: string }>();
  readonly #free: string[] = [];
  #next = 2;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#pods = cluster.kernel.registry.get('pods');
    this.#nodes = cluster.kernel.registry.get('nodes');
  }

  /** An address of 10.244.0.0/14, not in use. Given back ones come again last, as on a real node. */
  address(): string {
    for (;;) {
      const n = this.#next < 0x3ff00 ? this.#next++ : 0;
      const ip = n === 0 ? this.#free.shift() : `10.${244 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
      if (ip === undefined) throw new Error('no pod address is left');
      if (n !== 0 && ((n & 255) === 0 || (n & 255) === 255)) continue;
      if (!this.#byIP.has(ip)) return ip;
    }
  }

  release(ip: string): void {
    this.#free.push(ip);
  }

  /** Asked of every pod that comes: nothing is read for it. */
  hasNode(node: string | undefined): boolean {
    return Boolean(node) && this.#cluster.kernel.store.entry(this.#nodes, '', node ?? '') !== undefined;
  }

  *boundTo(node: string): Generator<KubeObject> {
    const { store } = this.#cluster.kernel;
    for (const entry of store.collection(this.#pods.storageKey).entriesIn(undefined))
      if (entry.fields?.['spec.nodeName'] === node) yield store.object(this.#pods, entry);
  }

  nodeIP(node: string): string {
    const status = this.#cluster.get('nodes', '', node)?.status as
      | { addresses?: { type: string; address: string }[] }
      | undefined;
    return status?.addresses?.find((address) => address.type === 'InternalIP')?.address ?? '127.0.0.1';
  }

  pod(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: KubeObject): void {
    const ip = (pod.status as { podIP?: string } | undefined)?.podIP;
    if (!ip) return;
    const { namespace = '', name, uid = '' } = pod.metadata;
    if (type !== 'DELETED') this.#byIP.set(ip, { namespace, name, uid });
    else if (this.#byIP.get(ip)?.uid === uid) this.#byIP.delete(ip);
  }

  named(namespace: string, name: string): KubeObject | undefined {
    const { store } = this.#cluster.kernel;
    const entry = store.entry(this.#pods, namespace, name);
    return entry && store.object(this.#pods, entry);
  }

  /** As a resolver in that pod finds it: itself, an address, `pod.service[.namespace[.svc…]]`, `service[.namespace…]`. */
  resolve(from: { namespace: string; name: string; ip: string }, name: string): KubeObject | undefined {
    if (name === 'localhost' || name === from.name || name === from.ip || /^127\./.test(name))
      return this.named(from.namespace, from.name);
    if (/^[\d.]+$/.test(name)) {
      const at = this.#byIP.get(name);
      return at && this.named(at.namespace, at.name);
    }
    const parts = name
      .replace(/\.?$/, '')
      .replace(/\.svc(\.cluster\.local)?$/, '')
      .split('.');
    const [first = '', second, third] = parts;
    if (parts.length > 3) return undefined;
    const pod = second === undefined ? undefined : this.named(third ?? from.namespace, first);
    if (pod && podSpec(pod).subdomain === second) return pod;
    if (parts.length > 2) return undefined;
    return this.#behind(second ?? from.namespace, first);
  }

  /** The first ready pod of a Service. */
  #behind(namespace: string, service: string): KubeObject | undefined {
    const spec = this.#cluster.get('services', namespace, service)?.spec as
      | { selector?: Record<string, string> }
      | undefined;
    const wanted = Object.entries(spec?.selector ?? {});
    if (wanted.length === 0) return undefined;
    const { store } = this.#cluster.kernel;
    for (const entry of store.collection(this.#pods.storageKey).entriesIn(namespace)) {
      if (!wanted.every(([key, value]) => entry.labels?.[key] === value)) continue;
      const pod = store.object(this.#pods, entry);
      if (
        !pod.metadata.deletionTimestamp &&
        ((pod.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
          (condition) => condition.type === 'Ready' && condition.status === 'True',
        )
      )
        return pod;
    }
    return undefined;
  }
}
