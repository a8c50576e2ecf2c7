import type { SimObject } from '../../types.ts';
import type { Controller } from '../../workloads/controller.ts';
import { controllerOf } from '../../workloads/view.ts';
import type { ClusterSpec } from '../clusters.ts';
import type { Leaders } from '../leaders.ts';
import { container, service } from './parts.ts';

const ROLE_LABEL = 'opsdeck.dev/role-label';
const WORDS = 'demo.opsdeck.dev/roles';

/** Plain StatefulSets, one a component, with their services. */
export function plainObjects(spec: ClusterSpec): [string, object][] {
  return spec.components.flatMap((component): [string, object][] => {
    const name = spec.components.length > 1 || spec.name === 'cache' ? `${spec.name}-${component.name}` : spec.name;
    const selector = { app: name };
    const labels = {
      ...selector,
      'app.kubernetes.io/name': spec.definition,
      'app.kubernetes.io/instance': spec.name,
      'app.kubernetes.io/component': component.name,
      'app.kubernetes.io/version': spec.version,
    };
    const roles = component.roles ? { [ROLE_LABEL]: 'role', [WORDS]: component.roles.join('/') } : {};
    const metadata = { name, namespace: spec.namespace, labels };
    // Sentinels are no servers of their own group.
    const podLabels = component.name === 'sentinel' ? { ...labels, 'app.kubernetes.io/instance': name } : labels;
    return [
      service(metadata, { name: component.name, port: component.port }, selector, {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
      }),
      [
        'statefulsets.apps',
        {
          metadata: {
            ...metadata,
            annotations: { 'opsdeck.dev/cluster': spec.name, 'opsdeck.dev/definition': spec.definition, ...roles },
          },
          spec: {
            replicas: component.replicas,
            serviceName: name,
            podManagementPolicy: 'Parallel',
            selector: { matchLabels: selector },
            template: {
              metadata: { labels: podLabels },
              spec: { terminationGracePeriodSeconds: 5, containers: [container(component)] },
            },
            ...(component.storage
              ? {
                  volumeClaimTemplates: [
                    {
                      metadata: { name: 'data', labels: selector },
                      spec: {
                        accessModes: ['ReadWriteOnce'],
                        resources: { requests: { storage: `${component.storage}Gi` } },
                      },
                    },
                  ],
                }
              : {}),
          },
        },
      ],
    ];
  });
}

/** Keeps the role label of plain StatefulSets' pods in step with their servers, as a sidecar would. */
export const roleLabeller = (leaders: Leaders): Controller => ({
  name: 'role-labeller',
  resource: 'statefulsets.apps',
  kind: 'StatefulSet',
  owns: ['pods'],
  sync(set: SimObject, kit) {
    const label = set.metadata.annotations?.[ROLE_LABEL];
    const [leader = '', follower = ''] = (set.metadata.annotations?.[WORDS] ?? '').split('/');
    if (!label || !leader) return;
    const pods = kit.view.owned('pods', set.metadata.uid ?? '').filter((pod) => controllerOf(pod));
    leaders.align(pods);
    const roles = leaders.roles(pods);
    for (const pod of pods) {
      const part = roles.get(pod.metadata.name);
      const word = part === undefined ? null : part === 'leader' ? leader : follower;
      if ((pod.metadata.labels?.[label] ?? null) !== word)
        kit.view.patch('pods', pod, { metadata: { labels: { [label]: word } } });
    }
    // Nobody watches over a plain PostgreSQL: without its primary it stays without one.
  },
});
