import { Duplex } from 'node:stream';
import { type Frame, FrameReader, FrameWriter, STATUS } from './frames.ts';

/** Streams of one connection that are open at once. */
const MOST_STREAMS = 1000;
/** A stream that nobody reads makes the connection wait when it holds so much. */
const MAX_BEHIND = 1 << 20;
/** Pieces that data is sent in. */
const PIECE = 1 << 16;
/** Milliseconds that a client has to leave after it was told that all is said. */
const LEAVE = 5000;

/** What a client has opened: its headers say what for. Ended by both sides it is over. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #connection: SpdyConnection;
  #ended = false;

  constructor(connection: SpdyConnection, id: number, headers: ReadonlyMap<string, string>) {
    super({ allowHalfOpen: true });
    this.#connection = connection;
    this.id = id;
    this.headers = headers;
  }

  /** Of the connection only: what its client sends. */
  receive(data: Buffer, last: boolean): void {
    if (data.length > 0) this.push(data);
    if (last) this.push(null);
  }

  override _read(): void {
    this.#connection.readOn();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#connection.send(this.id, chunk, false, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#ended = true;
    this.#connection.send(this.id, Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.forget(this, !this.#ended);
    done(error);
  }
}

export interface SpdyEvents {
  stream(stream: SpdyStream): void;
  /** Once: the connection is gone, and its streams with it. */
  closed(): void;
}

/** The server's side of a SPDY/3.1 connection over any byte stream. */
export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #events: SpdyEvents;
  readonly #reader = new FrameReader();
  readonly #writer = new FrameWriter();
  readonly #streams = new Map<number, SpdyStream>();
  #latest = 0;
  #closing = false;
  #resume: (() => void) | undefined;

  constructor(socket: Duplex, events: SpdyEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('error', () => socket.destroy());
    void this.#run();
  }

  /** Bytes that the client has not taken yet. */
  get behind(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength;
  }

  /** When the streams that have been ended have said all, says that this is all, and leaves when the client has. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    const ending = [...this.#streams.values()].filter((one) => one.writableEnded && !one.writableFinished);
    const said = ending.map(
      (stream) =>
        new Promise<void>((resolve) => {
          stream.once('finish', resolve);
          stream.once('close', resolve);
        }),
    );
    void Promise.all(said).then(() => {
      this.#write(this.#writer.goAway(this.#latest));
      this.#socket.end();
      setTimeout(() => this.#socket.destroy(), LEAVE).unref();
    });
  }

  send(stream: number, data: Buffer, last: boolean, done: (error?: Error | null) => void): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) {
      done();
      return;
    }
    const frames: Buffer[] = [];
    for (let at = 0; at < data.length || frames.length === 0; at += PIECE)
      frames.push(this.#writer.data(stream, data.subarray(at, at + PIECE), last));
    this.#socket.write(Buffer.concat(frames), () => done());
  }

  readOn(): void {
    this.#resume?.();
  }

  forget(stream: SpdyStream, reset: boolean): void {
    if (!this.#streams.delete(stream.id)) return;
    if (reset) this.#write(this.#writer.reset(stream.id, STATUS.cancel));
    this.readOn();
  }

  #write(frame: Buffer): void {
    if (!this.#socket.destroyed && !this.#socket.writableEnded) this.#socket.write(frame);
  }

  async #run(): Promise<void> {
    try {
      for await (const piece of this.#socket) {
        for await (const frame of this.#reader.read(piece as Buffer)) this.#heard(frame);
        while (this.#full()) await new Promise<void>((resolve) => (this.#resume = resolve));
      }
    } catch {
      // Broken off, or no SPDY.
    }
    this.#reader.close();
    this.#socket.destroy();
    for (const stream of [...this.#streams.values()]) {
      this.#streams.delete(stream.id);
      stream.destroy();
    }
    this.#events.closed();
  }

  #full(): boolean {
    return [...this.#streams.values()].some((stream) => stream.readableLength > MAX_BEHIND);
  }

  #heard(frame: Frame): void {
    switch (frame.type) {
      case 'open': {
        const { stream: id, headers, last } = frame;
        // A client's streams have odd numbers that grow.
        if (id % 2 === 0 || id <= this.#latest || this.#closing || this.#streams.size >= MOST_STREAMS) {
          this.#write(this.#writer.reset(id, STATUS.refusedStream));
          return;
        }
        this.#latest = id;
        const stream = new SpdyStream(this, id, headers);
        stream.on('error', () => {});
        this.#streams.set(id, stream);
        this.#write(this.#writer.reply(id));
        if (last) stream.receive(Buffer.alloc(0), true);
        this.#events.stream(stream);
        return;
      }
      case 'data':
        this.#streams.get(frame.stream)?.receive(frame.data, frame.last);
        return;
      case 'reset':
        this.#streams.get(frame.stream)?.destroy();
        return;
      case 'ping':
        this.#write(this.#writer.ping(frame.id));
        return;
      case 'goAway':
        this.close();
    }
  }
}
