/** Requests that Node's parser gives up on: of those with a method of no name the server has something to say. */
import { IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

interface ParserError extends Error {
  code?: string;
  rawPacket?: Buffer;
}

const CODES: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };
const HEAD = /^([!#$%&'*+.^_`|~\w-]+) (\S+) HTTP\/1\.[01]\r\n((?:[^\r\n]+\r\n)*)\r\n/;

/** The request whose head is in the packet, without its body: nobody reads it. */
function requestIn(packet: Buffer, socket: Socket): IncomingMessage | undefined {
  const [, method, url, lines = ''] = HEAD.exec(packet.toString('latin1')) ?? [];
  if (method === undefined || url === undefined) return undefined;
  const request = new IncomingMessage(socket);
  Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  const values: Record<string, string[]> = {};
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0) values[name] = [...(values[name] ?? []), line.slice(colon + 1).trim()];
  }
  request.headersDistinct = values;
  request.headers = Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.join(', ')]));
  request.push(null);
  return request;
}

/** Answers it as any other, and closes the connection, which the parser has left. */
export function answerOdd(
  error: ParserError,
  socket: Duplex,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { code = '', rawPacket } = error;
  const request = code === 'HPE_INVALID_METHOD' && rawPacket ? requestIn(rawPacket, socket as Socket) : undefined;
  if (!request) {
    const status = CODES[code] ?? 400;
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
    return;
  }
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  answer(request, response);
}
