/** OpsRequests of today's KubeBlocks: its own operator runs them; here they are rows. */
import type { KubeObject } from '../api/types.ts';
import type { RunPhase, RunRow } from '../protocol.ts';
import { drawable } from './view.ts';

const PHASES: Record<string, RunPhase> = {
  Pending: 'Pending',
  Creating: 'Running',
  Running: 'Running',
  Cancelling: 'Cancelling',
  Cancelled: 'Cancelled',
  Aborted: 'Failed',
  Failed: 'Failed',
  Succeed: 'Succeed',
};

interface Foreign extends KubeObject {
  spec?: { clusterName?: string; clusterRef?: string; type?: string; custom?: { opsDefinitionName?: string } };
  status?: {
    phase?: string;
    progress?: string;
    startTimestamp?: string;
    completionTimestamp?: string;
    conditions?: { type?: string; status?: string; message?: string }[];
  };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function foreignRow({ metadata, spec, status }: Foreign): RunRow {
  const time = (value: unknown) => Date.parse(text(value)) || undefined;
  const startedAt = time(status?.startTimestamp);
  const finishedAt = time(status?.completionTimestamp);
  const failed = status?.conditions?.find((condition) => condition.type === 'Failed' && condition.status !== 'True');
  const progress = text(status?.progress);
  return drawable({
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    definition: text(spec?.custom?.opsDefinitionName) || text(spec?.type),
    digest: '',
    // Of KubeBlocks' own kind: none of those that are listed here.
    source: 'file' as const,
    cluster: text(spec?.clusterName) || text(spec?.clusterRef),
    phase: PHASES[text(status?.phase)] ?? 'Pending',
    step: '',
    message: text(failed?.message) || (progress && progress !== '-/-' ? `progress ${progress}` : ''),
    createdAt: time(metadata.creationTimestamp) ?? 0,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    kept: 'foreign' as const,
    holder: 'kubeblocks',
  });
}
