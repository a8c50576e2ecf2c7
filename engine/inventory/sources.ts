/** Which of the providers' kinds an API server serves, and where they are read. */
import { listOf, type Message } from '../kube/protobuf.ts';
import type { Resource } from '../kube/types.ts';
import type { Provider, ProviderResource } from './provider.ts';
import { POD } from './raw-pod.ts';

/** One resource as it is served. */
export interface Served {
  group: string;
  version: string;
  plural: string;
  namespaced: boolean;
  /** What is read of a list, which is asked for in protobuf. Only of built-in kinds, and worth it where there are many. */
  protobuf?: Message;
}

/** A kind of cluster that is served. */
export interface Source extends Served {
  provider: Provider;
  resource: ProviderResource;
}

export const CORE: Record<'pods' | 'services' | 'persistentvolumeclaims', Served> = {
  pods: { group: '', version: 'v1', plural: 'pods', namespaced: true, protobuf: listOf(POD) },
  services: { group: '', version: 'v1', plural: 'services', namespaced: true },
  persistentvolumeclaims: { group: '', version: 'v1', plural: 'persistentvolumeclaims', namespaced: true },
};

/** `plural.group`, by which a source is named on the screen. */
export const resourceName = ({ plural, group }: { plural: string; group: string }): string =>
  group === '' ? plural : `${plural}.${group}`;

/** The kinds of cluster that are served, and the names of those that are not. */
export function served(
  providers: readonly Provider[],
  resources: readonly Resource[],
): { present: Source[]; absent: string[] } {
  const present: Source[] = [];
  const absent: string[] = [];
  for (const provider of providers) {
    for (const resource of provider.resources) {
      const versions = resources.filter(
        (each) => each.group === resource.group && each.plural === resource.plural && each.verbs.includes('list'),
      );
      const wanted = resource.versions.map((version) => versions.find((each) => each.version === version));
      const best = wanted.find((each) => each !== undefined) ?? versions[0];
      if (best === undefined) {
        absent.push(resourceName(resource));
      } else {
        const { group, version, plural, namespaced } = best;
        present.push({ provider, resource, group, version, plural, namespaced });
      }
    }
  }
  return { present, absent };
}

/** The path of a collection, or of one object; `namespace` null: all of them. */
export function address(what: Served, namespace: string | null, name?: string): string {
  const root = what.group === '' ? `/api/${what.version}` : `/apis/${what.group}/${what.version}`;
  const scope = what.namespaced && namespace !== null ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${what.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Whether `kind` is a name of the resource: `Cluster.apps.kubeblocks.io`, `clusters.apps.kubeblocks.io`, or without the group. */
export function goesBy({ kind, plural, group }: ProviderResource, name: string): boolean {
  const asked = name.toLowerCase();
  const tail = `.${group}`;
  return [kind.toLowerCase(), plural].some((each) => asked === each || asked === `${each}${tail}`);
}
