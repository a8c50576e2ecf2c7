/** Journals in the status of OpsRequests, under any of the accepted groups. */
import { FINAL_PHASES } from '../api/phases.ts';
import { type OpsRequest, VERSION } from '../api/types.ts';
import { pagesOf } from '../kube/pages.ts';
import { type KubeClient, KubeError } from '../kube/types.ts';
import type { Journal } from './journal.ts';
import { fromStatus, toStatus } from './status.ts';
import {
  CANCEL_ANNOTATION,
  Conflict,
  CREATED_ANNOTATION,
  Exists,
  HandedOver,
  type JournalStore,
  journalOf,
  labelValue,
  PIN_ANNOTATION,
  RUN_LABELS,
  type RunRef,
  type Stored,
} from './store.ts';

type Client = Pick<KubeClient, 'request'>;

const collection = (group: string, namespace: string | null) =>
  `/apis/${group}/${VERSION}${namespace === null ? '' : `/namespaces/${namespace}`}/opsrequests`;
const path = (ref: RunRef) => `${collection(ref.group, ref.namespace)}/${encodeURIComponent(ref.name)}`;

function storedRequest(group: string, object: OpsRequest): Stored {
  const { metadata, spec } = object;
  const { [CANCEL_ANNOTATION]: by, [PIN_ANNOTATION]: pin } = metadata.annotations ?? {};
  const uid = metadata.uid ?? '';
  return {
    ref: { group, namespace: metadata.namespace ?? '', name: metadata.name },
    kept: 'opsrequest',
    uid,
    version: metadata.resourceVersion ?? '',
    createdAt: metadata.creationTimestamp ?? '',
    spec: spec ?? { clusterRef: '' },
    ...journalOf(object.status),
    ...(metadata.annotations?.[CREATED_ANNOTATION] ? { madeByEngine: true as const } : {}),
    ...(pin === undefined ? {} : { pin }),
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    ...(spec?.cancel || by !== undefined || metadata.deletionTimestamp ? { cancel: { by: by ?? '' } } : {}),
    owner: { apiVersion: `${group}/${VERSION}`, kind: 'OpsRequest', name: metadata.name, uid },
  };
}

const isUnserved = (error: unknown): boolean =>
  error instanceof KubeError &&
  (error.status === 404 || error.status === 405) &&
  !error.message.startsWith('namespaces "');

export function requestStore(client: Client, group: string): JournalStore {
  const kind = { apiVersion: `${group}/${VERSION}`, kind: 'OpsRequest' };
  const signalled = (signal: AbortSignal | undefined) => (signal ? { signal } : {});

  /** Discovery still names a kind for some seconds whose CRD was deleted. */
  const unserved = () =>
    new KubeError(`opsrequests.${group} is gone or going; try again`, { status: 404, reason: 'NotFound' });

  async function write(stored: Stored, journal: Journal, signal?: AbortSignal): Promise<Stored> {
    const { ref } = stored;
    const status = toStatus({
      ...journal,
      ...(stored.generation === undefined ? {} : { observedGeneration: stored.generation }),
    });
    const metadata = { name: ref.name, namespace: ref.namespace, resourceVersion: stored.version };
    try {
      const answer = await client.request<OpsRequest>(`${path(ref)}/status`, {
        method: 'PUT',
        body: { ...kind, metadata, spec: stored.spec, status },
        ...signalled(signal),
      });
      const next = storedRequest(group, answer);
      // A CRD that is not ours may prune what it doesn't know: an intent that was not kept protects nobody.
      if (!next.journal) {
        throw new KubeError(
          `opsrequests.${group} of this cluster don't keep a journal; install the CRDs anew: opsdeck install --crds | kubectl apply -f -`,
          { status: 0, reason: 'Pruned' },
        );
      }
      return next;
    } catch (error) {
      if (error instanceof KubeError && error.status === 409) throw new Conflict(error.message);
      throw error;
    }
  }

  return {
    kept: 'opsrequest',
    group,
    of: (object) => storedRequest(group, object as OpsRequest),
    write,
    async create(ref, spec, journal, signal) {
      // Of an object that was made without its answer being heard, this says whose it is.
      // Whoever has to begin with it is told which of several definitions of the name it is.
      const annotations = {
        [CREATED_ANNOTATION]: `${journal.written?.by ?? ''} ${journal.createdAt}`,
        [PIN_ANNOTATION]: journal.definition.digest,
      };
      const labels = {
        [RUN_LABELS.managedBy]: 'opsdeck',
        [RUN_LABELS.definition]: labelValue(journal.definition.name),
        [RUN_LABELS.cluster]: labelValue(journal.cluster.uid),
      };
      try {
        const body = { ...kind, metadata: { name: ref.name, namespace: ref.namespace, labels, annotations }, spec };
        const made = await client
          .request<OpsRequest>(collection(group, ref.namespace), {
            method: 'POST',
            body,
            ...signalled(signal),
          })
          .catch((error: unknown) => {
            throw isUnserved(error) ? unserved() : error;
          });
        const stored = storedRequest(group, made);
        try {
          return await write(stored, journal, signal);
        } catch (error) {
          if (isUnserved(error) && !(await this.read(ref, signal))) throw unserved();
          if (!(error instanceof KubeError && error.status === 403)) throw error;
          await this.remove(stored, signal).catch(() => {
            throw new HandedOver(stored, error.message);
          });
          throw error;
        }
      } catch (error) {
        if (!(error instanceof KubeError && error.reason === 'AlreadyExists')) throw error;
        const present = await client.request<OpsRequest>(path(ref), signalled(signal));
        const ours = present.metadata.annotations?.[CREATED_ANNOTATION] === annotations[CREATED_ANNOTATION];
        if (!ours || fromStatus(present.status) !== 'none') throw new Exists(error.message);
        return await write(storedRequest(group, present), journal, signal);
      }
    },
    async request(ref, spec, pin, signal) {
      const labels = { [RUN_LABELS.managedBy]: 'opsdeck' };
      const annotations = { [PIN_ANNOTATION]: pin };
      const metadata = { name: ref.name, namespace: ref.namespace, labels, annotations };
      const body = { ...kind, metadata, spec };
      await client.request(collection(group, ref.namespace), { method: 'POST', body, ...signalled(signal) });
    },
    async read(ref, signal) {
      try {
        return storedRequest(group, await client.request<OpsRequest>(path(ref), signalled(signal)));
      } catch (error) {
        if (error instanceof KubeError && error.status === 404) return undefined;
        throw error;
      }
    },
    async list(namespace, { open, cluster, signal } = {}) {
      const stored: Stored[] = [];
      const options = { query: { limit: 200 }, signal };
      for await (const { items = [] } of pagesOf<OpsRequest>(client, collection(group, namespace), options))
        stored.push(...items.map((item) => storedRequest(group, item)));
      return stored.filter(
        ({ journal }) =>
          (!open || !journal || !FINAL_PHASES.includes(journal.phase)) &&
          (!cluster || !journal || journal.cluster.uid === cluster),
      );
    },
    async requestCancel(ref, by, signal) {
      await client.request(path(ref), {
        method: 'PATCH',
        contentType: 'application/merge-patch+json',
        body: { metadata: { annotations: { [CANCEL_ANNOTATION]: by } }, spec: { cancel: true } },
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
