import type { SimCluster } from '../cluster.ts';
import { ApiError, qualified } from '../errors.ts';
import { timestamp } from '../kernel.ts';
import type { ResourceInfo } from '../resources/info.ts';
import type { Entry } from '../store/entry.ts';
import type { SimObject } from '../types.ts';

interface Left {
  resource: string;
  count: number;
  finalizers: Map<string, number>;
}

/** Types, and the reason and message while all is well. */
const WELL: [type: string, reason: string, message: string][] = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  [
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
];

function conditions(left: readonly Left[], now: string): object[] {
  const content = left.map(({ resource, count }) => `${resource} has ${count} resource instances`).sort();
  const finalizers = new Map<string, number>();
  for (const one of left)
    for (const [name, count] of one.finalizers) finalizers.set(name, (finalizers.get(name) ?? 0) + count);
  const held = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return WELL.map(([type, reason, message]) => {
    const base = { type, status: 'False', lastTransitionTime: now, reason, message };
    if (type === 'NamespaceContentRemaining' && content.length > 0)
      return {
        ...base,
        status: 'True',
        reason: 'SomeResourcesRemain',
        message: `Some resources are remaining: ${content.join(', ')}`,
      };
    if (type === 'NamespaceFinalizersRemaining' && held.length > 0)
      return {
        ...base,
        status: 'True',
        reason: 'SomeFinalizersRemain',
        message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
      };
    return base;
  });
}

/** Empties a namespace that is being deleted, and lets it go when nothing is left in it. */
export function namespaceController(cluster: SimCluster): () => void {
  const { kernel } = cluster;
  const { store, registry } = kernel;
  const ending = new Set<string>();

  function* contentOf(namespace: string): Generator<[ResourceInfo, Entry]> {
    const seen = new Set<string>();
    for (const info of registry.all()) {
      if (!info.namespaced || !info.verbs.includes('delete') || seen.has(info.storageKey)) continue;
      seen.add(info.storageKey);
      const { keys, get } = store.collection(info.storageKey).live();
      for (const key of [...keys]) {
        const entry = key.startsWith(`${namespace}/`) ? get(key) : undefined;
        if (entry) yield [info, entry];
      }
    }
  }

  const deleteContent = (namespace: string): void => {
    for (const [info, entry] of contentOf(namespace)) {
      if (entry.held) continue;
      try {
        cluster.delete(qualified(info), namespace, entry.name, { propagationPolicy: 'Background' });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }
  };

  const remaining = (namespace: string): Left[] => {
    const left = new Map<string, Left>();
    for (const [info, entry] of contentOf(namespace)) {
      const resource = info.group ? `${info.plural}.${info.group}` : `${info.plural}.`;
      const one = left.get(resource) ?? { resource, count: 0, finalizers: new Map<string, number>() };
      one.count++;
      for (const name of store.object(info, entry).metadata.finalizers ?? [])
        one.finalizers.set(name, (one.finalizers.get(name) ?? 0) + 1);
      left.set(resource, one);
    }
    return [...left.values()];
  };

  const finalize = (object: SimObject): void => {
    const spec = { finalizers: null };
    cluster.patch(
      'namespaces',
      '',
      object.metadata.name,
      { spec },
      { manager: 'kube-controller-manager', subresource: 'finalize' },
    );
  };

  const advance = (namespace: string): void => {
    const object = cluster.get('namespaces', '', namespace);
    if (object?.metadata.deletionTimestamp === undefined) {
      ending.delete(namespace);
      return;
    }
    deleteContent(namespace);
    const left = remaining(namespace);
    if (left.length === 0) {
      ending.delete(namespace);
      finalize(object);
      return;
    }
    const wanted = conditions(left, timestamp(kernel));
    const told = (object.status as { conditions?: { type: string; message: string }[] } | undefined)?.conditions ?? [];
    const same = wanted.every((one) =>
      told.some(
        (known) =>
          known.type === (one as { type: string }).type && known.message === (one as { message: string }).message,
      ),
    );
    if (!same)
      cluster.patch(
        'namespaces',
        '',
        namespace,
        { status: { conditions: wanted } },
        { manager: 'kube-controller-manager', subresource: 'status' },
      );
  };

  const waiting = new Set<string>();
  const schedule = (namespace: string): void => {
    if (waiting.has(namespace)) return;
    waiting.add(namespace);
    cluster.defer(() => {
      waiting.delete(namespace);
      advance(namespace);
    });
  };
  const stop = cluster.watch('namespaces', {}, (type, object) => {
    const { name, deletionTimestamp } = object.metadata;
    if (type === 'DELETED' || deletionTimestamp === undefined) return;
    ending.add(name);
    schedule(name);
  });
  const observe = (_kind: unknown, { entry }: { entry: Entry }): void => {
    if (ending.size > 0 && ending.has(entry.namespace)) schedule(entry.namespace);
  };
  store.observers.add(observe);
  return () => {
    stop();
    store.observers.delete(observe);
  };
}
