/**
 * Directories of runs that are over, still in their containers with all that was printed: noted on this machine, removed at a later
 * first contact with the same container. Not at once, for who follows over a link that was gone reads the rest there. Not by what
 * the container itself says, for a command may have ended there and its result be in no journal yet. By that a note of one's own is
 * enough, and costs no request.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds that a log stays where it was printed. */
const KEEP_MS = 3_600_000;
/** Notes of pods that nobody has come back to. */
const FORGET_MS = 7 * 86_400_000;
/** At one contact. */
const MOST = 20;

/** Where first contact makes a run's directory: nothing is removed by way of another one. */
export const RUN_DIR = /^(\/[A-Za-z0-9_.-]+)*\/opsdeck-([a-z0-9.-]+)-[0-9a-f]{8}$/;

const RUN_NAME = /^opsdeck-[a-z0-9.-]+-[0-9a-f]{8}$/;

/** Whether a journal of that run has the directory of that name. */
export type HasJournal = (run: { namespace: string; name: string }, dir: string) => Promise<boolean>;

export interface ContainerName {
  /** Of the pod. */
  uid: string;
  container: string;
}

const nameOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Nothing of it matters enough to fail: what is not noted stays where it is. */
export class Leftovers {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #hasJournal: HasJournal;

  constructor(folder: string, now: () => number = Date.now, hasJournal: HasJournal = async () => true) {
    this.#folder = folder;
    this.#now = now;
    this.#hasJournal = hasJournal;
  }

  #of({ uid, container }: ContainerName): string {
    return join(this.#folder, nameOf(`${uid}\n${container}`));
  }

  /** A run is over, and its journal says so. */
  async add(where: ContainerName, dir: string): Promise<void> {
    if (!RUN_DIR.test(dir)) return;
    await this.#note(where, { dir, since: this.#now() });
    // Here and not before a command is sent: nobody waits for it now.
    await this.#forget().catch(() => {});
  }

  /** A directory of that name is about to be made, wherever there is room; its run may come to be kept or not. */
  async expect(where: ContainerName, dir: string, run: { namespace: string; name: string }): Promise<void> {
    if (RUN_NAME.test(dir)) await this.#note(where, { dir, since: this.#now(), run });
  }

  async #note(where: ContainerName, note: Note): Promise<void> {
    const folder = this.#of(where);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, nameOf(note.dir)), JSON.stringify(note), { mode: 0o600 });
    } catch {
      // A full or foreign disk.
    }
  }

  /** What may go now. */
  async due(where: ContainerName): Promise<string[]> {
    const folder = this.#of(where);
    const due: string[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      if (due.length === MOST) break;
      const { dir, since, run } = await read(join(folder, name));
      if (this.#now() - since < KEEP_MS) continue;
      if (run === undefined && RUN_DIR.test(dir)) due.push(dir);
      if (run === undefined || !RUN_NAME.test(dir)) continue;
      // What can't be asked now is asked the next time.
      const has = await this.#hasJournal(run, dir).catch(() => undefined);
      if (has) await this.drop(where, [dir]);
      else if (has === false) due.push(dir);
    }
    return due;
  }

  /** They were removed as far as they could be. */
  async drop(where: ContainerName, dirs: readonly string[]): Promise<void> {
    const folder = this.#of(where);
    for (const dir of dirs) await rm(join(folder, nameOf(dir)), { force: true }).catch(() => {});
  }

  async #forget(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const folder = join(this.#folder, name);
      const { mtimeMs } = await stat(folder);
      if (this.#now() - mtimeMs > FORGET_MS) await rm(folder, { recursive: true, force: true });
    }
  }
}

interface Note {
  /** A path; a name where only that is known yet. */
  dir: string;
  since: number;
  /** That it was made for, where it is not known that a journal has it. */
  run?: { namespace: string; name: string };
}

async function read(file: string): Promise<Note> {
  try {
    const { dir, since, run } = JSON.parse(await readFile(file, 'utf8')) as Partial<Note>;
    if (typeof dir === 'string' && typeof since === 'number') return { dir, since, ...(run ? { run } : {}) };
  } catch {
    // Being written, or not ours.
  }
  return { dir: '', since: Number.POSITIVE_INFINITY };
}
