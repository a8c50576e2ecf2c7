/** Feeds objects as an API server lists them to an estate of the shipped providers. */
import { readFileSync } from 'node:fs';
import { Estate } from '../../../../engine/inventory/estate.ts';
import { type Facts, factsOf } from '../../../../engine/inventory/facts.ts';
import { slimClaim, slimService } from '../../../../engine/inventory/objects.ts';
import { slimPod } from '../../../../engine/inventory/pod.ts';
import { compileProviders, labelReading, type Provider } from '../../../../engine/inventory/provider.ts';
import type { RawPod } from '../../../../engine/inventory/raw-pod.ts';
import { shippedProviders } from '../../../../engine/inventory/shipped.ts';

export interface Raw {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    labels?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export const providers: Provider[] = await compileProviders(shippedProviders());
const reading = labelReading(providers);

export function fixture(name: 'kubeblocks' | 'opengauss'): Raw[] {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/${name}.json`, import.meta.url), 'utf8')).items;
}

export function facts(raw: Raw, among: readonly Provider[] = providers): Facts | undefined {
  const [group, version] = raw.apiVersion.includes('/') ? raw.apiVersion.split('/') : ['', raw.apiVersion];
  for (const provider of among) {
    const resource = provider.resources.find((each) => each.kind === raw.kind && each.group === group);
    // As an item of a list: without its kind.
    if (resource) return factsOf(provider, resource, version ?? '', { ...raw, kind: undefined, apiVersion: undefined });
  }
  return undefined;
}

export function put(estate: Estate, raw: Raw): void {
  if (raw.kind === 'Pod') estate.setPod(slimPod(raw as RawPod, reading));
  else if (raw.kind === 'Service') estate.setService(slimService(raw));
  else if (raw.kind === 'PersistentVolumeClaim') estate.setClaim(slimClaim(raw));
  else {
    const found = facts(raw);
    if (found) estate.setObject(found);
  }
}

export function estateOf(...objects: Raw[][]): Estate {
  const estate = new Estate(providers);
  for (const raw of objects.flat()) put(estate, raw);
  estate.podsKnown = 'all';
  return estate;
}

let uids = 0;
export function pod(
  name: string,
  more: { labels?: Record<string, string>; owner?: string; ready?: boolean; ip?: string } = {},
): Raw {
  const [kind, owner] = more.owner?.split('/') ?? [];
  const ready = more.ready ?? true;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'prod',
      uid: `pod-${name}-${++uids}`,
      creationTimestamp: '2026-11-21T04:00:00Z',
      labels: more.labels ?? {},
      ownerReferences: kind ? [{ apiVersion: 'apps/v1', kind, name: owner, uid: `u-${owner}`, controller: true }] : [],
    },
    spec: { nodeName: 'node-a', containers: [{ name: 'redis', image: 'local/redis:7' }] },
    status: {
      phase: 'Running',
      podIP: more.ip ?? '10.0.0.1',
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False' },
        { type: 'ContainersReady', status: ready ? 'True' : 'False' },
      ],
      containerStatuses: [
        {
          name: 'redis',
          image: 'local/redis:7',
          ready,
          restartCount: 0,
          containerID: `containerd://${name}`,
          state: { running: { startedAt: '2026-11-21T04:00:00Z' } },
        },
      ],
    },
  };
}

export function statefulSet(
  name: string,
  more: {
    replicas?: number;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    owner?: string;
  } = {},
): Raw {
  const replicas = more.replicas ?? 3;
  const labels = { app: name, ...more.labels };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name,
      namespace: 'prod',
      uid: `sts-${name}`,
      generation: 1,
      creationTimestamp: '2026-11-21T04:00:00Z',
      annotations: more.annotations ?? {},
      labels,
      ...(more.owner ? { ownerReferences: [{ kind: more.owner, name: 'x', uid: 'x', controller: true }] } : {}),
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'redis', image: 'local/redis:7' }] } },
    },
    status: {
      observedGeneration: 1,
      replicas,
      readyReplicas: replicas,
      updatedReplicas: replicas,
      currentRevision: 'a',
      updateRevision: 'a',
    },
  };
}
