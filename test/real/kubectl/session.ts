/** A session written as text (see session.txt), played step by step against one cluster. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { program } from '../../kit/program.ts';
import { normalise } from './normalise.ts';

export interface Step {
  command: string;
  /** Its lines come in no order of their own. */
  sorted: boolean;
  /** Repeated until its output has this. */
  until?: string;
}

export function readSteps(file: string): Step[] {
  const steps: Step[] = [];
  let marks: Partial<Step> = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('$ ')) {
      steps.push({ command: line.slice(2), sorted: false, ...marks });
      marks = {};
    } else if (line === '% sorted') marks.sorted = true;
    else if (line.startsWith('% until ')) marks.until = line.slice(8);
  }
  return steps;
}

/** A step and what it printed, normalised: `  ` before a line of stdout, `! ` of stderr, and last `= ` and the exit code. */
export interface Said {
  command: string;
  lines: string[];
}

export interface Place {
  kubeconfig: string;
  /** Folder of kubectl. */
  bin: string;
  server: string;
  namespace: string;
}

const AGAIN_MS = 500;
const LIMIT_MS = 180_000;

/** Plays the steps in order. */
export async function play(steps: readonly Step[], place: Place, said: Said[] = []): Promise<Said[]> {
  const home = mkdtempSync(join(tmpdir(), 'kubectl-session-'));
  const files = join(home, 'files');
  cpSync(new URL('./files', import.meta.url).pathname, files, { recursive: true });
  const env = {
    PATH: `${place.bin}:${process.env.PATH ?? ''}`,
    HOME: home,
    LANG: 'C.UTF-8',
    KUBECONFIG: place.kubeconfig,
    NS: place.namespace,
    SERVER: place.server,
  };
  try {
    for (const { command, sorted, until } of steps) {
      const end = Date.now() + LIMIT_MS;
      for (;;) {
        const { code, stdout, stderr } = await program('/bin/sh', ['-c', command], { env, cwd: files }).done;
        const enough = until === undefined || stdout.includes(until) || stderr.includes(until) || Date.now() > end;
        if (enough) {
          const lines = [...marked(stdout, '  ', sorted, place), ...marked(stderr, '! ', sorted, place), `= ${code}`];
          said.push({ command, lines });
          break;
        }
        await sleep(AGAIN_MS);
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return said;
}

function marked(text: string, mark: string, sorted: boolean, place: Place): string[] {
  const clean = normalise(text, place.namespace);
  const lines = clean === '' ? [] : clean.replace(/\n$/, '').split('\n');
  return (sorted ? lines.sort() : lines).map((line) => `${mark}${line}`.trimEnd());
}

export function writeRecording(file: string, said: readonly Said[]): void {
  writeFileSync(file, said.map(({ command, lines }) => `$ ${command}\n${lines.join('\n')}\n`).join(''));
}

export function readRecording(file: string): Said[] {
  const said: Said[] = [];
  let ended = true;
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const last = said.at(-1);
    if (ended) said.push({ command: line.slice(2), lines: [] });
    else last?.lines.push(line);
    ended = line.startsWith('= ');
  }
  return said;
}
