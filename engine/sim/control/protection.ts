import type { SimCluster } from '../cluster.ts';
import { ApiError } from '../errors.ts';
import { at } from '../json.ts';
import { isDict, type SimObject } from '../types.ts';

const CLAIM = 'kubernetes.io/pvc-protection';
const VOLUME = 'kubernetes.io/pv-protection';

function uses(pod: SimObject, claim: string): boolean {
  const phase = at(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return false;
  const volumes = at(pod, 'spec', 'volumes');
  return (
    Array.isArray(volumes) &&
    volumes.some((volume) => isDict(volume) && at(volume, 'persistentVolumeClaim', 'claimName') === claim)
  );
}

/** Lets a claim or a volume that is being deleted go once nothing uses it. */
export function protectionController(cluster: SimCluster): () => void {
  const release = (resource: string, object: SimObject, finalizer: string): void => {
    const { namespace = '', name, finalizers = [] } = object.metadata;
    const left = finalizers.filter((one) => one !== finalizer);
    try {
      cluster.patch(
        resource,
        namespace,
        name,
        { metadata: { finalizers: left.length > 0 ? left : null } },
        { manager: 'kube-controller-manager' },
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  };
  const isHeld = (object: SimObject | undefined, finalizer: string): object is SimObject =>
    object?.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).includes(finalizer);

  /** Claims that are being deleted: pods are of interest only while there are some. */
  const ending = new Set<string>();
  const checkClaim = (namespace: string, name: string): void => {
    if (!ending.has(`${namespace}/${name}`)) return;
    const claim = cluster.get('persistentvolumeclaims', namespace, name);
    if (isHeld(claim, CLAIM) && !cluster.list('pods', { namespace }).some((pod) => uses(pod, name)))
      release('persistentvolumeclaims', claim, CLAIM);
  };
  const stops = [
    cluster.watch('persistentvolumeclaims', {}, (type, { metadata }) => {
      const namespace = metadata.namespace ?? '';
      if (type === 'DELETED') ending.delete(`${namespace}/${metadata.name}`);
      else if (metadata.deletionTimestamp) {
        ending.add(`${namespace}/${metadata.name}`);
        checkClaim(namespace, metadata.name);
      }
    }),
    cluster.watch('persistentvolumes', {}, (type, volume) => {
      if (type !== 'DELETED' && isHeld(volume, VOLUME) && at(volume, 'status', 'phase') !== 'Bound')
        release('persistentvolumes', volume, VOLUME);
    }),
    cluster.watch('pods', {}, (_type, pod) => {
      if (ending.size === 0) return;
      const volumes = at(pod, 'spec', 'volumes');
      for (const volume of Array.isArray(volumes) ? volumes : []) {
        const name = at(volume, 'persistentVolumeClaim', 'claimName');
        if (typeof name === 'string') checkClaim(pod.metadata.namespace ?? '', name);
      }
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
