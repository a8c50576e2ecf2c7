/** Shipped operations, one folder a provider: documents, read when they are asked for. */
import kubeblocksCheck from './kubeblocks/redis-cluster-check.yaml';
import kubeblocksReshard from './kubeblocks/redis-reshard.yaml';
import plainCheck from './plain/redis-cluster-check.yaml';
import plainReshard from './plain/redis-reshard.yaml';

/** By provider, then as YAML. Operations of one name in two folders are the same operation for two kinds of cluster. */
export const CATALOG: Readonly<Record<string, readonly string[]>> = {
  kubeblocks: [kubeblocksCheck, kubeblocksReshard],
  plain: [plainCheck, plainReshard],
};
