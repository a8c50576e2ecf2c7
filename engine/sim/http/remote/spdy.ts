/** Commands in containers over SPDY/3.1: a stream for each input and output, opened by the client. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Kernel } from '../../kernel.ts';
import type { Target } from '../request.ts';
import type { Call } from '../server.ts';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.ts';
import { asHandedOn, PlainRefusal } from './refusal.ts';
import { beginSession, type Session } from './session.ts';
import { messageOf, statusOf } from './status.ts';

const V4 = 'v4.channel.k8s.io';
const V3 = 'v3.channel.k8s.io';
const PROTOCOLS = [V4, V3, 'v2.channel.k8s.io', 'channel.k8s.io'];
/** Milliseconds that a client has to open its streams. */
const STREAMS_WITHIN = 30_000;

/** Says that the connection speaks SPDY from here on. */
export function switchToSpdy(socket: Duplex, head: Buffer, protocol: string): void {
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
}

/** The first of the offered protocols that is served; undefined where none is offered. Throws the refusal of a server that has none of them. */
export function negotiate(
  call: Call,
  served: readonly string[],
  says = (problem: string) => problem,
): string | undefined {
  const header = call.request.headers['x-stream-protocol-version'];
  if (header === undefined) return undefined;
  const offered = String(header).split(/\s*,\s*/);
  const chosen = offered.find((name) => served.includes(name));
  if (chosen !== undefined) return chosen;
  const problem = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${served.join(' ')}]\n`;
  throw new PlainRefusal(403, says(problem), { 'X-Accepted-Stream-Protocol-Versions': served.join(', ') });
}

export function execOverSpdy(kernel: Kernel, call: Call, target: Target, socket: Duplex, head: Buffer): void {
  // A runtime says it, and who called it says it again.
  const protocol = negotiate(call, PROTOCOLS, (problem) => problem + problem);
  if (protocol === undefined) throw new PlainRefusal(400, 'unable to upgrade: X-Stream-Protocol-Version is required\n');
  const session = beginSession(kernel, call, target, {
    end: protocol === V4 ? (end, command) => JSON.stringify(statusOf(end, command)) : messageOf,
    // The kubelet's answer is handed on.
    refusal(error) {
      throw asHandedOn(error);
    },
  });
  switchToSpdy(socket, head, protocol);
  const streams = new Map<string, SpdyStream>();
  const awaited = ['error', 'stdin', 'stdout', 'stderr'].filter((name) =>
    // A terminal has one output.
    name === 'stderr'
      ? session.wants.has(name) && !session.wants.has('tty')
      : name === 'error' || session.wants.has(name),
  );
  if (session.wants.has('tty') && [V4, V3].includes(protocol)) awaited.push('resize');
  const impatient = setTimeout(() => socket.destroy(), STREAMS_WITHIN);
  impatient.unref();
  const connection = new SpdyConnection(socket, {
    stream(stream) {
      const name = stream.headers.get('streamtype') ?? '';
      if (!awaited.includes(name) || streams.has(name)) {
        stream.destroy();
        return;
      }
      streams.set(name, stream);
      if (streams.size < awaited.length) return;
      clearTimeout(impatient);
      connect(session, streams, connection, socket);
    },
    closed() {
      clearTimeout(impatient);
      session.gone();
    },
  });
}

function connect(
  session: Session,
  streams: ReadonlyMap<string, SpdyStream>,
  connection: SpdyConnection,
  socket: Duplex,
): void {
  const send = (name: string, bytes: Uint8Array) => {
    const stream = streams.get(name);
    if (stream && !stream.destroyed && !stream.writableEnded) stream.write(bytes);
  };
  for (const [name, stream] of streams) {
    if (name === 'stdin') {
      stream.on('data', (chunk: Buffer) => session.input(chunk));
      stream.on('end', () => session.endInput());
    } else if (name === 'resize') stream.on('data', (chunk: Buffer) => session.resize(chunk.toString()));
    else stream.resume();
  }
  session.connect({
    output: send,
    status: (bytes) => send('error', bytes),
    behind: () => connection.behind,
    end() {
      for (const stream of streams.values()) stream.end();
      connection.close();
    },
    drop: () => (socket instanceof Socket ? socket.destroySoon() : socket.destroy()),
    halfClose: () => socket.end(),
    stall: () => socket.pause(),
  });
}
