/** From a pod template to a pod, and what controllers ask of pods. */

import type { OwnerReference } from '../../api/types.ts';
import type { PodSpec } from '../node/status.ts';
import type { SimObject } from '../types.ts';

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; finalizers?: string[] };
  spec: PodSpec;
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface PodStatus {
  phase?: string;
  reason?: string;
  podIP?: string;
  hostIP?: string;
  startTime?: string;
  conditions?: { type: string; status: string; lastTransitionTime?: string; reason?: string; message?: string }[];
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
}

interface ContainerStatus {
  name: string;
  restartCount: number;
  ready: boolean;
  state?: { terminated?: { finishedAt: string; exitCode: number } };
}

export const statusOf = (pod: SimObject): PodStatus => (pod.status ?? {}) as PodStatus;

export function ownerReference(owner: SimObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function podFrom(owner: SimObject, template: PodTemplate, metadata: object): object {
  return {
    metadata: {
      namespace: owner.metadata.namespace,
      ...metadata,
      labels: { ...template.metadata?.labels, ...(metadata as { labels?: object }).labels },
      ...(template.metadata?.annotations || (metadata as { annotations?: object }).annotations
        ? { annotations: { ...template.metadata?.annotations, ...(metadata as { annotations?: object }).annotations } }
        : {}),
      ownerReferences: [ownerReference(owner)],
    },
    spec: structuredClone(template.spec),
  };
}

export function isReady(pod: SimObject): boolean {
  return statusOf(pod).conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** Milliseconds until the pod has been ready for `minReadySeconds`: 0 when it has, undefined while it isn't ready. */
export function untilAvailable(pod: SimObject, minReadySeconds: number, now: number): number | undefined {
  const ready = statusOf(pod).conditions?.find((c) => c.type === 'Ready' && c.status === 'True');
  if (!ready) return undefined;
  const since = Date.parse(ready.lastTransitionTime ?? '');
  return Math.max(0, since + minReadySeconds * 1000 - now) || 0;
}

export const isDone = (pod: SimObject): boolean => /^(Succeeded|Failed)$/.test(statusOf(pod).phase ?? '');
export const isActive = (pod: SimObject): boolean => !isDone(pod) && !pod.metadata.deletionTimestamp;

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for a template, as controllers append it: FNV-1a, its decimal digits in letters that spell no words. */
export function templateHash(value: unknown, collisions = 0): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${stable(value)}${collisions || ''}`)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return [...String(hash)].map((digit) => SAFE[digit.charCodeAt(0) % SAFE.length]).join('');
}

/** JSON with sorted keys; equal values have equal texts. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${stable(v)}`)
      .join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}

export function matches(selector: LabelSelector | undefined, labels: Record<string, string> = {}): boolean {
  if (!selector) return false;
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      const within = value !== undefined && (values ?? []).includes(value);
      return operator === 'In' ? within : !within;
    })
  );
}
