import type { OwnerReference } from '../../api/types.ts';
import { equal } from '../json.ts';
import type { SimObject } from '../types.ts';
import { claimed, takers } from './claim.ts';
import type { Controller, Kit } from './controller.ts';
import { presentRevision, pruneRevisions, type Revision, revisionsOf } from './revisions.ts';
import {
  isDone,
  isReady,
  type LabelSelector,
  ownerReference,
  type PodTemplate,
  podFrom,
  untilAvailable,
} from './template.ts';
import { controllerOf, type Sight } from './view.ts';

interface Spec {
  replicas?: number;
  serviceName?: string;
  selector: LabelSelector;
  template: PodTemplate;
  podManagementPolicy?: 'OrderedReady' | 'Parallel';
  updateStrategy?: { type?: 'RollingUpdate' | 'OnDelete'; rollingUpdate?: { partition?: number } };
  volumeClaimTemplates?: {
    metadata: { name: string; labels?: Record<string, string>; ownerReferences?: OwnerReference[] };
    spec: object;
  }[];
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
  ordinals?: { start?: number };
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
}

const REVISION = 'controller-revision-hash';

export const statefulSets: Controller = {
  name: 'statefulset-controller',
  resource: 'statefulsets.apps',
  kind: 'StatefulSet',
  owns: ['pods', 'controllerrevisions.apps'],
  // A claim that goes or comes concerns the set whose pod it is for.
  also: { persistentvolumeclaims: setsOfClaim, pods: takers('statefulsets.apps') },
  sync(set, kit) {
    if (set.metadata.deletionTimestamp) return;
    const spec = set.spec as unknown as Spec;
    const revisions = revise(set, spec, kit);
    const own = claimed('pods', set, kit, { fits: (pod) => ordinalOf(set, pod) >= 0 });
    const pods = new Map(own.map((pod) => [ordinalOf(set, pod), pod]));
    act(set, spec, kit, pods, revisions);
    report(set, spec, kit, revisions);
  },
};

function setsOfClaim(claim: Sight): string[] {
  const match = /^.+?-(.+)-\d+$/.exec(claim.name);
  return match ? [`${claim.namespace}/${match[1]}`] : [];
}

function ordinalOf(set: SimObject, pod: SimObject): number {
  const [, name, ordinal] = /^(.+)-(\d+)$/.exec(pod.metadata.name) ?? [];
  return name === set.metadata.name ? Number(ordinal) : -1;
}

interface Revisions {
  update: Revision;
  current: Revision;
}

/** The revision to go to and the one that is left; forgets old ones. */
function revise(set: SimObject, spec: Spec, kit: Kit): Revisions {
  const known = revisionsOf(set, kit);
  const update = presentRevision(set, spec.template, known, kit, 'controller.kubernetes.io/hash');
  const status = (set.status ?? {}) as { currentRevision?: string };
  const current = known.find((revision) => revision.metadata.name === status.currentRevision) ?? update;
  const used = new Set([update.metadata.name, current.metadata.name]);
  for (const pod of kit.view.owned('pods', set.metadata.uid ?? '')) used.add(pod.metadata.labels?.[REVISION] ?? '');
  pruneRevisions(known, ({ metadata }) => used.has(metadata.name), spec.revisionHistoryLimit ?? 10, kit);
  return { update, current };
}

function act(set: SimObject, spec: Spec, kit: Kit, pods: Map<number, SimObject>, revisions: Revisions): void {
  const start = spec.ordinals?.start ?? 0;
  const replicas = spec.replicas ?? 1;
  const ordered = spec.podManagementPolicy !== 'Parallel';
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const available = (pod: SimObject) => {
    const wait = untilAvailable(pod, spec.minReadySeconds ?? 0, kit.view.now);
    if (wait) kit.again(wait);
    return wait === 0;
  };

  for (let i = start; i < start + replicas; i++) {
    let pod = pods.get(i);
    if (pod && isDone(pod) && !pod.metadata.deletionTimestamp) {
      kit.record(set, {
        type: 'Warning',
        reason: 'RecreatingFailedPod',
        message: `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating failed Pod ${pod.metadata.name}`,
      });
      remove(set, kit, pod);
      pod = undefined;
      if (kit.view.get('pods', set.metadata.namespace ?? '', `${set.metadata.name}-${i}`)) return;
    }
    if (!pod) {
      if (!claims(set, spec, kit, i)) return;
      const old = i - start < partition && revisions.current !== revisions.update;
      create(set, kit, i, i - start, old ? revisions.current : revisions.update);
      if (ordered) return;
      continue;
    }
    if (pod.metadata.deletionTimestamp) {
      if (ordered) return;
      continue;
    }
    claims(set, spec, kit, i);
    bequeath(set, spec, kit, i, pod, false);
    if (ordered && !available(pod)) return;
  }

  const condemned = [...pods].filter(([i]) => i < start || i >= start + replicas).sort(([a], [b]) => b - a);
  for (const [i, pod] of condemned) {
    bequeath(set, spec, kit, i, pod, true);
    if (!pod.metadata.deletionTimestamp) remove(set, kit, pod);
    if (ordered) return;
  }
  if (condemned.length > 0) return;

  if (spec.updateStrategy?.type === 'OnDelete') return;
  for (let i = start + replicas - 1; i >= start + partition; i--) {
    const pod = pods.get(i);
    if (!pod) return;
    if (pod.metadata.labels?.[REVISION] !== revisions.update.metadata.name) {
      if (!pod.metadata.deletionTimestamp) remove(set, kit, pod);
      return;
    }
    if (!available(pod)) return;
  }
}

const claimNames = (set: SimObject, spec: Spec, ordinal: number): string[] =>
  (spec.volumeClaimTemplates ?? []).map((template) => `${template.metadata.name}-${set.metadata.name}-${ordinal}`);

/** Makes the claims of one ordinal. False while one of them is being deleted: its pod has to wait for a fresh one. */
function claims(set: SimObject, spec: Spec, kit: Kit, ordinal: number): boolean {
  const namespace = set.metadata.namespace ?? '';
  const policy = spec.persistentVolumeClaimRetentionPolicy?.whenDeleted;
  for (const [n, name] of claimNames(set, spec, ordinal).entries()) {
    const found = kit.view.get('persistentvolumeclaims', namespace, name);
    if (found?.metadata.deletionTimestamp) return false;
    if (found) continue;
    const template = spec.volumeClaimTemplates?.[n];
    if (!template) continue;
    const claimMeta = structuredClone(template.metadata);
    const owners = [...(claimMeta.ownerReferences ?? []), ...(policy === 'Delete' ? [ownerReference(set)] : [])];
    kit.view.create('persistentvolumeclaims', {
      metadata: {
        ...claimMeta,
        name,
        namespace,
        labels: { ...claimMeta.labels, ...spec.selector.matchLabels },
        ...(owners.length > 0 ? { ownerReferences: owners } : {}),
      },
      spec: template.spec,
    });
    kit.record(set, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`,
    });
  }
  return true;
}

/** Settles with whom the claims of a pod go: with the pod where it is one too many, with the set, or with nobody. */
function bequeath(set: SimObject, spec: Spec, kit: Kit, ordinal: number, pod: SimObject, surplus: boolean): void {
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  const owner = surplus && whenScaled === 'Delete' ? pod : whenDeleted === 'Delete' ? set : undefined;
  for (const name of claimNames(set, spec, ordinal)) {
    const claim = kit.view.get('persistentvolumeclaims', set.metadata.namespace ?? '', name);
    if (!claim || claim.metadata.deletionTimestamp) continue;
    const before = claim.metadata.ownerReferences ?? [];
    const others = before.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
    const ownerReferences = [...others, ...(owner ? [ownerReference(owner)] : [])];
    if (!equal(ownerReferences, before))
      kit.view.patch('persistentvolumeclaims', claim, {
        metadata: { ownerReferences: ownerReferences.length > 0 ? ownerReferences : null },
      });
  }
}

function create(set: SimObject, kit: Kit, ordinal: number, index: number, revision: Revision): void {
  const spec = set.spec as unknown as Spec;
  const template = revision.data.spec.template;
  const name = `${set.metadata.name}-${ordinal}`;
  const taken = kit.view.get('pods', set.metadata.namespace ?? '', name);
  if (taken) {
    // Somebody else's pod of that name: the real controller says so at each try.
    kit.record(set, {
      type: 'Warning',
      reason: 'FailedCreate',
      message: `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: pods "${name}" already exists`,
    });
    kit.again(1000);
    return;
  }
  const pod = podFrom(set, template, {
    name,
    generateName: `${set.metadata.name}-`,
    labels: {
      'apps.kubernetes.io/pod-index': String(index + (spec.ordinals?.start ?? 0)),
      [REVISION]: revision.metadata.name,
      'statefulset.kubernetes.io/pod-name': name,
    },
  }) as { spec: PodTemplate['spec'] };
  pod.spec.hostname = name;
  if (spec.serviceName) pod.spec.subdomain = spec.serviceName;
  const own = spec.volumeClaimTemplates?.map((claim) => claim.metadata.name) ?? [];
  if (own.length > 0)
    pod.spec.volumes = [
      ...own.map((volume) => ({ name: volume, persistentVolumeClaim: { claimName: `${volume}-${name}` } })),
      ...(pod.spec.volumes ?? []).filter((volume) => !own.includes(volume.name)),
    ];
  kit.view.create('pods', pod, () =>
    kit.record(set, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
    }),
  );
}

function remove(set: SimObject, kit: Kit, pod: SimObject): void {
  kit.view.delete('pods', pod);
  kit.record(set, {
    type: 'Normal',
    reason: 'SuccessfulDelete',
    message: `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`,
  });
}

function report(set: SimObject, spec: Spec, kit: Kit, revisions: Revisions): void {
  const pods = kit.view
    .owned('pods', set.metadata.uid ?? '')
    .filter((pod) => controllerOf(pod)?.uid === set.metadata.uid);
  const made = pods.filter((pod) => pod.status && !isDone(pod));
  const at = (revision: Revision) =>
    made.filter((pod) => !pod.metadata.deletionTimestamp && pod.metadata.labels?.[REVISION] === revision.metadata.name)
      .length;
  const ready = made.filter(isReady);
  const replicas = spec.replicas ?? 1;
  let { current } = revisions;
  const updated = at(revisions.update);
  // A roll-out is over when every pod is of the new revision and ready.
  if (updated === replicas && ready.length === replicas && spec.updateStrategy?.type !== 'OnDelete')
    current = revisions.update;
  const status = {
    observedGeneration: set.metadata.generation,
    replicas: made.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => untilAvailable(pod, spec.minReadySeconds ?? 0, kit.view.now) === 0).length,
    currentReplicas: at(current),
    updatedReplicas: updated,
    currentRevision: current.metadata.name,
    updateRevision: revisions.update.metadata.name,
    collisionCount: 0,
  };
  // Counts of nothing are left out, except these two, as the real controller's JSON has it.
  for (const field of ['readyReplicas', 'currentReplicas', 'updatedReplicas'] as const)
    if (status[field] === 0) delete (status as Partial<typeof status>)[field];
  if (!equal(status, set.status)) kit.view.update('statefulsets.apps', { ...set, status } as SimObject, 'status');
}
