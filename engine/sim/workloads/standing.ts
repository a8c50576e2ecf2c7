/** Volumes that somebody has made, not a provisioner: which of them a claim takes, and what becomes of them. */
import { quantityValue } from '../schema/quantity.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from './controller.ts';
import { type LabelSelector, matches } from './template.ts';
import type { View } from './view.ts';

/** Names of the volumes that nobody has: most clusters have thousands of others, and each new claim asks. */
const free = new WeakMap<View, Set<string>>();

function freeIn(view: View): Set<string> {
  const known = free.get(view) ?? new Set<string>();
  free.set(view, known);
  return known;
}

interface Asked {
  accessModes?: string[];
  storageClassName?: string;
  volumeName?: string;
  volumeMode?: string;
  selector?: LabelSelector;
  resources?: { requests?: { storage?: string } };
}

interface Offered {
  accessModes?: string[];
  storageClassName?: string;
  volumeMode?: string;
  capacity?: { storage?: string };
  claimRef?: { namespace?: string; name?: string; uid?: string };
}

const offered = (volume: SimObject): Offered => (volume.spec ?? {}) as Offered;
const phaseOf = (volume: SimObject): string => (volume.status as { phase?: string } | undefined)?.phase ?? '';
const size = (volume: SimObject): number => quantityValue(offered(volume).capacity?.storage ?? '');

/** Whether a volume is kept for the claim by name, before it is bound. */
function isKeptFor(volume: SimObject, { metadata }: SimObject): boolean {
  const { namespace, name, uid } = offered(volume).claimRef ?? {};
  return namespace === metadata.namespace && name === metadata.name && (!uid || uid === metadata.uid);
}

const isFree = (volume: SimObject, claim: SimObject): boolean =>
  !volume.metadata.deletionTimestamp &&
  phaseOf(volume) !== 'Released' &&
  (offered(volume).claimRef === undefined || isKeptFor(volume, claim));

function satisfies(volume: SimObject, asked: Asked): boolean {
  const has = offered(volume);
  return (
    (has.storageClassName ?? '') === (asked.storageClassName ?? '') &&
    (has.volumeMode ?? 'Filesystem') === (asked.volumeMode ?? 'Filesystem') &&
    (asked.accessModes ?? []).every((mode) => has.accessModes?.includes(mode)) &&
    size(volume) >= quantityValue(asked.resources?.requests?.storage ?? '0') &&
    (asked.selector === undefined || matches(asked.selector, volume.metadata.labels))
  );
}

/** The volume the claim names or is named by, else the smallest that has all it asks for. `early`: nobody uses it yet, and it may wait. */
export function standingVolume(claim: SimObject, kit: Kit, early: boolean): SimObject | undefined {
  const asked = (claim.spec ?? {}) as Asked;
  if (asked.volumeName) {
    const named = kit.view.get('persistentvolumes', '', asked.volumeName);
    return named && isFree(named, claim) ? named : undefined;
  }
  const fit = [...freeIn(kit.view)]
    .map((name) => kit.view.get('persistentvolumes', '', name))
    .filter((one) => one !== undefined)
    .filter((one) => isFree(one, claim) && satisfies(one, asked));
  const kept = fit.find((one) => isKeptFor(one, claim));
  return kept ?? (early ? undefined : fit.sort((a, b) => size(a) - size(b))[0]);
}

const BY_CONTROLLER = { 'pv.kubernetes.io/bound-by-controller': 'yes' };

export function bindStanding(claim: SimObject, volume: SimObject, kit: Kit): void {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
  const chosen = offered(volume).claimRef === undefined;
  const taken = kit.view.patch('persistentvolumes', volume, {
    ...(chosen ? { metadata: { annotations: BY_CONTROLLER } } : {}),
    spec: { claimRef },
  });
  if (!taken) return;
  setPhase(taken, 'Bound', kit);
  const named = (claim.spec as Asked).volumeName !== undefined;
  const bound = kit.view.patch('persistentvolumeclaims', claim, {
    metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', ...(named ? {} : BY_CONTROLLER) } },
    spec: { volumeName: volume.metadata.name },
  });
  if (!bound) return;
  const { accessModes, capacity } = offered(volume);
  const status = { phase: 'Bound', accessModes, capacity };
  kit.view.update('persistentvolumeclaims', { ...bound, status } as SimObject, 'status');
}

function setPhase(volume: SimObject, phase: string, kit: Kit): void {
  if (phaseOf(volume) === phase) return;
  const status = { phase, lastPhaseTransitionTime: kit.now };
  kit.view.update('persistentvolumes', { ...volume, status } as SimObject, 'status');
}

/** A volume is there to be had until a claim has it, and once that claim is gone it is nobody's until somebody says so. */
export const standingVolumes: Controller = {
  name: 'persistentvolume-controller',
  resource: 'persistentvolumes',
  kind: 'PersistentVolume',
  owns: [],
  also: {
    persistentvolumeclaims: ({ object }) => {
      const { volumeName } = (object.spec ?? {}) as Asked;
      return volumeName ? [`/${volumeName}`] : [];
    },
  },
  sync(volume, kit) {
    if (volume.metadata.deletionTimestamp) return;
    const { claimRef } = offered(volume);
    if (!claimRef?.uid) {
      freeIn(kit.view).add(volume.metadata.name);
      setPhase(volume, 'Available', kit);
      return;
    }
    freeIn(kit.view).delete(volume.metadata.name);
    const claim = kit.view.get('persistentvolumeclaims', claimRef.namespace ?? '', claimRef.name ?? '');
    if (claim?.metadata.uid !== claimRef.uid) setPhase(volume, 'Released', kit);
  },
  gone(_namespace, name, { view }) {
    freeIn(view).delete(name);
  },
};
