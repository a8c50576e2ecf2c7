import { wholeSeconds } from '../clock.ts';
import type { SimObject } from '../types.ts';
import type { Controller, Kit } from '../workloads/controller.ts';
import { isReady } from '../workloads/template.ts';
import type { Leaders } from './leaders.ts';

interface Spec {
  clusterName: string;
  type: string;
  restart?: { componentName: string }[];
  switchover?: { componentName: string; instanceName?: string; candidateName?: string }[];
}

interface Detail {
  objectKey: string;
  status: 'Pending' | 'Processing' | 'Succeed';
  message: string;
  startTime?: string;
  endTime?: string;
}

interface Status {
  phase?: string;
  progress?: string;
  startTimestamp?: string;
  completionTimestamp?: string;
  conditions?: { type: string; status: string; reason: string; message: string; lastTransitionTime: string }[];
  components?: Record<string, { phase: string; progressDetails: Detail[] }>;
}

/** Milliseconds that KubeBlocks takes for one pod, other work beside it. */
const STEP = 6000;

/** KubeBlocks' own operator on its own OpsRequests: Restart one pod after the other, Switchover at once, the rest for show. */
export const kubeblocksOps = (leaders: Leaders): Controller => ({
  name: 'ops-request-controller',
  resource: 'opsrequests.operations.kubeblocks.io',
  kind: 'OpsRequest',
  owns: [],
  sync(request, kit) {
    const spec = request.spec as unknown as Spec;
    const status = structuredClone((request.status ?? {}) as Status);
    if (/^(Succeed|Failed|Cancelled)$/.test(status.phase ?? '') || request.metadata.deletionTimestamp) return;
    const namespace = request.metadata.namespace ?? '';
    const cluster = kit.cluster.get('clusters.apps.kubeblocks.io', namespace, spec.clusterName);
    const now = wholeSeconds(kit.view.now);
    const say = (type: string, reason: string, message: string) => {
      status.conditions = [
        ...(status.conditions ?? []),
        { type, status: type === 'Failed' ? 'False' : 'True', reason, message, lastTransitionTime: now },
      ];
    };
    const end = (phase: 'Succeed' | 'Failed', message: string) => {
      say(
        phase === 'Succeed' ? 'Succeed' : 'Failed',
        phase === 'Succeed' ? 'OpsRequestProcessedSuccessfully' : 'OpsRequestFailed',
        message,
      );
      status.phase = phase;
      status.completionTimestamp = now;
    };
    const save = () =>
      kit.view.update('opsrequests.operations.kubeblocks.io', { ...request, status } as SimObject, 'status');
    if (status.phase === undefined) {
      status.phase = 'Running';
      status.startTimestamp = now;
      say(
        'WaitForProgressing',
        'WaitForProgressing',
        `wait for the controller to process the OpsRequest: ${request.metadata.name} in Cluster: ${spec.clusterName}`,
      );
      if (!cluster) end('Failed', `Cluster ${spec.clusterName} not found`);
      else {
        say('Validated', 'ValidateOpsRequestPassed', `OpsRequest: ${request.metadata.name} is validated`);
        if (spec.type === 'Restart')
          say('Restarting', 'RestartStarted', `Start to restart database in Cluster: ${spec.clusterName}`);
      }
      save();
      return;
    }
    const pods = kit.view
      .list('pods', namespace)
      .filter((pod) => pod.metadata.labels?.['app.kubernetes.io/instance'] === spec.clusterName);
    const done = `Successfully processed the OpsRequest: ${request.metadata.name} in Cluster: ${spec.clusterName}`;
    if (spec.type === 'Switchover') {
      const candidate = spec.switchover?.[0]?.candidateName;
      const next = leaders.promote(pods, candidate);
      say('Switchover', 'SwitchoverStarted', '');
      status.progress = '1/1';
      end(next ? 'Succeed' : 'Failed', next ? done : 'no candidate is ready');
      save();
      return;
    }
    if (spec.type !== 'Restart') {
      status.progress = '1/1';
      end('Succeed', done);
      save();
      return;
    }
    restart(pods, spec, status, kit, now);
    const component = status.components?.[spec.restart?.[0]?.componentName ?? ''];
    if (component?.progressDetails.every((detail) => detail.status === 'Succeed')) end('Succeed', done);
    else kit.again(1000);
    save();
  },
});

/** The last pod first, the primary last; the next one once the one before is ready again. */
function restart(pods: SimObject[], spec: Spec, status: Status, kit: Kit, now: string): void {
  const name = spec.restart?.[0]?.componentName ?? '';
  const order = pods
    .filter((pod) => pod.metadata.labels?.['apps.kubeblocks.io/component-name'] === name)
    .sort(
      (a, b) =>
        Number(a.metadata.labels?.['kubeblocks.io/role'] === 'primary') -
          Number(b.metadata.labels?.['kubeblocks.io/role'] === 'primary') ||
        (a.metadata.name < b.metadata.name ? 1 : -1),
    );
  const known = status.components?.[name]?.progressDetails;
  const details: Detail[] =
    known ??
    order.map((pod) => ({
      objectKey: `Pod/${pod.metadata.name}`,
      status: 'Pending',
      message: `Waiting to restart: Pod/${pod.metadata.name} in Component: ${name}`,
    }));
  status.components = { ...status.components, [name]: { phase: 'Updating', progressDetails: details } };
  const current = details.find((detail) => detail.status !== 'Succeed');
  if (current?.status === 'Pending') {
    const pod = pods.find((one) => `Pod/${one.metadata.name}` === current.objectKey);
    Object.assign(current, {
      status: 'Processing',
      startTime: now,
      message: `Start to restart: ${current.objectKey} in Component: ${name}`,
    });
    if (pod) kit.view.delete('pods', pod);
  } else if (current) {
    const pod = pods.find((one) => `Pod/${one.metadata.name}` === current.objectKey);
    const began = Date.parse(current.startTime ?? '');
    if (pod && isReady(pod) && !pod.metadata.deletionTimestamp && kit.view.now - began >= STEP)
      Object.assign(current, {
        status: 'Succeed',
        endTime: now,
        message: `Successfully restart: ${current.objectKey} in Component: ${name}`,
      });
  }
  status.progress = `${details.filter((detail) => detail.status === 'Succeed').length}/${details.length}`;
}
