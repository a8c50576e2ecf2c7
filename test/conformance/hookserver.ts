/** A server of admission webhooks that both API servers reach: it notes what it is asked, and answers by the path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { selfSigned } from '../../engine/sim/http/cert.ts';
import { sortOwners } from './golden.ts';
import type { Partner } from './recorded.ts';
import type { Api } from './server.ts';

export interface Review {
  kind: string;
  apiVersion: string;
  request: { uid: string; operation: string; name?: string; [field: string]: unknown };
}

/** The response part of a review, or all that is sent, by itself. */
export type Reply = { response: object } | { send: string; code?: number } | { review: object };

export interface HookServerOptions {
  /** By path without its slash. */
  replies: Record<string, (review: Review) => Reply | Promise<Reply>>;
  /** Those of the paths that are asked all at once, in no order. */
  together: ReadonlySet<string>;
  /** Those that a server asks whenever it wants: nothing is noted. */
  unheard?: ReadonlySet<string>;
  /** Of the namespace, whose names its certificate has too. */
  services: readonly string[];
}

const json = (response: ServerResponse, code: number, body: string): void => {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(body);
};

export const patch = (...operations: object[]): Reply => ({
  response: {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  },
});

/** The address of this machine that the API server reaches. */
const ownAddress = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => {
      resolve(socket.localAddress ?? '127.0.0.1');
      socket.destroy();
    });
    socket.on('error', reject);
  });

const listen = (server: Server, host: string): Promise<number> =>
  new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Kinds of which nothing is kept: their metadata is put together anew for each request. */
const PASSING = ['Scale', 'Binding'];

/** What differs each time: names that are made up, people's certificates, the order of owners. */
const settled = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(sortOwners(value), (key, item) => {
      if (key === 'userInfo') return { username: 'WHO' };
      if (!PASSING.includes(item?.kind) || !item.metadata) return item;
      const { name, namespace } = item.metadata;
      return { ...item, metadata: { name, namespace }, status: undefined };
    }).replaceAll(/\b(kube-api-access|made)-\w{5}\b/g, '$1-XXXXX'),
  );

/**
 * `HOOK` is its address and port, `OWN-CA` what trusts it. `PLAIN` speaks no TLS, `OTHER` has a certificate for others, and `ISSUED` one
 * that another has signed.
 */
export class HookServer implements Partner {
  #heard: { path: string; query: string; review: Review }[] = [];
  readonly #servers: Server[] = [];
  readonly #options: HookServerOptions;

  constructor(options: HookServerOptions) {
    this.#options = options;
  }

  async open(api: Api, namespace: string): Promise<Record<string, string>> {
    const address = await ownAddress(api.url);
    const own = selfSigned('webhook', {
      hosts: this.#options.services.map((name) => `${name}.${namespace}.svc`),
      addresses: [address],
    });
    const others = selfSigned('others', { hosts: ['other.example.com'], addresses: ['192.0.2.1'] });
    const authority = selfSigned('authority', { hosts: ['authority'], addresses: [] });
    const issued = selfSigned('issued', { hosts: [], addresses: [address] }, authority);
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => response.destroy());
    };
    const servers: Record<string, Server> = {
      HOOK: createServer({ key: own.key, cert: own.cert }, answer),
      OTHER: createServer({ key: others.key, cert: others.cert }, answer),
      ISSUED: createServer({ key: issued.key, cert: issued.cert }, answer),
      PLAIN: createPlain(answer),
    };
    const words: Record<string, string> = {};
    for (const [word, server] of Object.entries(servers)) {
      this.#servers.push(server);
      const port = await listen(server, address);
      words[word] = `${address}:${port}`;
      if (word === 'HOOK') Object.assign(words, { '"HOST-PORT"': String(port) });
    }
    return {
      ...words,
      'HOST-ADDRESS': address,
      'FOREIGN-CA': Buffer.from(others.cert).toString('base64'),
      'AUTHORITY-CA': Buffer.from(authority.cert).toString('base64'),
      'LEAF-CA': Buffer.from(issued.cert).toString('base64'),
      'OWN-CA': Buffer.from(own.cert).toString('base64'),
    };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      (server as ReturnType<typeof createServer>).closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  asked(normalised: (text: string) => string, whole: boolean): unknown[] {
    const { together } = this.#options;
    const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
    const heard = [
      ...this.#heard.filter(({ path }) => !together.has(path)),
      ...this.#heard.filter(({ path }) => together.has(path)).sort(byPath),
    ];
    this.#heard = [];
    return heard.map(({ path, query, review }) => {
      if (whole) return settled(JSON.parse(normalised(JSON.stringify({ path, query, ...review }))));
      const { operation, name } = review.request;
      return normalised(`${path} ${operation} ${name ?? ''}`);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://here');
    const path = url.pathname.slice(1);
    const review = JSON.parse(await bodyOf(request)) as Review;
    if (!this.#options.unheard?.has(path)) this.#heard.push({ path, query: url.search, review });
    const reply = await this.#options.replies[path]?.(review);
    if (!reply) json(response, 200, JSON.stringify(answered(review, { allowed: true })));
    else if ('send' in reply) json(response, reply.code ?? 200, reply.send.replaceAll('UID', review.request.uid));
    else json(response, 200, JSON.stringify('review' in reply ? reply.review : answered(review, reply.response)));
  }
}

const answered = ({ kind, apiVersion, request }: Review, response: object): object => ({
  kind,
  apiVersion,
  response: { uid: request.uid, ...response },
});
