import type { ResourceInfo } from '../resources/info.ts';
import type { Registry } from '../resources/registry.ts';

function resource(info: ResourceInfo): object {
  return {
    resource: info.plural,
    responseKind: { group: info.custom ? info.group : '', version: '', kind: info.kind },
    scope: info.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: info.singular,
    verbs: info.verbs,
    ...(info.shortNames.length > 0 ? { shortNames: info.shortNames } : {}),
    ...(info.categories.length > 0 ? { categories: info.categories } : {}),
    ...(info.subresources.length > 0
      ? {
          subresources: info.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
            verbs: sub.verbs,
          })),
        }
      : {}),
  };
}

/** apidiscovery.k8s.io/v2: every group, version and resource in one document. `core` for /api, else /apis. */
export function aggregated(registry: Registry, core: boolean): object {
  const items: object[] = [];
  for (const [group, versions] of registry.groupVersions()) {
    if ((group === '') !== core) continue;
    items.push({
      metadata: group ? { name: group } : {},
      versions: versions.map((version) => ({
        version,
        resources: [...registry.all()]
          .filter((info) => info.group === group && info.versions.includes(version))
          .map(resource),
        freshness: 'Current',
      })),
    });
  }
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}
