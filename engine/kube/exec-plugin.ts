/** Credential plugins (`users[].user.exec`): the client.authentication.k8s.io protocol, with a deadline. */
import { spawn } from 'node:child_process';
import { dirname, isAbsolute, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { isMainThread } from 'node:worker_threads';
import type { Connection } from './connection.ts';
import type { Granted, LoginOptions } from './credentials.ts';
import { type Environment, type Fields, flag, list, mapping, text } from './kubeconfig.ts';
import { clean } from './sanitise.ts';
import { KubeError } from './types.ts';

/** Shorter than a request's own time: who is late is then known. */
const DEADLINE_MS = 25_000;
const MAX_OUTPUT = 1 << 20;

function authError(message: string, cause?: unknown): KubeError {
  return new KubeError(message, { status: 0, reason: 'Auth', sent: false, cause });
}

/** The plugin of a connection's user, in words. */
export const pluginOf = ({ user }: Connection): string =>
  clean(`the login plugin ${text(mapping(user.fields.exec), 'command')} of user "${user.name}"`, 200);

export interface PluginOptions {
  deadlineMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** What it says on its standard error, made safe. */
  onLine?: ((text: string) => void) | undefined;
  keyboard?: LoginOptions['keyboard'];
}

type Keyboard = Exclude<LoginOptions['keyboard'], undefined>;

const NO_KEYBOARD = 'there is no terminal here; run this at one';
/** So long a plugin that has got ctrl-c itself may set the terminal right. */
const GRACE_MS = 500;

/**
 * Runs the plugin of the connection's user once. It has the terminal only where `keyboard` lends it. It ends at its deadline,
 * with `signal`, and with this program.
 */
export async function runExecPlugin(
  connection: Connection,
  env: Environment,
  { deadlineMs = DEADLINE_MS, signal, onLine, keyboard = NO_KEYBOARD }: PluginOptions = {},
): Promise<Granted> {
  const { user } = connection;
  const exec = mapping(user.fields.exec);
  const given = text(exec, 'command');
  const apiVersion = text(exec, 'apiVersion');
  if (given === '') throw authError(`user "${user.name}" has an exec plugin without a command; fix it in ${user.file}`);
  const lend = keyboardFor(connection, keyboard);
  const inFolder = given.includes('/') && !isAbsolute(given);
  const command = inFolder ? resolve(dirname(user.file), given) : given;
  const args = list(exec.args).filter((arg): arg is string => typeof arg === 'string');
  const hint = clean(text(exec, 'installHint')).slice(0, 300);
  const running: Running = {
    env: pluginEnv(exec, apiVersion, connection, env, lend !== undefined),
    interactive: lend !== undefined,
    deadlineMs,
    signal,
    onLine,
    hint,
    whose: ` of user "${clean(user.name, 100)}"`,
  };
  const start = () => run(command, args, running);
  return readAnswer(await (lend ? lend(start) : start()), command, apiVersion);
}

/** How the plugin gets the keyboard, by its `interactiveMode`; undefined: it goes without. */
function keyboardFor(connection: Connection, keyboard: Keyboard): Exclude<Keyboard, string> | undefined {
  const mode = text(mapping(connection.user.fields.exec), 'interactiveMode');
  if (mode === 'Never') return undefined;
  if (typeof keyboard !== 'string') return keyboard;
  if (mode !== 'Always') return undefined;
  const how = `${keyboard}, or say interactiveMode: IfAvailable in ${connection.user.file} if it can do without`;
  throw authError(`${pluginOf(connection)} asks at the keyboard (interactiveMode: Always), and ${how}`);
}

function pluginEnv(
  exec: Fields,
  apiVersion: string,
  connection: Connection,
  env: Environment,
  interactive: boolean,
): NodeJS.ProcessEnv {
  const added = list(exec.env).map(mapping);
  const cluster = {
    server: connection.target.server,
    ...(connection.serverName ? { 'tls-server-name': connection.serverName } : {}),
    ...(connection.insecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(connection.ca ? { 'certificate-authority-data': Buffer.from(connection.ca, 'latin1').toString('base64') } : {}),
    ...(connection.proxy ? { 'proxy-url': connection.proxy.href } : {}),
  };
  const spec = { interactive, ...(flag(exec, 'provideClusterInfo') ? { cluster } : {}) };
  return {
    ...env,
    ...Object.fromEntries(added.map((item) => [text(item, 'name'), text(item, 'value')])),
    KUBERNETES_EXEC_INFO: JSON.stringify({ kind: 'ExecCredential', apiVersion, spec }),
  };
}

interface Running {
  env: NodeJS.ProcessEnv;
  /** It has this program's own standard input and error. */
  interactive: boolean;
  deadlineMs: number;
  signal: AbortSignal | undefined;
  onLine: ((text: string) => void) | undefined;
  hint: string;
  whose: string;
}

/** Calls `end` when this program ends, and `told`, which it waits for, when it is told to; returns how to give that up. */
function withProgram(end: () => void, told: (name: NodeJS.Signals) => void | Promise<void>): () => void {
  process.on('exit', end);
  // A worker hears of no signal: its parent has it end.
  const handlers = (isMainThread ? (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) : []).map((name) => {
    const handler = async () => {
      await told(name);
      process.removeListener(name, handler);
      // Nobody else heeds it: it ends the program, as it would have without this handler.
      if (process.listenerCount(name) === 0) process.kill(process.pid, name);
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  return () => {
    for (const [name, handler] of handlers) process.removeListener(name, handler);
    process.removeListener('exit', end);
  };
}

function run(command: string, args: string[], running: Running) {
  const { env, interactive, deadlineMs, signal, onLine, hint, whose } = running;
  return new Promise<string>((done, failed) => {
    if (signal?.aborted) return failed(authError('the login was given up'));
    const giveUp = () => stop(`${command}${whose} was given up`);
    // Before there is a plugin: a signal in between would end this program alone.
    const release = withProgram(giveUp, async (name) => {
      if (!interactive) return giveUp();
      // Ctrl-c was the plugin's as well; it may have to show again what is typed.
      if (name === 'SIGTERM' || name === 'SIGHUP') child.kill(name);
      await Promise.race([ended, new Promise((late) => setTimeout(late, GRACE_MS))]);
      giveUp();
    });
    // A session of its own can't have the terminal, whose ctrl-c is then the plugin's too.
    const child = spawn(command, args, {
      env,
      stdio: interactive ? ['inherit', 'pipe', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      detached: !interactive,
    });
    const ended = new Promise((gone) => child.on('exit', gone));
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    let stopped = '';
    const stop = (why: string) => {
      stopped = why;
      // The plugin may be a script with children of its own: they hold the pipes open, so the whole group goes.
      try {
        if (interactive) child.stdout?.destroy();
        process.kill(interactive ? child.pid! : -child.pid!, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const late = `gave no answer within ${Math.round(deadlineMs / 1000)} s`;
    const timer = Number.isFinite(deadlineMs)
      ? setTimeout(() => stop(`${command}${whose} ${late}`), deadlineMs)
      : undefined;
    signal?.addEventListener('abort', giveUp, { once: true });
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      release();
    };
    const keep = (into: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT) stop(`${command} printed more than 1 MiB`);
      else into.push(chunk);
    };
    child.stdout?.on('data', keep(out));
    child.stderr?.on('data', keep(err));
    if (onLine && child.stderr) createInterface(child.stderr).on('line', (line) => onLine(clean(line, 2_000)));
    child.on('error', (error: NodeJS.ErrnoException) => {
      settled();
      const what = error.code === 'ENOENT' ? 'is not installed or not in PATH' : `could not be started (${error.code})`;
      failed(authError(`the login plugin ${command} ${what}${hint === '' ? '' : `: ${hint}`}`, error));
    });
    child.on('close', (code, signal) => {
      settled();
      if (code === 0 && stopped === '') return done(Buffer.concat(out).toString('utf8'));
      const last = clean(lastLine(Buffer.concat(err).toString('utf8'))).slice(0, 300);
      const said = last === '' ? '' : `: ${last}`;
      const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
      const what =
        stopped === '' ? `${command} ${how}${said}` : `${stopped}${said}; log in with kubectl, then try again`;
      failed(authError(`the login plugin ${what}`));
    });
  });
}

const lastLine = (output: string) => output.trimEnd().split('\n').at(-1) ?? '';

function readAnswer(stdout: string, command: string, apiVersion: string): Granted {
  let answer: Fields;
  try {
    answer = mapping(JSON.parse(stdout));
  } catch (error) {
    throw authError(`the login plugin ${command} printed something that is not JSON`, error);
  }
  const status = mapping(answer.status);
  const string = (key: string) => (typeof status[key] === 'string' ? (status[key] as string) : '');
  if (answer.kind !== 'ExecCredential' || (apiVersion !== '' && answer.apiVersion !== apiVersion)) {
    throw authError(
      `the login plugin ${command} answered with ${clean(String(answer.apiVersion)).slice(0, 80)}, not ${apiVersion}`,
    );
  }
  const token = string('token').trim();
  const cert = string('clientCertificateData');
  const key = string('clientKeyData');
  if ((token === '' && cert === '') || (cert === '') !== (key === '') || /[^\x21-\x7e]/.test(token)) {
    throw authError(`the login plugin ${command} gave neither a token nor a whole client certificate`);
  }
  const end = Date.parse(string('expirationTimestamp'));
  return {
    credential: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(cert === '' ? {} : { cert, key }),
    },
    expiresAt: Number.isNaN(end) ? undefined : end,
  };
}
