/** What the API server serves, kept for a while: in memory for this client, on disk for the next command. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection } from './connection.ts';
import type { Discovered } from './discovery.ts';
import { abortedError } from './errors.ts';
import type { Environment } from './kubeconfig.ts';
import type { Resource, ResourcesOptions } from './types.ts';

/** Older lists count for nothing. */
const VALID_MS = 10 * 60_000;
/** What was read this shortly ago isn't read again because something is missing in it. */
const RECENT_MS = 5_000;
const FORMAT = 1;

export interface Kept {
  /** Epoch milliseconds. */
  at: number;
  resources: Resource[];
}

/** Where lists outlive the process. Neither method ever fails: without a cache everything works, a little later. */
export interface Shelf {
  read(): Promise<Kept | undefined>;
  write(kept: Kept): Promise<void>;
}

/** `$XDG_CACHE_HOME/opsdeck/discovery`; undefined where there is no home. */
export function cacheFolder(env: Environment): string | undefined {
  const base = env.XDG_CACHE_HOME || (env.HOME ? join(env.HOME, '.cache') : '');
  return base === '' ? undefined : join(base, 'opsdeck', 'discovery');
}

/** One file for each server and person. A server on this machine is asked: that is no slower, and it may be another tomorrow. */
export function shelfFor({ target, ca, impersonate, url }: Connection, env: Environment): Shelf | undefined {
  const folder = cacheFolder(env);
  if (folder === undefined || /^(localhost|127\.|\[::1\])/.test(url.hostname)) return undefined;
  const who = JSON.stringify([target.server, ca ?? '', target.user, impersonate ?? null]);
  return fileShelf(folder, `${createHash('sha256').update(who).digest('hex').slice(0, 32)}.json`);
}

export function fileShelf(folder: string, name: string): Shelf {
  const path = join(folder, name);
  return {
    async read() {
      try {
        const { format, at, resources } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
        const sound =
          format === FORMAT && typeof at === 'number' && Array.isArray(resources) && resources.every(isResource);
        return sound ? { at, resources } : undefined;
      } catch {
        return undefined;
      }
    },
    async write({ at, resources }) {
      const fresh = `${path}.${randomBytes(6).toString('hex')}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        // A reader sees the old file or the new one, never half of one.
        await writeFile(fresh, JSON.stringify({ format: FORMAT, at, resources }), { mode: 0o600, flag: 'wx' });
        await rename(fresh, path);
      } catch {
        await rm(fresh, { force: true }).catch(() => {});
      }
    },
  };
}

function isResource(value: unknown): value is Resource {
  if (typeof value !== 'object' || value === null) return false;
  const { group, version, plural, kind, namespaced, verbs } = value as Record<string, unknown>;
  const texts = [group, version, plural, kind, ...(Array.isArray(verbs) ? verbs : [undefined])];
  return texts.every((text) => typeof text === 'string') && typeof namespaced === 'boolean';
}

/** KubeClient.resources. Whoever asks while the server is being asked gets the same answer. */
export function keepResources(
  discover: () => Promise<Discovered>,
  shelf: Shelf | undefined,
  now: () => number = Date.now,
): (options?: ResourcesOptions) => Promise<Resource[]> {
  let held: Kept | undefined;
  let flight: Promise<Kept> | undefined;

  const valid = (kept: Kept | undefined) => kept !== undefined && now() - kept.at < VALID_MS && kept.at <= now();

  async function ask(): Promise<Kept> {
    try {
      const at = now();
      const { resources, whole } = await discover();
      held = { at, resources };
      // A list that lacks a group because its server was down must not outlive that.
      if (whole) void shelf?.write(held);
      return held;
    } finally {
      flight = undefined;
    }
  }

  return async ({ fresh = false, cached = false, having, signal } = {}) => {
    const read = () => {
      flight ??= ask();
      return unlessAborted(flight, signal);
    };
    if (fresh) return (await read()).resources;
    let kept = valid(held) ? held : undefined;
    if (!kept && cached && !flight) {
      const found = await shelf?.read();
      if (valid(found)) kept = found;
    }
    if (kept && having && !kept.resources.some(having) && now() - kept.at > RECENT_MS) kept = undefined;
    return (kept ?? (await read())).resources;
  };
}

/** One reader's giving up must not fail the others, who wait for the same answer. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortedError(true));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
