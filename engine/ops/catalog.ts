/** What may be run, told as it changes: the cluster's OpsDefinitions, watched while somebody looks, beside the shipped ones. */
import { GROUPS, type OpsDefinition } from '../api/types.ts';
import type { Cluster } from '../inventory/model.ts';
import { mayAll } from '../kube/access.ts';
import { type Reflector, type ReflectorOptions, type ReflectorState, startReflector } from '../kube/reflector.ts';
import type { KubeClient } from '../kube/types.ts';
import type { OperationRow } from '../protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import type { BrokenDefinition, Definition } from './definition.ts';
import { catalogFor, collection, definitionsFor, readObject, servedGroups, shippedDefinitions } from './definitions.ts';
import { brokenRow, definitionRow, operationRow, uidOf } from './offer.ts';
import { isFor } from './prepare.ts';
import { resourceName } from './rights.ts';
import { drawable } from './view.ts';

export interface CatalogOptions {
  client: KubeClient;
  clock: Clock;
  answered?: ReflectorOptions<never>['answered'];
  /** By the uid of its row. */
  cluster: (uid: string) => Cluster | undefined;
  /** `id` is the watched resource, plural.group. */
  onState: (id: string, state: ReflectorState) => void;
}

export type OperationsListener = (told: { rows: OperationRow[]; error: string }) => void;

const id = (group: string) => `opsdefinitions.${group}`;

/** One that looks: at what may be run on one cluster, or at all definitions (''). */
interface Looker {
  uid: string;
  listener: OperationsListener;
  told: string;
  /** Why nothing may be executed in a container, or by a Job; '' where it may. */
  rights: { exec: string; job: string } | undefined;
}

interface Known {
  version: string | undefined;
  group: string;
  read: Promise<Definition | BrokenDefinition>;
}

/** Milliseconds: between looks at which kinds are served and what this user may do, and after a look that failed. */
const LOOK_MS = 60_000;
const RETRY_MS = 5_000;
/** Changes are told together. */
const TELL_MS = 50;
/** A group that has not been listed for so long, milliseconds, keeps nobody from the others. */
const PATIENCE_MS = 3_000;
const RECHECK_MS = 500;

export class Catalog {
  readonly #o: CatalogOptions;
  readonly #lookers = new Set<Looker>();
  readonly #watches = new Map<string, Reflector>();
  readonly #known = new Map<string, Known>();
  /** Where it is not known what is served; absent once it is, and nothing is. */
  #unserved: ReflectorState | undefined;
  #cancelLook: (() => void) | undefined;
  #cancelTell: (() => void) | undefined;
  #telling: Promise<void> = Promise.resolve();
  #looks = 0;
  #began = 0;

  constructor(options: CatalogOptions) {
    this.#o = options;
  }

  /** Rows at once when they are known, and whenever they become other ones. Returns the way to stop. */
  subscribe(uid: string, listener: OperationsListener): () => void {
    const looker: Looker = { uid, listener, told: '', rights: undefined };
    this.#lookers.add(looker);
    void this.#askRights(looker);
    if (this.#lookers.size === 1) {
      this.#began = this.#o.clock.monotonic();
      void this.#look(false);
    } else this.#tellSoon();
    return () => {
      this.#lookers.delete(looker);
      if (this.#lookers.size === 0) this.stop();
    };
  }

  /** Something about a cluster has changed: what may be run on it may have too. */
  changed(): void {
    this.#tellSoon();
  }

  /** The state of each watch, while there is one. */
  states(): [string, ReflectorState][] {
    if (this.#unserved) return [[id(GROUPS.own), this.#unserved]];
    return [...this.#watches].map(([group, watch]) => [id(group), watch.state()]);
  }

  suspect(why: string): void {
    for (const watch of this.#watches.values()) watch.suspect(why);
  }

  heal(): void {
    for (const watch of this.#watches.values()) watch.heal();
    if (this.#unserved?.state !== 'down') return;
    this.#cancelLook?.();
    void this.#look(true);
  }

  stop(): void {
    if (this.#looks === 0) return;
    // An answer that is still out is nobody's any more.
    this.#looks++;
    this.#cancelLook?.();
    this.#cancelTell?.();
    this.#cancelTell = undefined;
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
    this.#known.clear();
    this.#unserved = undefined;
    this.#o.onState(id(GROUPS.own), { state: 'absent' });
  }

  /** Which groups there are to be watched, and what this user may do; kinds are installed and rights given while one looks. */
  async #look(fresh: boolean): Promise<void> {
    const { client, clock } = this.#o;
    const look = ++this.#looks;
    const since = clock.now();
    if (fresh) for (const looker of this.#lookers) void this.#askRights(looker);
    this.#unserved ??= this.#watches.size === 0 ? { state: 'syncing', loaded: 0 } : undefined;
    let wait = LOOK_MS;
    try {
      const groups = await servedGroups(client, { fresh });
      if (look !== this.#looks) return;
      for (const group of groups) this.#watch(group);
      this.#unserved = this.#watches.size === 0 ? { state: 'absent' } : undefined;
    } catch (error) {
      if (look !== this.#looks) return;
      wait = RETRY_MS;
      if (this.#watches.size === 0) {
        const before = this.#unserved?.state === 'down' ? this.#unserved.since : since;
        this.#unserved = { state: 'down', since: before, why: error instanceof Error ? error.message : String(error) };
      }
    }
    for (const [of, state] of this.states()) this.#o.onState(of, state);
    this.#tellSoon();
    this.#cancelLook = clock.after(wait, () => void this.#look(true));
  }

  #watch(group: string): void {
    if (this.#watches.has(group)) return;
    const { client, clock } = this.#o;
    const reflector = startReflector<OpsDefinition>({
      client,
      clock,
      answered: this.#o.answered,
      path: collection(group),
      project: (raw) => raw as unknown as OpsDefinition,
      onChange: ({ upsert, remove }) => {
        for (const uid of remove) this.#known.delete(uid);
        for (const item of upsert) this.#put(group, item);
        this.#tellSoon();
      },
      onState: (state) => {
        this.#o.onState(id(group), state);
        this.#tellSoon();
      },
    });
    this.#watches.set(group, reflector);
  }

  #put(group: string, item: OpsDefinition): void {
    const { uid = item.metadata.name, resourceVersion: version } = item.metadata;
    if (version !== undefined && this.#known.get(uid)?.version === version) return;
    this.#known.set(uid, { version, group, read: readObject(group, item) });
  }

  async #askRights(looker: Looker): Promise<void> {
    const cluster = looker.uid === '' ? undefined : this.#o.cluster(looker.uid);
    if (!cluster) {
      looker.rights ??= { exec: '', job: '' };
      return;
    }
    const { namespace } = cluster.ref;
    const questions = [
      { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace },
      { verb: 'create', group: 'batch', resource: 'jobs', namespace },
    ] as const;
    // What can't be asked is not refused: the plan asks again.
    const allowed = await mayAll(this.#o.client, questions).catch(() => [true, true]);
    const [exec = '', job = ''] = questions.map((question, i) =>
      allowed[i] === false ? `you may not create ${resourceName(question)} in ${namespace}` : '',
    );
    looker.rights = { exec, job };
    this.#tellSoon();
  }

  /** One telling at a time: an older one that took longer would be the last word. */
  #tellSoon(ms = TELL_MS): void {
    if (this.#lookers.size === 0) return;
    this.#cancelTell ??= this.#o.clock.after(ms, () => {
      this.#cancelTell = undefined;
      this.#telling = this.#telling.then(() => this.#tell());
    });
  }

  /** While the first lists are under way nothing is told, within reason: what is shipped would jump when the rest comes. */
  async #tell(): Promise<void> {
    const left = this.#began + PATIENCE_MS - this.#o.clock.monotonic();
    if (left > 0 && this.states().some(([, { state }]) => state === 'syncing')) {
      this.#tellSoon(Math.min(left, RECHECK_MS));
      return;
    }
    const own = await this.#own();
    for (const looker of [...this.#lookers]) {
      if (!looker.rights) continue;
      const told = looker.uid === '' ? { rows: await this.#all(own), error: '' } : await this.#judged(looker, own);
      const text = JSON.stringify(told);
      if (text === looker.told || !this.#lookers.has(looker)) continue;
      looker.told = text;
      looker.listener(told);
    }
  }

  /** What the watches know, of each group by its order. */
  async #own(): Promise<(Definition | BrokenDefinition)[]> {
    const order = [...this.#watches.keys()];
    const objects = [...this.#known.values()].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
    return Promise.all(objects.map((object) => object.read));
  }

  async #all(own: (Definition | BrokenDefinition)[]): Promise<OperationRow[]> {
    const shipped = (await shippedDefinitions()).map(({ provider, definition }) =>
      definitionRow(definition, `shipped/${provider}/${definition.name}`, provider),
    );
    const rows = own.map((each) =>
      'broken' in each ? brokenRow(each) : definitionRow(each, uidOf(each), each.clusterDefinition),
    );
    return drawable([...rows, ...shipped].sort(byName));
  }

  /**
   * What is meant for another kind of cluster is left out where that is certain: of a plain workload's nature only its labels speak,
   * so what somebody installed is offered there. A definition that has the name of a shipped operation stays in sight in any case.
   */
  async #judged(
    { uid, rights }: Looker,
    own: (Definition | BrokenDefinition)[],
  ): Promise<{ rows: OperationRow[]; error: string }> {
    const cluster = this.#o.cluster(uid);
    if (!cluster) return { rows: [], error: 'the cluster is no longer there' };
    const shipped = new Set((await catalogFor(cluster.provider)).map(({ name }) => name));
    const meant = ({ clusterDefinition: of }: Definition | BrokenDefinition) =>
      of === '' || cluster.definitions.length === 0 || isFor(of, cluster);
    const offered = (await definitionsFor(own, cluster)).filter(
      (each) => meant(each) || cluster.provider === 'plain' || shipped.has(each.name),
    );
    const rows = offered.map((each): { row: OperationRow; fits: boolean } => {
      const fits = meant(each);
      if ('broken' in each) return { row: brokenRow(each), fits };
      const row = operationRow(each, cluster);
      const missing = each.steps.some((step) => step.container.image) ? rights?.job : rights?.exec;
      const description = fits ? row.description : `(for ${each.clusterDefinition}) ${row.description}`;
      return { row: { ...row, description, refused: row.refused || (missing ?? '') }, fits };
    });
    rows.sort((a, b) => Number(b.fits) - Number(a.fits) || byName(a.row, b.row));
    return { rows: drawable(rows.map(({ row }) => row)), error: '' };
  }
}

/** Two of one name side by side, the cluster's first. */
const byName = (a: OperationRow, b: OperationRow): number =>
  a.name === b.name ? (a.uid < b.uid ? -1 : 1) : a.name < b.name ? -1 : 1;
