/** A simulated server's HTTP side, on connections to its port. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Listener } from '../node/tool.ts';

export interface WebAnswer {
  status: number;
  type: string;
  body: string;
}

export interface WebRequest {
  path: string;
  authorization: string;
  body: string;
}

/** Serves the requests of a connection; each is answered when it is whole. */
export function serveWeb(answer: (request: WebRequest) => WebAnswer): Listener {
  const server = createServer(async (request, response) => {
    const asked = await text(request).catch(() => undefined);
    if (asked === undefined) return;
    const { url: path = '/', headers } = request;
    const { status, type, body } = answer({ path, authorization: headers.authorization ?? '', body: asked });
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? '' : body);
  });
  return (socket) => void server.emit('connection', socket);
}
