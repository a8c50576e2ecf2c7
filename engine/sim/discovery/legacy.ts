import { createHash } from 'node:crypto';
import { apiVersionOf, type ResourceInfo } from '../resources/info.ts';
import type { Registry } from '../resources/registry.ts';

/** The fingerprint of what a resource is stored as; clients compare it for equality only. */
const storageHash = (info: ResourceInfo): string =>
  createHash('sha256')
    .update(`${info.group}/${info.storageVersion}/${info.kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');

const address = (port: number) => [{ clientCIDR: '0.0.0.0/0', serverAddress: `127.0.0.1:${port}` }];

export const apiVersions = (port: number) => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: address(port),
});

const groupEntry = (group: string, versions: readonly string[]) => {
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
};

export const apiGroupList = (registry: Registry) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [...registry.groupVersions()]
    .filter(([group]) => group !== '')
    .map(([group, versions]) => groupEntry(group, versions)),
});

export function apiGroup(registry: Registry, group: string): object | undefined {
  const versions = registry.groupVersions().get(group);
  return group && versions ? { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) } : undefined;
}

export function apiResourceList(registry: Registry, group: string, version: string): object | undefined {
  if (!registry.serves(group, version)) return undefined;
  const resources: object[] = [];
  for (const info of registry.all()) {
    if (info.group !== group || !info.versions.includes(version)) continue;
    resources.push({
      name: info.plural,
      singularName: info.singular,
      namespaced: info.namespaced,
      kind: info.kind,
      verbs: info.verbs,
      ...(info.shortNames.length > 0 ? { shortNames: info.shortNames } : {}),
      ...(info.categories.length > 0 ? { categories: info.categories } : {}),
      ...(info.verbs.includes('list') && info.plural !== 'componentstatuses'
        ? { storageVersionHash: storageHash(info) }
        : {}),
    });
    for (const sub of info.subresources)
      resources.push({
        name: `${info.plural}/${sub.name}`,
        singularName: '',
        namespaced: info.namespaced,
        ...(sub.version ? { group: sub.group, version: sub.version } : {}),
        kind: sub.kind,
        verbs: sub.verbs,
      });
  }
  return {
    kind: 'APIResourceList',
    ...(group ? { apiVersion: 'v1' } : {}),
    groupVersion: apiVersionOf(group, version),
    resources,
  };
}
