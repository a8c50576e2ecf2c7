/** What the API server serves. One failing group (a stale aggregated API) never hides the others. */
import { misshapen, objectIn } from './answers.ts';
import { type KubeClient, KubeError, type Resource } from './types.ts';

type Requests = Pick<KubeClient, 'request'>;

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

interface AggregatedList {
  kind?: string;
  items?: {
    metadata?: { name?: string };
    versions?: {
      version?: string;
      /** `Stale`: the group's own server could not be asked. */
      freshness?: string;
      resources?: { resource?: string; scope?: string; verbs?: string[]; responseKind?: { kind?: string } }[];
    }[];
  }[];
}

interface GroupList {
  kind?: string;
  versions?: string[];
  groups?: { name?: string; versions?: { version?: string }[]; preferredVersion?: { version?: string } }[];
}

interface ResourceList {
  resources?: { name?: string; kind?: string; namespaced?: boolean; verbs?: string[] }[];
}

export interface Discovered {
  /** Subresources left out; the versions of a group in the server's order of preference, core group first. */
  resources: Resource[];
  /** No group is missing or as it was some time ago. */
  whole: boolean;
}

/** A group whose server is down is left out; that the API server itself could not be asked is thrown. */
export async function discover(client: Requests, signal?: AbortSignal): Promise<Discovered> {
  const [core, groups] = await Promise.all([root(client, '/api', signal), root(client, '/apis', signal)]);
  return { resources: [...core.resources, ...groups.resources], whole: core.whole && groups.whole };
}

async function root(client: Requests, path: '/api' | '/apis', signal?: AbortSignal): Promise<Discovered> {
  const options = signal ? { signal } : {};
  const answer = await client.request<AggregatedList & GroupList>(path, { ...options, accept: AGGREGATED });
  objectIn(answer, `GET ${path}`);
  if (answer.kind === 'APIGroupDiscoveryList') return fromAggregated(answer);
  const known = path === '/api' ? answer.versions : answer.groups;
  if (!Array.isArray(known) && answer.kind !== 'APIVersions' && answer.kind !== 'APIGroupList')
    throw misshapen(`GET ${path}`, 'an object that tells no API versions');
  const versions =
    path === '/api'
      ? (answer.versions ?? []).map((version) => ({ group: '', version }))
      : (answer.groups ?? []).flatMap((group) =>
          inOrder(group).map((version) => ({ group: group.name ?? '', version })),
        );
  let whole = true;
  const lists = await Promise.all(
    versions.map(async ({ group, version }) => {
      try {
        const address = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
        return fromList(group, version, await client.request<ResourceList>(address, options));
      } catch (error) {
        if (!(error instanceof KubeError) || error.status === 0) throw error;
        whole = false;
        return [];
      }
    }),
  );
  return { resources: lists.flat(), whole };
}

function inOrder(group: NonNullable<GroupList['groups']>[number]): string[] {
  const all = (group.versions ?? []).map((entry) => entry.version ?? '').filter((version) => version !== '');
  const preferred = group.preferredVersion?.version ?? '';
  return all.includes(preferred) ? [preferred, ...all.filter((version) => version !== preferred)] : all;
}

function fromAggregated(list: AggregatedList): Discovered {
  const versions = (list.items ?? []).flatMap((item) =>
    (item.versions ?? []).map((version) => ({ group: item.metadata?.name ?? '', ...version })),
  );
  const resources = versions.flatMap(({ group, version = '', resources: all = [] }) =>
    all.map(({ resource = '', responseKind, scope, verbs = [] }) => ({
      group,
      version,
      plural: resource,
      kind: responseKind?.kind ?? '',
      namespaced: scope === 'Namespaced',
      verbs,
    })),
  );
  return { resources, whole: versions.every(({ freshness = 'Current' }) => freshness === 'Current') };
}

function fromList(group: string, version: string, list: ResourceList): Resource[] {
  return (list?.resources ?? [])
    .filter(({ name = '' }) => name !== '' && !name.includes('/'))
    .map(({ name = '', kind = '', namespaced = false, verbs = [] }) => ({
      group,
      version,
      plural: name,
      kind,
      namespaced,
      verbs,
    }));
}
