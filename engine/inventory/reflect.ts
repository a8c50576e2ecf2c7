/** The inventory's watches by reflectors of engine/kube. */
import { askFirst, type Page, type ReflectorState, startReflector } from '../kube/reflector.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Freshness } from '../protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import type { StartWatch } from './inventory.ts';
import { address, CORE, resourceName } from './sources.ts';

type Client = Pick<KubeClient, 'request' | 'stream'>;

/** The first pods are asked for at once: they are on their way while the providers are made ready. */
export function askPods(client: Client, clock: Clock, namespace: string | null, signal: AbortSignal): Promise<Page> {
  const { protobuf } = CORE.pods;
  return askFirst({ client, clock, path: address(CORE.pods, namespace), protobuf }, signal);
}

/** `pods`: their first page, when it was asked for already. `answered`: as of ReflectorOptions. */
export function watchesOf(client: Client, clock: Clock, pods?: Promise<Page>, answered?: () => number): StartWatch {
  let ahead = pods;
  return ({ served, namespace, project, onChange, onFreshness }) => {
    const first = served === CORE.pods ? ahead : undefined;
    if (first) ahead = undefined; // a second watch must not begin with what the first one knew
    const resource = resourceName(served);
    const named = (state: ReflectorState): Freshness => {
      if (state.state === 'denied') return { state: 'denied', verb: 'list', resource };
      return state.state === 'absent' ? { state: 'absent', resource } : state;
    };
    const path = address(served, namespace);
    const onState = (state: ReflectorState) => onFreshness(named(state));
    const { protobuf } = served;
    const { state, suspect, heal, stop } = startReflector({
      client,
      clock,
      path,
      protobuf,
      project,
      onChange,
      onState,
      first,
      answered,
    });
    return { freshness: () => named(state()), suspect, heal, stop };
  };
}
