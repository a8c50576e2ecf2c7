/** HTTP to one API server as one user: keep-alive, deadlines, throttling, compression, and errors that say what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { forward, unless } from './aborts.ts';
import { failureIn, objectIn } from './answers.ts';
import type { Connection } from './connection.ts';
import type { Credential, CredentialSource } from './credentials.ts';
import { connector } from './dial.ts';
import { abortedError, answerError, connectionError, statusOf, timeoutError } from './errors.ts';
import { withoutManagedFields } from './managed-fields.ts';
import { Nearness } from './nearness.ts';
import { PROTOBUF, readProtobuf, STATUS } from './protobuf.ts';
import { KubeError, type RequestOptions, type StreamOptions } from './types.ts';

const unzip = promisify(gunzip);

const DEFAULT_TIMEOUT_MS = 30_000;
/** A stream's answer must begin within this time; followed logs of a silent container say otherwise. */
const STREAM_HEADERS_MS = 30_000;
/** Longer waits than this are the caller's to decide on. */
const MAX_RETRY_AFTER_MS = 20_000;
const MAX_ANSWER = 400 << 20;
const MAX_ERROR_BODY = 64 << 10;

declare const __VERSION__: string | undefined;
const USER_AGENT = `opsdeck/${typeof __VERSION__ === 'string' ? __VERSION__ : 'dev'}`;

export interface Transport {
  request<T>(path: string, options?: RequestOptions): Promise<T>;
  stream(path: string, options?: StreamOptions): Promise<AsyncIterable<Uint8Array>>;
  /** Path and query made absolute. */
  address(path: string, query?: RequestOptions['query']): URL;
  /** Headers that say who asks. */
  identity(credential: Credential): Record<string, string | string[]>;
  close(): Promise<void>;
}

type Answer = Dispatcher.ResponseData<null>;

export function createTransport(connection: Connection, credentials: CredentialSource): Transport {
  const { target } = connection;
  const nearness = new Nearness();
  const basePath = connection.url.pathname.replace(/\/$/, '');
  const notSent = new WeakSet<Error>();
  /** Refusals without a Status: of somebody who is no API server. */
  const foreign = new WeakSet<Error>();
  /** Protobuf does not come through here, and JSON does. */
  let jsonOnly = false;
  const closing = new AbortController();
  let agent: { dispatcher: Agent; cert: string | undefined; key: string | undefined } | undefined;

  /** One agent, replaced when the client certificate changes: a connection is bound to the one it was opened with. */
  function dispatcherFor(credential: Credential): Agent {
    if (agent && agent.cert === credential.cert && agent.key === credential.key) return agent.dispatcher;
    retire();
    const dispatcher = new Agent({
      connect: connector(connection, credential, (error) => notSent.add(error)),
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      pipelining: 1,
    });
    agent = { dispatcher, cert: credential.cert, key: credential.key };
    return dispatcher;
  }

  function retire(): void {
    agent?.dispatcher.close().catch(() => {});
    agent = undefined;
  }

  function identity(credential: Credential): Record<string, string | string[]> {
    const as = connection.impersonate;
    const extra = Object.entries(as?.extra ?? {}).map(([key, values]) => [
      `impersonate-extra-${encodeURIComponent(key)}`,
      values,
    ]);
    return {
      'user-agent': USER_AGENT,
      ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
      ...(as ? { 'impersonate-user': as.user } : {}),
      ...(as?.uid ? { 'impersonate-uid': as.uid } : {}),
      ...(as && as.groups.length > 0 ? { 'impersonate-group': as.groups } : {}),
      ...Object.fromEntries(extra),
    };
  }

  function address(path: string, query: RequestOptions['query'] = {}): URL {
    const url = new URL(basePath + path, connection.url);
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    return url;
  }

  /** One exchange up to the answer's headers. Throws KubeError. */
  async function exchange(
    path: string,
    options: StreamOptions,
    credential: Credential,
    signal: AbortSignal,
  ): Promise<Answer> {
    const url = address(path, options.query);
    const { body } = options;
    const began = performance.now();
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    try {
      const answer = (await dispatcherFor(credential).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: options.method ?? 'GET',
        headers: {
          ...identity(credential),
          accept: options.accept ?? 'application/json',
          ...(connection.compress && !nearness.near ? { 'accept-encoding': 'gzip' } : {}),
          ...(body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
        },
        ...(body === undefined ? {} : { body: raw ? (body as string | Uint8Array) : JSON.stringify(body) }),
        signal,
      })) as Answer;
      nearness.answered(performance.now() - began);
      return answer;
    } catch (error) {
      if (!signal.aborted) {
        nearness.broke();
        throw connectionError(target, error, !notSent.has(error as Error));
      }
      // After a laptop's sleep every idle connection may be dead without a word: none of them is tried again.
      if ((signal.reason as KubeError).reason === 'Timeout') {
        nearness.broke();
        retire();
      }
      throw signal.reason;
    }
  }

  /** A login that takes the whole time of a request is not the server's fault. */
  async function login(signal: AbortSignal): Promise<Credential> {
    try {
      return await unless(signal, credentials.get());
    } catch (error) {
      const late = signal.aborted && error instanceof KubeError && error.reason === 'Timeout';
      if (!late || credentials.asks === undefined) throw error;
      const message = `${credentials.asks} has given no answer yet; finish the login, or log in with kubectl`;
      throw new KubeError(message, { status: 0, reason: 'Auth', sent: false, cause: error });
    }
  }

  /** Logs in, sends, and after a 401 once more with a fresh login. Resolves with a 2xx answer only. */
  async function authorised(path: string, options: StreamOptions, signal: AbortSignal): Promise<Answer> {
    for (let last = false; ; last = true) {
      const credential = await login(signal);
      const answer = await exchange(path, options, credential, signal);
      if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
      const refused = await readError(answer);
      if (refused.status !== 401 || last || !credentials.renew(credential)) throw refused;
    }
  }

  async function readError(answer: Answer): Promise<KubeError> {
    const { statusCode, headers } = answer;
    let body = '';
    try {
      const raw = await collect(answer.body, MAX_ERROR_BODY);
      const bytes =
        headers['content-encoding'] === 'gzip' ? await unzip(raw, { maxOutputLength: MAX_ERROR_BODY }) : raw;
      body = isProtobuf(headers) ? JSON.stringify(readProtobuf(bytes, STATUS)) : bytes.toString('utf8');
    } catch {
      // The status alone says enough.
    }
    const error = answerError(target, statusCode, body, one(headers['retry-after']));
    if (statusOf(body) === undefined) foreign.add(error);
    return error;
  }

  /** Repeats what the server turned away without doing it, and reads that broke off; nothing else. */
  async function persist<T>(
    options: StreamOptions,
    deadline: number,
    signal: AbortSignal,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const reads = (options.method ?? 'GET') === 'GET';
    for (let tries = 1; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        const wait = retryDelay(error, reads, tries);
        if (wait === undefined || Date.now() + wait >= deadline || signal.aborted) throw error;
        await unless(signal, sleep(wait, undefined, { signal }));
      }
    }
  }

  async function request<T>(path: string, asked: RequestOptions = {}): Promise<T> {
    const timeoutMs = asked.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const limit = new AbortController();
    // Whether a request is on its way is not known here once the time is over: it counts as sent.
    const timer = setTimeout(() => limit.abort(timeoutError(target, true, timeoutMs)), timeoutMs);
    const release = forward([asked.signal, closing.signal], limit);
    const attempt = (options: RequestOptions) =>
      persist(options, Date.now() + timeoutMs, limit.signal, async () => {
        const answer = await authorised(path, options, limit.signal);
        return checked(await parse(answer, options, limit.signal), path, options) as T;
      });
    const { protobuf, ...plain } = asked;
    try {
      if (protobuf === undefined || jsonOnly) return await attempt(plain);
      try {
        return await attempt({ accept: `${PROTOBUF}, application/json`, ...asked });
      } catch (error) {
        if (limit.signal.aborted || !mindsProtobuf(error)) throw error;
      }
      const answer = await attempt(plain);
      jsonOnly = true;
      return answer;
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  /** Whether something in between may be at odds with the form that was asked for, and not with what was. */
  function mindsProtobuf(error: unknown): boolean {
    if (!(error instanceof KubeError)) return false;
    const { status, reason } = error;
    return status === 406 || status === 415 || reason === 'NotKubernetes' || (status === 403 && foreign.has(error));
  }

  function checked(said: unknown, path: string, { accept, method = 'GET' }: RequestOptions): unknown {
    if (accept?.startsWith('text/')) return said;
    const failure = failureIn(said);
    if (failure) throw answerError(target, failure.code, failure.body);
    // Nobody reads what a delete is answered with.
    return method === 'DELETE' ? said : objectIn(said, `${method} ${path}`);
  }

  async function parse(answer: Answer, options: RequestOptions, signal: AbortSignal): Promise<unknown> {
    const { headers } = answer;
    let body: Buffer;
    try {
      body = await collect(answer.body, MAX_ANSWER);
      if (headers['content-encoding'] === 'gzip') body = await unzip(body, { maxOutputLength: MAX_ANSWER });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw connectionError(target, error, true);
    }
    const type = one(headers['content-type']) ?? '';
    if (options.accept?.startsWith('text/')) return body.toString('utf8');
    if (body.length === 0) return undefined;
    try {
      if (options.protobuf && isProtobuf(headers)) return readProtobuf(body, options.protobuf);
      return JSON.parse((options.dropManagedFields ? withoutManagedFields(body) : body).toString('utf8'));
    } catch (error) {
      const broken = ['json', 'protobuf'].find((form) => type.includes(form));
      const what = type.includes('html')
        ? 'a web page'
        : broken
          ? `broken ${broken === 'json' ? 'JSON' : broken}`
          : type || 'no JSON';
      throw new KubeError(
        `${target.server} answered with ${what}; is it an API server, or does a login page stand before it?`,
        {
          status: answer.statusCode,
          reason: 'NotKubernetes',
          cause: error,
        },
      );
    }
  }

  async function stream(path: string, options: StreamOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const limit = new AbortController();
    const release = forward([options.signal, closing.signal], limit);
    const patience = options.headersTimeoutMs ?? STREAM_HEADERS_MS;
    const timer =
      patience > 0 ? setTimeout(() => limit.abort(timeoutError(target, true, patience)), patience) : undefined;
    try {
      const answer = await persist(options, Date.now() + (patience || DEFAULT_TIMEOUT_MS), limit.signal, () =>
        authorised(path, options, limit.signal),
      );
      return chunks(answer, limit.signal, release);
    } catch (error) {
      release();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async function* chunks(answer: Answer, signal: AbortSignal, release: () => void): AsyncGenerator<Uint8Array> {
    const zipped = answer.headers['content-encoding'] === 'gzip';
    const source = zipped ? answer.body.pipe(createGunzip()) : answer.body;
    if (zipped) answer.body.on('error', (error) => source.destroy(error));
    try {
      for await (const chunk of source) yield chunk as Uint8Array;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw connectionError(target, error, true);
    } finally {
      // A reader that stops early must not leave the connection half read.
      answer.body.destroy();
      release();
    }
  }

  return {
    request,
    stream,
    address,
    identity,
    async close() {
      closing.abort(abortedError(true));
      credentials.close?.();
      const dispatcher = agent?.dispatcher;
      agent = undefined;
      await dispatcher?.destroy();
    },
  };
}

/** How long to wait before another try; undefined: don't. */
function retryDelay(error: unknown, reads: boolean, tries: number): number | undefined {
  if (!(error instanceof KubeError)) return undefined;
  const turnedAway = error.status === 429 || (error.status === 503 && reads);
  if (turnedAway && error.retryAfterMs !== undefined) {
    if (error.retryAfterMs > MAX_RETRY_AFTER_MS) return undefined;
    // Jitter: all clients that were told "1 s" would come back together.
    return error.retryAfterMs * (1 + Math.random() / 4) + 10 * tries;
  }
  // A kept-alive connection that the other side had closed meanwhile; only reads may be repeated blindly.
  if (reads && tries === 1 && error.reason === 'Connection' && error.sent) return 0;
  return undefined;
}

async function collect(body: AsyncIterable<Uint8Array>, max: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > max) throw new Error(`the answer is larger than ${max >> 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

const isProtobuf = (headers: Answer['headers']) => one(headers['content-type'])?.startsWith(PROTOBUF) === true;

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
