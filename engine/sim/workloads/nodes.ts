import { createHash } from 'node:crypto';
import { wholeSeconds } from '../clock.ts';
import type { SimCluster } from '../cluster.ts';
import type { SimObject } from '../types.ts';

/** Ready nodes with addresses 10.88.0.n; they need no heartbeat. */
export function addNodes(cluster: SimCluster, names: readonly string[]): void {
  const at = wholeSeconds(cluster.clock.now());
  const amount = { cpu: '16', 'ephemeral-storage': '264212084Ki', memory: '65761572Ki', pods: '250' };
  for (const [i, name] of names.entries()) {
    const node = cluster.create('nodes', {
      metadata: {
        name,
        labels: {
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'topology.kubernetes.io/zone': `zone-${'abc'[i % 3]}`,
        },
      },
      spec: {},
    });
    const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
    const condition = (type: string, status: string, reason: string, message: string) => ({
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: at,
      lastTransitionTime: at,
    });
    cluster.update(
      'nodes',
      {
        ...node,
        status: {
          addresses: [
            { type: 'InternalIP', address: `10.88.${i >> 8}.${(i & 255) + 1}` },
            { type: 'Hostname', address: name },
          ],
          allocatable: amount,
          capacity: amount,
          conditions: [
            condition(
              'MemoryPressure',
              'False',
              'KubeletHasSufficientMemory',
              'kubelet has sufficient memory available',
            ),
            condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
            condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
            condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
          ],
          nodeInfo: {
            architecture: 'amd64',
            bootID: id,
            containerRuntimeVersion: 'containerd://2.1.4-simulated',
            kernelVersion: '6.12.0-simulated',
            kubeProxyVersion: '',
            kubeletVersion: 'v1.34.1',
            machineID: id,
            operatingSystem: 'linux',
            osImage: 'opsdeck (simulated)',
            systemUUID: id,
          },
        },
      } as SimObject,
      { subresource: 'status' },
    );
    // Every node begins with a taint that it is not ready; who watches nodes takes it away from one that is.
    cluster.patch('nodes', '', name, { spec: { taints: null } });
  }
}

/** The default storage class: volumes are there at once and may grow. */
export function addStorageClass(cluster: SimCluster, name = 'standard'): void {
  cluster.create('storageclasses.storage.k8s.io', {
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'sim.opsdeck.dev',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    allowVolumeExpansion: true,
  });
}
