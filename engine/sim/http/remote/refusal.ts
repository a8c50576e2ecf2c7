/** Refusals of an upgrade: there is no response object to answer with. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, failure, KubeletRefusal } from '../../errors.ts';
import { BareAnswer, Dropped } from '../../faults/request.ts';

/** An answer before the upgrade that is no Status. */
export class PlainRefusal extends Error {
  override readonly name = 'PlainRefusal';
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: number, text: string, headers: Readonly<Record<string, string>> = {}) {
    super(text);
    this.code = code;
    this.headers = headers;
  }
}

/** A kubelet's refusal where the server only hands its answer on. */
export const asHandedOn = (error: unknown): unknown =>
  error instanceof KubeletRefusal ? new PlainRefusal(error.answer.code, error.answer.text) : error;

export function refuseUpgrade(socket: Duplex, error: unknown): void {
  if (error instanceof Dropped) {
    socket.destroy();
    return;
  }
  const answer = (code: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}) => {
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(
      `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}\r\n${more.join('')}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  };
  if (error instanceof BareAnswer) answer(error.status, 'text/html', error.message);
  else if (error instanceof PlainRefusal) answer(error.code, 'text/plain; charset=utf-8', error.message, error.headers);
  else {
    const { status, code } = error instanceof ApiError ? error : failure(500, 'InternalError', String(error));
    answer(code, 'application/json', `${JSON.stringify(status)}\n`);
  }
}
