/** The inventory's watches by reflectors of engine/kube. */
import { type ReflectorState, startReflector } from '../kube/reflector.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Freshness } from '../protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import type { StartWatch } from './inventory.ts';
import { address, resourceName } from './sources.ts';

export function watchesOf(client: Pick<KubeClient, 'request' | 'stream'>, clock: Clock): StartWatch {
  return ({ served, namespace, project, onChange, onFreshness }) => {
    const resource = resourceName(served);
    const named = (state: ReflectorState): Freshness => {
      if (state.state === 'denied') return { state: 'denied', verb: 'list', resource };
      return state.state === 'absent' ? { state: 'absent', resource } : state;
    };
    const path = address(served, namespace);
    const onState = (state: ReflectorState) => onFreshness(named(state));
    const { state, suspect, heal, stop } = startReflector({ client, clock, path, project, onChange, onState });
    return { freshness: () => named(state()), suspect, heal, stop };
  };
}
