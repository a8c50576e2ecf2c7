/**
 * Engine: composition. Which parts run, and the protocol served to one ui. It may touch every room of engine/, and knows neither
 * the screen nor the program.
 */
import { join } from 'node:path';
import { suggestion } from './expr/index.ts';
import { listIn } from './kube/answers.ts';
import { type ConnectOptions, contexts } from './kube/connect.ts';
import { cleanText } from './kube/sanitise.ts';
import { KubeError } from './kube/types.ts';
import { sourceOf } from './ops/definitions.ts';
import type { Calls, FromEngine, ToEngine, Topic } from './protocol.ts';
import { systemClock } from './runtime/clock.ts';
import { Session, type SessionOptions } from './session.ts';
import { yamlOf, yamlText } from './yaml-view.ts';

export interface EngineOptions extends ConnectOptions {
  allNamespaces?: boolean;
  readonly?: boolean;
}

export interface Engine {
  receive(message: ToEngine): void;
  stop(): Promise<void>;
}

interface Namespaces {
  items?: { metadata: { name: string } }[] | null;
}

/** No longer is looked for a namespace: over a dead link one goes there without. Milliseconds. */
const LOOK_MS = 3_000;

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** Nothing is waited for: what comes, comes by `send`. */
export function startEngine(options: EngineOptions, send: (message: FromEngine) => void): Engine {
  const topics = new Set<Topic>();
  const { env } = options;
  const config = env.XDG_CONFIG_HOME || join(env.HOME ?? '/', '.config');
  let scope: Pick<SessionOptions, 'namespace'> & { context: string | undefined } = {
    namespace: options.allNamespaces ? null : options.namespace,
    context: options.context,
  };
  let session: Session = open();

  function open(): Session {
    const opened = new Session({
      connect: { ...options, context: scope.context, namespace: scope.namespace ?? undefined },
      namespace: scope.namespace,
      readonly: options.readonly ?? false,
      providers: join(config, 'opsdeck', 'providers'),
      clock: systemClock,
      send: (message) => {
        // What a session says after it was left would put another context's rows on the screen.
        if (session === undefined || opened === session) send(message);
      },
    });
    return opened;
  }

  /** A namespace that is mistyped would look like one from which all is gone. Whoever may not ask goes there all the same. */
  async function mustExist(name: string): Promise<void> {
    const signal = AbortSignal.timeout(LOOK_MS);
    try {
      const { client } = await Promise.race([session.connected(), aborted(signal)]);
      await client.request(`/api/v1/namespaces/${name}`, { signal });
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) return;
      const names = await namespaceNames().catch(() => []);
      throw new Error(`there is no namespace "${name}"${suggestion(name, names)}`);
    }
  }

  async function namespaceNames(): Promise<string[]> {
    const { client } = await session.connected();
    const path = '/api/v1/namespaces';
    const { items } = listIn(await client.request<Namespaces>(path), path);
    return (items ?? []).map((item) => item.metadata.name);
  }

  /** Where there is nothing to go to, one stays where one is. */
  async function rescope(ask: Calls['scope']['ask']): Promise<null> {
    if (ask.context !== undefined) {
      const names = (await contexts(options)).map(({ name }) => name);
      if (!names.includes(ask.context))
        throw new Error(`no context "${ask.context}" in the kubeconfig${suggestion(ask.context, names)}`);
    }
    if (ask.namespace && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(ask.namespace))
      throw new Error(`"${ask.namespace}" can't be a namespace: lower-case letters, digits and dashes`);
    if (ask.namespace && ask.context === undefined) await mustExist(ask.namespace);
    const left = session;
    scope = {
      context: ask.context ?? scope.context,
      // Another context has namespaces of its own.
      namespace: 'namespace' in ask ? ask.namespace : ask.context === undefined ? scope.namespace : undefined,
    };
    session = open();
    for (const topic of ['clusters', 'instances', 'runs'] as const) {
      if (topics.has(topic)) send({ t: 'rows', topic, reset: true, upsert: [], remove: [] });
    }
    for (const topic of topics) session.subscribe(topic);
    await left.stop();
    return null;
  }

  const calls: { [M in keyof Calls]: (ask: Calls[M]['ask']) => Promise<Calls[M]['answer']> } = {
    scope: rescope,
    contexts: () => contexts(options),
    namespaces: namespaceNames,
    yaml: async (ask) => {
      if (ask.kind === 'run') return yamlText((await session.runs()).document(ask.uid));
      const connected = await session.connected();
      return ask.kind === 'definition' ? cleanText(await sourceOf(connected.client, ask.uid)) : yamlOf(connected, ask);
    },
    validate: async (ask) => (await session.runs()).validate(ask),
    choices: async (ask) => (await session.runs()).choices(ask),
    plan: async (ask) => (await session.runs()).plan(ask),
    start: async (ask) => (await session.runs()).start(ask),
    adoption: async (ask) => (await session.runs()).adoption(ask),
    adopt: async (ask) => (await session.runs()).adopt(ask),
    cancel: async (ask) => (await session.runs()).cancel(ask),
    resolve: async (ask) => (await session.runs()).resolve(ask),
  };

  async function answer(message: Extract<ToEngine, { t: 'call' }>): Promise<void> {
    const { id, method } = message;
    try {
      const handler = calls[method] as (ask: unknown) => Promise<unknown>;
      send({ t: 'answer', id, value: await handler(message.ask) });
    } catch (error) {
      send({ t: 'answer', id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  return {
    receive(message) {
      if (message.t === 'call') void answer(message);
      else if (message.t === 'subscribe') {
        topics.add(message.topic);
        session.subscribe(message.topic);
      } else if (message.t === 'unsubscribe') {
        topics.delete(message.topic);
        session.unsubscribe(message.topic);
      }
    },
    stop: () => session.stop(),
  };
}
