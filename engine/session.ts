/** The engine on one scope: one context, one namespace or all. A change of scope ends the session and begins another. */
import { Inventory } from './inventory/inventory.ts';
import type { Provider } from './inventory/provider.ts';
import { askPods, watchesOf } from './inventory/reflect.ts';
import { loadProviders } from './inventory/shipped.ts';
import { type ConnectOptions, connect } from './kube/connect.ts';
import type { ReflectorState } from './kube/reflector.ts';
import { clean } from './kube/sanitise.ts';
import type { KubeClient } from './kube/types.ts';
import type { Desk } from './ops/desk.ts';
import { findClusterBy } from './ops/request.ts';
import { followPod } from './podlog.ts';
import type { FromEngine, Header, Mode, SourceState, Topic } from './protocol.ts';
import { type Clock, sleep } from './runtime/clock.ts';
import { thisProcess } from './runtime/identity.ts';
import { startPulse } from './runtime/pulse.ts';
import { followWarnings } from './warnings.ts';

export interface SessionOptions {
  connect: ConnectOptions;
  /** null: all namespaces; undefined: the context's. */
  namespace: string | null | undefined;
  readonly: boolean;
  /** Folder of the user's own Provider documents. */
  providers: string;
  clock: Clock;
  send: (message: FromEngine) => void;
}

/** What there is once the context is known to be usable. */
export interface Connected {
  client: KubeClient;
  namespace: string | null;
  inventory: Inventory;
  providers: readonly Provider[];
}

/** Headers are gathered for this long: a start changes a dozen sources at once. */
const HEADER_MS = 100;
/** So long the first pods have the engine for themselves. Over a far link they take longer, and the rest goes ahead. */
const FIRST_PODS_MS = 60;
const RECONNECT_MS = 3_000;
/** A person who logs in with a browser needs minutes, not seconds. */
const LOGIN_MS = 300_000;
/** Of what the plugin says so many lines are shown. */
const LOGIN_LINES = 8;
/** Why a login plugin doesn't get the keyboard, and the way out. */
const KEYBOARD = 'the cockpit has that; use the commands (opsdeck --help)';

export class Session {
  readonly #options: SessionOptions;
  readonly #stopping = new AbortController();
  readonly #subscribed = new Map<Topic, (() => void) | undefined>();
  #connected: Connected | undefined;
  #waiting: ((connected: Connected) => void)[] = [];
  #desk: Desk | undefined;
  #waitingForDesk: ((desk: Desk) => void)[] = [];
  #stopPulse: () => void = () => {};
  #cancelHeader: (() => void) | undefined;
  #mode: Mode = { kind: 'connecting' };
  #broken: Extract<Mode, { kind: 'unreachable' }> | undefined;
  #latency: number | undefined;
  /** When the last question was sent that was answered. */
  #answered = 0;
  /** Whose login is waited for; ''. */
  #login = '';
  #loginSays: string[] = [];
  readonly #done: Promise<void>;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#done = this.#run();
    this.#headerSoon();
  }

  /** The connection, as soon as there is one. Rejects when the kubeconfig can't be used now. */
  connected(): Promise<Connected> {
    if (this.#connected) return Promise.resolve(this.#connected);
    if (this.#broken) return Promise.reject(new Error(this.#broken.why));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The part that plans, starts and follows runs. */
  async runs(): Promise<Desk> {
    await this.connected();
    return this.#desk ?? new Promise((resolve) => this.#waitingForDesk.push(resolve));
  }

  subscribe(topic: Topic): void {
    if (this.#subscribed.has(topic)) return;
    this.#subscribed.set(topic, this.#attach(topic));
  }

  unsubscribe(topic: Topic): void {
    this.#subscribed.get(topic)?.();
    this.#subscribed.delete(topic);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancelHeader?.();
    this.#stopPulse();
    for (const detach of this.#subscribed.values()) detach?.();
    this.#connected?.inventory.stop();
    await this.#desk?.stop();
    await this.#connected?.client.close();
    await this.#done;
  }

  /** Until it succeeds: a login or a mended kubeconfig is picked up without a restart. */
  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        if (!this.#connected) await this.#open();
        await this.#openDesk();
        return;
      } catch (error) {
        this.#miss(error instanceof Error ? error.message : String(error));
        await sleep(clock, RECONNECT_MS, this.#stopping.signal);
      }
    }
  }

  async #open(): Promise<void> {
    const { connect: how, namespace, clock } = this.#options;
    const onWait = (who: string) => {
      this.#login = who;
      this.#loginSays = [];
      this.#headerSoon();
    };
    const onLine = (line: string) => {
      this.#loginSays = [...this.#loginSays, line].slice(-LOGIN_LINES);
      this.#headerSoon();
    };
    const { signal } = this.#stopping;
    const login = { patienceMs: LOGIN_MS, signal, onWait, onLine, keyboard: KEYBOARD };
    const client = await connect({ ...how, login });
    const scope = namespace === undefined ? client.target.namespace : namespace;
    const pods = askPods(client, clock, scope, this.#stopping.signal);
    // Opening a connection and reading a page need this thread too.
    await Promise.race([pods.catch(() => {}), sleep(clock, FIRST_PODS_MS, this.#stopping.signal)]);
    let providers: Provider[];
    try {
      providers = await loadProviders(this.#options.providers);
    } catch (error) {
      await client.close();
      throw error;
    }
    if (this.#stopping.signal.aborted) return client.close();
    const inventory = new Inventory({
      client,
      namespace: scope,
      providers,
      watch: watchesOf(client, clock, pods, this.#lastAnswer),
      onSources: () => this.#headerSoon(),
      clock,
    });
    this.#broken = undefined;
    this.#mode = this.#options.readonly ? { kind: 'readonly' } : { kind: 'connecting' };
    this.#connected = { client, namespace: scope, inventory, providers };
    inventory.start();
    this.#stopPulse = startPulse({
      client,
      clock,
      onBeat: (latency) => this.#beat(latency),
      onMiss: (why) => this.#miss(why),
    });
    for (const topic of this.#subscribed.keys()) this.#subscribed.set(topic, this.#attach(topic));
    for (const resolve of this.#waiting.splice(0)) resolve(this.#connected);
  }

  /** Needs the API server's word on what it serves; the pods don't wait for it. */
  async #openDesk(): Promise<void> {
    if (!this.#connected || this.#stopping.signal.aborted) return;
    const { client, namespace, inventory, providers } = this.#connected;
    const { clock, readonly, connect: how } = this.#options;
    const identity = thisProcess();
    // What has come by now is told before this is loaded.
    await sleep(clock, 1, this.#stopping.signal);
    const { Desk } = await import('./ops/desk.ts');
    const desk = await Desk.open({
      client,
      namespace,
      clock,
      answered: this.#lastAnswer,
      identity,
      env: how.env,
      readonly,
      cluster: (uid) => inventory.estate.cluster(uid),
      findCluster: findClusterBy(client, providers),
      kind: 'cockpit',
      onState: () => this.#headerSoon(),
      onMode: (mode) => {
        this.#mode = mode;
        this.#headerSoon();
      },
    });
    if (this.#stopping.signal.aborted) return desk.stop();
    this.#desk = desk;
    for (const [topic, detach] of this.#subscribed) if (!detach) this.#subscribed.set(topic, this.#attach(topic));
    for (const resolve of this.#waitingForDesk.splice(0)) resolve(desk);
    this.#headerSoon();
  }

  #attach(topic: Topic): (() => void) | undefined {
    if (!this.#connected) return undefined;
    const { client, inventory } = this.#connected;
    const { send } = this.#options;
    if (topic === 'clusters') {
      return inventory.subscribe(topic, (patch) => send({ t: 'rows', topic, ...patch }));
    }
    if (topic === 'instances') {
      return inventory.subscribe(topic, (patch) => send({ t: 'rows', topic, ...patch }));
    }
    if (topic.startsWith('warnings:')) return followWarnings(client, inventory, this.#options.clock, topic, send);
    if (topic.startsWith('podlog:')) return followPod(client, topic, send);
    const desk = this.#desk;
    if (!desk) return undefined;
    if (topic === 'runs') return desk.subscribeRows((patch) => send({ t: 'rows', topic, ...patch }));
    if (topic.startsWith('operations:')) {
      const uid = topic.slice('operations:'.length);
      const deaf = inventory.onCluster(uid, () => desk.catalog.changed());
      const left = desk.catalog.subscribe(uid, (told) => send({ t: 'operations', topic, ...told }));
      return () => {
        deaf();
        left();
      };
    }
    if (topic.startsWith('run:')) {
      return desk.subscribeRun(
        topic.slice('run:'.length),
        (detail) => send({ t: 'run', topic, detail }),
        (batch, ended) => send({ t: 'log', topic, ...batch, ended }),
      );
    }
    return undefined;
  }

  #beat(latency: number): void {
    this.#latency = latency;
    this.#answered = this.#options.clock.now() - latency;
    if (this.#broken) {
      this.#connected?.inventory.heal();
      this.#desk?.heal();
    }
    this.#broken = undefined;
    this.#headerSoon();
  }

  #lastAnswer = (): number => this.#answered;

  #miss(why: string): void {
    this.#broken ??= { kind: 'unreachable', why, since: this.#options.clock.now() };
    this.#broken = { ...this.#broken, why };
    this.#latency = undefined;
    this.#connected?.inventory.suspect(why);
    this.#desk?.suspect(why);
    this.#headerSoon();
  }

  #headerSoon(): void {
    if (this.#stopping.signal.aborted) return;
    this.#cancelHeader ??= this.#options.clock.after(HEADER_MS, () => {
      this.#cancelHeader = undefined;
      this.#options.send({ t: 'header', header: this.#header() });
    });
  }

  #header(): Header {
    const { target } = this.#connected?.client ?? {};
    return {
      context: target?.context ?? this.#options.connect.context ?? '',
      server: target?.server ?? '',
      namespace: this.#connected?.namespace ?? this.#options.namespace ?? null,
      user: target?.user ?? '',
      as: clean(target?.as ?? this.#options.connect.as ?? ''),
      mode: this.#broken ?? this.#mode,
      sources: [
        ...(this.#connected?.inventory.sources() ?? []),
        ...sourcesOf(this.#desk?.states() ?? [], 'runs'),
        ...sourcesOf(this.#desk?.catalog.states() ?? [], 'operations:'),
      ],
      ...(this.#login === '' ? {} : { login: this.#login, loginSays: this.#loginSays }),
      journal: this.#desk?.kept ?? 'unknown',
      ...(this.#latency === undefined ? {} : { latency: this.#latency }),
    };
  }
}

const sourcesOf = (states: [string, ReflectorState][], topic: Topic): SourceState[] =>
  states.map(([id, state]) => ({
    id,
    topics: [topic],
    freshness:
      state.state === 'denied'
        ? { ...state, verb: 'list', resource: id }
        : state.state === 'absent'
          ? { ...state, resource: id }
          : state,
  }));
