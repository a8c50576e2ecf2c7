/** The command lines by which an attempt is started, followed and ended inside a container, and the reader of what they answer. */
import attempt from './attempt.sh';
import contact from './contact.sh';
import kill from './kill.sh';
import runner from './runner.sh';

/** Bytes of standard output and standard error that the follower already has. */
export interface Offsets {
  out: number;
  err: number;
}

/**
 * What is known of an attempt at its target.
 * - `done`: it ran and left this exit code. `killed`: a cancel ended it. `never`: a cancel claimed it before it was started.
 * - `not-started`: nobody has claimed it, so the same attempt may be sent again. `unclaimed`: the target has no room for the claim.
 * - `claimed`: somebody took it and no process has shown itself. `lost`: its process is gone and left no exit code.
 * - `gone`: the container it was sent to is no more. `barred`: the same, found by a start, which therefore started nothing.
 */
export type TargetState =
  | { state: 'done'; code: number }
  | { state: 'running' | 'not-started' | 'unclaimed' | 'claimed' | 'lost' | 'gone' | 'barred' | 'killed' | 'never' };

export type Frame =
  | { kind: 'output'; stream: 'out' | 'err'; offset: number; bytes: Uint8Array }
  | { kind: 'truncated'; stream: 'out' | 'err' }
  | { kind: 'alive' }
  | { kind: 'survivor'; pid: number; name: string }
  | { kind: 'end'; at: TargetState };

/** Comments and indentation are for readers; the text travels in a URL. */
function compact(script: string): string {
  return script
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n');
}

const TEXT = { attempt: compact(attempt), contact: compact(contact), kill: compact(kill), runner: compact(runner) };

export const attemptDir = (runDir: string, step: number, attempt: number): string => `${runDir}/${step}.${attempt}`;

/** Name of the run's directory. */
export const runName = (token: string): string => `opsdeck-${token}`;

/** `gone`: directories of runs that are over. */
export const contactArgv = (token: string, gone: readonly string[] = []): string[] => [
  'sh',
  '-c',
  TEXT.contact,
  'opsdeck',
  runName(token),
  ...gone,
];

export type Contact = { kind: 'dir'; dir: string } | { kind: 'lacks'; tool: string } | { kind: 'nowhere' };

/**
 * Reads the answer of contactArgv; undefined where it is not one, or not whole: the beginning of a directory's path is another
 * directory, where the attempts of another run may be.
 */
export function readContact(text: string, token: string): Contact | undefined {
  const [, word, rest = ''] = /^(\w+)(?: (\S+))?\r?\n/.exec(text) ?? [];
  if (word === 'dir' && /^\/[A-Za-z0-9/_.-]+$/.test(rest) && rest.endsWith(`/${runName(token)}`)) {
    return { kind: 'dir', dir: rest };
  }
  if (word === 'lacks' && /^[a-z]+$/.test(rest)) return { kind: 'lacks', tool: rest };
  return word === 'nowhere' ? { kind: 'nowhere' } : undefined;
}

/** Starts the attempt unless it was ever claimed, then follows it. The names of `env` must be shell names. */
export function startArgv(dir: string, have: Offsets, env: Record<string, string>, command: string[]): string[] {
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [...follower('start', dir, have), TEXT.runner, ...assignments, '--', ...command];
}

export const followArgv = (dir: string, have: Offsets): string[] => follower('follow', dir, have);

const follower = (mode: string, dir: string, have: Offsets) => [
  'sh',
  '-c',
  TEXT.attempt,
  'opsdeck',
  mode,
  dir,
  `${have.out}`,
  `${have.err}`,
];

export const killArgv = (dir: string, graceSeconds: number): string[] => [
  'sh',
  '-c',
  TEXT.kill,
  'opsdeck',
  dir,
  `${graceSeconds}`,
];

const STATES = new Set(['running', 'not-started', 'unclaimed', 'claimed', 'lost', 'gone', 'barred']);

function readState(text: string): TargetState | undefined {
  if (STATES.has(text)) return { state: text } as TargetState;
  const result = /^done (never|killed|\d{1,3})$/.exec(text)?.[1];
  if (result === 'never' || result === 'killed') return { state: result };
  return result === undefined ? undefined : { state: 'done', code: Number(result) };
}

/** Longest line that is not payload. */
const MAX_LINE = 256;

/** Takes the answer of a follower in pieces of any size. What does not fit the format ends the reading: `garbled` is set, nothing more comes. */
export class FrameReader {
  #line = '';
  #payload: { stream: 'out' | 'err'; offset: number; left: number } | undefined;
  #ended = false;
  garbled: string | undefined;

  *push(chunk: Uint8Array): Generator<Frame> {
    let at = 0;
    while (at < chunk.length && this.garbled === undefined && !this.#ended) {
      const payload = this.#payload;
      if (payload) {
        const bytes = chunk.subarray(at, at + payload.left);
        at += bytes.length;
        payload.left -= bytes.length;
        const offset = payload.offset;
        payload.offset += bytes.length;
        if (payload.left === 0) this.#payload = undefined;
        yield { kind: 'output', stream: payload.stream, offset, bytes };
        continue;
      }
      const newline = chunk.indexOf(10, at);
      const end = newline === -1 ? chunk.length : newline;
      this.#line += String.fromCharCode(...chunk.subarray(at, Math.min(end, at + MAX_LINE + 1)));
      at = end + 1;
      if (this.#line.length > MAX_LINE) this.garbled = this.#line.slice(0, 60);
      else if (newline !== -1) {
        const frame = this.#read(this.#line);
        this.#line = '';
        if (frame) yield frame;
      }
    }
  }

  #read(line: string): Frame | undefined {
    const output = /^([OR]) (\d{1,15}) (\d{1,6})$/.exec(line);
    if (output) {
      const stream = output[1] === 'O' ? 'out' : 'err';
      const left = Number(output[3]);
      if (left > 0) this.#payload = { stream, offset: Number(output[2]), left };
      return undefined;
    }
    if (line === 'H') return { kind: 'alive' };
    if (line === 'T O' || line === 'T R') return { kind: 'truncated', stream: line === 'T O' ? 'out' : 'err' };
    const survivor = /^S (\d+) (.*)$/.exec(line);
    if (survivor) return { kind: 'survivor', pid: Number(survivor[1]), name: survivor[2] ?? '' };
    const at = line.startsWith('E ') ? readState(line.slice(2)) : undefined;
    if (at) {
      this.#ended = true;
      return { kind: 'end', at };
    }
    this.garbled = line.slice(0, 60);
    return undefined;
  }
}
