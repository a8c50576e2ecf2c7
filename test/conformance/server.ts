/**
 * The one server a run of this suite talks to: the embedded one, or with CONFORMANCE_KUBECONFIG a real API server. Requests are made with
 * undici alone, so that nothing of the project's own client hides a difference. It may touch engine/sim's public entry and no other room.
 */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import { WebSocket } from 'ws';
import type { Sim } from '../../engine/sim/index.ts';
import { type Connection, connectReal, connectSim, type Person, REAL } from './connection.ts';
import { SpdyClient } from './spdy.ts';
import { type Body, LineStream, type Stream } from './stream.ts';

export interface Answer {
  code: number;
  body: Body;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

export interface Asked {
  query?: Record<string, string | number | boolean>;
  /** An object is sent as JSON, a string or bytes as they are. */
  body?: unknown;
  type?: string;
  accept?: string;
  user?: Person;
  headers?: Record<string, string>;
}

export interface Refused {
  code: number | undefined;
  body: string;
  headers: IncomingHttpHeaders;
}

interface Upgraded {
  headers: IncomingHttpHeaders;
  socket: Duplex;
  head: Buffer;
}

export class Api {
  private connection: Connection | undefined;
  private readonly streams = new Set<Stream>();
  private readonly cleanups: (() => Promise<unknown>)[] = [];
  /** The embedded cluster, where the suite runs on it. */
  sim: Sim | undefined;

  /** Opens this run's server, or the one that is given. */
  async open(given?: Connection & { sim?: Sim }): Promise<void> {
    const connection: Connection & { sim?: Sim } = given ?? (REAL ? connectReal(REAL) : await connectSim());
    this.sim = connection.sim;
    this.connection = connection;
  }

  /** Opens this run's server where it runs pods. */
  async openLive(): Promise<void> {
    await this.open(REAL ? undefined : await connectSim(true));
    const nodes = await this.get('/api/v1/nodes');
    if ((nodes.body.items as unknown[]).length === 0)
      throw new Error('this file runs pods, and the cluster of CONFORMANCE_KUBECONFIG has no node');
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.close();
    for (const cleanup of this.cleanups.reverse()) await cleanup().catch(() => {});
    await this.connection?.close();
  }

  get url(): string {
    return this.there.url;
  }

  private get there(): Connection {
    if (!this.connection) throw new Error('the API is not open');
    return this.connection;
  }

  headersOf(user: Person | undefined): Record<string, string> {
    return this.there.headers(user);
  }

  /** Undone after the file's tests, last first. */
  cleanup(work: () => Promise<unknown>): void {
    this.cleanups.push(work);
  }

  private target(
    path: string,
    asked: Asked,
  ): { url: string; headers: Record<string, string>; body: string | Buffer | null } {
    const url = new URL(path, this.there.url);
    for (const [key, value] of Object.entries(asked.query ?? {})) url.searchParams.set(key, String(value));
    const { body } = asked;
    const raw =
      typeof body === 'string' || Buffer.isBuffer(body) ? body : body === undefined ? null : JSON.stringify(body);
    const headers = {
      'user-agent': 'conformance/1',
      accept: asked.accept ?? 'application/json',
      ...(raw === null ? {} : { 'content-type': asked.type ?? 'application/json' }),
      ...this.there.headers(asked.user),
      ...asked.headers,
    };
    return { url: url.href, headers, body: raw };
  }

  async call(method: Dispatcher.HttpMethod, path: string, asked: Asked = {}): Promise<Answer> {
    const { url, headers, body } = this.target(path, asked);
    const answer = await request(url, {
      method,
      headers,
      body,
      dispatcher: this.there.dispatcher,
      bodyTimeout: 20_000,
    });
    const text = await answer.body.text();
    let parsed: Body = {};
    try {
      parsed = JSON.parse(text) as Body;
    } catch {
      // Not every answer is JSON; the test looks at the text then.
    }
    return { code: answer.statusCode, body: parsed, text, headers: answer.headers };
  }

  /** An upgrade that has been asked for, in the first of the protocols that the server has too. */
  socket(path: string, protocols: string[], query: readonly (readonly [string, string])[]): WebSocket {
    const url = new URL(path, this.there.url.replace(/^http/, 'ws'));
    for (const [key, value] of query) url.searchParams.append(key, value);
    return new WebSocket(url, protocols, { ...this.there.tls, headers: this.there.headers(undefined) });
  }

  /** An upgrade in a POST or GET of its own words: the connection, or the answer that it was refused with. */
  upgrade(
    method: 'GET' | 'POST',
    path: string,
    headers: OutgoingHttpHeaders,
    query: readonly (readonly [string, string])[] = [],
  ): Promise<Upgraded | Refused> {
    const url = new URL(path, this.there.url);
    for (const [key, value] of query) url.searchParams.append(key, value);
    const all = { ...this.there.headers(undefined), connection: 'Upgrade', ...headers };
    return new Promise((resolve, reject) => {
      const asking = httpsRequest(url, { method, headers: all, ...this.there.tls, agent: false });
      asking.on('upgrade', (answer, socket, head) => resolve({ headers: answer.headers, socket, head }));
      asking.on('response', async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        resolve({ code: answer.statusCode, body: Buffer.concat(chunks).toString(), headers: answer.headers });
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  /** A connection that speaks SPDY/3.1 where it is not refused. */
  async spdy(
    path: string,
    protocols: string[],
    query: readonly (readonly [string, string])[] = [],
  ): Promise<SpdyClient | Refused> {
    const headers = {
      upgrade: 'SPDY/3.1',
      ...(protocols.length > 0 ? { 'x-stream-protocol-version': protocols } : {}),
    };
    const made = await this.upgrade('POST', path, headers, query);
    return 'socket' in made ? new SpdyClient(made.socket, made.head, made.headers) : made;
  }

  get = (path: string, asked?: Asked): Promise<Answer> => this.call('GET', path, asked);
  post = (path: string, body: unknown, asked?: Asked): Promise<Answer> => this.call('POST', path, { ...asked, body });
  put = (path: string, body: unknown, asked?: Asked): Promise<Answer> => this.call('PUT', path, { ...asked, body });
  delete = (path: string, asked?: Asked): Promise<Answer> => this.call('DELETE', path, asked);
  patch = (
    path: string,
    body: unknown,
    kind: 'json' | 'merge' | 'strategic' | 'apply',
    asked?: Asked,
  ): Promise<Answer> => {
    const type = {
      json: 'json-patch+json',
      merge: 'merge-patch+json',
      strategic: 'strategic-merge-patch+json',
      apply: 'apply-patch+yaml',
    }[kind];
    return this.call('PATCH', path, { type: `application/${type}`, ...asked, body });
  };

  async watch(path: string, asked: Asked = {}): Promise<Stream> {
    const { url, headers } = this.target(path, { ...asked, query: { watch: 1, ...asked.query } });
    const stop = new AbortController();
    const answer = await request(url, {
      method: 'GET',
      headers,
      dispatcher: this.there.dispatcher,
      signal: stop.signal,
      bodyTimeout: 0,
    });
    const stream = new LineStream(answer, stop);
    this.streams.add(stream);
    return stream;
  }

  /** A fresh namespace, deleted after the file's tests. */
  async namespace(): Promise<string> {
    const made = await this.post('/api/v1/namespaces', { metadata: { generateName: 'conf-' } });
    const name = (made.body.metadata as { name: string }).name;
    this.cleanup(() => this.delete(`/api/v1/namespaces/${name}`));
    return name;
  }
}

/** The value at a path: `pick(body, 'metadata', 'name')`. */
export function pick(value: unknown, ...path: (string | number)[]): unknown {
  let here = value;
  for (const step of path)
    here = typeof here === 'object' && here !== null ? (here as Record<string | number, unknown>)[step] : undefined;
  return here;
}
