/** Custom resources: definitions are served as resources of their own. Touches the registry, and the cluster from inside. */
import type { SimCluster } from '../cluster.ts';
import { ApiError } from '../errors.ts';
import { at, text } from '../json.ts';
import { timestamp } from '../kernel.ts';
import { apiVersionOf, type ResourceInfo, type SubresourceInfo, versionOrder } from '../resources/info.ts';
import type { SimObject } from '../types.ts';
import { type Acceptance, accept, acceptedNames, type Claims, claim, type Names, wantsNames } from './names.ts';
import { customRules } from './rules.ts';
import { type CrdSpec, selectablePaths, specOfCrd } from './structural.ts';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const SUB_VERBS = ['get', 'patch', 'update'];

function subresources(spec: CrdSpec, kind: string): SubresourceInfo[] {
  const found: SubresourceInfo[] = [];
  const has = (name: 'status' | 'scale'): boolean =>
    spec.versions.some((version) => version.served && version.subresources?.[name] !== undefined);
  if (has('status')) found.push({ name: 'status', kind, group: spec.group, version: '', verbs: SUB_VERBS });
  if (has('scale')) found.push({ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: SUB_VERBS });
  return found;
}

/** The resource that a definition describes. */
function resourceOf(spec: CrdSpec, names: Names, since: number): ResourceInfo {
  const { group } = spec;
  const storage = spec.versions.find((version) => version.storage) ?? spec.versions[0]!;
  const paths = [...new Set(spec.versions.flatMap((version) => selectablePaths(version)))];
  return {
    group,
    plural: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    namespaced: spec.scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: VERBS,
    versions: spec.versions
      .filter((version) => version.served)
      .map((version) => version.name)
      .sort(versionOrder),
    storageVersion: storage.name,
    subresources: subresources(spec, names.kind),
    storageKey: `${names.plural}.${group}`,
    storageApiVersion: apiVersionOf(group, storage.name),
    custom: customRules(spec, since),
    ...(paths.length > 0
      ? {
          selectable: (object: SimObject) =>
            Object.fromEntries(paths.map((path) => [path, text(at(object, ...path.split('.')))])),
        }
      : {}),
  };
}

/** Serves what definitions describe, from the moment they are written, and takes it away with them. */
export function definitionController(cluster: SimCluster): () => void {
  const { kernel } = cluster;
  const { registry, store } = kernel;
  const served = new Map<string, ResourceInfo>();

  /** Names of the group that other definitions have, or will have in a moment. */
  const claimedBy = (others: readonly SimObject[]): Claims => {
    const claims: Claims = { resources: new Set(), kinds: new Set() };
    for (const one of others) {
      claim(claims, acceptedNames(one));
      const info = served.get(one.metadata.name ?? '');
      if (info) claim(claims, info);
    }
    return claims;
  };

  const definitions = (group: string): SimObject[] => {
    const info = registry.get(DEFINITIONS);
    const { keys, get } = store.collection(info.storageKey).live();
    return [...keys].flatMap((key) => {
      const entry = get(key);
      const object = entry && store.object(info, entry);
      return object && at(object, 'spec', 'group') === group ? [object] : [];
    });
  };

  const verdictOf = (definition: SimObject): Acceptance => {
    const { name } = definition.metadata;
    const others = definitions(specOfCrd(definition).group).filter((one) => one.metadata.name !== name);
    return accept(definition, claimedBy(others), timestamp(kernel));
  };

  const serve = (name: string, definition: SimObject): void => {
    const { names, established } = verdictOf(definition);
    const spec = specOfCrd(definition);
    const before = served.get(name);
    const taken = registry.forKind(spec.group, names.kind);
    if (!established || (taken && taken !== before)) return;
    if (before) registry.remove(before);
    const info = resourceOf(spec, names, store.current);
    served.set(name, info);
    registry.add(info);
  };

  const unserve = (name: string): void => {
    const info = served.get(name);
    if (!info) return;
    served.delete(name);
    registry.remove(info);
    store.dropCollection(info.storageKey);
  };

  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  };

  /** Writes down which of its names a definition has, and serves it when it has them all. */
  const settle = (name: string): void => {
    const definition = cluster.get(DEFINITIONS, '', name);
    if (!definition || definition.metadata.deletionTimestamp) return;
    const { status } = verdictOf(definition);
    if (!served.has(name)) serve(name, definition);
    if (!status) return;
    attempt(() =>
      cluster.patch(DEFINITIONS, '', name, { status }, { manager: 'kube-apiserver', subresource: 'status' }),
    );
  };

  /** A name that comes free may be wanted by others of the group. */
  const settleOthers = (name: string): void => {
    for (const one of definitions(name.slice(name.indexOf('.') + 1)))
      if (one.metadata.name !== name && wantsNames(one)) settle(one.metadata.name ?? '');
  };

  /** Deletes the resources of a definition that goes away, and then lets it go. */
  const cleanUp = (name: string): void => {
    const definition = cluster.get(DEFINITIONS, '', name);
    const finalizers = definition?.metadata.finalizers ?? [];
    if (!definition?.metadata.deletionTimestamp || !finalizers.includes(CLEANUP)) return;
    const info = served.get(name);
    if (info) {
      const { keys, get } = store.collection(info.storageKey).live();
      for (const entry of [...keys].map(get))
        if (entry && !entry.held)
          attempt(() => cluster.delete(`${info.plural}.${info.group}`, entry.namespace, entry.name));
      if (store.collection(info.storageKey).size > 0) return;
    }
    const left = finalizers.filter((one) => one !== CLEANUP);
    attempt(() =>
      cluster.patch(
        DEFINITIONS,
        '',
        name,
        { metadata: { finalizers: left.length > 0 ? left : null } },
        { manager: 'kube-apiserver' },
      ),
    );
  };

  const generations = new Map<string, number>();
  const observe = (kind: { storageKey: string }, event: { type: string; entry: { name: string } }): void => {
    if (kind.storageKey !== DEFINITIONS) {
      const name = kind.storageKey;
      if (event.type === 'DELETED' && served.has(name)) cluster.defer(() => cleanUp(name));
      return;
    }
    const { name } = event.entry;
    if (event.type === 'DELETED') {
      generations.delete(name);
      unserve(name);
      cluster.defer(() => settleOthers(name));
      return;
    }
    const definition = cluster.get(DEFINITIONS, '', name);
    if (!definition) return;
    const generation = definition.metadata.generation ?? 0;
    if (generations.get(name) !== generation && !definition.metadata.deletionTimestamp) {
      generations.set(name, generation);
      serve(name, definition);
    }
    cluster.defer(() => {
      const now = cluster.get(DEFINITIONS, '', name);
      if (now?.metadata.deletionTimestamp) cleanUp(name);
      else if (now) {
        settle(name);
        settleOthers(name);
      }
    });
  };
  store.observers.add(observe);
  return () => store.observers.delete(observe);
}
