/** A small API server that misbehaves on request: what a test scripts, it does, on loopback. */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createClient } from '../../../../engine/kube/client.ts';
import type { Connection } from '../../../../engine/kube/connection.ts';
import type { CredentialSource } from '../../../../engine/kube/credentials.ts';
import type { KubeClient } from '../../../../engine/kube/types.ts';
import { CERT, KEY } from './certificate.ts';

export interface Seen {
  method: string;
  url: URL;
  headers: http.IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
}

export interface Script {
  /** Answers the n-th request, counted from 1. */
  answer?: (response: http.ServerResponse, seen: Seen, n: number) => void;
  /** Serves an exec; without it every upgrade gets `answer`. */
  exec?: (socket: WebSocket, seen: Seen) => void;
  /** Websocket protocols that are known. */
  protocols?: string[];
  autoPong?: boolean;
  tls?: boolean;
  /** Its certificate, PEM; by default one that is good. */
  certificate?: string;
}

export interface Server {
  port: number;
  seen: Seen[];
  /** Connections opened so far. */
  connections: number;
  connection(change?: Partial<Connection>): Connection;
  client(change?: Partial<Connection>, credentials?: CredentialSource): KubeClient;
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

export const json = (response: http.ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const statusBody = (code: number, reason: string, message: string, more = {}) => ({
  kind: 'Status',
  status: 'Failure',
  code,
  reason,
  message,
  ...more,
});

export const anonymous: CredentialSource = { get: async () => ({}), renew: () => false };

export async function serve(script: Script): Promise<Server> {
  const sockets = new Set<Socket>();
  const state: Server = {
    port: 0,
    seen: [],
    connections: 0,
    connection: (change) => connectionTo(state.port, script.tls ?? false, change),
    client(change, credentials = anonymous) {
      const client = createClient(state.connection(change), credentials);
      closers.push(() => client.close());
      return client;
    },
  };
  const see = (request: http.IncomingMessage, body: string): Seen => {
    const { method = '', headers, rawHeaders } = request;
    const seen = { method, url: new URL(request.url ?? '/', 'http://x'), headers, rawHeaders, body };
    state.seen.push(seen);
    return seen;
  };
  const listener: http.RequestListener = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const seen = see(request, body);
    if (script.answer) script.answer(response, seen, state.seen.length);
    else json(response, 404, statusBody(404, 'NotFound', 'nothing is here'));
  };
  const server = script.tls
    ? https.createServer({ cert: script.certificate ?? CERT, key: KEY }, listener)
    : http.createServer(listener);
  server.on('connection', (socket: Socket) => {
    state.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  if (script.exec) upgrades(server, script, see);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  state.port = (server.address() as AddressInfo).port;
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return state;
}

/** As Go's servers do it: a protocol that is not known ends the upgrade. */
function upgrades(
  server: http.Server,
  script: Script,
  see: (request: http.IncomingMessage, body: string) => Seen,
): void {
  const known = script.protocols ?? ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
  const websockets = new WebSocketServer({
    noServer: true,
    autoPong: script.autoPong ?? true,
    handleProtocols: (offered) => [...offered].find((each) => known.includes(each)) ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/, ?/);
    const seen = see(request, '');
    if (!offered.some((each) => known.includes(each))) {
      const body = `requested protocol(s) are not supported: [${offered}]; supports [${known}]`;
      socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    websockets.handleUpgrade(request, socket, head, (websocket) => script.exec!(websocket, seen));
  });
}

/** Where nothing listens: a port that was free a moment ago. */
export async function nowhere(): Promise<URL> {
  const server = http.createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return new URL(`http://127.0.0.1:${port}`);
}

export function connectionTo(port: number, tls: boolean, change: Partial<Connection> = {}): Connection {
  const server = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  return {
    target: { context: 'ctx', cluster: 'clu', user: 'usr', server, namespace: 'default' },
    url: new URL(server),
    ca: tls ? CERT : undefined,
    insecure: false,
    serverName: undefined,
    proxy: undefined,
    compress: true,
    user: { name: 'usr', fields: {}, file: '/kubeconfig' },
    impersonate: undefined,
    ...change,
  };
}
