/**
 * The storage class `standard` of the test cluster: a claim gets a folder of the node, a grown request grows volume and claim, and a
 * released volume is deleted with its folder. Started by up; usage: storage.ts KUBECONFIG FOLDER
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { client, MERGE } from './client.ts';

interface Meta {
  name: string;
  namespace: string;
  uid: string;
  deletionTimestamp?: string;
  annotations?: Record<string, string>;
}
interface Claim {
  metadata: Meta;
  spec: {
    storageClassName?: string;
    accessModes: string[];
    volumeName?: string;
    resources: { requests: { storage: string } };
  };
  status: { phase: string; capacity?: { storage?: string } };
}
interface Volume {
  metadata: Meta;
  spec: { persistentVolumeReclaimPolicy: string; hostPath?: { path: string } };
  status: { phase: string };
}
interface List<T> {
  items: T[];
}

const [kubeconfig, folder] = process.argv.slice(2);
if (!kubeconfig || !folder) throw new Error('usage: storage.ts KUBECONFIG FOLDER');
const api = client(kubeconfig, 'test-storage');
const OURS = 'pv.kubernetes.io/provisioned-by';
const PROVISIONER = 'opsdeck.dev/test-storage';
const VOLUMES = '/api/v1/persistentvolumes';

const UNITS: Record<string, number> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

function bytes(quantity: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]i?|k)?$/.exec(quantity);
  return match ? Number(match[1]) * (match[2] ? UNITS[match[2]]! : 1) : Number.NaN;
}

async function provision(claim: Claim, volume: string): Promise<void> {
  const path = `${folder}/${volume}`;
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777); // pods of any user: hostPath knows no fsGroup
  const { name, namespace, uid } = claim.metadata;
  await api.call('POST', VOLUMES, {
    metadata: { name: volume, annotations: { [OURS]: PROVISIONER } },
    spec: {
      capacity: { storage: claim.spec.resources.requests.storage },
      accessModes: claim.spec.accessModes,
      storageClassName: 'standard',
      persistentVolumeReclaimPolicy: 'Delete',
      hostPath: { path },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
    },
  });
}

async function grow(claim: Claim): Promise<void> {
  const { name, namespace } = claim.metadata;
  const capacity = { storage: claim.spec.resources.requests.storage };
  await api.call('PATCH', `${VOLUMES}/${claim.spec.volumeName}`, { spec: { capacity } }, MERGE);
  const status = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}/status`;
  await api.call('PATCH', status, { status: { capacity, conditions: null } }, MERGE);
}

async function remove(volume: Volume): Promise<void> {
  await api.call('DELETE', `${VOLUMES}/${volume.metadata.name}`);
  if (volume.spec.hostPath?.path.startsWith(`${folder}/`))
    rmSync(volume.spec.hostPath.path, { recursive: true, force: true });
}

async function round(): Promise<void> {
  const claims = (await api.call<List<Claim>>('GET', '/api/v1/persistentvolumeclaims')).items;
  const volumes = (await api.call<List<Volume>>('GET', VOLUMES)).items;
  const known = new Set(volumes.map((v) => v.metadata.name));
  for (const claim of claims) {
    if (claim.spec.storageClassName !== 'standard' || claim.metadata.deletionTimestamp) continue;
    const volume = `pvc-${claim.metadata.uid}`;
    const wanted = bytes(claim.spec.resources.requests.storage);
    if (claim.status.phase === 'Pending' && !known.has(volume)) await provision(claim, volume);
    else if (claim.status.phase === 'Bound' && wanted > bytes(claim.status.capacity?.storage ?? '0')) await grow(claim);
  }
  for (const volume of volumes) {
    const ours = volume.metadata.annotations?.[OURS] === PROVISIONER;
    const released = volume.status.phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete';
    if (ours && released) await remove(volume);
  }
}

for (;;) {
  await round().catch((error: Error) => process.stderr.write(`${new Date().toISOString()} ${error.message}\n`));
  await sleep(500);
}
