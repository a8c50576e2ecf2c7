/** A simulated server's HTTP side, on connections to its port. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Listener } from '../node/tool.ts';

export interface WebAnswer {
  status: number;
  type: string;
  headers: Record<string, string>;
  body: string;
}

export interface WebRequest {
  method: string;
  /** With its query. */
  path: string;
  authorization: string;
  contentType: string | undefined;
  body: string;
}

/** Serves the requests of a connection; each is answered when it is whole. */
export function serveWeb(answer: (request: WebRequest) => Promise<WebAnswer>): Listener {
  const server = createServer(async (request, response) => {
    const asked = await text(request).catch(() => undefined);
    if (asked === undefined) return;
    const { url: path = '/', method = 'GET', headers } = request;
    const { authorization = '', 'content-type': contentType } = headers;
    const said = await answer({ method, path, authorization, contentType, body: asked });
    response.writeHead(said.status, {
      ...said.headers,
      'content-type': said.type,
      'content-length': Buffer.byteLength(said.body),
    });
    response.end(method === 'HEAD' ? '' : said.body);
  });
  return (socket) => void server.emit('connection', socket);
}
