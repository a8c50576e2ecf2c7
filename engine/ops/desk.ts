/** What is asked of the runs of a scope, and what is told of them: catalog, plan, start, cancel, a word on an unknown outcome. */
import type { ParameterAssignment } from '../api/types.ts';
import { suggestion } from '../expr/index.ts';
import type { Cluster } from '../inventory/model.ts';
import type { ReflectorState } from '../kube/reflector.ts';
import type { KubeClient } from '../kube/types.ts';
import type { Adoption, Calls, FieldError, Mode, Offer, Plan, RunDetail, RunRow } from '../protocol.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import type { Identity } from '../runtime/identity.ts';
import { Elector, type LeaseKind, type LeaseState } from '../runtime/lease.ts';
import { adopt, type Adoption as LookedAt, lookAt } from './adopt.ts';
import { Catalog } from './catalog.ts';
import { ChoiceReader, notOffered, offersOf, valuesOf } from './choices.ts';
import { RunController, type RunEvent } from './controller.ts';
import { decide } from './decide.ts';
import { findDefinition } from './definitions.ts';
import { document } from './document.ts';
import { Feed, type LogBatch } from './feed.ts';
import type { RunHandle } from './handle.ts';
import { releaseLeft } from './job/release.ts';
import { isOver } from './journal.ts';
import { type Engine, launch, makeEngine, runName } from './launch.ts';
import { planDigest, requestSpec, toPlan } from './plan.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { FindCluster } from './request.ts';
import { accessQuestions, permissionsOf } from './rights.ts';
import { type RunWatch, watchRuns } from './run-watch.ts';
import type { JournalStore, Stored } from './store.ts';
import { foreignRuns, openStores, type Stores, storeForNew } from './stores.ts';
import { drawable } from './view.ts';

export interface DeskOptions {
  client: KubeClient;
  namespace: string | null;
  clock: Clock;
  /** Epoch ms of the server's last answer to anything. */
  answered?: (() => number) | undefined;
  identity: Identity;
  env: Record<string, string | undefined>;
  /** Nothing is started, nothing gone on with. */
  readonly: boolean;
  /** Runs kept in ConfigMaps are executed whoever wrote them. */
  trustConfigMaps?: boolean;
  /** By the uid of its row. */
  cluster: (uid: string) => Cluster | undefined;
  /** By name: what an OpsRequest says. */
  findCluster: FindCluster;
  kind: LeaseKind;
  /** A state of one of the watches changed. */
  onState: (id: string, state: ReflectorState) => void;
  /** Who executes. */
  onMode: (mode: Mode) => void;
  onEvent?: (event: RunEvent) => void;
}

export type RowsListener = (patch: { reset: boolean; upsert: RunRow[]; remove: string[] }) => void;

const LEASE = 'opsdeck-engine';
/** A reading step is a command in a pod all the same. */
const READONLY = 'read-only: no command is run in a pod';
/** Whoever stops waits no longer, milliseconds. */
const STOP_MS = 1_800;
/** Between looks at what the API server serves, milliseconds. */
const KINDS_MS = 60_000;

export class Desk {
  readonly #o: DeskOptions;
  readonly #engine: Engine;
  readonly #controller: RunController;
  readonly #watch: RunWatch;
  readonly #elector: Elector | undefined;
  readonly #choices: ChoiceReader;
  /** What may be run, for whoever looks. */
  readonly catalog: Catalog;
  readonly #rows = new Set<RowsListener>();
  readonly #foreign = new Map<string, RunRow>();
  /** The run of somebody else that was looked at last. */
  #looked: { store: JournalStore; looked: LookedAt } | undefined;
  #stores: Stores;
  #cancelLook: () => void = () => {};
  readonly #stopped = new AbortController();
  #swept = false;

  /** Rejects with KubeError where the API server can't say what it serves. */
  static async open(options: DeskOptions): Promise<Desk> {
    return new Desk(options, await openStores(options));
  }

  private constructor(options: DeskOptions, stores: Stores) {
    this.#o = options;
    this.#stores = stores;
    const { client, clock, answered, identity, namespace, kind } = options;
    this.#choices = new ChoiceReader(client, clock);
    this.catalog = new Catalog({ client, clock, answered, cluster: options.cluster, onState: options.onState });
    this.#engine = makeEngine(client, clock, identity, stores);
    this.#controller = new RunController({
      engine: this.#engine,
      findCluster: options.findCluster,
      readonly: options.readonly,
      onRows: (patch) => this.#tellRows(patch),
      ...(options.onEvent ? { onEvent: options.onEvent } : {}),
    });
    this.#watch = watchRuns({
      client,
      namespace,
      clock,
      answered,
      onState: options.onState,
      onChange: ({ upsert, remove }) => {
        for (const stored of upsert) this.#controller.saw(stored);
        for (const uid of remove) this.#controller.gone(uid);
      },
      onForeign: (patch) => {
        for (const row of patch.upsert) this.#foreign.set(row.uid, row);
        for (const uid of patch.remove) this.#foreign.delete(uid);
        this.#tellRows(patch);
      },
    });
    void this.#cover(stores);
    if (options.readonly) {
      this.#elector = undefined;
      options.onMode({ kind: 'readonly' });
      return;
    }
    this.#elector = new Elector({
      client,
      clock,
      namespace: namespace ?? client.target.namespace,
      name: LEASE,
      identity: identity.identity,
      kind,
      onChange: (state) => this.#elected(state),
    });
    this.#elector.start();
  }

  /** Where a new run would be kept, as far as the API server serves it. */
  get kept(): JournalStore['kept'] {
    return this.#stores.forNew[0]?.kept ?? 'local';
  }

  states = (): [string, ReflectorState][] => this.#watch.states();

  suspect(why: string): void {
    this.#watch.suspect(why);
    this.catalog.suspect(why);
  }

  heal(): void {
    this.#watch.heal();
    this.catalog.heal();
  }

  /** Releases what this engine holds; what runs in the cluster goes on. */
  async stop(): Promise<void> {
    this.#cancelLook();
    this.#stopped.abort();
    this.#watch.stop();
    this.catalog.stop();
    // A question to an API server that doesn't answer is given up with the connection.
    const late = new AbortController();
    const ended = Promise.all([this.#controller.stop(), this.#elector?.stop()]).finally(() => late.abort());
    await Promise.race([ended, sleep(this.#o.clock, STOP_MS, late.signal)]);
  }

  /** Kinds may be installed while this runs. */
  async #cover(stores: Stores): Promise<void> {
    this.#stores = stores;
    this.#engine.stores.splice(0, this.#engine.stores.length, ...stores.all);
    this.#watch.cover(stores.all, await foreignRuns(this.#o.client).catch(() => undefined));
    this.#cancelLook = this.#o.clock.after(KINDS_MS, () => {
      openStores({ ...this.#o, fresh: true }).then(
        (found) => this.#cover(found),
        () => this.#cover(this.#stores),
      );
    });
  }

  #releaseLeft(): void {
    this.#swept = true;
    const { client, clock, namespace, onEvent } = this.#o;
    releaseLeft(client, clock, this.#engine.stores, namespace, this.#stopped.signal).then(
      (names) => {
        for (const name of names) onEvent?.({ run: name, what: 'released' });
      },
      // Whoever may not look at Jobs has left none.
      () => {},
    );
  }

  #elected(state: LeaseState): void {
    // An engine that was before this one, or led before it, may have ended in the middle of it.
    const leads = state.state === 'leading' && !this.#controller.executes;
    if (leads || (!this.#swept && state.state !== 'unknown')) this.#releaseLeft();
    // Where nobody can be elected each engine does what it finds: the runs' own holds keep that safe.
    this.#controller.executes = state.state === 'leading' || state.state === 'denied';
    const { identity } = this.#o.identity;
    if (state.state === 'unknown') this.#o.onMode({ kind: 'connecting' });
    else if (state.state === 'following') {
      const kind = state.kind === 'operator' ? 'attached' : 'standalone';
      this.#o.onMode(drawable<Mode>({ kind, holder: state.holder }));
    } else this.#o.onMode({ kind: 'standalone', holder: identity });
  }

  get #attached(): boolean {
    const state = this.#elector?.state;
    return state?.state === 'following' && state.kind === 'operator';
  }

  subscribeRows(listener: RowsListener): () => void {
    this.#rows.add(listener);
    const upsert = [...this.#controller.rows(), ...this.#foreign.values()];
    listener({ reset: true, upsert, remove: [] });
    return () => this.#rows.delete(listener);
  }

  #tellRows(patch: { upsert: RunRow[]; remove: string[] }): void {
    for (const listener of this.#rows) listener({ reset: false, ...patch });
  }

  subscribeRun(
    key: string,
    onDetail: (detail: RunDetail | null) => void,
    onLog: (batch: LogBatch, ended: boolean) => void,
  ): () => void {
    return this.#controller.watch(key, onDetail, onLog);
  }

  async validate(ask: Calls['validate']['ask']): Promise<FieldError[]> {
    const prepared = await this.#prepare(ask);
    const { errors, refused } = prepared;
    const unknown = notOffered(prepared.parameters, await this.#offers(prepared));
    return drawable([...errors, ...unknown, ...refused.map((message) => ({ field: '', message }))]);
  }

  async plan(ask: Calls['plan']['ask']): Promise<Plan> {
    const prepared = await this.#prepare(ask);
    const offers = await this.#offers(prepared);
    prepared.errors.push(...notOffered(prepared.parameters, offers));
    const { client } = this.#o;
    const { namespace } = prepared.cluster.ref;
    const { kept, group } = await storeForNew(this.#stores, client, namespace);
    const questions = accessQuestions(prepared, kept, group);
    const permissions = await permissionsOf(client, questions);
    const plan = toPlan(prepared, { kept, permissions, offers });
    const ahead = this.#controller.registry.all().find(({ journal }) => {
      return journal && !isOver(journal) && journal.effect !== 'read' && journal.cluster.uid === ask.cluster;
    });
    if (ahead && plan.effect !== 'read')
      plan.warnings.push(`It will wait for ${ahead.ref.name}, which has the cluster.`);
    return drawable(plan);
  }

  /** What is offered for one field of a form; nothing of the others need be right. */
  async choices(ask: Calls['choices']['ask']): Promise<Offer> {
    if (this.#o.readonly) return { state: 'failed', why: READONLY };
    const { definition, cluster, parameters } = await this.#prepare(ask);
    const parameter = definition.parameters.find(({ name }) => name === ask.parameter);
    if (!parameter) throw new Error(`${definition.name} has no parameter "${ask.parameter}"`);
    return drawable(await this.#choices.read(parameter, cluster, valuesOf(parameters)));
  }

  async #offers(prepared: Prepared): Promise<Map<string, Offer>> {
    return this.#o.readonly ? new Map() : offersOf(this.#choices, prepared);
  }

  /** Resolves when the run is kept: from then on it can be found by its name. */
  async start(ask: Calls['start']['ask']): Promise<{ namespace: string; name: string }> {
    this.#mayChange();
    const prepared = await this.#prepare(ask);
    const wrong = [...prepared.errors.map(({ message }) => message), ...prepared.refused][0];
    if (wrong !== undefined) throw new Error(wrong);
    if (planDigest(prepared) !== ask.digest) {
      throw new Error('what would run has changed since the plan was shown; look at the plan again');
    }
    const [store] = this.#stores.forNew;
    if (this.#attached && store?.kept === 'opsrequest') {
      const ref = { group: store.group, namespace: prepared.cluster.ref.namespace, name: runName(ask.definition) };
      await store.request(ref, requestSpec(prepared), ask.pin);
      return { namespace: ref.namespace, name: ref.name };
    }
    return this.#launch(prepared);
  }

  #launch(prepared: Prepared): Promise<{ namespace: string; name: string }> {
    return new Promise((resolve, reject) => {
      const feed = new Feed(this.#o.clock);
      const stop = new AbortController();
      const onKept = (handle: RunHandle) => {
        this.#controller.adopt(
          handle,
          feed,
          stop,
          ended.then(({ ending }) => ending),
        );
        resolve({ namespace: handle.ref.namespace, name: handle.ref.name });
      };
      const options = { events: feed.events, told: feed.told, adoptTwin: false, onKept };
      const ended = launch(this.#engine, prepared, this.#stores.forNew, options, stop.signal);
      ended.catch(reject);
    });
  }

  /** What a run of somebody else would execute here. What is shown is kept, for it and nothing else to be taken over. */
  async adoption(ask: Calls['adoption']['ask']): Promise<Adoption> {
    this.#mayChange();
    const { client, findCluster } = this.#o;
    const known = this.#stored(ask);
    const store = this.#controller.storeOf(known);
    const stored = await store.read(known.ref);
    if (!stored) throw new Error(`run ${ask.name} was deleted`);
    const looked = await lookAt(client, findCluster, stored);
    const { prepared, claims, journal } = looked;
    const permissions = await permissionsOf(client, accessQuestions(prepared, stored.kept, stored.ref.group));
    const plan = toPlan(prepared, { kept: stored.kept, permissions, name: ask.name });
    this.#looked = { store, looked };
    return drawable({ plan, claims, by: journal.holder?.identity ?? '' });
  }

  /** Resolves when it is this engine's to go on with. */
  async adopt(ask: Calls['adopt']['ask']): Promise<null> {
    this.#mayChange();
    const { store, looked } = this.#looked ?? {};
    const { namespace, name } = looked?.stored.ref ?? {};
    if (!store || !looked || namespace !== ask.namespace || name !== ask.name)
      throw new Error(`${ask.name} has not been looked at here: look at it again`);
    if (planDigest(looked.prepared) !== ask.digest) throw new Error(`${ask.name} was planned anew: look at it again`);
    this.#controller.saw(await adopt(this.#engine, store, looked, this.#o.identity.identity));
    this.#looked = undefined;
    return null;
  }

  async cancel(ask: Calls['cancel']['ask']): Promise<null> {
    this.#mayChange();
    const stored = this.#stored(ask);
    if (stored.journal && isOver(stored.journal)) throw new Error(`${ask.name} is over: ${stored.journal.phase}`);
    await this.#controller.storeOf(stored).requestCancel(stored.ref, this.#o.identity.identity);
    return null;
  }

  async resolve({ verdict, reason, ...ask }: Calls['resolve']['ask']): Promise<null> {
    this.#mayChange();
    const stored = this.#stored(ask);
    const store = this.#controller.storeOf(stored);
    this.#controller.saw(await decide(this.#engine, store, stored, verdict, this.#o.identity.identity, reason));
    return null;
  }

  /** The OpsRequest that a run is, or would be. By the uid of its row. */
  document(uid: string): Record<string, unknown> {
    const stored = this.#controller.registry.all().find((each) => each.uid === uid);
    if (stored) return document(stored);
    const foreign = this.#foreign.get(uid);
    if (!foreign) throw new Error('it is no longer there');
    throw new Error(
      `it is kept by KubeBlocks, not here: kubectl get opsrequest ${foreign.name} -n ${foreign.namespace} -o yaml`,
    );
  }

  #mayChange(): void {
    if (this.#o.readonly) throw new Error('this cockpit is read-only: it starts and changes nothing');
  }

  #cluster(uid: string): Cluster {
    const cluster = this.#o.cluster(uid);
    if (!cluster) throw new Error('the cluster is no longer there');
    return cluster;
  }

  async #prepare(ask: Calls['validate']['ask']): Promise<Prepared> {
    const cluster = this.#cluster(ask.cluster);
    const found = await findDefinition(this.#o.client, ask.definition, cluster, { digest: ask.pin });
    if (!found.ok) throw new Error(found.error);
    // An empty field is no value: the default counts, or its absence is told.
    const given: ParameterAssignment[] = Object.entries(ask.values).flatMap(([name, value]) =>
      value === '' ? [] : [{ name, value }],
    );
    return prepare(found.value, cluster, given);
  }

  #stored({ namespace, name }: { namespace: string; name: string }): Stored {
    const { registry } = this.#controller;
    const stored = registry.find(namespace, name);
    if (stored) return stored;
    const known = registry.all().map(({ ref }) => ref.name);
    throw new Error(`no run "${name}" in namespace ${namespace}${suggestion(name, known)}`);
  }
}
