/** All runs of a scope, kept current: OpsRequests of every served group and labelled ConfigMaps by watches, local files by looking. */

import type { KubeObject } from '../api/types.ts';
import { VERSION } from '../api/types.ts';
import {
  type RawObject,
  type Reflector,
  type ReflectorOptions,
  type ReflectorState,
  startReflector,
} from '../kube/reflector.ts';
import type { KubeClient } from '../kube/types.ts';
import type { RunRow } from '../protocol.ts';
import type { Clock } from '../runtime/clock.ts';
import { foreignRow } from './foreign.ts';
import { type JournalStore, RUN_LABELS, type Stored } from './store.ts';

export interface RunWatchOptions {
  client: Pick<KubeClient, 'request' | 'stream'>;
  /** null: all namespaces. */
  namespace: string | null;
  clock: Clock;
  answered?: ReflectorOptions<never>['answered'];
  onChange: (changes: { upsert: Stored[]; remove: string[] }) => void;
  /** Runs of another operator. */
  onForeign: (changes: { upsert: RunRow[]; remove: string[] }) => void;
  /** `id` is the watched resource, plural.group. */
  onState: (id: string, state: ReflectorState) => void;
}

export interface RunWatch {
  /** Watches what of this is not watched yet: kinds may be installed later. */
  cover(stores: readonly JournalStore[], foreign: { group: string; version: string } | undefined): void;
  states(): [string, ReflectorState][];
  suspect(why: string): void;
  heal(): void;
  stop(): void;
}

/** Local journals change only by engines of this machine. */
const LOOK_MS = 2_000;

export function watchRuns(options: RunWatchOptions): RunWatch {
  const { client, namespace, clock, answered, onChange, onForeign } = options;
  const scope = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const watches = new Map<string, Reflector>();
  let known = new Map<string, string>();
  let stopped = false;
  let cancel: () => void = () => {};
  let local: JournalStore | undefined;

  function watch<T>(
    id: string,
    path: string,
    project: (raw: RawObject) => T | undefined,
    told: (changes: { upsert: T[]; remove: string[] }) => void,
    query?: Record<string, string>,
  ): void {
    if (stopped || watches.has(id)) return;
    const onState = (state: ReflectorState) => options.onState(id, state);
    const more = query ? { query } : {};
    watches.set(id, startReflector<T>({ client, clock, answered, path, project, onChange: told, onState, ...more }));
  }

  async function look(store: JournalStore): Promise<void> {
    // A file that can't be read now is looked at again; the run's own engine tells its user what is wrong.
    const runs = await store.list(namespace).catch(() => undefined);
    if (stopped) return;
    if (runs) {
      const upsert = runs.filter((run) => known.get(run.uid) !== run.version);
      const now = new Map(runs.map((run) => [run.uid, run.version]));
      const remove = [...known.keys()].filter((uid) => !now.has(uid));
      known = now;
      if (upsert.length > 0 || remove.length > 0) onChange({ upsert, remove });
    }
    cancel = clock.after(LOOK_MS, () => void look(store));
  }

  function coverStore(store: JournalStore): void {
    if (store.kept === 'opsrequest') {
      const { group } = store;
      const path = `/apis/${group}/${VERSION}${scope}/opsrequests`;
      watch(`opsrequests.${group}`, path, (raw) => store.of(raw as KubeObject), onChange);
    } else if (store.kept === 'configmap') {
      const query = { labelSelector: `${RUN_LABELS.run}=true` };
      watch('configmaps', `/api/v1${scope}/configmaps`, (raw) => store.of(raw as KubeObject), onChange, query);
    } else if (!local) {
      local = store;
      void look(store);
    }
  }

  return {
    cover(stores, foreign) {
      for (const store of stores) coverStore(store);
      if (!foreign) return;
      const { group, version } = foreign;
      const path = `/apis/${group}/${version}${scope}/opsrequests`;
      watch(`opsrequests.${group}`, path, (raw) => foreignRow(raw as unknown as KubeObject), onForeign);
    },
    states: () => [...watches].map(([id, reflector]) => [id, reflector.state()]),
    suspect(why) {
      for (const reflector of watches.values()) reflector.suspect(why);
    },
    heal() {
      for (const reflector of watches.values()) reflector.heal();
    },
    stop() {
      stopped = true;
      cancel();
      for (const reflector of watches.values()) reflector.stop();
    },
  };
}
