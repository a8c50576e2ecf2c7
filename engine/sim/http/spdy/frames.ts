/** The frames of SPDY/3.1: what a client of remote commands and port-forwarding sends, and what a server answers. */
import { createInflate, type Inflate, constants as zlib } from 'node:zlib';
import { DICTIONARY } from './dictionary.ts';

const CONTROL = 0x80030000; // the bit of a control frame, and the version
const TYPE = { synStream: 1, synReply: 2, rstStream: 3, settings: 4, ping: 6, goAway: 7, headers: 8, windowUpdate: 9 };
const FIN = 1;

/** Longer frames are refused. */
const LONGEST = 1 << 20;
/** Headers that unpack to more are refused. */
const MOST_HEADERS = 1 << 16;

export const STATUS = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5 } as const;

/** What is left of a frame for who serves streams: settings and windows mean nothing to these clients, who never fill one. */
export type Frame =
  | { type: 'open'; stream: number; headers: Map<string, string>; last: boolean }
  | { type: 'data'; stream: number; data: Buffer; last: boolean }
  | { type: 'reset'; stream: number }
  | { type: 'ping'; id: number }
  | { type: 'goAway' };

/** The other side does not speak SPDY/3.1. */
class SpdyError extends Error {
  override readonly name = 'SpdyError';
}

/** Reads frames from pieces of a connection; the headers of all its frames are one compressed stream. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #headers = new HeaderReader();

  /** The frames that are whole with this piece. Throws SpdyError. */
  async *read(piece: Buffer): AsyncGenerator<Frame> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (this.#rest.length >= 8) {
      const first = this.#rest.readUInt32BE(0);
      const second = this.#rest.readUInt32BE(4);
      const end = 8 + (second & 0xffffff);
      if (end > LONGEST) throw new SpdyError('a frame is too long');
      if (this.#rest.length < end) return;
      const body = this.#rest.subarray(8, end);
      this.#rest = this.#rest.subarray(end);
      const last = ((second >>> 24) & FIN) !== 0;
      if (first < 0x80000000) yield { type: 'data', stream: first, data: body, last };
      else {
        if (first >>> 16 !== CONTROL >>> 16) throw new SpdyError('another version of SPDY');
        const frame = await this.#control(first & 0xffff, body, last);
        if (frame) yield frame;
      }
    }
  }

  close(): void {
    this.#headers.close();
  }

  async #control(type: number, body: Buffer, last: boolean): Promise<Frame | undefined> {
    const word = (at: number): number => {
      if (body.length < at + 4) throw new SpdyError('a frame is too short');
      return body.readUInt32BE(at);
    };
    const stream = () => word(0) & 0x7fffffff;
    switch (type) {
      case TYPE.synStream:
        if (body.length < 10) throw new SpdyError('a frame is too short');
        return { type: 'open', stream: stream(), headers: await this.#headers.read(body.subarray(10)), last };
      case TYPE.headers:
        word(0);
        await this.#headers.read(body.subarray(4));
        return undefined;
      case TYPE.rstStream:
        return { type: 'reset', stream: stream() };
      case TYPE.ping:
        return { type: 'ping', id: word(0) };
      case TYPE.goAway:
        return { type: 'goAway' };
      default:
        return undefined;
    }
  }
}

class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY });
  #parts: Buffer[] = [];
  #size = 0;
  #failed: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate.on('data', (part: Buffer) => {
      this.#size += part.length;
      if (this.#size > MOST_HEADERS) this.#inflate.destroy(new SpdyError('headers are too long'));
      else this.#parts.push(part);
    });
    this.#inflate.on('error', (error) => this.#failed?.(new SpdyError(error.message)));
  }

  async read(packed: Buffer): Promise<Map<string, string>> {
    this.#parts = [];
    this.#size = 0;
    await new Promise<void>((resolve, reject) => {
      this.#failed = reject;
      this.#inflate.write(packed);
      this.#inflate.flush(zlib.Z_SYNC_FLUSH, resolve);
    });
    return parseHeaders(Buffer.concat(this.#parts));
  }

  close(): void {
    this.#failed = undefined;
    this.#inflate.destroy();
  }
}

function parseHeaders(block: Buffer): Map<string, string> {
  let at = 0;
  const number = (): number => {
    if (block.length < at + 4) throw new SpdyError('headers are cut off');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (block.length < at + length) throw new SpdyError('headers are cut off');
    at += length;
    return block.toString('latin1', at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left--) headers.set(text().toLowerCase(), text());
  return headers;
}

function control(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE((CONTROL | type) >>> 0, 0);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

function words(...values: number[]): Buffer {
  const body = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) body.writeUInt32BE(value, i * 4);
  return body;
}

/**
 * No headers, as a compressed stream that is stored as it is: a server of these protocols has none to send. The empty block behind it is
 * what ends a piece: without it Go's reader waits for more, and fails.
 */
const NO_HEADERS = Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0, 0x00, 0x00, 0x00, 0xff, 0xff]);
const ZLIB_BEGINS = Buffer.from([0x78, 0x01]);

/** Frames of a server; replies are to be sent in the order they are made in. */
export class FrameWriter {
  #begun = false;

  reply(stream: number): Buffer {
    const begins = this.#begun ? [] : [ZLIB_BEGINS];
    this.#begun = true;
    return control(TYPE.synReply, Buffer.concat([words(stream), ...begins, NO_HEADERS]));
  }

  data(stream: number, data: Uint8Array, last: boolean): Buffer {
    return Buffer.concat([words(stream, ((last ? FIN : 0) << 24) | data.length), data]);
  }

  reset(stream: number, status: number): Buffer {
    return control(TYPE.rstStream, words(stream, status));
  }

  ping(id: number): Buffer {
    return control(TYPE.ping, words(id));
  }

  goAway(lastStream: number): Buffer {
    return control(TYPE.goAway, words(lastStream, 0));
  }
}
