/** Inventory without watching: what one command needs, in as few requests as it can be read. */
import { type KubeClient, KubeError, type ResourcesOptions } from '../kube/types.ts';
import { Estate } from './estate.ts';
import { type Facts, factsOf } from './facts.ts';
import { listAll, selectorText } from './list.ts';
import { type RawClaim, type RawService, slimClaim, slimService } from './objects.ts';
import { slimPod } from './pod.ts';
import { compileProviders, type LabelReading, labelReading, type Provider } from './provider.ts';
import type { RawPod } from './raw-pod.ts';
import { isShipped, shippedProviders } from './shipped.ts';
import { address, CORE, resourceName, type Served, type Source, served } from './sources.ts';

export type Client = Pick<KubeClient, 'request' | 'resources'>;

/** Something that may not be read, as a person says it. */
export interface Denial {
  verb: 'get' | 'list';
  /** plural.group */
  resource: string;
  /** null: in all namespaces. */
  namespace: string | null;
  /** The server's sentence. */
  why: string;
}

export interface ReadOptions {
  /** Default: the shipped ones. */
  providers?: readonly Provider[];
  signal?: AbortSignal | undefined;
  /** How far what is known of the server's kinds is believed: see KubeClient.resources. */
  kinds?: Pick<ResourcesOptions, 'cached' | 'fresh'>;
}

let shipped: Promise<Provider[]> | undefined;

/** The shipped providers, compiled once. */
export function defaultProviders(): Promise<Provider[]> {
  shipped ??= compileProviders(shippedProviders(), isShipped);
  return shipped;
}

/** Reads into an estate, and remembers what it was not allowed to read. */
export class Reader {
  readonly estate: Estate;
  readonly sources: readonly Source[];
  readonly denied: Denial[] = [];
  readonly #client: Client;
  readonly #reading: LabelReading;
  readonly #signal: AbortSignal | undefined;

  static async open(client: Client, options: ReadOptions = {}): Promise<Reader> {
    const { signal, kinds } = options;
    const [providers, resources] = await Promise.all([
      options.providers ?? defaultProviders(),
      client.resources({ ...kinds, ...(signal ? { signal } : {}) }),
    ]);
    return new Reader(client, providers, served(providers, resources).present, signal);
  }

  private constructor(
    client: Client,
    providers: readonly Provider[],
    sources: readonly Source[],
    signal: AbortSignal | undefined,
  ) {
    this.#client = client;
    this.#reading = labelReading(providers);
    this.#signal = signal;
    this.sources = sources;
    this.estate = new Estate(providers);
  }

  /** The cluster's object of that name; undefined where there is none, or where it may not be read. */
  async object(source: Source, namespace: string, name: string): Promise<Facts | undefined> {
    try {
      const path = address(source, namespace, name);
      const options = this.#signal ? { signal: this.#signal } : {};
      const raw = await this.#client.request<object>(path, options);
      return this.#know(source, raw);
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      this.#deny(error, 'get', source, namespace);
      return undefined;
    }
  }

  async objects(source: Source, namespace: string | null, labelSelector?: string): Promise<Facts[]> {
    const found: Facts[] = [];
    await this.#list<object>(source, namespace, (raw) => found.push(this.#know(source, raw)), labelSelector);
    return found;
  }

  /** How many pods were read; undefined: they may not be. */
  async pods(namespace: string | null, labelSelector?: string): Promise<number | undefined> {
    let count = 0;
    const read = await this.#list<RawPod>(
      CORE.pods,
      namespace,
      (raw) => {
        count++;
        this.estate.setPod(slimPod(raw, this.#reading));
      },
      labelSelector,
    );
    return read ? count : undefined;
  }

  /** The pods of these objects, by the narrowest selectors there are. */
  async podsOf(facts: readonly Facts[]): Promise<void> {
    const read = await Promise.all(facts.map((each) => this.#podsOfOne(each)));
    this.estate.podsKnown = read.every(Boolean) ? 'all' : 'denied';
  }

  async #podsOfOne({ provider, ref, cluster, selector }: Facts): Promise<boolean> {
    if (provider.podSelectors.length === 0) {
      return (await this.pods(ref.namespace, selectorText(selector))) !== undefined;
    }
    // Too long for a label's value: no pod can carry it, and the server would refuse the selector.
    if (cluster.length > 63) return true;
    for (const { nameKey, fixed } of provider.podSelectors) {
      const count = await this.pods(ref.namespace, selectorText({ ...Object.fromEntries(fixed), [nameKey]: cluster }));
      if (count === undefined) return false;
      if (count > 0) break;
    }
    return true;
  }

  async services(namespace: string | null): Promise<void> {
    await this.#list<RawService>(CORE.services, namespace, (raw) => this.estate.setService(slimService(raw)));
  }

  async claims(namespace: string | null): Promise<void> {
    await this.#list<RawClaim>(CORE.persistentvolumeclaims, namespace, (raw) => this.estate.setClaim(slimClaim(raw)));
  }

  #know(source: Source, raw: object): Facts {
    const facts = factsOf(source.provider, source.resource, source.version, raw);
    this.estate.setObject(facts);
    return facts;
  }

  async #list<T>(what: Served, namespace: string | null, each: (item: T) => void, labelSelector?: string) {
    try {
      const { protobuf } = what;
      await listAll(this.#client, address(what, namespace), each, { labelSelector, signal: this.#signal, protobuf });
      return true;
    } catch (error) {
      this.#deny(error, 'list', what, namespace);
      return false;
    }
  }

  /** Being denied is an answer; anything else is not. */
  #deny(error: unknown, verb: Denial['verb'], what: Served, namespace: string | null): void {
    if (!(error instanceof KubeError) || error.status !== 403) throw error;
    const resource = resourceName(what);
    if (!this.denied.some((each) => each.resource === resource && each.verb === verb)) {
      const { message } = error;
      // A gateway that refuses does not say what.
      const why = message.includes(what.plural) ? message : `you may not ${verb} ${resource}: ${message}`;
      this.denied.push({ verb, resource, namespace: what.namespaced ? namespace : null, why });
    }
  }
}
