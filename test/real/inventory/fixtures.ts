/** Brings the objects of ../../fixtures to the real cluster: their kinds as CRDs without a schema, their pods without a node. */
import { readFileSync } from 'node:fs';
import { apply, kubectl } from '../kit.ts';

interface Raw {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  spec: Record<string, unknown>;
  status?: object;
}

const CRDS = [
  { group: 'apps.kubeblocks.io', version: 'v1', plural: 'clusters', kind: 'Cluster' },
  { group: 'opengauss.sig', version: 'v1', plural: 'opengaussclusters', kind: 'OpenGaussCluster' },
];

function crd({ group, version, plural, kind }: (typeof CRDS)[number]): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // The group belongs to the Kubernetes project, which wants to be asked.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };
}

const NAMES = CRDS.map(({ plural, group }) => `crd/${plural}.${group}`);

/** The kinds of both operators. Who adds them removes them. */
export async function addKinds(): Promise<void> {
  await apply(CRDS.map((each) => JSON.stringify(crd(each))).join('\n---\n'));
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...NAMES]);
}

/** Resolves when they are gone, with all their objects. */
export async function removeKinds(): Promise<void> {
  await kubectl(['delete', '--ignore-not-found', ...NAMES]);
}

/** No node ever runs them: what they are is said in their status alone. */
function podSpec(spec: Record<string, unknown>): object {
  const containers = spec.containers as { name: string; image: string }[];
  const volumes = (spec.volumes as { name: string; persistentVolumeClaim?: object }[]).filter(
    (each) => each.persistentVolumeClaim,
  );
  return {
    schedulerName: 'nobody',
    automountServiceAccountToken: false,
    containers: containers.map(({ name, image }) => ({ name, image })),
    volumes: volumes.map(({ name, persistentVolumeClaim }) => ({ name, persistentVolumeClaim })),
  };
}

function serviceSpec(spec: Record<string, unknown>): object {
  const ports = (spec.ports as { name?: string; port: number }[]).map(({ name, port }) => ({ name, port }));
  return { selector: spec.selector, ports, ...(spec.clusterIP === 'None' ? { clusterIP: 'None' } : {}) };
}

const SPECS: Record<string, (spec: Record<string, unknown>) => object> = {
  Cluster: (spec) => spec,
  OpenGaussCluster: (spec) => spec,
  Pod: podSpec,
  Service: serviceSpec,
  PersistentVolumeClaim: ({ accessModes, resources }) => ({ accessModes, resources, storageClassName: '' }),
};

/** Their status is the server's: a claim that says it is bound, and to no volume, is called lost within a second. */
const LEFT_ALONE = new Set(['Service', 'PersistentVolumeClaim']);

/** Creates the fixture's clusters, pods, services and claims there; clusters and pods with their status. */
export async function load(name: 'kubeblocks' | 'opengauss', namespace: string): Promise<void> {
  const file = new URL(`../../fixtures/${name}.json`, import.meta.url);
  const items = (JSON.parse(readFileSync(file, 'utf8')).items as Raw[]).filter((raw) => SPECS[raw.kind]);
  const objects = items.map(({ apiVersion, kind, metadata, spec, status }) => ({
    apiVersion,
    kind,
    metadata: { name: metadata.name, namespace, labels: metadata.labels },
    spec: SPECS[kind]?.(spec),
    ...(status && !LEFT_ALONE.has(kind) ? { status } : {}),
  }));
  const list = (of: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: of });
  await kubectl(['create', '-f', '-'], { input: list(objects) });
  const told = objects.filter((each) => 'status' in each);
  // The server's idea of the object, with the fixture's status.
  const live = JSON.parse(await kubectl(['get', '-o', 'json', '-f', '-'], { input: list(told) })) as {
    items: object[];
  };
  const full = live.items.map((each, at) => ({ ...each, status: told[at]?.status }));
  await kubectl(['replace', '--subresource=status', '-f', '-'], { input: list(full) });
}
