/** Two servers, the embedded one and a real one, with the same objects in a namespace of the same name. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { connectReal, connectSim } from '../../../conformance/connection.ts';
import { type Answer, Api } from '../../../conformance/server.ts';
import { until } from '../../kit/until.ts';
import type { Tree } from './mutate.ts';
import type { Request, Sample } from './requests.ts';
import { Schemas } from './schema.ts';

export interface Pair {
  real: Answer;
  embedded: Answer;
}

export interface World {
  namespace: string;
  schemas: Schemas;
  samples: Sample[];
  ask(request: Request): Promise<Pair>;
  /** Takes away what it made, and leaves both. */
  close(): Promise<void>;
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

const SAMPLES = fileURLToPath(new URL('../../../conformance/golden/samples.yaml', import.meta.url));

/** Kinds whose objects change what happens to others, or that controllers keep writing to: only their creation is tried. */
const TRIED = new Set(['LimitRange', 'ResourceQuota', 'Node', 'HorizontalPodAutoscaler']);
/** Kinds of which controllers make objects of their own, so that lists differ. */
const UNLISTED = new Set(['ControllerRevision', 'Event', 'Endpoints', 'EndpointSlice']);

/** Nothing of them is to start: what a controller does to an object in its own time is no answer of the server's. */
function atRest(body: Tree): void {
  const spec = body.spec as Tree;
  switch (body.kind) {
    case 'Deployment':
      spec.paused = true;
      spec.replicas = 0;
      break;
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'ReplicationController':
      spec.replicas = 0;
      break;
    case 'Job':
    case 'CronJob':
      spec.suspend = true;
      break;
    case 'Pod':
      spec.schedulerName = 'nobody';
      break;
    case 'DaemonSet':
      ((spec.template as Tree).spec as Tree).nodeSelector = { no: 'such' };
      break;
    case 'PersistentVolume':
      spec.storageClassName = 'another';
      break;
    case 'Service':
      delete spec.selector;
      break;
    default:
  }
}

/** Connects to both, the real one by a kubeconfig, and makes the samples. */
export async function openWorld(kubeconfig: string, namespace: string): Promise<World> {
  const real = new Api();
  const embedded = new Api();
  await real.open(connectReal(kubeconfig));
  await embedded.open(await connectSim());
  const both = [real, embedded];
  const schemas = await Schemas.of(real);
  const plurals = new Map<string, Resource>();
  const samples: Sample[] = [];
  const listed = parse(readFileSync(SAMPLES, 'utf8').replaceAll('NS', namespace)) as Tree[];
  for (const api of both) {
    await api.post('/api/v1/namespaces', { metadata: { name: namespace } });
    api.cleanup(() => api.delete(`/api/v1/namespaces/${namespace}`));
    await until(
      'the namespace to have its service account',
      async () => (await api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)).code === 200,
    );
    await until(
      'the namespace to have its certificate',
      async () => (await api.get(`/api/v1/namespaces/${namespace}/configmaps/kube-root-ca.crt`)).code === 200,
    );
  }
  for (const [index, body] of listed.entries()) {
    const { apiVersion, kind } = body as { apiVersion: string; kind: string };
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!plurals.has(`${apiVersion} ${kind}`)) {
      const { resources } = (await real.get(root)).body as { resources: Resource[] };
      for (const one of resources) if (!one.name.includes('/')) plurals.set(`${apiVersion} ${one.kind}`, one);
    }
    const resource = plurals.get(`${apiVersion} ${kind}`)!;
    const collection = resource.namespaced
      ? `${root}/namespaces/${namespace}/${resource.name}`
      : `${root}/${resource.name}`;
    // A definition's name is made of its parts; what admission would call is no object to leave in a server.
    if (/WebhookConfiguration$|CustomResourceDefinition|^Namespace$/.test(kind)) continue;
    const name = `${resource.namespaced ? '' : `${namespace}-`}s${index}`;
    (body.metadata as Tree).name = name;
    atRest(body);
    const present = !TRIED.has(kind);
    for (const api of present ? both : []) {
      const made = await api.post(collection, body);
      if (made.code !== 201) throw new Error(`${kind} ${name}: ${made.text}`);
      if (!resource.namespaced)
        api.cleanup(() => api.delete(`${collection}/${name}`, { query: { gracePeriodSeconds: 0 } }));
    }
    samples.push({
      apiVersion,
      kind,
      collection,
      body,
      present,
      listed: present && resource.namespaced && !UNLISTED.has(kind),
    });
  }
  const ask = async ({ method, path, ...asked }: Request): Promise<Pair> => {
    const [one, other] = await Promise.all(both.map((api) => api.call(method, path, asked)));
    return { real: one!, embedded: other! };
  };
  const close = async (): Promise<void> => {
    await Promise.all(both.map((api) => api.close()));
  };
  return { namespace, schemas, samples, ask, close };
}
