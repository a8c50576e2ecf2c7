/** The fields of a pod that are read, as JSON has them and as protobuf numbers them. */
import { message, OBJECT_META } from '../kube/protobuf.ts';

interface RawState {
  waiting?: { reason?: string };
  running?: object;
  terminated?: { reason?: string; exitCode?: number; signal?: number };
}
export interface RawStatus {
  name?: string;
  image?: string;
  ready?: boolean;
  restartCount?: number;
  containerID?: string;
  started?: boolean;
  state?: RawState;
}
interface RawContainer {
  name?: string;
  image?: string;
  restartPolicy?: string;
}
/** The fields of a pod that are read; every one of them may be missing. */
export interface RawPod {
  metadata?: {
    uid?: string;
    namespace?: string;
    name?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    ownerReferences?: { kind?: string; name?: string; controller?: boolean }[];
  };
  spec?: {
    nodeName?: string;
    containers?: RawContainer[];
    initContainers?: RawContainer[];
    volumes?: { persistentVolumeClaim?: { claimName?: string } }[];
  };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    conditions?: { type?: string; status?: string; reason?: string }[];
    containerStatuses?: RawStatus[];
    initContainerStatuses?: RawStatus[];
  };
}

const CONTAINER = message({ 1: ['name', 'text'], 2: ['image', 'text'], 24: ['restartPolicy', 'text'] });
const CONTAINER_STATUS = message({
  1: ['name', 'text'],
  2: [
    'state',
    message({
      1: ['waiting', message({ 1: ['reason', 'text'] })],
      2: ['running', message({})],
      3: ['terminated', message({ 1: ['exitCode', 'number'], 2: ['signal', 'number'], 3: ['reason', 'text'] })],
    }),
  ],
  4: ['ready', 'flag'],
  5: ['restartCount', 'number'],
  6: ['image', 'text'],
  8: ['containerID', 'text'],
  9: ['started', 'flag'],
});
const VOLUME = message({
  2: ['', message({ 10: ['persistentVolumeClaim', message({ 1: ['claimName', 'text'] })] })],
});

/** RawPod in protobuf. */
export const POD = message({
  1: ['metadata', OBJECT_META],
  2: [
    'spec',
    message({
      1: ['volumes', [VOLUME]],
      2: ['containers', [CONTAINER]],
      10: ['nodeName', 'text'],
      20: ['initContainers', [CONTAINER]],
    }),
  ],
  3: [
    'status',
    message({
      1: ['phase', 'text'],
      2: ['conditions', [message({ 1: ['type', 'text'], 2: ['status', 'text'], 5: ['reason', 'text'] })]],
      4: ['reason', 'text'],
      6: ['podIP', 'text'],
      8: ['containerStatuses', [CONTAINER_STATUS]],
      10: ['initContainerStatuses', [CONTAINER_STATUS]],
    }),
  ],
});
