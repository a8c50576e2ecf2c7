/** Journals in files of this machine, where nothing may be written in the cluster. Other cockpits can't see them. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FINAL_PHASES } from '../api/phases.ts';
import type { OpsRequestSpec } from '../api/types.ts';
import type { Journal } from './journal.ts';
import { Conflict, Exists, type JournalStore, type RunRef, type Stored } from './store.ts';

interface Entry {
  uid: string;
  version: number;
  createdAt: string;
  namespace: string;
  name: string;
  spec: OpsRequestSpec;
  cancel?: { by: string };
  journal: Journal;
}

/** `server`: address of the API server; runs of different clusters never mix. */
export const localFolder = (
  server: string,
  env: Record<string, string | undefined> = process.env,
  what: 'runs' | 'seals' | 'ended' = 'runs',
): string =>
  join(
    env.XDG_STATE_HOME || join(homedir(), '.local', 'state'),
    'opsdeck',
    what,
    server.replace(/[^A-Za-z0-9.-]+/g, '_'),
  );

/**
 * One folder a run, one file a version: `N.json` is made by link(2), which refuses a name that is taken, so of two writers
 * of the same next version one gets EEXIST. Readers take the highest number; older files are removed after a write.
 */
export function localStore(folder: string, now: () => number = Date.now): JournalStore {
  const place = (ref: RunRef) => join(folder, ref.namespace, ref.name);
  const stored = (entry: Entry): Stored => ({
    ref: { group: '', namespace: entry.namespace, name: entry.name },
    kept: 'local',
    uid: entry.uid,
    version: String(entry.version),
    createdAt: entry.createdAt,
    spec: entry.spec,
    journal: entry.journal,
    ...(entry.cancel ? { cancel: entry.cancel } : {}),
  });

  async function versions(at: string): Promise<number[]> {
    try {
      const names = await readdir(at);
      return names
        .flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : []))
        .sort((a, b) => b - a);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async function latest(ref: RunRef): Promise<Entry | undefined> {
    const at = place(ref);
    // A writer may remove an old version between the two looks.
    for (let tries = 0; tries < 5; tries++) {
      const [newest] = await versions(at);
      if (newest === undefined) return undefined;
      try {
        return JSON.parse(await readFile(join(at, `${newest}.json`), 'utf8')) as Entry;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    throw new Conflict(`${at} changes too fast to be read`);
  }

  async function put(entry: Entry): Promise<void> {
    const at = place({ group: '', namespace: entry.namespace, name: entry.name });
    await mkdir(at, { recursive: true, mode: 0o700 });
    const draft = join(at, `${randomUUID()}.tmp`);
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(entry));
      // The intent must be on the disk before its effect is anywhere.
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, join(at, `${entry.version}.json`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new Conflict(`${at} has changed`);
      throw error;
    } finally {
      await unlink(draft);
    }
    // A writer that was asleep may have linked a number whose file was removed long ago: only the highest counts.
    const [newest, ...older] = await versions(at);
    if (newest !== entry.version) throw new Conflict(`${at} has changed`);
    for (const old of older) await rm(join(at, `${old}.json`), { force: true });
  }

  return {
    kept: 'local',
    group: '',
    of: () => undefined,
    async create(ref, spec, journal) {
      if (await latest(ref)) throw new Exists(`run ${ref.name} is there already`);
      const entry: Entry = {
        uid: randomUUID(),
        version: 1,
        createdAt: new Date(now()).toISOString(),
        namespace: ref.namespace,
        name: ref.name,
        spec,
        journal,
      };
      try {
        await put(entry);
      } catch (error) {
        if (error instanceof Conflict) throw new Exists(`run ${ref.name} is there already`);
        throw error;
      }
      return stored(entry);
    },
    request: () => Promise.reject(new Error('requests are kept as OpsRequests only')),
    async read(ref) {
      const entry = await latest(ref);
      return entry && stored(entry);
    },
    async write(before, journal) {
      const entry = await latest(before.ref);
      if (!entry || String(entry.version) !== before.version || entry.uid !== before.uid)
        throw new Conflict('it has changed');
      const next: Entry = { ...entry, version: entry.version + 1, journal };
      await put(next);
      return stored(next);
    },
    async list(namespace, { open: onlyOpen, cluster } = {}) {
      const entries = async (at: string) => {
        try {
          return await readdir(at);
        } catch {
          return [];
        }
      };
      const found: Stored[] = [];
      for (const ns of namespace === null ? await entries(folder) : [namespace]) {
        for (const name of await entries(join(folder, ns))) {
          const entry = await latest({ group: '', namespace: ns, name });
          if (!entry || name.endsWith('.tmp')) continue;
          if (onlyOpen && FINAL_PHASES.includes(entry.journal.phase)) continue;
          if (cluster && entry.journal.cluster.uid !== cluster) continue;
          found.push(stored(entry));
        }
      }
      return found;
    },
    async requestCancel(ref, by) {
      for (;;) {
        const entry = await latest(ref);
        if (!entry) throw new Conflict(`there is no run ${ref.name}`);
        try {
          await put({ ...entry, version: entry.version + 1, cancel: { by } });
          return;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
        }
      }
    },
    async remove(before) {
      const at = place(before.ref);
      // Out of sight at once, whatever happens while it is being deleted.
      const away = `${at}.${randomUUID()}.tmp`;
      await rename(at, away);
      await rm(away, { recursive: true, force: true });
    },
  };
}
