/** Which resources are served, under which groups and versions: the built-in ones and those of CRDs. Touches the store only through names. */
import { qualified } from '../errors.ts';
import { BUILTIN_GROUPS, type BuiltinExtra } from './builtin.ts';
import { apiVersionOf, type ResourceInfo, type SubresourceInfo, versionOrder } from './info.ts';
import { selectableOf } from './selectable.ts';

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const SUB_VERBS = ['get', 'patch', 'update'];

/** Resources that show the objects of another. */
const SHARED_STORAGE: Record<string, { storageKey: string; storageApiVersion: string }> = {
  'events.events.k8s.io': { storageKey: 'events', storageApiVersion: 'v1' },
};

function subresource(text: string, kind: string): SubresourceInfo {
  if (text === 'status') return { name: text, kind, group: '', version: '', verbs: SUB_VERBS };
  if (text === 'scale') return { name: text, kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: SUB_VERBS };
  const [name = '', type = '', verbs = ''] = text.split(':');
  const [group = '', version = ''] = type.includes('/') ? type.split('/') : [];
  return { name, kind: type.split('/').at(-1) ?? type, group, version, verbs: verbs.split(',') };
}

function builtin(
  group: string,
  versions: string[],
  plural: string,
  kind: string,
  namespaced: boolean,
  extra: BuiltinExtra,
): ResourceInfo {
  const resource = qualified({ group, plural });
  const storageVersion = versions[0] ?? 'v1';
  const shared = SHARED_STORAGE[resource];
  const selectable = selectableOf(shared?.storageKey ?? resource);
  return {
    group,
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    namespaced,
    shortNames: extra.short ?? [],
    categories: extra.categories ?? [],
    verbs: extra.verbs ?? ALL_VERBS,
    versions,
    storageVersion,
    subresources: (extra.sub ?? []).map((text) => subresource(text, kind)),
    storageKey: shared?.storageKey ?? resource,
    storageApiVersion: shared?.storageApiVersion ?? apiVersionOf(group, storageVersion),
    ...(selectable ? { selectable } : {}),
  };
}

/** A resource as one request names it. */
export interface Served {
  info: ResourceInfo;
  version: string;
}

export class Registry {
  /** Counts what has been added and removed. */
  changes = 0;
  private readonly byName = new Map<string, ResourceInfo>();
  private readonly byKind = new Map<string, ResourceInfo>();
  /** Group → versions in order of preference; insertion order is discovery's. */
  private readonly groups = new Map<string, string[]>();

  constructor() {
    for (const { group, versions, resources } of BUILTIN_GROUPS) {
      for (const [plural, kind, namespaced, extra] of resources)
        this.add(builtin(group, versions, plural, kind, namespaced, extra ?? {}));
      this.groups.set(group, versions);
    }
  }

  /** `pods`, `deployments.apps`. */
  find(name: string): ResourceInfo | undefined {
    return this.byName.get(name);
  }

  /** By `plural.group`; throws for a programming error. */
  get(name: string): ResourceInfo {
    const info = this.byName.get(name);
    if (!info) throw new Error(`no resource ${name} is served`);
    return info;
  }

  forKind(group: string, kind: string): ResourceInfo | undefined {
    return this.byKind.get(`${group}/${kind}`);
  }

  serves(group: string, version: string): boolean {
    return this.groups.get(group)?.includes(version) ?? false;
  }

  served(group: string, version: string, plural: string): Served | undefined {
    const info = this.byName.get(qualified({ group, plural }));
    return info?.versions.includes(version) ? { info, version } : undefined;
  }

  all(): Iterable<ResourceInfo> {
    return this.byName.values();
  }

  /** Whether a group is the server's own. */
  isBuiltin(group: string): boolean {
    return BUILTIN_GROUPS.some((one) => one.group === group);
  }

  groupVersions(): Map<string, string[]> {
    return this.groups;
  }

  add(info: ResourceInfo): void {
    this.changes++;
    this.byName.set(qualified(info), info);
    this.byKind.set(`${info.group}/${info.kind}`, info);
    const known = this.groups.get(info.group) ?? [];
    const versions = [...known, ...info.versions.filter((version) => !known.includes(version))];
    this.groups.set(info.group, this.isBuiltin(info.group) ? versions : versions.sort(versionOrder));
  }

  remove(info: ResourceInfo): void {
    this.changes++;
    this.byName.delete(qualified(info));
    this.byKind.delete(`${info.group}/${info.kind}`);
    const left = new Set<string>();
    for (const other of this.byName.values())
      if (other.group === info.group) for (const version of other.versions) left.add(version);
    if (left.size === 0) this.groups.delete(info.group);
    else
      this.groups.set(
        info.group,
        (this.groups.get(info.group) ?? []).filter((version) => left.has(version)),
      );
  }
}
