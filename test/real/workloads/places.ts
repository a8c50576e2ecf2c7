/** Scenarios of the scheduler: what keeps a pod from a node, and who has to leave one. */
import { container, job, pod, podSpec } from './objects.ts';
import type { Scenario } from './stage.ts';
import { is, type Thing } from './watched.ts';

const ready = (one: Thing) => is(one, 'Ready');
const refused = (one: Thing) => one.status?.conditions?.some(({ reason }: { reason?: string }) => reason);

/** A port of the node, which nothing listens at. */
const at = (hostPort: number, more: object = {}) =>
  podSpec([container('c', { ports: [{ containerPort: 80, hostPort }] })], more);

const spread = (more: object = {}) =>
  podSpec([container()], {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'even' } },
        ...more,
      },
    ],
  });

export const PLACES: readonly Scenario[] = [
  {
    name: 'a port of a node is one pod’s',
    async play(stage) {
      await stage.apply(pod('first', at(31_871)));
      await stage.when('Pod', 'first', ready);
      await stage.apply(pod('second', at(31_871)), pod('other', at(31_872)));
      await stage.when('Pod', 'second', refused);
      await stage.when('Pod', 'other', ready);
      await stage.kubectl('delete', 'pod', 'first');
      await stage.when('Pod', 'second', ready);
    },
  },
  {
    name: 'pods that are to be spread stay where they can’t be',
    async play(stage) {
      const even = { app: 'even' };
      await stage.apply(pod('first', spread({ minDomains: 2 }), even));
      await stage.when('Pod', 'first', ready);
      await stage.apply(
        pod('second', spread({ minDomains: 2 }), even),
        pod('lone', spread(), even),
        pod('nowhere', spread({ topologyKey: 'no.such/label' }), even),
        pod('anywhere', spread({ topologyKey: 'no.such/label', whenUnsatisfiable: 'ScheduleAnyway' }), even),
      );
      await Promise.all(['second', 'nowhere'].map((name) => stage.when('Pod', name, refused)));
      await Promise.all(['lone', 'anywhere'].map((name) => stage.when('Pod', name, ready)));
    },
  },
  {
    name: 'a pod of a higher priority takes the place of a lower one',
    async play(stage) {
      const classes = ['high', 'meek'].map((name) => `${stage.namespace}-${name}`);
      const [high, meek] = classes;
      const ofClass = (name: string | undefined, preemptionPolicy: string) => ({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value: 100,
        preemptionPolicy,
      });
      try {
        await stage.apply(ofClass(high, 'PreemptLowerPriority'), ofClass(meek, 'Never'));
        await stage.apply(pod('low', at(31_873)), pod('beside', at(31_874)));
        await Promise.all(['low', 'beside'].map((name) => stage.when('Pod', name, ready)));
        await stage.apply(pod('meek', at(31_873, { priorityClassName: meek })), pod('equal', at(31_873)));
        await Promise.all(['meek', 'equal'].map((name) => stage.when('Pod', name, refused)));
        await stage.kubectl('delete', 'pod', 'meek', 'equal');
        await stage.apply(pod('high', at(31_873, { priorityClassName: high })));
        await stage.when('Pod', 'high', ready);
      } finally {
        await stage.kubectl('delete', 'priorityclass', ...classes);
      }
    },
  },
  {
    name: 'a node rejects a pod that somebody has given it and that has no place there',
    async play(stage) {
      await stage.apply(pod('finds', at(31_875)));
      await stage.when('Pod', 'finds', ready);
      const found = stage.all('Pod')[0]?.spec as { nodeName: string };
      const given = (spec: object, more: object = {}) => ({ ...podSpec(), ...spec, ...more, nodeName: found.nodeName });
      const selects = { nodeSelector: { no: 'such' } };
      const restartPolicy = 'Never';
      await stage.apply(
        pod('port', given(at(31_875))),
        pod('selects', given(selects)),
        pod('device', given(podSpec([container('c', { resources: { limits: { 'example.com/gpu': '1' } } })]))),
        pod('orphan', podSpec([container()], { nodeName: 'no-such-node' })),
        job('never', { backoffLimit: 0 }, given(selects, { restartPolicy })),
      );
      await Promise.all(
        ['port', 'selects'].map((name) => stage.when('Pod', name, (one) => one.status?.phase === 'Failed')),
      );
      await stage.when('Pod', 'device', ready);
      await stage.when('Job', 'never', (one) => is(one, 'Failed'));
      await stage.kubectl('delete', 'pod', 'port', 'orphan');
    },
  },
];
