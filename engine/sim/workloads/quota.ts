import { equal } from '../json.ts';
import { quotaUsed } from '../kinds/quota.ts';
import type { SimObject } from '../types.ts';
import type { Controller } from './controller.ts';
import type { Sight, View } from './view.ts';

/** Resources whose comings and goings are counted at once. */
const COUNTED = [
  ...['pods', 'configmaps', 'secrets', 'services', 'persistentvolumeclaims', 'replicationcontrollers'],
  ...['deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch'],
];
/** Others, and those of custom resources, are counted from time to time. */
const RESYNC = 60_000;

const concerned = ({ namespace }: Sight, view: View): string[] =>
  view.some('resourcequotas', namespace)
    ? [...view.sights('resourcequotas', namespace)].map(({ name }) => `${namespace}/${name}`)
    : [];

/** Keeps the count of what a quota's namespace uses. Whether one more may come is counted anew each time. */
export const quotas: Controller = {
  name: 'resourcequota-controller',
  resource: 'resourcequotas',
  kind: 'ResourceQuota',
  owns: [],
  also: Object.fromEntries(COUNTED.map((resource) => [resource, concerned])),
  sync(quota, kit) {
    kit.again(RESYNC);
    const { hard } = quota.spec as { hard?: Record<string, string> };
    const status = { hard, used: quotaUsed(kit.cluster.kernel, quota) };
    if (!equal(status, quota.status))
      kit.view.update('resourcequotas', { ...quota, status } as unknown as SimObject, 'status');
  },
};
