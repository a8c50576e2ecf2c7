/** Everything that happens in one namespace of one server, as its watches tell it. */
import type { Api } from '../../conformance/server.ts';
import { until } from '../kit/until.ts';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface Thing {
  kind: string;
  apiVersion: string;
  metadata: {
    name: string;
    uid: string;
    generateName?: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: the tests know what they look into
  spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  status?: any;
  [field: string]: unknown;
}

export interface Seen {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  thing: Thing;
}

const WATCHED: Record<string, readonly string[]> = {
  'api/v1': ['pods', 'events', 'persistentvolumeclaims', 'replicationcontrollers'],
  'apis/apps/v1': ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'controllerrevisions'],
  'apis/batch/v1': ['jobs', 'cronjobs'],
  'apis/autoscaling/v2': ['horizontalpodautoscalers'],
  'apis/discovery.k8s.io/v1': ['endpointslices'],
  'apis/policy/v1': ['poddisruptionbudgets'],
};

export class Watched {
  readonly seen: Seen[] = [];
  readonly #now = new Map<string, Thing>();
  readonly #stops: (() => void)[] = [];
  #read: (kind: string, name: string) => Promise<Thing | undefined> = async () => undefined;

  async open(api: Api, namespace: string): Promise<void> {
    this.#read = async (kind, name) => {
      const plural = `${kind.toLowerCase()}s`;
      const group = Object.keys(WATCHED).find((one) => WATCHED[one]?.includes(plural));
      const answer = await api.get(`/${group}/namespaces/${namespace}/${plural}/${name}`);
      return answer.code === 200 ? (answer.body as unknown as Thing) : undefined;
    };
    const follow = async (path: string) => {
      const stream = await api.watch(path);
      this.#stops.push(() => stream.close());
      void (async () => {
        for (;;) {
          const event = await stream.next(2_000_000_000);
          if (!event) return;
          const thing = event.object as unknown as Thing;
          this.seen.push({ type: event.type as Seen['type'], thing });
          if (event.type === 'DELETED') this.#now.delete(thing.metadata.uid);
          else this.#now.set(thing.metadata.uid, thing);
        }
      })();
    };
    const paths = Object.entries(WATCHED).flatMap(([group, plurals]) =>
      plurals.map((plural) => `/${group}/namespaces/${namespace}/${plural}`),
    );
    await Promise.all(paths.map(follow));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  all(kind: string): Thing[] {
    return [...this.#now.values()].filter((thing) => thing.kind === kind);
  }

  get(kind: string, name: string): Thing | undefined {
    return this.all(kind).find(({ metadata }) => metadata.name === name);
  }

  /**
   * Resolves with the object once it is as wanted. What the watch has not told yet of a change that was made before counts: else the
   * state before the change is taken for the one after it.
   */
  async when(kind: string, name: string, wanted: (thing: Thing) => unknown, seconds = 90): Promise<Thing> {
    const least = (await this.#read(kind, name))?.metadata.generation ?? 0;
    return until(
      `${kind} ${name} is ${wanted}`,
      () => {
        const thing = this.get(kind, name);
        return thing && (thing.metadata.generation ?? 0) >= least && wanted(thing) ? thing : undefined;
      },
      { seconds, everyMs: 50 },
    );
  }

  /** Resolves once it is there no more. */
  gone(kind: string, name: string, seconds = 60): Promise<unknown> {
    return until(`${kind} ${name} is gone`, () => !this.get(kind, name), { seconds, everyMs: 50 });
  }
}

export const condition = (thing: Thing, type: string): Condition | undefined =>
  (thing.status?.conditions as Condition[] | undefined)?.find((one) => one.type === type);

export const is = (thing: Thing, type: string): boolean => condition(thing, type)?.status === 'True';
