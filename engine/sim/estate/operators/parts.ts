/** Pieces that the operators' pods and services have in common. */
import type { ComponentSpec } from '../clusters.ts';

export function container(component: ComponentSpec, more: object = {}): object {
  return {
    name: component.container ?? component.name,
    image: component.image,
    imagePullPolicy: 'IfNotPresent',
    ...(component.args ? { args: component.args } : {}),
    env: [
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      ...Object.entries(component.env ?? {}).map(([name, value]) => ({ name, value })),
    ],
    ports: [{ name: component.name, containerPort: component.port }],
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } },
    ...(component.storage ? { volumeMounts: [{ name: 'data', mountPath: '/data' }] } : {}),
    ...more,
  };
}

export const volume = (claimName: string) => ({ name: 'data', persistentVolumeClaim: { claimName } });

export const service = (
  metadata: { name: string; namespace: string; labels?: Record<string, string>; ownerReferences?: object[] },
  port: { name: string; port: number },
  selector: Record<string, string>,
  more: object = {},
): [string, object] => ['services', { metadata, spec: { ports: [port], selector, ...more } }];
