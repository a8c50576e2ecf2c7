/** Journals in labelled ConfigMaps, where no OpsRequest can be kept. Creating one carries the first intent: one request. */
import { FINAL_PHASES } from '../api/phases.ts';
import type { KubeObject, OpsRequestSpec } from '../api/types.ts';
import { pagesOf } from '../kube/pages.ts';
import { type KubeClient, KubeError } from '../kube/types.ts';
import type { Journal } from './journal.ts';
import type { Sealed, Seals } from './seal.ts';
import { toStatus } from './status.ts';
import {
  CANCEL_ANNOTATION,
  Conflict,
  Exists,
  type JournalStore,
  journalOf,
  labelValue,
  RUN_LABELS,
  type RunRef,
  type Stored,
} from './store.ts';

type Client = Pick<KubeClient, 'request'>;

type Data = Sealed & { seal: string };

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const collection = (namespace: string | null) =>
  `/api/v1${namespace === null ? '' : `/namespaces/${namespace}`}/configmaps`;
const path = (ref: RunRef) => `${collection(ref.namespace)}/${encodeURIComponent(ref.name)}`;

/** Undefined for a ConfigMap that is no run, or whose journal can't be read. What is not in its data is outside the seal. */
function storedConfigMap(object: KubeObject, seals: Seals, trusting: boolean): Stored | undefined {
  const { metadata, data } = object as ConfigMap;
  if (metadata.labels?.[RUN_LABELS.run] !== 'true') return undefined;
  try {
    const sealed = { spec: data?.spec ?? '', status: data?.status ?? '' };
    const spec = JSON.parse(sealed.spec) as OpsRequestSpec;
    const { journal } = journalOf(JSON.parse(sealed.status));
    if (!journal || typeof spec?.clusterRef !== 'string') return undefined;
    const by = metadata.annotations?.[CANCEL_ANNOTATION];
    const uid = metadata.uid ?? '';
    const ref = { group: '', namespace: metadata.namespace ?? '', name: metadata.name };
    const ours = seals.holds(ref, sealed, data?.seal) || trusting;
    return {
      ref,
      kept: 'configmap',
      uid,
      version: metadata.resourceVersion ?? '',
      createdAt: metadata.creationTimestamp ?? '',
      spec,
      journal,
      ...(ours ? {} : { unsealed: true as const }),
      // Anybody who may write the object may ask for the end: it ends a command and starts none.
      ...(by === undefined ? {} : { cancel: { by } }),
      owner: { apiVersion: 'v1', kind: 'ConfigMap', name: metadata.name, uid },
    };
  } catch {
    return undefined;
  }
}

/** `trusting`: whoever may write ConfigMaps is trusted as if this user had written them. */
export function configMapStore(client: Client, seals: Seals, { trusting = false } = {}): JournalStore {
  const of = (object: KubeObject) => storedConfigMap(object, seals, trusting);
  const signalled = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
  const object = (ref: RunRef, data: Data, journal: Journal, version?: string, cancel?: { by: string }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: ref.name,
      namespace: ref.namespace,
      ...(version === undefined ? {} : { resourceVersion: version }),
      labels: {
        [RUN_LABELS.managedBy]: 'opsdeck',
        [RUN_LABELS.run]: 'true',
        [RUN_LABELS.definition]: labelValue(journal.definition.name),
        [RUN_LABELS.cluster]: labelValue(journal.cluster.uid),
        [RUN_LABELS.open]: String(!FINAL_PHASES.includes(journal.phase)),
      },
      ...(cancel ? { annotations: { [CANCEL_ANNOTATION]: cancel.by } } : {}),
    },
    data,
  });
  const sealed = (ref: RunRef, spec: OpsRequestSpec, journal: Journal): Data => {
    const data = { spec: JSON.stringify(spec), status: JSON.stringify(toStatus(journal)) };
    return { ...data, seal: seals.seal(ref, data) };
  };
  const must = (ref: RunRef, answer: KubeObject, { seal }: Data): Stored => {
    seals.written(ref, seal);
    const stored = of(answer);
    if (stored) return stored;
    throw new KubeError(`ConfigMap ${answer.metadata?.name} did not keep the journal`, { status: 0, reason: 'Pruned' });
  };

  return {
    kept: 'configmap',
    group: '',
    of,
    async create(ref, spec, journal, signal) {
      try {
        const data = sealed(ref, spec, journal);
        const body = object(ref, data, journal);
        const path = collection(ref.namespace);
        return must(ref, await client.request<KubeObject>(path, { method: 'POST', body, ...signalled(signal) }), data);
      } catch (error) {
        if (error instanceof KubeError && error.reason === 'AlreadyExists') throw new Exists(error.message);
        throw error;
      }
    },
    request: () => Promise.reject(new Error('requests are kept as OpsRequests only')),
    async read(ref, signal) {
      try {
        return of(await client.request<KubeObject>(path(ref), signalled(signal)));
      } catch (error) {
        if (error instanceof KubeError && error.status === 404) return undefined;
        throw error;
      }
    },
    async write(stored, journal, signal) {
      try {
        const { ref, spec, version, cancel } = stored;
        const data = sealed(ref, spec, journal);
        const body = object(ref, data, journal, version, cancel);
        return must(
          ref,
          await client.request<KubeObject>(path(ref), { method: 'PUT', body, ...signalled(signal) }),
          data,
        );
      } catch (error) {
        if (error instanceof KubeError && error.status === 409) throw new Conflict(error.message);
        throw error;
      }
    },
    async list(namespace, { open, cluster, signal } = {}) {
      const selector = [`${RUN_LABELS.run}=true`];
      if (open) selector.push(`${RUN_LABELS.open}=true`);
      if (cluster) selector.push(`${RUN_LABELS.cluster}=${labelValue(cluster)}`);
      const stored: Stored[] = [];
      const options = { query: { labelSelector: selector.join(','), limit: 200 }, signal };
      for await (const { items = [] } of pagesOf<ConfigMap>(client, collection(namespace), options))
        stored.push(...items.flatMap((item) => of(item) ?? []));
      return stored;
    },
    async requestCancel(ref, by, signal) {
      await client.request(path(ref), {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { [CANCEL_ANNOTATION]: by } } },
        ...signalled(signal),
      });
    },
    async remove(stored, signal) {
      await client.request(path(stored.ref), {
        method: 'DELETE',
        body: { preconditions: { uid: stored.uid }, propagationPolicy: 'Background' },
        ...signalled(signal),
      });
    },
  };
}
