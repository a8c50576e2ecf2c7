import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readText } from './readText.ts';
import { type Root, removeTree } from './root.ts';
import { killMarked, MARK } from './stray.ts';
import type { Host, Image } from './tool.ts';
import type { ToolConnection, ToolServer } from './toolServer.ts';

/** Bytes that are read of a container's last words: the last ones. */
const LAST_WORDS = 4096;

export interface PlaceOptions {
  id: string;
  host: Host;
  image: Image;
  env: Readonly<Record<string, string>>;
  /** Where a process leaves its last words, as an absolute path in the container; empty: nowhere. */
  lastWords: string;
  root: Root;
  server: ToolServer;
}

/** Where a container's processes run: a directory of its own, made when the first of them needs it, and their environment. */
export class Place {
  readonly dir: string;
  readonly #options: PlaceOptions;
  readonly #onCall: (connection: ToolConnection) => void;
  #made = false;

  constructor(options: PlaceOptions, onCall: (connection: ToolConnection) => void) {
    this.#options = options;
    this.#onCall = onCall;
    this.dir = join(options.root.path, 'c', options.id.slice(0, 16));
  }

  get made(): boolean {
    return this.#made;
  }

  get path(): string {
    const { root } = this.#options;
    return `${this.#bin}:${root.base}`;
  }

  get #bin(): string {
    const { image, server } = this.#options;
    return server.bin(Object.keys(image.tools));
  }

  environment(): Record<string, string> {
    const { env, host, server } = this.#options;
    this.#make();
    return {
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, this.inside(value)])),
      PATH: this.path,
      HOME: join(this.dir, 'home'),
      TMPDIR: join(this.dir, 'tmp'),
      HOSTNAME: host.name,
      LC_ALL: 'C.UTF-8',
      [MARK]: this.dir,
      ...server.serve(join(this.dir, 'run'), this.#onCall),
    };
  }

  /** A root of its own would take rights on the machine: the one path that all programs know is written where it stands instead. */
  inside(word: string): string {
    const { lastWords } = this.#options;
    return lastWords === '' ? word : replacePath(word, lastWords, join(this.dir, lastWords));
  }

  /** Kills what still runs here and removes the directory. Returns its last words. */
  close(): string {
    if (!this.#made) return '';
    killMarked(this.dir);
    const { lastWords, server } = this.#options;
    const said = (lastWords === '' ? undefined : readText(join(this.dir, lastWords))) ?? '';
    server.forget(join(this.dir, 'run'));
    removeTree(this.dir);
    return Buffer.from(said).subarray(-LAST_WORDS).toString();
  }

  #make(): void {
    if (this.#made) return;
    this.#made = true;
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    for (const name of ['tmp', 'home', 'run']) mkdirSync(join(this.dir, name), { mode: 0o700 });
    symlinkSync(this.#bin, join(this.dir, 'bin'));
    const { lastWords } = this.#options;
    if (lastWords === '') return;
    const file = join(this.dir, lastWords);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    } catch {
      // Something else is there already: nobody's last words then.
    }
  }
}

/** The text with every mention of the path replaced; longer paths that only contain it stay. */
function replacePath(text: string, path: string, by: string): string {
  if (path === '/' || !text.includes(path)) return text;
  const literal = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w./-])${literal}(?![\\w/-]|\\.\\w)`, 'g'), () => by);
}
