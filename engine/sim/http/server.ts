/** The API server's HTTP side: loopback TLS, who calls, what they ask, and the answer. Touches the cluster only through its verbs. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { failure, unauthorized } from '../errors.ts';
import { BareAnswer, Dropped, suffer, sufferUpgrade } from '../faults/request.ts';
import type { Kernel } from '../kernel.ts';
import type { User } from '../types.ts';
import { Unusable } from '../unusable.ts';
import { type Authenticator, hostAllowed, originAllowed } from './auth.ts';
import { readEarly } from './body.ts';
import { selfSigned } from './cert.ts';
import { BadImpersonation } from './impersonate.ts';
import { answerOdd } from './odd.ts';
import { refuseUpgrade } from './remote/refusal.ts';
import { type Exchange, sendError, sendText } from './reply.ts';
import { parseRequest, type RequestInfo } from './request.ts';

/** One authenticated request on its way through the server. */
export interface Call extends Exchange, RequestInfo {
  user: User;
}

export type Handler = (call: Call) => Promise<void> | void;

export interface ApiServerOptions {
  kernel: Kernel;
  authenticator: Authenticator;
  /** Whom the request is made as. */
  impersonate(request: IncomingMessage, user: User): User;
  /** 0: any free port. */
  port: number;
  handle: Handler;
  /** Answers a request to speak another protocol: exec over a websocket. Throws ApiError before it has. */
  upgrade?: (call: Call, socket: Duplex, head: Buffer) => void;
}

export interface ApiServer {
  port: number;
  /** PEM of the certificate that clients must trust. */
  cert: string;
  server: HttpsServer;
  close(): Promise<void>;
}

function caller(request: IncomingMessage, options: ApiServerOptions, port: number): User {
  if (!hostAllowed(request.headers.host, port)) throw failure(403, 'Forbidden', 'the Host header names another server');
  if (!originAllowed(request.headers.origin, port)) throw failure(403, 'Forbidden', 'no web page may call this server');
  const user = options.authenticator.authenticate(request);
  if (!user) throw unauthorized();
  return options.impersonate(request, user);
}

/** Listens on 127.0.0.1 only. Rejects with one line where the port is taken. */
export async function serveApi(options: ApiServerOptions): Promise<ApiServer> {
  const { kernel } = options;
  const { faults, registry } = kernel;
  const { key, cert } = selfSigned();
  let port = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ key, cert, minVersion: 'TLSv1.2', keepAliveTimeout: 120_000 }, (request, response) => {
    void answer(request, response);
  });
  faults.disconnect = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    if (faults.refuses()) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('clientError', (error, socket) =>
    answerOdd(error, socket, (request, response) => void answer(request, response)),
  );
  server.on('tlsClientError', (_error, socket) => socket.destroy());

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const exchange: Exchange = { request, response, query: new URLSearchParams(), warnings: [] };
    response.on('error', () => response.destroy());
    try {
      const user = caller(request, options, port);
      const info = parseRequest(request, registry);
      const call = { ...exchange, ...info, user };
      const strikes = faults.request(call);
      if (strikes) {
        readEarly(request);
        await suffer(kernel, strikes, call, () => options.handle(call));
      } else await options.handle(call);
    } catch (error) {
      if (error instanceof Dropped) request.socket.destroy();
      else if (error instanceof BareAnswer) sendText(exchange, error.status, error.message, 'text/html');
      else if (error instanceof BadImpersonation)
        sendText(
          exchange,
          500,
          `Internal Server Error: ${JSON.stringify((request.url ?? '').split('?')[0])}: ${error.message}\n`,
        );
      else sendError(exchange, error);
    }
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    try {
      const user = caller(request, options, port);
      const info = parseRequest(request, registry);
      const { upgrade } = options;
      if (!upgrade) throw failure(404, 'NotFound', 'nothing here speaks another protocol');
      // Nobody answers through it: an upgraded connection has no response.
      const response = undefined as unknown as ServerResponse;
      const call: Call = { request, response, warnings: [], ...info, user };
      const strikes = faults.request(call);
      if (!strikes) upgrade(call, socket, head);
      else
        sufferUpgrade(kernel, strikes, call, socket, (to) => upgrade(call, to, head)).catch((error: unknown) =>
          refuseUpgrade(socket, error),
        );
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Unusable(
          error.code === 'EADDRINUSE'
            ? `port ${options.port} is taken: choose another`
            : error.code === 'EACCES'
              ? `you may not listen on port ${options.port}: choose one above 1023`
              : `can't listen on 127.0.0.1: ${error.message}`,
        ),
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
  return {
    port,
    cert,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
