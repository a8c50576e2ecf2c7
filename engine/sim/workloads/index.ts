/**
 * The controllers of the embedded cluster: what a kube-controller-manager and a scheduler do, so that workloads live. It may touch the
 * cluster from inside and nothing of the machine.
 */
import type { SimCluster } from '../cluster.ts';
import { REAL_TIMING, type Timing } from '../node/timing.ts';
import { autoscalers } from './autoscaler.ts';
import { type Controllers, runControllers } from './controller.ts';
import { cronJobs } from './cronjob.ts';
import { daemonSets } from './daemonset.ts';
import { deployments } from './deployment.ts';
import { disruptions } from './disruption.ts';
import { endpoints } from './endpoints.ts';
import { jobs } from './job.ts';
import { nodeLeases } from './leases.ts';
import { endedCollector, orphanCollector } from './podCollector.ts';
import { quotas } from './quota.ts';
import { replicaSets, replicationControllers } from './replicaset.ts';
import { scheduler } from './scheduler.ts';
import { standingVolumes } from './standing.ts';
import { statefulSets } from './statefulset.ts';
import { claims } from './volumes.ts';

export { type Controller, type Controllers, type Kit, runControllers } from './controller.ts';
export { addNodes, addStorageClass } from './nodes.ts';
export { endedCollector } from './podCollector.ts';

/** Starts them. They work in the cluster's own queue and by its clock. */
export function startWorkloads(
  cluster: SimCluster,
  options: { eventsSince?: number; timing?: Pick<Timing, 'lease'> } = {},
): Controllers {
  const all = [
    scheduler,
    deployments,
    replicaSets,
    replicationControllers,
    statefulSets,
    daemonSets,
    jobs,
    cronJobs,
    claims,
    standingVolumes,
    endpoints,
    disruptions,
    nodeLeases(options.timing ?? REAL_TIMING),
    autoscalers,
    quotas,
    orphanCollector(),
    endedCollector(),
  ];
  return runControllers(cluster, all, options.eventsSince);
}
