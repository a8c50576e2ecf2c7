/**
 * Seals on journals. Who may write ConfigMaps in a namespace need not be one who may exec there; an engine with more rights
 * that went on with what it finds there would run whatever they wrote. So an engine seals what it writes with a key of the
 * run's own that never leaves its user's machine. A journal without that seal, or with an older one than was seen, is shown;
 * nothing of it is executed before a person has looked at what that would be and has adopted it.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RunRef } from './store.ts';

interface Known {
  key: Buffer;
  /** The highest number that was seen under this key: an older journal that is put back would have its steps run twice. */
  n: number;
}

/** What is sealed, word for word as the object holds it. */
export interface Sealed {
  spec: string;
  status: string;
}

/** A run that was not touched for so long is nobody's to go on with in silence. */
const FORGET_MS = 90 * 86_400_000;

export class Seals {
  readonly #folder: string | undefined;
  readonly #known = new Map<string, Known>();

  /** Without a folder, or where it can't be written, keys live as long as this process. */
  constructor(folder?: string) {
    this.#folder = folder;
  }

  /** The next seal of a run; the first one makes its key. To be followed by `written` once it is stored. */
  seal(ref: RunRef, sealed: Sealed): string {
    const known = this.#of(ref) ?? this.#make(ref);
    return `${known.n + 1} ${mac(known.key, known.n + 1, sealed)}`;
  }

  written(ref: RunRef, seal: string): void {
    const known = this.#of(ref);
    const n = Number.parseInt(seal, 10);
    if (known && n > known.n) this.#keep(ref, { ...known, n });
  }

  /** Whether an engine of this user wrote it, and it is no older than what was seen of the run. */
  holds(ref: RunRef, sealed: Sealed, seal: string | undefined): boolean {
    const [, number = '', given = ''] = /^(\d{1,12}) ([0-9a-f]{64})$/.exec(seal ?? '') ?? [];
    const known = number === '' ? undefined : this.#of(ref);
    if (!known) return false;
    const n = Number(number);
    const same = timingSafeEqual(Buffer.from(mac(known.key, n, sealed)), Buffer.from(given));
    if (!same || n < known.n) return false;
    known.n = n;
    return true;
  }

  #of(ref: RunRef): Known | undefined {
    const name = nameOf(ref);
    const known = this.#known.get(name) ?? this.#read(name);
    if (known) this.#known.set(name, known);
    return known;
  }

  /** Another process may be making the same run: the first key of the two is the run's. */
  #make(ref: RunRef): Known {
    const name = nameOf(ref);
    this.#keep(ref, { key: randomBytes(32), n: 0 }, (draft, file) => {
      try {
        linkSync(draft, file);
        unlinkSync(draft);
      } catch {
        // There already, or on a file system without links.
        const theirs = this.#read(name);
        if (!theirs) return renameSync(draft, file);
        this.#known.set(name, theirs);
        unlinkSync(draft);
      }
    });
    this.#forget();
    return this.#known.get(name)!;
  }

  #keep(ref: RunRef, known: Known, put: (draft: string, file: string) => void = renameSync): void {
    const name = nameOf(ref);
    this.#known.set(name, known);
    if (this.#folder === undefined) return;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const draft = join(this.#folder, `${name}.${randomBytes(4).toString('hex')}.tmp`);
      writeFileSync(draft, JSON.stringify({ key: known.key.toString('hex'), n: known.n }), { mode: 0o600, flag: 'wx' });
      put(draft, join(this.#folder, name));
    } catch {
      // The run goes on all the same; only another start of this program will have to ask a person.
    }
  }

  #read(name: string): Known | undefined {
    if (this.#folder === undefined) return undefined;
    try {
      const { key, n } = JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as { key: string; n: number };
      return /^[0-9a-f]{64}$/.test(key) && Number.isSafeInteger(n) ? { key: Buffer.from(key, 'hex'), n } : undefined;
    } catch {
      return undefined;
    }
  }

  #forget(): void {
    try {
      for (const name of this.#folder === undefined ? [] : readdirSync(this.#folder)) {
        const file = join(this.#folder!, name);
        if (Date.now() - statSync(file).mtimeMs > FORGET_MS) unlinkSync(file);
      }
    } catch {
      // Another process cleans too.
    }
  }
}

const nameOf = ({ namespace, name }: RunRef): string =>
  createHash('sha256').update(`${namespace}\n${name}`).digest('hex').slice(0, 40);

const mac = (key: Buffer, n: number, { spec, status }: Sealed): string =>
  createHmac('sha256', key).update(`${n}\n${spec.length}\n${spec}${status}`).digest('hex');

const opened = new Map<string, Seals>();

/** One for each folder in a process: what was seen must not be forgotten between two looks. */
export function sealsOf(folder: string): Seals {
  const seals = opened.get(folder) ?? new Seals(folder);
  opened.set(folder, seals);
  return seals;
}
