import type { Health } from '../protocol.ts';

/** Identity of any object of the cluster that a row or a run speaks of. */
export interface ObjectRef {
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespace: string;
  name: string;
  uid: string;
}

export interface ContainerState {
  name: string;
  image: string;
  ready: boolean;
  restarts: number;
  /** The runtime's id of the running container; '' when it is not running. It changes at every restart. */
  id: string;
  /** `running`, or the reason it is not (`CrashLoopBackOff`, `ImagePullBackOff`, …). */
  state: string;
}

/** One member of a component: a pod. */
export interface Instance {
  uid: string;
  namespace: string;
  name: string;
  component: string;
  /** The operator's own word; '' when none is known. */
  role: string;
  /** The normalised one (`primary`, `replica`, …), used to select beside the operator's own. */
  roleClass: string;
  ready: boolean;
  phase: string;
  /** The pod's address; '' until it has one. */
  ip: string;
  node: string;
  createdAt: number;
  deleting: boolean;
  containers: ContainerState[];
}

export interface Component {
  name: string;
  /** Other names by which a definition may ask for it (its definition, its type). */
  aliases: string[];
  instances: Instance[];
}

export interface Cluster {
  /** The object that stands for it; of workloads grouped by an annotation, the first. */
  ref: ObjectRef;
  /** The object's name, or that of the group of workloads. */
  name: string;
  provider: string;
  /** What `clusterDefinitionRef` of a definition is held against: names this cluster goes by. */
  definitions: string[];
  phase: string;
  health: Health;
  /** Sentences that say why it is not ok. */
  reasons: string[];
  version: string;
  createdAt: number;
  components: Component[];
  services: { name: string; role: string; address: string }[];
  volumes: { name: string; instance: string; capacity: string; phase: string }[];
}
