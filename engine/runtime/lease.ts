/** Leader election by a Lease. Who leads is advice; what protects a run is its own hold, which is fenced by compare-and-set. */
import { type KubeClient, KubeError } from '../kube/types.ts';
import { type Clock, sleep } from './clock.ts';

export type LeaseState =
  | { state: 'unknown' }
  /** `epoch` grows with every change of hands. */
  | { state: 'leading'; epoch: number }
  | { state: 'following'; holder: string; kind: LeaseKind }
  /** Leases may not be used here: nobody can be elected. */
  | { state: 'denied'; why: string };

/** An operator is there to stay: cockpits make way for it. */
export type LeaseKind = 'operator' | 'cockpit';

export interface ElectorOptions {
  client: Pick<KubeClient, 'request'>;
  namespace: string;
  name: string;
  identity: string;
  kind: LeaseKind;
  clock: Clock;
  onChange: (state: LeaseState) => void;
  timing?: Partial<typeof TIMING>;
}

/** Milliseconds. A leader stops leading before another can begin: `give up` is shorter than `duration`. */
const TIMING = { duration: 15_000, renew: 4_000, giveUp: 10_000 };

/** Whoever ends this program waits for it, milliseconds. */
const RELEASE_MS = 1_500;

const KIND = 'opsdeck.dev/kind';
/** Set by an operator that finds a cockpit leading. */
const WANTED = 'opsdeck.dev/wanted-by';

interface Lease {
  metadata: { name: string; namespace: string; resourceVersion?: string; annotations?: Record<string, string | null> };
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** MicroTime: the server takes exactly six digits. */
export const microTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

export class Elector {
  readonly #o: ElectorOptions;
  readonly #timing: typeof TIMING;
  readonly #stopping = new AbortController();
  #state: LeaseState = { state: 'unknown' };
  /** What was seen last of another holder, and since when it has not changed: the clocks of two machines differ. */
  #seen: { record: string; at: number } | undefined;
  #renewed = 0;
  #done: Promise<void> = Promise.resolve();

  constructor(options: ElectorOptions) {
    this.#o = options;
    this.#timing = { ...TIMING, ...options.timing };
  }

  get state(): LeaseState {
    return this.#state;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Lets the Lease go, so that another needs not wait for its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
    if (this.#state.state !== 'leading') return;
    try {
      const late = AbortSignal.timeout(RELEASE_MS);
      const lease = await this.#read(late);
      if (lease?.spec?.holderIdentity === this.#o.identity) await this.#release(lease, late);
    } catch {
      // It runs out by itself.
    }
    this.#say({ state: 'unknown' });
  }

  get #path(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#o.namespace}/leases`;
  }

  async #run(): Promise<void> {
    const { clock } = this.#o;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        // A request that hangs must not keep a leader leading.
        const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#timing.giveUp / 2)]);
        this.#say(await this.#round(limit));
      } catch (error) {
        if (signal.aborted) return;
        this.#missed(error);
      }
      await sleep(clock, this.#timing.renew, signal);
    }
  }

  #missed(error: unknown): void {
    if (!(error instanceof KubeError)) throw error;
    if (error.status === 403 || error.status === 404) this.#say({ state: 'denied', why: error.message });
    else if (this.#state.state === 'leading' && this.#o.clock.monotonic() - this.#renewed >= this.#timing.giveUp) {
      this.#say({ state: 'unknown' });
    }
  }

  async #round(signal: AbortSignal): Promise<LeaseState> {
    const { identity, clock, kind } = this.#o;
    const began = clock.monotonic();
    const lease = await this.#read(signal);
    if (!lease) return this.#won(await this.#make(signal), began);
    const { holderIdentity = '', renewTime = '', leaseTransitions = 0, leaseDurationSeconds = 15 } = lease.spec ?? {};
    const wanted = lease.metadata.annotations?.[WANTED];
    if (holderIdentity === identity) {
      if (kind === 'cockpit' && wanted && wanted !== identity) {
        await this.#release(lease, signal);
        return { state: 'following', holder: wanted, kind: 'operator' };
      }
      return this.#won(await this.#take(lease, leaseTransitions, signal), began);
    }
    const holderKind: LeaseKind = lease.metadata.annotations?.[KIND] === 'operator' ? 'operator' : 'cockpit';
    const record = `${holderIdentity} ${renewTime} ${leaseTransitions}`;
    if (this.#seen?.record !== record) this.#seen = { record, at: began };
    const expired = holderIdentity === '' || began - this.#seen.at >= leaseDurationSeconds * 1000;
    // A cockpit that made way waits a little longer than the operator needs.
    const yields = kind === 'cockpit' && wanted && began - this.#seen.at < this.#timing.duration;
    if (expired && !yields) return this.#won(await this.#take(lease, leaseTransitions + 1, signal), began);
    if (kind === 'operator' && holderKind === 'cockpit' && wanted !== identity) await this.#want(lease, signal);
    return { state: 'following', holder: holderIdentity, kind: holderKind };
  }

  #won(lease: Lease | undefined, began: number): LeaseState {
    // Somebody was quicker: the next round sees who.
    if (!lease) return this.#state.state === 'leading' ? { state: 'unknown' } : this.#state;
    this.#renewed = began;
    return { state: 'leading', epoch: lease.spec?.leaseTransitions ?? 0 };
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    try {
      return await this.#o.client.request<Lease>(`${this.#path}/${this.#o.name}`, { signal });
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  #object(before: Lease | undefined, transitions: number): Lease {
    const { name, namespace, identity, kind, clock } = this.#o;
    const now = microTime(clock.now());
    const acquired = before?.spec?.holderIdentity === identity ? before.spec.acquireTime : now;
    const { [WANTED]: _, ...annotations } = before?.metadata.annotations ?? {};
    return {
      metadata: { ...before?.metadata, name, namespace, annotations: { ...annotations, [KIND]: kind } },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.round(this.#timing.duration / 1000),
        acquireTime: acquired ?? now,
        renewTime: now,
        leaseTransitions: transitions,
      },
    };
  }

  #make(signal: AbortSignal): Promise<Lease | undefined> {
    return this.#write('POST', this.#path, this.#object(undefined, 0), signal);
  }

  #take(lease: Lease, transitions: number, signal: AbortSignal): Promise<Lease | undefined> {
    return this.#write('PUT', `${this.#path}/${this.#o.name}`, this.#object(lease, transitions), signal);
  }

  async #release(lease: Lease, signal: AbortSignal): Promise<void> {
    const spec = {
      ...lease.spec,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: microTime(this.#o.clock.now()),
    };
    await this.#write('PUT', `${this.#path}/${this.#o.name}`, { ...lease, spec }, signal);
  }

  async #want(lease: Lease, signal: AbortSignal): Promise<void> {
    const annotations = { ...lease.metadata.annotations, [WANTED]: this.#o.identity };
    const marked = { ...lease, metadata: { ...lease.metadata, annotations } };
    await this.#write('PUT', `${this.#path}/${this.#o.name}`, marked, signal);
  }

  /** Undefined where somebody else wrote first. */
  async #write(method: 'POST' | 'PUT', path: string, lease: Lease, signal: AbortSignal): Promise<Lease | undefined> {
    try {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...lease };
      return await this.#o.client.request<Lease>(path, { method, body, signal });
    } catch (error) {
      if (error instanceof KubeError && error.status === 409) return undefined;
      throw error;
    }
  }

  #say(state: LeaseState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#o.onChange(state);
  }
}
