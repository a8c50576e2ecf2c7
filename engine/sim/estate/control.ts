import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { suggestion } from '../../expr/nearest.ts';
import type { Faults } from '../faults/faults.ts';
import type { RawRule } from '../faults/rule.ts';
import { liveRoots } from '../node/root.ts';
import { Unusable } from '../unusable.ts';
import type { Breaks } from './breaks.ts';

/** The socket by which another process of the same user speaks to a running demo: in its private directory, which nobody else can enter. */
const SOCKET = 'control';
/** The kubeconfig of the cluster, in the same directory. */
export const KUBECONFIG = 'kubeconfig';
/** What the shortest of the systems takes as the path of a socket, bytes. */
const LONGEST = 103;

/** What may be asked: a break by its name, or something about faults. */
export type Asked =
  | { ask: 'break'; name: string; cluster?: string }
  | { ask: 'fault'; rule: RawRule }
  | { ask: 'faults' }
  | { ask: 'clear'; id?: string };

/** One line of JSON each way. */
interface Answer {
  ok: boolean;
  text: string;
}

const LONGEST_QUESTION = 10_000;

/** Answers questions of other processes. Resolves once it listens. */
export async function serveControl(root: string, breaks: Breaks, faults: Faults): Promise<{ close(): void }> {
  const path = join(root, SOCKET);
  if (Buffer.byteLength(path) > LONGEST)
    throw new Unusable(`${root} is too long a path for a socket; set TMPDIR to a directory with a shorter one`);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.length > LONGEST_QUESTION) socket.destroy();
      const end = text.indexOf('\n');
      if (end < 0) return;
      socket.end(`${JSON.stringify(answer(breaks, faults, text.slice(0, end)))}\n`);
    });
  });
  server.unref();
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function answer(breaks: Breaks, faults: Faults, question: string): Answer {
  try {
    const asked = JSON.parse(question) as Asked;
    switch (asked.ask) {
      case 'break':
        return { ok: true, text: breaks.run(asked.name, asked.cluster || undefined) };
      case 'fault': {
        const id = faults.add(asked.rule);
        const set = faults.list().find((one) => one.id === id);
        return { ok: true, text: set ? `${id} is set: ${set.text}` : 'done' };
      }
      case 'faults': {
        const all = faults.list();
        const lines = all.map(
          ({ id, hits, spent, text }) =>
            `${id.padEnd(10)}${(spent ? `${hits}, spent` : String(hits)).padEnd(11)}${text}`,
        );
        return {
          ok: true,
          text: all.length === 0 ? 'no fault is set' : ['ID        STRUCK     FAULT', ...lines].join('\n'),
        };
      }
      case 'clear': {
        if (asked.id !== undefined && !faults.remove(asked.id))
          throw new RangeError(
            `there is no fault "${asked.id}"${suggestion(
              asked.id,
              faults.list().map(({ id }) => id),
            )}`,
          );
        const count = asked.id === undefined ? faults.clear() : 1;
        return {
          ok: true,
          text: count === 0 ? 'no fault was set' : `took ${count} fault${count === 1 ? '' : 's'} back`,
        };
      }
      default:
        return { ok: false, text: 'this demo is of another version of opsdeck' };
    }
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, text: error.message };
    if (error instanceof SyntaxError) return { ok: false, text: 'this demo is of another version of opsdeck' };
    throw error;
  }
}

/** A demo of this user that runs, by its kubeconfig, which nothing else has. */
export interface RunningDemo {
  kubeconfig: string;
  /** Undefined where it has just ended. */
  ask(asked: Asked): Promise<Answer | undefined>;
}

/** The demos of this user that listen, newest last: the cluster of a test, or one that is just ending, doesn't. */
export async function runningDemos(under?: string): Promise<RunningDemo[]> {
  const roots = liveRoots(under);
  const listening = await Promise.all(roots.map((root) => listens(join(root, SOCKET))));
  return roots
    .filter((_, at) => listening[at])
    .map((root) => ({
      kubeconfig: join(root, KUBECONFIG),
      async ask(asked) {
        const line = await ask(join(root, SOCKET), `${JSON.stringify(asked)}\n`);
        return line === undefined ? undefined : (JSON.parse(line) as Answer);
      },
    }));
}

function listens(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path, () => {
      done(true);
      socket.destroy();
    });
    socket.on('error', () => done(false));
  });
}

function ask(path: string, request: string): Promise<string | undefined> {
  return new Promise((done) => {
    let text = '';
    const socket = connect(path);
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => done(undefined));
    socket.on('close', () => done(text === '' ? undefined : text));
  });
}
