/** What `opsdeck demo break` and the demo's key do to the estate, so that a newcomer sees the cockpit react. */
import type { SimCluster } from '../cluster.ts';
import type { Faults } from '../faults/faults.ts';
import { BROKEN, type Broken, type SimNodes } from '../node/index.ts';
import type { SimObject } from '../types.ts';
import { isReady } from '../workloads/template.ts';
import { CLUSTERS } from './clusters.ts';
import type { Leaders } from './leaders.ts';

export interface Breaks {
  /** Does it; answers one sentence. Throws RangeError with one where the name or the cluster is unknown. */
  run(name: string, cluster?: string): string;
}

export interface BreakParts {
  cluster: SimCluster;
  nodes: SimNodes;
  leaders: Leaders;
  faults: Faults;
}

const HALF_A_MINUTE = 30_000;

export function makeBreaks(parts: BreakParts): Breaks {
  const { cluster, nodes, leaders, faults } = parts;

  const podsOf = (name: string): SimObject[] => {
    const [first = '', second] = name.split('/');
    const spec = CLUSTERS.find((one) =>
      second === undefined ? one.name === first : one.namespace === first && one.name === second,
    );
    const there = CLUSTERS.filter((one) => cluster.get('namespaces', '', one.namespace));
    if (there.length === 0) throw new RangeError(`this demo is empty: there is no ${name} to break`);
    if (!spec || !there.includes(spec))
      throw new RangeError(
        `no cluster ${name} in the demo; there are ${there.map((one) => `${one.namespace}/${one.name}`).join(', ')}`,
      );
    const labels = ['app.kubernetes.io/instance', 'cnpg.io/cluster', 'opengauss.cluster', 'strimzi.io/cluster'];
    return cluster
      .list('pods', { namespace: spec.namespace })
      .filter(
        (pod) =>
          labels.some((label) => pod.metadata.labels?.[label] === spec.name) && !/sentinel/.test(pod.metadata.name),
      );
  };
  const primary = (name: string): SimObject => {
    const pods = podsOf(name);
    const leader = leaders.of(pods);
    const pod = pods.find((one) => one.metadata.name === leader) ?? pods.find(isReady);
    if (!pod) throw new RangeError(`${name} has no primary now`);
    return pod;
  };
  const strike = (pod: SimObject, broken?: Broken) => {
    const { namespace = '', name } = pod.metadata;
    if (broken) nodes.disk(namespace, name)?.set(BROKEN, broken);
    nodes.crash(namespace, name);
    return `${namespace}/${name}`;
  };

  const actions: Record<string, (name: string) => string> = {
    'kill-primary': (name) => {
      const struck = strike(primary(name), {
        text: 'FATAL: the process was killed; its data directory is being checked',
        until: cluster.clock.now() + HALF_A_MINUTE,
      });
      return `killed ${struck}; it can't start for half a minute`;
    },
    'fill-disk': (name) => {
      const struck = strike(primary(name), {
        text: 'FATAL: could not write: No space left on device',
        until: Number.POSITIVE_INFINITY,
      });
      return `filled the disk of ${struck}; "opsdeck demo break mend" frees it`;
    },
    'crash-pod': (name) => `killed ${strike(podsOf(name).at(-1) ?? primary(name))}`,
    'cut-link': () => {
      faults.add({ do: 'cut-link', ms: 10_000 });
      return 'cut the connection to the API server for ten seconds';
    },
    throttle: () => {
      faults.add({ id: 'throttle', do: 'error', status: 429, retryAfter: 1, every: 3, lasts: HALF_A_MINUTE });
      return 'every third request gets 429 for half a minute';
    },
    mend: () => {
      let freed = 0;
      for (const pod of cluster.list('pods')) {
        const disk = nodes.disk(pod.metadata.namespace ?? '', pod.metadata.name);
        if (disk?.delete(BROKEN)) {
          freed++;
          // Its container waits out a back-off that may last minutes; a new pod starts at once.
          cluster.delete('pods', pod.metadata.namespace ?? '', pod.metadata.name, { gracePeriodSeconds: 0 });
        }
      }
      const lifted = faults.clear();
      const mended = [
        ...(freed > 0 ? [`mended ${freed} pod${freed === 1 ? '' : 's'}`] : []),
        ...(lifted > 0 ? [`took ${lifted} fault${lifted === 1 ? '' : 's'} back`] : []),
      ];
      return mended.join(', ') || 'nothing was broken';
    },
  };

  return {
    run(name, target = 'shop/carts') {
      const action = actions[name];
      if (!action) throw new RangeError(`unknown: ${name}; there are ${Object.keys(actions).join(', ')}`);
      return action(target);
    },
  };
}
