import { wholeSeconds } from '../../clock.ts';
import type { SimObject } from '../../types.ts';
import { ownerReference } from '../../workloads/template.ts';
import type { ClusterSpec, ComponentSpec } from '../clusters.ts';
import type { Operator } from './operator.ts';
import { container, service, volume } from './parts.ts';

interface Spec {
  componentSpecs: { name: string; componentDef: string; replicas: number; serviceVersion: string; stop?: boolean }[];
}

const PARTS = 'demo.opsdeck.dev/component';

/** A Cluster of KubeBlocks 1.0 as a user writes it; what runs in it is told by an annotation. */
export function kubeblocksCluster(spec: ClusterSpec): [string, object] {
  return [
    'clusters.apps.kubeblocks.io',
    {
      metadata: {
        name: spec.name,
        namespace: spec.namespace,
        labels: { 'clusterdefinition.kubeblocks.io/name': spec.definition },
        annotations: { [PARTS]: JSON.stringify(spec.components), 'opsdeck.dev/definition': spec.definition },
      },
      spec: {
        clusterDef: spec.definition,
        topology: 'replication',
        terminationPolicy: 'Delete',
        componentSpecs: spec.components.map((component) => ({
          name: component.name,
          componentDef: `${spec.definition}-1.0.0`,
          serviceVersion: spec.version,
          replicas: component.replicas,
          resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
          volumeClaimTemplates: [
            {
              name: 'data',
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: `${component.storage}Gi` } } },
            },
          ],
        })),
      },
    },
  ];
}

const specOf = (cr: SimObject) => cr.spec as unknown as Spec;
const partsOf = (cr: SimObject): ComponentSpec[] => JSON.parse(cr.metadata.annotations?.[PARTS] ?? '[]');
const labelsOf = (cr: SimObject, component: string, def: string) => ({
  'app.kubernetes.io/component': def,
  'app.kubernetes.io/instance': cr.metadata.name,
  'app.kubernetes.io/managed-by': 'kubeblocks',
  'apps.kubeblocks.io/component-name': component,
});
/** An object of this cluster that stands between it and its pods. */
const child = (cr: SimObject, component: string) => ({
  namespace: cr.metadata.namespace ?? '',
  name: `${cr.metadata.name}-${component}`,
});

export const kubeblocks: Operator = {
  name: 'cluster-controller',
  resource: 'clusters.apps.kubeblocks.io',
  kind: 'Cluster',
  clusterLabel: 'app.kubernetes.io/instance',
  role: { label: 'kubeblocks.io/role', leader: 'primary', follower: 'secondary' },
  failoverAfter: 3000,
  owner(cr, kit) {
    const [component] = specOf(cr).componentSpecs;
    const { namespace, name } = child(cr, component?.name ?? '');
    return kit.view.get('instancesets.workloads.kubeblocks.io', namespace, name);
  },
  objects(cr) {
    return specOf(cr).componentSpecs.flatMap((component): [string, object][] => {
      const where = child(cr, component.name);
      const labels = labelsOf(cr, component.name, component.componentDef);
      const port = partsOf(cr).find((part) => part.name === component.name)?.port ?? 1;
      const ownerReferences = [ownerReference(cr)];
      const { 'app.kubernetes.io/component': _, ...selector } = labels;
      return [
        [
          'components.apps.kubeblocks.io',
          {
            metadata: { ...where, labels, ownerReferences },
            spec: {
              compDef: component.componentDef,
              replicas: component.replicas,
              serviceVersion: component.serviceVersion,
            },
            status: { phase: 'Running' },
          },
        ],
        [
          'instancesets.workloads.kubeblocks.io',
          {
            metadata: { ...where, labels, ownerReferences },
            spec: { replicas: component.replicas, podManagementPolicy: 'Parallel', memberUpdateStrategy: 'Serial' },
          },
        ],
        service(
          { ...where, labels, ownerReferences },
          { name: component.name, port },
          { ...selector, 'kubeblocks.io/role': 'primary' },
        ),
        service(
          { ...where, name: `${where.name}-headless`, labels, ownerReferences },
          { name: component.name, port },
          selector,
          { clusterIP: 'None', publishNotReadyAddresses: true },
        ),
      ];
    });
  },
  members(cr) {
    return specOf(cr).componentSpecs.flatMap((component) => {
      const part = partsOf(cr).find((one) => one.name === component.name);
      if (!part || component.stop) return [];
      const labels = labelsOf(cr, component.name, component.componentDef);
      return Array.from({ length: component.replicas }, (_, i) => {
        const name = `${cr.metadata.name}-${component.name}-${i}`;
        const own = {
          ...labels,
          'apps.kubeblocks.io/pod-name': name,
          'apps.kubeblocks.io/release-phase': 'stable',
          'workloads.kubeblocks.io/instance': child(cr, component.name).name,
          'workloads.kubeblocks.io/managed-by': 'InstanceSet',
        };
        const claim = `data-${name}`;
        return {
          name,
          labels: own,
          claims: part.storage
            ? [
                {
                  name: claim,
                  labels: { ...labels, 'apps.kubeblocks.io/pod-name': name },
                  storage: `${part.storage}Gi`,
                  owned: true,
                },
              ]
            : [],
          spec: {
            hostname: name,
            subdomain: `${child(cr, component.name).name}-headless`,
            terminationGracePeriodSeconds: 5,
            containers: [
              container(part),
              { name: 'kbagent', image: 'demo/kubeblocks-tools:1.0', imagePullPolicy: 'IfNotPresent' },
            ],
            volumes: part.storage ? [volume(claim)] : [],
          },
        };
      });
    });
  },
  status(cr, { pods, ready, leader, now }) {
    const wanted = specOf(cr).componentSpecs.reduce(
      (sum, component) => sum + (component.stop ? 0 : component.replicas),
      0,
    );
    const stopped = wanted === 0;
    const old = (cr.status ?? {}) as {
      phase?: string;
      conditions?: { type: string; status: string; lastTransitionTime: string }[];
    };
    const whole = ready.length === wanted && leader !== undefined;
    const failing = pods.some((pod) =>
      ((pod.status as { containerStatuses?: { restartCount: number }[] } | undefined)?.containerStatuses ?? []).some(
        (c) => c.restartCount > 1,
      ),
    );
    const phase = stopped
      ? pods.length === 0
        ? 'Stopped'
        : 'Stopping'
      : whole
        ? 'Running'
        : old.phase === undefined || old.phase === 'Creating'
          ? 'Creating'
          : ready.length === 0
            ? 'Failed'
            : failing
              ? 'Abnormal'
              : 'Updating';
    const condition = (type: string, ok: boolean, reason: string, message: string) => {
      const status = ok ? 'True' : 'False';
      const before = old.conditions?.find((one) => one.type === type);
      return {
        type,
        status,
        reason,
        message,
        observedGeneration: cr.metadata.generation,
        lastTransitionTime: before?.status === status ? before.lastTransitionTime : wholeSeconds(now),
      };
    };
    const sick = pods.filter((pod) => !ready.includes(pod)).map((pod) => pod.metadata.name);
    return {
      observedGeneration: cr.metadata.generation,
      phase,
      components: Object.fromEntries(
        specOf(cr).componentSpecs.map((component) => [
          component.name,
          {
            phase,
            observedGeneration: cr.metadata.generation,
            upToDate: true,
            ...(sick.length > 0 && phase !== 'Creating'
              ? { message: { [`Pod/${sick[0]}`]: 'the container is not ready' } }
              : {}),
          },
        ]),
      ),
      conditions: [
        condition(
          'ProvisioningStarted',
          true,
          'PreCheckSucceed',
          `The operator has started the provisioning of Cluster: ${cr.metadata.name}`,
        ),
        condition('ApplyResources', true, 'ApplyResourcesSucceed', 'Successfully applied for resources'),
        whole
          ? condition('Ready', true, 'ClusterReady', `cluster ${cr.metadata.name} is ready`)
          : condition(
              'Ready',
              false,
              'ComponentsNotReady',
              `the components are not ready: ${JSON.stringify(specOf(cr).componentSpecs.map((c) => c.name))}`,
            ),
      ],
    };
  },
};
