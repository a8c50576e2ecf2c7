/** Where journals are kept. Every write is a compare-and-set: it succeeds only on the version that was read. */
import type { KubeObject, OpsRequestSpec, OwnerReference } from '../api/types.ts';
import type { Journal } from './journal.ts';
import { fromStatus } from './status.ts';

export type Kept = 'opsrequest' | 'configmap' | 'local';

export interface RunRef {
  /** API group of an OpsRequest; '' for the other stores. */
  group: string;
  namespace: string;
  name: string;
}

/** A run as its store holds it. */
export interface Stored {
  ref: RunRef;
  kept: Kept;
  uid: string;
  /** Opaque; changes with every write. */
  version: string;
  createdAt: string;
  spec: OpsRequestSpec;
  /** Undefined where no engine has begun with it, or where it is unreadable. */
  journal: Journal | undefined;
  /** No engine of this user wrote its journal, or it was changed since: it is shown, and nothing of it is executed (seal.ts). */
  unsealed?: true;
  /** There is a status, and it is no journal of ours: such a run is shown and never executed. */
  unreadable?: true;
  generation?: number;
  /** Digest of the definition that was seen by whoever asked for it: no other one is run. */
  pin?: string;
  /** An engine made it to execute it itself, and is about to begin. */
  madeByEngine?: true;
  /** The end is asked for, and by whom ('' when the request doesn't say). */
  cancel?: { by: string };
  /** What Jobs of the run belong to; undefined where nothing in the cluster stands for the run. */
  owner?: OwnerReference;
}

/** Somebody else wrote since it was read. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}

/** A run of that name is there already. */
export class Exists extends Error {
  override readonly name = 'Exists';
}

/** The request was made, and its status is not this user's to write: an operator has to execute it. */
export class HandedOver extends Error {
  override readonly name = 'HandedOver';
  readonly stored: Stored;
  constructor(stored: Stored, why: string) {
    super(why);
    this.stored = stored;
  }
}

/** What is done with a run that bears no seal of this user's. */
export const adoptWith = ({ ref, journal }: Told): string =>
  `opsdeck adopt ${ref.name} -n ${ref.namespace}${journal?.definition.source === 'file' ? ' -f FILE' : ''}`;

/** A definition that came from a file is nowhere else to be found. */
type Told = Pick<Stored, 'ref'> & Partial<Pick<Stored, 'journal'>>;

/** What is done with a request that nobody takes. */
export const beginWith = ({ ref }: Pick<Stored, 'ref'>): string =>
  `that is for an operator or a cockpit to do: opsdeck operator, or opsdeck -n ${ref.namespace}`;

/** How an engine goes on with a run that is left behind. */
export const goOnWith = ({ ref }: Pick<Stored, 'ref'>): string =>
  `opsdeck describe run ${ref.name} -n ${ref.namespace} -f`;

/** Its own user's too, where the key is another machine's or was made under another address. */
export const UNSEALED =
  'written or changed by somebody else, or by you from another machine or through another address of the API server';

/** An engine can't see to a run any more that is kept already: what it may have sent goes on without it. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
  readonly stored: Stored;
  constructor(stored: Stored, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `${stored.ref.name} can't be seen to from here any more (${why}); what it may have started goes on. Follow it with: ${goOnWith(stored)}`,
      { cause },
    );
    this.stored = stored;
  }
}

/** Something would be executed of a journal that this user's engines did not write. */
export class Unsealed extends Error {
  override readonly name = 'Unsealed';
  constructor(stored: Told) {
    super(
      `${stored.ref.name} was ${UNSEALED}: it is only shown here; ${adoptWith(stored)} shows what it would run and takes it over`,
    );
  }
}

export interface JournalStore {
  readonly kept: Kept;
  readonly group: string;
  /** The run that an object of the API server is; undefined where it is none. */
  of(object: KubeObject): Stored | undefined;
  /** Rejects with Exists, or with KubeError. */
  create(ref: RunRef, spec: OpsRequestSpec, journal: Journal, signal?: AbortSignal): Promise<Stored>;
  /** Only asks for the run, of the definition with that digest; whoever executes begins the journal. Only where requests are kept. */
  request(ref: RunRef, spec: OpsRequestSpec, pin: string, signal?: AbortSignal): Promise<void>;
  read(ref: RunRef, signal?: AbortSignal): Promise<Stored | undefined>;
  /** Rejects with Conflict, or with KubeError. */
  write(stored: Stored, journal: Journal, signal?: AbortSignal): Promise<Stored>;
  /** All runs of a namespace, or of all (null); only those that are not over where `open`. */
  list(
    namespace: string | null,
    options?: { open?: boolean; cluster?: string; signal?: AbortSignal },
  ): Promise<Stored[]>;
  /** Asks for the end; needs no version, any engine or person may. */
  requestCancel(ref: RunRef, by: string, signal?: AbortSignal): Promise<void>;
  remove(stored: Stored, signal?: AbortSignal): Promise<void>;
}

/** Names a run among all of a cluster. */
export const keyOf = ({ ref }: Pick<Stored, 'ref'>): string => `${ref.group}/${ref.namespace}/${ref.name}`;

/** The one that keeps it; undefined where it is none of these. */
export const storeOf = (stores: readonly JournalStore[], stored: Pick<Stored, 'ref' | 'kept'>) =>
  stores.find(({ kept, group }) => kept === stored.kept && group === stored.ref.group);

export const RUN_LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  run: 'opsdeck.dev/run',
  definition: 'opsdeck.dev/definition',
  cluster: 'opsdeck.dev/cluster-uid',
  /** `true` until the run is over: what others must look at is found without reading history. */
  open: 'opsdeck.dev/open',
} as const;

/** Holds who asked for the end. */
export const CANCEL_ANNOTATION = 'opsdeck.dev/cancel';

/** Holds which engine made the object. */
export const CREATED_ANNOTATION = 'opsdeck.dev/created';

/** Holds the digest of the definition that the run was asked for with. */
export const PIN_ANNOTATION = 'opsdeck.dev/definition-digest';

/** The journal of a Stored, from a status of any origin. */
export function journalOf(status: unknown): Pick<Stored, 'journal' | 'unreadable'> {
  const read = fromStatus(status);
  if (typeof read === 'object') return { journal: read.journal };
  return read === 'none' ? { journal: undefined } : { journal: undefined, unreadable: true };
}

/** A label's value may hold only so much. */
export const labelValue = (text: string): string =>
  text
    .slice(0, 63)
    .replace(/[^A-Za-z0-9_.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');

/** Versions of one object: the API server's and this machine's are numbers; any other difference counts as newer. */
export function older(version: string, known: string): boolean {
  if (!/^\d{1,30}$/.test(version) || !/^\d{1,30}$/.test(known)) return false;
  return BigInt(version) < BigInt(known);
}
