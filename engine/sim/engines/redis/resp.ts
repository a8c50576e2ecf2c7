/** Redis' own protocol (RESP2) on a connection to a simulated server: commands in, replies out. */
import type { Duplex } from 'node:stream';
import { RedisError, type Reply, STATUS } from './reply.ts';

/** A command that is longer is refused, and its connection closed. */
const LONGEST = 1 << 20;

/** Answers commands one after the other until the client leaves or says `quit`. */
export function serveRedis(socket: Duplex, execute: (argv: readonly string[]) => Reply): void {
  let rest = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    let replies = '';
    for (;;) {
      const command = rest.length > LONGEST ? 'too big mbulk count string' : take(rest);
      if (command === undefined) break;
      if (typeof command === 'string') {
        socket.end(`${replies}-ERR Protocol error: ${command}\r\n`);
        return;
      }
      rest = rest.subarray(command.length);
      const { argv } = command;
      const [name = ''] = argv;
      if (/^quit$/i.test(name)) {
        socket.end(`${replies}+OK\r\n`);
        return;
      }
      // A web browser that was led here: a real one hangs up as well.
      if (/^(post|host:)$/i.test(name)) {
        socket.end();
        return;
      }
      if (name !== '') replies += encoded(execute(argv));
    }
    if (replies !== '') socket.write(replies);
  });
}

interface Command {
  argv: string[];
  /** Bytes that it took. */
  length: number;
}

/** The first whole command, why there is none, or undefined where more must come first. */
function take(bytes: Buffer): Command | string | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf('\n', at);
    if (end < 0) return undefined;
    const text = bytes.toString('utf8', at, end).replace(/\r$/, '');
    at = end + 1;
    return text;
  };
  const first = line();
  if (first === undefined) return undefined;
  // As typed with telnet.
  if (!first.startsWith('*')) return { argv: first.split(/\s+/).filter(Boolean), length: at };
  if (!/^\*\d{1,7}$/.test(first)) return 'invalid multibulk length';
  const argv: string[] = [];
  for (let left = Number(first.slice(1)); left > 0; left--) {
    const size = line();
    if (size === undefined) return undefined;
    if (!/^\$\d{1,7}$/.test(size)) return `expected '$', got '${size[0] ?? ''}'`;
    const end = at + Number(size.slice(1));
    if (bytes.length < end + 2) return undefined;
    argv.push(bytes.toString('utf8', at, end));
    at = end + 2;
  }
  return { argv, length: at };
}

function encoded(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (reply instanceof RedisError) return `-${reply.message}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encoded).join('')}`;
  return STATUS.test(reply) ? `+${reply}\r\n` : `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
}
