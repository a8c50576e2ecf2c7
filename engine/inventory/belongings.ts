/** Services and volume claims, found again by the clusters and pods they belong to. */
import { Buckets } from './buckets.ts';
import { claimsOf, pairKeys, selects, serviceKeys, volumeKeys } from './claims.ts';
import type { Facts } from './facts.ts';
import type { Claim, Service } from './objects.ts';
import type { Pod } from './pod.ts';
import type { Provider } from './provider.ts';

/** Whom a change concerns: clusters by what they claim, workloads by a pair of their pods' labels, pods by what they mount. */
export interface Touched {
  keys: string[];
  pairs: string[];
  mounts: string[];
}

export const mountKeys = ({ namespace, claims }: Pod): string[] => claims.map((name) => `${namespace}/${name}`);

export class Belongings {
  readonly #providers: readonly Provider[];
  readonly #services = new Map<string, Service>();
  readonly #claims = new Map<string, Claim>();
  readonly #servicesByKey = new Buckets<Service>();
  readonly #servicesByPair = new Buckets<Service>();
  readonly #claimsByKey = new Buckets<Claim>();
  readonly #claimsByName = new Map<string, Claim>();

  constructor(providers: readonly Provider[]) {
    this.#providers = providers;
  }

  #service(service: Service): Touched {
    const pairs = pairKeys(service.namespace, service.selector);
    return { keys: serviceKeys(this.#providers, service), pairs, mounts: [] };
  }

  #claim(claim: Claim): Touched {
    return { keys: volumeKeys(this.#providers, claim), pairs: [], mounts: [`${claim.namespace}/${claim.name}`] };
  }

  setService(service: Service): Touched[] {
    const before = this.dropService(service.uid);
    const touched = this.#service(service);
    this.#services.set(service.uid, service);
    for (const key of touched.keys) this.#servicesByKey.put(key, service);
    for (const pair of touched.pairs) this.#servicesByPair.put(pair, service);
    return [...before, touched];
  }

  dropService(uid: string): Touched[] {
    const service = this.#services.get(uid);
    if (service === undefined) return [];
    const touched = this.#service(service);
    this.#services.delete(uid);
    for (const key of touched.keys) this.#servicesByKey.drop(key, uid);
    for (const pair of touched.pairs) this.#servicesByPair.drop(pair, uid);
    return [touched];
  }

  setClaim(claim: Claim): Touched[] {
    const before = this.dropClaim(claim.uid);
    const touched = this.#claim(claim);
    this.#claims.set(claim.uid, claim);
    for (const key of touched.keys) this.#claimsByKey.put(key, claim);
    for (const name of touched.mounts) this.#claimsByName.set(name, claim);
    return [...before, touched];
  }

  dropClaim(uid: string): Touched[] {
    const claim = this.#claims.get(uid);
    if (claim === undefined) return [];
    const touched = this.#claim(claim);
    this.#claims.delete(uid);
    for (const key of touched.keys) this.#claimsByKey.drop(key, uid);
    for (const name of touched.mounts) if (this.#claimsByName.get(name) === claim) this.#claimsByName.delete(name);
    return [touched];
  }

  /** What belongs to a cluster made of these objects and pods. */
  of(facts: readonly Facts[], pods: Iterable<Pod>): { services: Service[]; claims: Claim[] } {
    const services = new Map<string, Service>();
    const claims = new Map<string, Claim>();
    for (const each of facts) {
      for (const key of claimsOf(each)) {
        for (const service of this.#servicesByKey.of(key)) services.set(service.uid, service);
        for (const claim of this.#claimsByKey.of(key)) claims.set(claim.uid, claim);
      }
      if (each.controls === '') continue;
      for (const pair of pairKeys(each.ref.namespace, each.template)) {
        for (const service of this.#servicesByPair.of(pair)) {
          if (selects(service, each)) services.set(service.uid, service);
        }
      }
    }
    for (const pod of pods) {
      for (const mount of mountKeys(pod)) {
        const claim = this.#claimsByName.get(mount);
        if (claim !== undefined) claims.set(claim.uid, claim);
      }
    }
    return { services: [...services.values()], claims: [...claims.values()] };
  }
}
