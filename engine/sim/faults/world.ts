/** Faults of what is behind the API: history, clock, pods, nodes. */
import type { Kernel } from '../kernel.ts';
import type { Asked } from './faults.ts';
import type { Rule, WorldEffect } from './rule.ts';

/** How long a node stays away where the rule doesn't say, milliseconds. */
const NODE_AWAY = 60_000;

/** Does it. `asked` is the request that it strikes at. Throws RangeError where there is no such pod or node. */
export function strike(kernel: Kernel, effect: WorldEffect | Rule, asked: Asked | undefined): void {
  switch (effect.do) {
    case 'compact':
      kernel.store.compact();
      return;
    case 'clock-jump':
      kernel.clock.jump(effect.ms);
      return;
    case 'cut-link':
      kernel.faults.cut(effect.ms);
      return;
    case 'crash-pod': {
      const { namespace, name } = podOf(effect.pod, asked);
      if (!kernel.node?.crash(namespace, name)) throw new RangeError(`no pod ${namespace}/${name} runs here`);
      return;
    }
    case 'crash-node': {
      const node = effect.node ?? nodeUnder(kernel, asked);
      if (!kernel.node?.crashNode(node, effect.ms ?? NODE_AWAY))
        throw new RangeError(`there is no node "${node}" here`);
      return;
    }
    default:
      return;
  }
}

function podOf(named: string | undefined, asked: Asked | undefined): { namespace: string; name: string } {
  if (named !== undefined) {
    const [namespace = '', name] = named.split('/');
    return name === undefined ? { namespace: 'default', name: namespace } : { namespace, name };
  }
  if (asked?.target?.info.plural === 'pods' && asked.target.name !== '') return asked.target;
  throw new RangeError('say which pod: pod NAMESPACE/NAME');
}

function nodeUnder(kernel: Kernel, asked: Asked | undefined): string {
  const { namespace, name } = asked?.target ?? {};
  const info = asked?.target?.info;
  const entry = info?.plural === 'pods' && name ? kernel.store.entry(info, namespace ?? '', name) : undefined;
  const node = entry && info && (kernel.store.object(info, entry).spec as { nodeName?: string } | undefined)?.nodeName;
  if (!node) throw new RangeError('say which node: node NAME');
  return node;
}
