/** The reading half of an API server, out of objects in memory: lists in pages, gets, label selectors, refusals. */
import type { Client } from '../../../../engine/inventory/reader.ts';
import { KubeError, type RequestOptions, type Resource } from '../../../../engine/kube/types.ts';
import type { Raw } from './world.ts';

const verbs = ['get', 'list', 'watch'];
const resource = (group: string, version: string, plural: string, kind: string): Resource => ({
  group,
  version,
  plural,
  kind,
  namespaced: true,
  verbs,
});

export const RESOURCES: Resource[] = [
  resource('', 'v1', 'pods', 'Pod'),
  resource('', 'v1', 'services', 'Service'),
  resource('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  resource('apps', 'v1', 'statefulsets', 'StatefulSet'),
  resource('apps', 'v1', 'deployments', 'Deployment'),
];
export const KUBEBLOCKS = resource('apps.kubeblocks.io', 'v1', 'clusters', 'Cluster');
export const OPENGAUSS = resource('opengauss.sig', 'v1', 'opengaussclusters', 'OpenGaussCluster');

export interface Asked {
  verb: 'get' | 'list';
  plural: string;
  namespace: string | null;
  query: NonNullable<RequestOptions['query']>;
}

export interface Server extends Client {
  asked: Asked[];
}

const PATH = /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/;

export function server(
  objects: Raw[],
  more: {
    resources?: Resource[];
    denies?: (asked: Asked) => boolean;
    pageOf?: number;
    breaks?: (asked: Asked) => KubeError | undefined;
  } = {},
): Server {
  const resources = more.resources ?? [...RESOURCES, KUBEBLOCKS, OPENGAUSS];
  const asked: Asked[] = [];
  return {
    asked,
    resources: async () => resources,
    async request<T>(path: string, options: RequestOptions = {}): Promise<T> {
      const [, group = '', version, namespace = null, plural = '', name] = PATH.exec(path) ?? [];
      const query = options.query ?? {};
      const question: Asked = { verb: name === undefined ? 'list' : 'get', plural, namespace, query };
      asked.push(question);
      const broken = more.breaks?.(question);
      if (broken !== undefined) throw broken;
      if (more.denies?.(question)) {
        const what = group === '' ? plural : `${plural}.${group}`;
        const message = `user "bob" may not ${question.verb} ${what} in namespace ${namespace}; ask for a role that grants it`;
        throw new KubeError(message, { status: 403, reason: 'Forbidden' });
      }
      const kind = resources.find((each) => each.plural === plural && each.group === group)?.kind;
      const wanted = String(query.labelSelector ?? '')
        .split(',')
        .filter((pair) => pair !== '');
      const found = objects.filter(
        (raw) =>
          raw.kind === kind &&
          raw.apiVersion === (group === '' ? version : `${group}/${version}`) &&
          (namespace === null || raw.metadata.namespace === namespace) &&
          wanted.every((pair) => `${raw.metadata.labels?.[pair.split('=')[0] ?? '']}` === pair.split('=')[1]),
      );
      if (name !== undefined) {
        const one = found.find((raw) => raw.metadata.name === name);
        if (one === undefined)
          throw new KubeError(`${plural} "${name}" not found`, { status: 404, reason: 'NotFound' });
        return structuredClone(one) as T;
      }
      const from = Number(query.continue ?? 0);
      const end = from + Math.min(Number(query.limit ?? 500), more.pageOf ?? 500);
      const items = found.slice(from, end).map(({ kind: _, apiVersion: __, ...rest }) => structuredClone(rest));
      return { items, metadata: { continue: end < found.length ? String(end) : '' } } as T;
    },
  };
}
