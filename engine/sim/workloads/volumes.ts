import { equal } from '../json.ts';
import type { PodSpec } from '../node/status.ts';
import { quantityValue } from '../schema/quantity.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { bindStanding, standingVolume } from './standing.ts';
import { isDone } from './template.ts';

interface ClaimSpec {
  accessModes?: string[];
  storageClassName?: string;
  volumeName?: string;
  volumeMode?: string;
  resources?: { requests?: { storage?: string } };
}

interface ClassFields {
  provisioner: string;
  reclaimPolicy?: 'Delete' | 'Retain';
  volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  allowVolumeExpansion?: boolean;
}

const PROTECTION = 'kubernetes.io/pvc-protection';
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

const claimsOf = (pod: SimObject): string[] =>
  ((pod.spec as unknown as PodSpec).volumes ?? [])
    .map((v) => v.persistentVolumeClaim?.claimName)
    .filter((name) => name !== undefined);

/** Binds claims to volumes made for them, lets them grow, and lets them go once no pod uses them. */
export const claims: Controller = {
  name: 'persistentvolume-controller',
  resource: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  owns: [],
  also: {
    // Where there are no claims, no pod has one.
    pods: (pod, view) =>
      view.some('persistentvolumeclaims', pod.namespace)
        ? claimsOf(pod.object).map((name) => `${pod.namespace}/${name}`)
        : [],
    'storageclasses.storage.k8s.io': (_class, view) =>
      [...view.sights('persistentvolumeclaims')].map((claim) => `${claim.namespace}/${claim.name}`),
    persistentvolumes: ({ object }, view) => {
      const claim = (object.spec as { claimRef?: { namespace: string; name: string } }).claimRef;
      if (claim) return [`${claim.namespace}/${claim.name}`];
      // One that nobody has is for whoever waits.
      return [...view.sights('persistentvolumeclaims')]
        .filter(({ object }) => (object.status as { phase?: string } | undefined)?.phase !== 'Bound')
        .map(({ namespace, name }) => `${namespace}/${name}`);
    },
  },
  sync(claim, kit) {
    const users = kit.view
      .list('pods', claim.metadata.namespace ?? '')
      .filter((pod) => !isDone(pod) && claimsOf(pod).includes(claim.metadata.name));
    if (claim.metadata.deletionTimestamp) {
      if (users.length === 0) forget(claim, kit);
      return;
    }
    if (!claim.metadata.finalizers?.includes(PROTECTION)) {
      kit.view.patch('persistentvolumeclaims', claim, {
        metadata: { finalizers: [...(claim.metadata.finalizers ?? []), PROTECTION] },
      });
      return;
    }
    const phase = (claim.status as { phase?: string } | undefined)?.phase;
    if (phase === 'Bound') grow(claim, kit);
    else bind(claim, users, kit);
  },
};

function classOf(claim: SimObject, kit: Kit): (SimObject & ClassFields) | undefined {
  const { storageClassName } = claim.spec as ClaimSpec;
  const all = [...kit.view.all('storageclasses.storage.k8s.io')] as (SimObject & ClassFields)[];
  return storageClassName === undefined
    ? all.find((one) => one.metadata.annotations?.[DEFAULT_CLASS] === 'true')
    : all.find((one) => one.metadata.name === storageClassName);
}

function pending(
  claim: SimObject,
  kit: Kit,
  note: { type: 'Normal' | 'Warning'; reason: string; message: string },
): void {
  if (!(claim.status as { phase?: string } | undefined)?.phase)
    kit.view.update('persistentvolumeclaims', { ...claim, status: { phase: 'Pending' } } as SimObject, 'status');
  kit.record(claim, note);
}

function bind(claim: SimObject, users: SimObject[], kit: Kit): void {
  const spec = claim.spec as ClaimSpec;
  const found = classOf(claim, kit);
  const waits = found?.volumeBindingMode === 'WaitForFirstConsumer' && users.length === 0;
  const standing = standingVolume(claim, kit, waits);
  if (standing) {
    bindStanding(claim, standing, kit);
    return;
  }
  if (spec.volumeName) {
    if (!(claim.status as { phase?: string } | undefined)?.phase)
      kit.view.update('persistentvolumeclaims', { ...claim, status: { phase: 'Pending' } } as SimObject, 'status');
    return;
  }
  if (!found) {
    const missing = spec.storageClassName;
    pending(claim, kit, {
      type: missing ? 'Warning' : 'Normal',
      reason: missing ? 'ProvisioningFailed' : 'FailedBinding',
      message: missing
        ? `storageclass.storage.k8s.io "${missing}" not found`
        : 'no persistent volumes available for this claim and no storage class is set',
    });
    return;
  }
  if (waits) {
    pending(claim, kit, {
      type: 'Normal',
      reason: 'WaitForFirstConsumer',
      message: 'waiting for first consumer to be created before binding',
    });
    return;
  }
  const name = `pvc-${claim.metadata.uid}`;
  const storage = spec.resources?.requests?.storage ?? '1Gi';
  if (!kit.view.get('persistentvolumes', '', name)) {
    kit.view.create('persistentvolumes', {
      metadata: {
        name,
        annotations: { 'pv.kubernetes.io/provisioned-by': found.provisioner },
        finalizers: ['kubernetes.io/pv-protection'],
      },
      spec: {
        accessModes: spec.accessModes ?? ['ReadWriteOnce'],
        capacity: { storage },
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          name: claim.metadata.name,
          namespace: claim.metadata.namespace,
          uid: claim.metadata.uid,
        },
        csi: { driver: found.provisioner, volumeHandle: name },
        persistentVolumeReclaimPolicy: found.reclaimPolicy ?? 'Delete',
        storageClassName: found.metadata.name,
        volumeMode: spec.volumeMode ?? 'Filesystem',
      },
    });
    const volume = kit.view.get('persistentvolumes', '', name);
    if (volume)
      kit.view.update(
        'persistentvolumes',
        { ...volume, status: { phase: 'Bound', lastPhaseTransitionTime: kit.now } } as SimObject,
        'status',
      );
    kit.record(claim, {
      type: 'Normal',
      reason: 'ExternalProvisioning',
      message: `Waiting for a volume to be created either by the external provisioner '${found.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
    });
  }
  const bound = kit.view.patch('persistentvolumeclaims', claim, {
    metadata: {
      annotations: {
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
        'volume.beta.kubernetes.io/storage-provisioner': found.provisioner,
        'volume.kubernetes.io/storage-provisioner': found.provisioner,
      },
    },
    spec: { storageClassName: found.metadata.name, volumeMode: spec.volumeMode ?? 'Filesystem', volumeName: name },
  });
  if (bound)
    kit.view.update(
      'persistentvolumeclaims',
      {
        ...bound,
        status: { phase: 'Bound', accessModes: spec.accessModes ?? ['ReadWriteOnce'], capacity: { storage } },
      } as SimObject,
      'status',
    );
}

/** Milliseconds that a volume takes to grow. */
const GROWING = 1500;

function grow(claim: SimObject, kit: Kit): void {
  const spec = claim.spec as ClaimSpec;
  const wanted = spec.resources?.requests?.storage;
  const status = claim.status as {
    capacity?: { storage?: string };
    conditions?: { type: string; lastTransitionTime: string }[];
  };
  if (!wanted || quantityValue(wanted) <= quantityValue(status.capacity?.storage ?? '0')) return;
  const resizing = status.conditions?.find((c) => c.type === 'Resizing');
  if (!resizing) {
    kit.record(
      claim,
      {
        type: 'Normal',
        reason: 'ExternalExpanding',
        message: 'waiting for an external controller to expand this PVC',
      },
      'volume_expand',
    );
    const message = `External resizer is resizing volume ${spec.volumeName}`;
    kit.record(claim, { type: 'Normal', reason: 'Resizing', message }, 'external-resizer');
    const next = {
      ...status,
      conditions: [{ type: 'Resizing', status: 'True', lastProbeTime: null, lastTransitionTime: kit.now }],
    };
    kit.view.update('persistentvolumeclaims', { ...claim, status: next } as SimObject, 'status');
    kit.again(GROWING);
    return;
  }
  const left = Date.parse(resizing.lastTransitionTime) + GROWING - kit.view.now;
  if (left > 0) {
    kit.again(left);
    return;
  }
  const volume = kit.view.get('persistentvolumes', '', spec.volumeName ?? '');
  if (volume) kit.view.patch('persistentvolumes', volume, { spec: { capacity: { storage: wanted } } });
  const { conditions: _, ...rest } = status;
  kit.view.update(
    'persistentvolumeclaims',
    { ...claim, status: { ...rest, capacity: { storage: wanted } } } as SimObject,
    'status',
  );
  const message = `MountVolume.NodeExpandVolume succeeded for volume "${spec.volumeName}"`;
  kit.record(claim, { type: 'Normal', reason: 'FileSystemResizeSuccessful', message }, 'kubelet');
}

function forget(claim: SimObject, kit: Kit): void {
  const volume = kit.view.get('persistentvolumes', '', (claim.spec as ClaimSpec).volumeName ?? '');
  const finalizers = (claim.metadata.finalizers ?? []).filter((name) => name !== PROTECTION);
  if (!equal(finalizers, claim.metadata.finalizers ?? []))
    kit.view.patch('persistentvolumeclaims', claim, { metadata: { finalizers } });
  if (!volume) return;
  if ((volume.spec as { persistentVolumeReclaimPolicy?: string }).persistentVolumeReclaimPolicy === 'Retain') {
    kit.view.update(
      'persistentvolumes',
      { ...volume, status: { phase: 'Released', lastPhaseTransitionTime: kit.now } } as SimObject,
      'status',
    );
    return;
  }
  kit.view.patch('persistentvolumes', volume, { metadata: { finalizers: null } });
  const left = kit.view.get('persistentvolumes', '', volume.metadata.name);
  if (left) kit.view.delete('persistentvolumes', left);
}
