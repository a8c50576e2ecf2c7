/** Bodies that are tried without being kept, and short ways to make and change what is. */
import type { Case } from './recorded.ts';

const core = '/api/v1/namespaces/NS';
const PATHS: Record<string, string> = {
  Pod: `${core}/pods`,
  Secret: `${core}/secrets`,
  Service: `${core}/services`,
  LimitRange: `${core}/limitranges`,
  Job: '/apis/batch/v1/namespaces/NS/jobs',
  CronJob: '/apis/batch/v1/namespaces/NS/cronjobs',
  StatefulSet: '/apis/apps/v1/namespaces/NS/statefulsets',
  NetworkPolicy: '/apis/networking.k8s.io/v1/namespaces/NS/networkpolicies',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  PodDisruptionBudget: '/apis/policy/v1/namespaces/NS/poddisruptionbudgets',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers',
  PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses',
};

/** Tried without being kept. */
export const tried = (kind: string, name: string, rest: object): Case => ({
  name: `${kind}: ${name}`,
  method: 'POST',
  path: PATHS[kind]!,
  query: { dryRun: 'All' },
  body: { metadata: { name: 'one' }, ...rest },
  brief: true,
});

export const made = (name: string, path: string, body: object, more: Partial<Case> = {}): Case => ({
  name,
  method: 'POST',
  path,
  body,
  brief: true,
  ...more,
});
export const changed = (name: string, path: string, body: unknown, more: Partial<Case> = {}): Case => ({
  name,
  path,
  patch: 'strategic',
  body,
  brief: true,
  ...more,
});

const box = { name: 'c', image: 'x' };
export const spec = (more: object = {}, container: object = {}): object => ({
  containers: [{ ...box, ...container }],
  ...more,
});
export const jobSpec = (more: object = {}): object => ({
  template: { spec: spec({ restartPolicy: 'Never' }) },
  ...more,
});
export const fill = <T>(length: number, one: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => one(index));

/** All of the answer is compared. */
export const whole = ({ brief: _brief, ...one }: Case): Case => one;
