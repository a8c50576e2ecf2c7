/** Which resources have to be watched for a set of providers, and what each one's objects do to the estate. */
import type { SourceState } from '../protocol.ts';
import type { Estate } from './estate.ts';
import { factsOf } from './facts.ts';
import { type RawClaim, type RawService, slimClaim, slimService } from './objects.ts';
import { slimPod } from './pod.ts';
import { labelReading, type Provider, type ProviderResource } from './provider.ts';
import type { RawPod } from './raw-pod.ts';
import { CORE, resourceName, type Served } from './sources.ts';

/** What a watch does with the objects it meets: projects each at once, hands on what changed. */
export interface Follower<T> {
  served: Served;
  project: (raw: object) => T;
  onChange: (changes: { upsert: T[]; remove: string[] }) => void;
}

export interface WatchPlan {
  /** plural.group */
  id: string;
  topics: SourceState['topics'];
  /** Where it is read; of a kind that is not served, where it would be. */
  served: Served;
  /** Every API server has it: no need to ask. */
  builtin: boolean;
  /** Not before the pods were listed. */
  later: boolean;
  provider: Provider | undefined;
  resource: ProviderResource | undefined;
  /** Begins the watch; generic in the projection, which nobody else needs to know. */
  open: <W>(start: <T>(follower: Follower<T>) => W) => W;
}

interface Handling<T> {
  topics: SourceState['topics'];
  later?: boolean;
  provider?: Provider;
  resource?: ProviderResource;
  project: (raw: object, served: Served) => T;
  put: (thing: T) => void;
  drop: (uid: string) => void;
}

const BUILTIN_GROUPS = new Set(['', 'apps']);

function plan<T>(what: Served, handling: Handling<T>): WatchPlan {
  const { topics, later = false, provider, resource, project, put, drop } = handling;
  const made: WatchPlan = {
    id: resourceName(what),
    topics,
    served: what,
    builtin: BUILTIN_GROUPS.has(what.group),
    later,
    provider,
    resource,
    open: (start) =>
      start<T>({
        served: made.served,
        project: (raw) => project(raw, made.served),
        onChange({ upsert, remove }) {
          for (const uid of remove) drop(uid);
          for (const thing of upsert) put(thing);
        },
      }),
  };
  return made;
}

function planObjects(estate: Estate, provider: Provider, resource: ProviderResource): WatchPlan {
  const { group, plural, versions } = resource;
  return plan(
    { group, plural, version: versions[0] ?? 'v1', namespaced: true },
    {
      topics: ['clusters'],
      provider,
      resource,
      project: (raw, { version }) => factsOf(provider, resource, version, raw),
      put: (facts) => estate.setObject(facts),
      drop: (uid) => estate.dropObject(uid),
    },
  );
}

export function planWatches(providers: readonly Provider[], estate: Estate): WatchPlan[] {
  const reading = labelReading(providers);
  return [
    ...providers.flatMap((provider) => provider.resources.map((resource) => planObjects(estate, provider, resource))),
    plan(CORE.pods, {
      topics: ['clusters', 'instances'],
      project: (raw) => slimPod(raw as RawPod, reading),
      put: (pod) => estate.setPod(pod),
      drop: (uid) => estate.dropPod(uid),
    }),
    plan(CORE.services, {
      topics: ['clusters'],
      later: true,
      project: (raw) => slimService(raw as RawService),
      put: (service) => estate.setService(service),
      drop: (uid) => estate.dropService(uid),
    }),
    plan(CORE.persistentvolumeclaims, {
      topics: ['clusters'],
      later: true,
      project: (raw) => slimClaim(raw as RawClaim),
      put: (claim) => estate.setClaim(claim),
      drop: (uid) => estate.dropClaim(uid),
    }),
  ];
}
