/** Which stores there are for a user on an API server, and where a new run goes. */
import { GROUPS } from '../api/types.ts';
import { mayAll } from '../kube/access.ts';
import { type KubeClient, KubeError, type Resource } from '../kube/types.ts';
import { Leftovers } from './leftovers.ts';
import { storeQuestions } from './rights.ts';
import { sealsOf } from './seal.ts';
import type { JournalStore, Kept, RunRef, Stored } from './store.ts';
import { configMapStore } from './store-configmap.ts';
import { localFolder, localStore } from './store-local.ts';
import { requestStore } from './store-request.ts';

export interface Stores {
  /** OpsRequests of every accepted group that is served, then ConfigMaps, then files of this machine. */
  all: JournalStore[];
  /** In the order in which a new run tries them. */
  forNew: JournalStore[];
  leftovers: Leftovers;
}

export interface StoreOptions {
  client: KubeClient;
  env?: Record<string, string | undefined>;
  /** Asks the API server anew what it serves. */
  fresh?: boolean;
  /** Runs kept in ConfigMaps are executed whoever wrote them. */
  trustConfigMaps?: boolean;
}

/** Rejects with KubeError where the API server can't say what it serves. */
export async function openStores({
  client,
  env,
  fresh = false,
  trustConfigMaps = false,
}: StoreOptions): Promise<Stores> {
  const of = (group: string) => (resource: Resource) => resource.group === group && resource.plural === 'opsrequests';
  // That there are none is never believed from memory: runs of other engines would not be seen.
  const resources = await client.resources({ fresh, cached: true, having: of(GROUPS.own) });
  const served = Object.values(GROUPS).filter((group) => resources.some(of(group)));
  const requests = served.map((group) => requestStore(client, group));
  const { server } = client.target;
  // By the address and not by what the cluster calls itself: of a cluster's store that was restored elsewhere all names, uids and
  // journals are the same, and what is under way in the one must not be gone on with in the other without a word.
  const seals = sealsOf(localFolder(server, env, 'seals'));
  const fallback = [configMapStore(client, seals, { trusting: trustConfigMaps }), localStore(localFolder(server, env))];
  const own = requests.find((store) => store.group === GROUPS.own);
  const all = [...requests, ...fallback];
  const leftovers = new Leftovers(localFolder(server, env, 'ended'), Date.now, (run, dir) => hasJournal(all, run, dir));
  return { all, forNew: [...(own ? [own] : []), ...fallback], leftovers };
}

/** KubeBlocks' own OpsRequests of today, where they are served: shown, never executed. */
export async function foreignRuns(client: KubeClient): Promise<{ group: string; version: string } | undefined> {
  const group = 'operations.kubeblocks.io';
  const found = (await client.resources()).find((r) => r.group === group && r.plural === 'opsrequests');
  return found && { group, version: found.version };
}

/** Where a new run of the namespace would be kept, for a plan. The run itself tries one store after the other. */
export async function storeForNew(
  stores: Stores,
  client: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<JournalStore> {
  for (const store of stores.forNew) {
    const questions = storeQuestions(store.kept, store.group, namespace);
    const allowed = await mayAll(client, questions, signal);
    if (allowed.every((may) => may)) return store;
  }
  throw new Error('no store takes a run');
}

const tolerable = (error: unknown): boolean =>
  error instanceof KubeError && (error.status === 403 || error.status === 404);

/** Runs of all stores; what may not be read is left out and named. */
export async function listRuns(
  stores: readonly JournalStore[],
  namespace: string | null,
  options: { open?: boolean; cluster?: string; signal?: AbortSignal } = {},
): Promise<{ runs: Stored[]; denied: string[] }> {
  const denied: string[] = [];
  const lists = await Promise.all(
    stores.map((store) =>
      store.list(namespace, options).catch((error: unknown) => {
        if (!tolerable(error)) throw error;
        denied.push((error as KubeError).message);
        return [];
      }),
    ),
  );
  return { runs: lists.flat(), denied };
}

/** The run of that name, wherever it is kept. */
export async function findRun(
  stores: readonly JournalStore[],
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<{ stored: Stored; store: JournalStore } | undefined> {
  for (const store of stores) {
    const ref: RunRef = { group: store.group, namespace, name };
    try {
      const stored = await store.read(ref, signal);
      if (stored) return { stored, store };
    } catch (error) {
      if (!tolerable(error)) throw error;
    }
  }
  return undefined;
}

/** Rejects where it can't be told. */
async function hasJournal(
  stores: readonly JournalStore[],
  { namespace, name }: { namespace: string; name: string },
  dir: string,
): Promise<boolean> {
  for (const store of stores) {
    const stored = await store.read({ group: store.group, namespace, name });
    const targets = stored?.journal?.steps.flatMap((step) => step.targets) ?? [];
    if (stored?.unreadable || targets.some((target) => target.dir.endsWith(`/${dir}`))) return true;
  }
  return false;
}

export const KEPT_WORDS: Record<Kept, string> = {
  opsrequest: 'OpsRequest',
  configmap: 'ConfigMap',
  local: 'local journal, which no other cockpit can see',
};
