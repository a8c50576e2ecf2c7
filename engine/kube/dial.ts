/** Sockets to the API server, straight or through an HTTP(S) or SOCKS5 proxy; for requests and websockets alike. */
import net from 'node:net';
import tls from 'node:tls';
import { buildConnector } from 'undici';
import type { Connection } from './connection.ts';
import type { Credential } from './credentials.ts';

const CONNECT_MS = 10_000;
const KEEP_ALIVE_MS = 20_000;

export interface TlsOptions {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
}

function tlsOptions(connection: Connection, credential: Credential): TlsOptions {
  return {
    rejectUnauthorized: !connection.insecure,
    ...(connection.ca === undefined ? {} : { ca: connection.ca }),
    ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
    ...(credential.cert === undefined ? {} : { cert: credential.cert, key: credential.key! }),
  };
}

/** The connector for undici. Errors it reports happened before anything was sent: `onError` marks them. */
export function connector(
  connection: Connection,
  credential: Credential,
  onError: (error: Error) => void,
  connectMs = CONNECT_MS,
): buildConnector.connector {
  const direct = buildConnector({
    ...tlsOptions(connection, credential),
    timeout: connectMs,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    // HTTP/1.1: over HTTP/2 one connection that died without a word silences every watch at once, and lists came no faster.
    allowH2: false,
  });
  return (options, callback) => {
    const done: buildConnector.Callback = (...result) => {
      if (result[0]) onError(result[0]);
      callback(...result);
    };
    const { proxy } = connection;
    if (!proxy) {
      direct(options, done);
      return;
    }
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    tunnel(proxy, options.hostname, port, connectMs).then(
      (socket) => {
        if (options.protocol === 'https:') direct({ ...options, httpSocket: socket }, done);
        else done(null, socket as net.Socket);
      },
      (error: Error) => done(error, null),
    );
  };
}

/** A socket for a websocket's upgrade request. */
export function dialOnce(connection: Connection, credential: Credential, connectMs = CONNECT_MS): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const { url } = connection;
    const connect = connector(connection, credential, () => {}, connectMs);
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    connect({ hostname, host: url.host, protocol: url.protocol, port: url.port }, (error, socket) => {
      if (error) reject(error);
      else resolve(socket as net.Socket);
    });
  });
}

/** A socket that the proxy has connected to host and port. */
async function tunnel(proxy: URL, host: string, port: number, connectMs: number): Promise<net.Socket> {
  const socket = await reachProxy(proxy, connectMs);
  try {
    await withDeadline(
      socket,
      connectMs,
      proxy.protocol.startsWith('socks5') ? socks5(socket, proxy, host, port) : httpConnect(socket, proxy, host, port),
    );
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function reachProxy(proxy: URL, connectMs: number): Promise<net.Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  const secure = proxy.protocol === 'https:';
  const port = Number(proxy.port) || (secure ? 443 : proxy.protocol === 'http:' ? 80 : 1080);
  const socket = secure
    ? tls.connect({ host, port, servername: net.isIP(host) ? '' : host })
    : net.connect({ host, port });
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return withDeadline(
    socket,
    connectMs,
    new Promise<net.Socket>((resolve) => socket.once(secure ? 'secureConnect' : 'connect', () => resolve(socket))),
  ).catch((error: Error) => {
    socket.destroy();
    throw proxyError(proxy, error.message);
  });
}

function withDeadline<T>(socket: net.Socket, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
    const failed = (error: Error) => reject(error);
    const closed = () => reject(new Error('it closed the connection'));
    socket.once('error', failed).once('close', closed);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      socket.off('error', failed).off('close', closed);
    });
  });
}

const proxyError = (proxy: URL, why: string) =>
  Object.assign(new Error(`proxy ${proxy.protocol}//${proxy.host}: ${why}`), { code: '' });

/** Reads from a socket in exact pieces; what is left over goes back. */
async function read(socket: net.Socket, enough: (sofar: Buffer) => number): Promise<Buffer> {
  let sofar = Buffer.alloc(0);
  while (true) {
    const size = enough(sofar);
    if (size >= 0 && sofar.length >= size) {
      if (sofar.length > size) socket.unshift(sofar.subarray(size));
      return sofar.subarray(0, size);
    }
    if (sofar.length > 16_384) throw new Error('it answered with something else than expected');
    const chunk = (socket.read() as Buffer | null) ?? undefined;
    if (chunk) sofar = Buffer.concat([sofar, chunk]);
    else await new Promise((readable) => socket.once('readable', () => readable(undefined)));
  }
}

async function httpConnect(socket: net.Socket, proxy: URL, host: string, port: number): Promise<void> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const login = decodeURIComponent(`${proxy.username}:${proxy.password}`);
  const authorization =
    proxy.username === '' ? '' : `Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}\r\n`;
  socket.write(`CONNECT ${address} HTTP/1.1\r\nHost: ${address}\r\n${authorization}\r\n`);
  const head = await read(socket, (sofar) => {
    const end = sofar.indexOf('\r\n\r\n');
    return end < 0 ? -1 : end + 4;
  });
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head.toString('latin1'))?.[1];
  if (status !== '200') throw proxyError(proxy, `it refuses to connect to ${address} (${status ?? 'no HTTP answer'})`);
}

const SOCKS_ERRORS = [
  '',
  'general failure',
  'not allowed',
  'network unreachable',
  'host unreachable',
  'refused',
  'expired',
];

async function socks5(socket: net.Socket, proxy: URL, host: string, port: number): Promise<void> {
  const exactly = (size: number) => () => size;
  const user = Buffer.from(decodeURIComponent(proxy.username));
  const password = Buffer.from(decodeURIComponent(proxy.password));
  socket.write(user.length > 0 ? Buffer.from([5, 2, 0, 2]) : Buffer.from([5, 1, 0]));
  const method = (await read(socket, exactly(2)))[1];
  if (method === 2) {
    socket.write(Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]));
    if ((await read(socket, exactly(2)))[1] !== 0) throw proxyError(proxy, 'it refuses user and password');
  } else if (method !== 0) throw proxyError(proxy, 'it wants a login that is not known here');
  // The proxy resolves the name: that is what makes a bastion's private names reachable.
  const name = Buffer.from(host);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])]));
  const head = await read(socket, exactly(4));
  if (head[1] !== 0) throw proxyError(proxy, `it cannot reach ${host}:${port} (${SOCKS_ERRORS[head[1]!] || head[1]})`);
  const address = head[3] === 1 ? 4 : head[3] === 4 ? 16 : (await read(socket, exactly(1)))[0]!;
  await read(socket, exactly(address + 2));
}
