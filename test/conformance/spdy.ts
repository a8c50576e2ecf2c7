/** The client's side of SPDY/3.1, as much of it as remote commands and port-forwarding need. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { createDeflate, type Deflate, constants as zlib } from 'node:zlib';
import { DICTIONARY } from '../../engine/sim/http/spdy/dictionary.ts';

/** One stream, from the client's side. */
export interface ClientStream {
  readonly id: number;
  /** What has come on it. */
  said: string;
  /** Resolves when the other side has ended or reset it, or the connection is gone. */
  readonly ended: Promise<'end' | 'reset' | 'gone'>;
  write(text: string | Buffer): void;
  end(): void;
}

interface Open extends ClientStream {
  finish(how: 'end' | 'reset' | 'gone'): void;
}

export class SpdyClient {
  readonly headers: IncomingHttpHeaders;
  /** Types of the control frames that came. */
  readonly control: number[] = [];
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #deflate: Deflate = createDeflate({ dictionary: DICTIONARY });
  readonly #streams = new Map<number, Open>();
  #next = 1;
  #rest: Buffer;
  /** Frames leave in the order they are made in, though headers take a while to pack. */
  #sent: Promise<unknown> = Promise.resolve();

  constructor(socket: Duplex, head: Buffer, headers: IncomingHttpHeaders) {
    this.#socket = socket;
    this.headers = headers;
    this.#rest = Buffer.alloc(0);
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const stream of this.#streams.values()) stream.finish('gone');
        resolve();
      });
    });
    socket.on('end', () => socket.end());
    socket.on('data', (piece: Buffer) => this.#heard(piece));
    if (head.length > 0) this.#heard(head);
  }

  open(headers: Record<string, string>): ClientStream {
    const id = this.#next;
    this.#next += 2;
    let finish: Open['finish'] = () => {};
    const stream: Open = {
      id,
      said: '',
      ended: new Promise((resolve) => (finish = resolve)),
      finish: (how) => finish(how),
      write: (data) => this.#send(async () => frame(id, 0, Buffer.from(data as string))),
      end: () => this.#send(async () => frame(id, 1 << 24, Buffer.alloc(0))),
    };
    this.#streams.set(id, stream);
    this.#send(async () => {
      const packed = await this.#packed(headers);
      return frame(0x80030001, 0, Buffer.concat([words(id, 0), Buffer.from([0, 0]), packed]));
    });
    return stream;
  }

  ping(id: number): void {
    this.#send(async () => frame(0x80030006, 0, words(id)));
  }

  /** Bytes of the test's own choice. */
  raw(bytes: Buffer): void {
    this.#send(async () => bytes);
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(make: () => Promise<Buffer>): void {
    this.#sent = this.#sent.then(make).then((bytes) => this.#socket.writable && this.#socket.write(bytes));
  }

  async #packed(headers: Record<string, string>): Promise<Buffer> {
    const texts = Object.entries(headers).flatMap(([name, value]) => [name.toLowerCase(), value]);
    const block = texts.flatMap((text) => [words(text.length), Buffer.from(text)]);
    const parts: Buffer[] = [];
    const keep = (part: Buffer) => void parts.push(part);
    this.#deflate.on('data', keep);
    await new Promise<void>((resolve) => {
      this.#deflate.write(Buffer.concat([words(texts.length / 2), ...block]));
      this.#deflate.flush(zlib.Z_SYNC_FLUSH, resolve);
    });
    this.#deflate.off('data', keep);
    return Buffer.concat(parts);
  }

  #heard(piece: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, piece]);
    while (this.#rest.length >= 8) {
      const [first, second] = [this.#rest.readUInt32BE(0), this.#rest.readUInt32BE(4)];
      const end = 8 + (second & 0xffffff);
      if (this.#rest.length < end) return;
      const body = this.#rest.subarray(8, end);
      this.#rest = this.#rest.subarray(end);
      if (first < 0x80000000) {
        const stream = this.#streams.get(first);
        if (stream) stream.said += body.toString();
        if (second >>> 24 === 1) stream?.finish('end');
        continue;
      }
      const type = first & 0xffff;
      this.control.push(type);
      if (type === 3) this.#streams.get(body.readUInt32BE(0))?.finish('reset');
    }
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}

const frame = (first: number, flags: number, body: Buffer): Buffer =>
  Buffer.concat([words(first, (flags | body.length) >>> 0), body]);
