import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { ApiError, failure, type Status } from '../errors.ts';
import { encodeProtobuf } from '../schema/encode.ts';
import type { Dict } from '../types.ts';
import { CONTENT_TYPE, encodingOf } from './negotiate.ts';

const PROTOBUF = CONTENT_TYPE.protobuf;

/** One request being answered. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  warnings: string[];
}

/** Whether the client reads the JSON itself: the server indents it then, as the real one does. */
const wantsPretty = (exchange: Exchange): boolean => {
  const asked = exchange.query.get('pretty');
  if (asked !== null) return asked !== 'false' && asked !== '0';
  return /^(curl|Wget|Mozilla)/.test(exchange.request.headers['user-agent'] ?? '');
};

/** What is written at a time: a write costs more than copying what a few hundred would have had. */
const PIECE = 256 * 1024;

const NEWLINE = Buffer.from('\n');

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, ' ')}"`;

function writeHead(exchange: Exchange, code: number, headers: Record<string, string | string[]>): void {
  const { response } = exchange;
  if (exchange.warnings.length > 0)
    headers.Warning = [...new Set(exchange.warnings)].map((text) => `299 - ${quoted(text)}`);
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache, private');
  response.writeHead(code, headers);
}

/** As the server's YAML looks: sorted, lists not indented, times in quotes, and the dot of field sets without. */
const yamlText = (json: string): string =>
  stringify(JSON.parse(json), { sortMapEntries: true, indentSeq: false, version: '1.1', lineWidth: 0 }).replace(
    /^( *)"\.":/gm,
    '$1.:',
  );

/** Answers with JSON text that is ready, as YAML or protobuf where that is asked for. */
export function sendBytes(
  exchange: Exchange,
  code: number,
  chunks: readonly Buffer[],
  type = 'application/json',
): void {
  if (type === 'application/yaml') chunks = [Buffer.from(yamlText(Buffer.concat(chunks).toString('utf8')))];
  else if (type === PROTOBUF) chunks = [encodeProtobuf(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Dict)];
  else if (type.startsWith('application/json') && wantsPretty(exchange)) {
    const text = `${JSON.stringify(JSON.parse(Buffer.concat(chunks).toString('utf8')), null, 2)}`;
    chunks = [Buffer.from(text)];
  } else if (type.startsWith('application/json')) chunks = [...chunks, NEWLINE];
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  writeHead(exchange, code, { 'Content-Type': type, 'Content-Length': String(length) });
  if (exchange.request.method === 'HEAD') {
    exchange.response.end();
    return;
  }
  let piece: Buffer[] = [];
  let size = 0;
  for (const chunk of chunks) {
    if (size > 0 && size + chunk.length > PIECE) {
      exchange.response.write(Buffer.concat(piece, size));
      piece = [];
      size = 0;
    }
    piece.push(chunk);
    size += chunk.length;
  }
  exchange.response.end(Buffer.concat(piece, size));
}

/** What clients may keep of an answer, and by which name they ask whether it is still the same. */
export interface Keeping {
  etag: string;
  vary: string;
  control?: string;
  expires?: string;
}

/** Answers with a document, or with nothing where the client has it already. */
export function sendKept(exchange: Exchange, document: Buffer, type: string, keeping: Keeping): void {
  const { response, request } = exchange;
  const etag = JSON.stringify(keeping.etag);
  response.setHeader('ETag', etag);
  response.setHeader('Vary', keeping.vary);
  if (keeping.expires) response.setHeader('Expires', keeping.expires);
  if (keeping.control) response.setHeader('Cache-Control', keeping.control);
  const known = String(request.headers['if-none-match'] ?? '').split(/\s*,\s*/);
  if (!known.some((one) => one === '*' || one.replace(/^W\//, '') === etag)) sendBytes(exchange, 200, [document], type);
  else {
    writeHead(exchange, 304, {});
    response.end();
  }
}

export const sendJson = (exchange: Exchange, code: number, body: unknown, type?: string): void =>
  sendBytes(exchange, code, [Buffer.from(JSON.stringify(body))], type);

export function sendText(exchange: Exchange, code: number, body: string, type = 'text/plain'): void {
  writeHead(exchange, code, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': String(Buffer.byteLength(body)),
  });
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : body);
}

/** Answers with a Status. An error that is none of ours is a fault of this program: 500, without its stack. */
export function sendError(exchange: Exchange, error: unknown): void {
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  const status: Status =
    error instanceof ApiError
      ? error.status
      : failure(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        ).status;
  const after = status.details?.retryAfterSeconds;
  if (after !== undefined && after > 0) exchange.response.setHeader('Retry-After', String(after));
  sendJson(exchange, status.code ?? 500, status, CONTENT_TYPE[encodingOf(exchange.request.headers.accept)]);
}
