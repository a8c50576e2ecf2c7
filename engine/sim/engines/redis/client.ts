/** What redis-cli is asked on its command line, and how it finds a server. */
import type { ToolCall } from '../../node/tool.ts';
import type { RedisNode, RedisWorld } from './world.ts';

export interface Options {
  host: string;
  port: number;
  follow: boolean;
  failOnError: boolean;
  lastArg: boolean;
  repeat: number;
  interval: number;
  version: boolean;
  user: string | undefined;
  password: string | undefined;
  /** Whether it is told that a password on a command line is no secret. */
  warn: boolean;
  db: number;
  cluster: string[] | undefined;
  clusterOptions: Map<string, string>;
  command: string[];
}

/** Flags without a value, and with one that doesn't matter here. */
const FLAGS = new Set('--raw --no-raw --csv --json --quoted-input --verbose --no-color -2 -3 --tls'.split(' '));
const VALUES = new Set('-u -d -D --cacert --cert --key -X --askpass'.split(' '));
const CLUSTER_FLAGS = new Set(
  '--cluster-yes --cluster-use-empty-masters --cluster-simulate --cluster-fix-with-unreachable-masters --cluster-search-multiple-owners --cluster-slave --cluster-copy --cluster-replace --cluster-only-masters --cluster-only-replicas'.split(
    ' ',
  ),
);

/** Reads an argv as redis-cli does: options end at the first word that is none. A text is the complaint. */
export function parse(args: readonly string[]): Options | string {
  const options: Options = {
    host: '127.0.0.1',
    port: 6379,
    follow: false,
    failOnError: false,
    lastArg: false,
    repeat: 1,
    interval: 0,
    version: false,
    user: undefined,
    password: undefined,
    warn: true,
    db: 0,
    cluster: undefined,
    clusterOptions: new Map(),
    command: [],
  };
  let i = 0;
  const value = () => args[++i] ?? '';
  for (; i < args.length; i++) {
    const word = args[i] ?? '';
    const last = i === args.length - 1;
    if (word === '-h' && !last) options.host = value();
    else if (word === '-p' && !last) options.port = Number(value());
    else if (/^(-a|--pass)$/.test(word) && !last) options.password = value();
    else if (word === '--user' && !last) options.user = value();
    else if (word === '-n' && !last) options.db = Number.parseInt(value(), 10) || 0;
    else if (word === '--no-auth-warning') options.warn = false;
    else if (word === '-c') options.follow = true;
    else if (word === '-e') options.failOnError = true;
    else if (word === '-x') options.lastArg = true;
    else if (word === '-r' && !last) options.repeat = Number(value());
    else if (word === '-i' && !last) options.interval = Number(value());
    else if (word === '-v' || word === '--version') options.version = true;
    else if (word === '--timeout' || word === '-t') {
      if (options.cluster === undefined && word === '-t') return complaint(word);
      value();
    } else if (FLAGS.has(word)) continue;
    else if (VALUES.has(word) && !last) value();
    else if (word === '--cluster' && !last) {
      options.cluster = [];
      while (i + 1 < args.length && !args[i + 1]?.startsWith('-')) options.cluster.push(value());
    } else if (CLUSTER_FLAGS.has(word)) options.clusterOptions.set(word, 'yes');
    else if (word === '--cluster-weight') {
      while (args[i + 1]?.includes('='))
        options.clusterOptions.set(`weight ${args[i + 1]?.split('=')[0]}`, value().split('=')[1] ?? '1');
    } else if (word.startsWith('--cluster-') && !last) options.clusterOptions.set(word, value());
    else if (word.startsWith('-') && options.cluster === undefined) return complaint(word);
    else break;
  }
  options.command = args.slice(i) as string[];
  return options;
}

const complaint = (word: string) => `Unrecognized option or bad number of args for: '${word}'\n`;

/** How a name that isn't there, and a port nobody listens on, are told. */
export function unreachable(call: ToolCall, host: string, port: number): string {
  const known = /^[\d.]+$/.test(host) || call.resolve(host) !== undefined;
  const ip = call.resolve(host);
  const why = !known ? 'Temporary failure in name resolution' : ip ? 'Connection refused' : 'No route to host';
  return `Could not connect to Redis at ${host}:${port}: ${why}`;
}

export function open(call: ToolCall, world: RedisWorld, host: string, port: number): RedisNode | undefined {
  const pod = call.resolve(host);
  return pod && (world.at(pod.ip, port) ?? world.inPod(pod.uid, port));
}

/** What is answered to a question: the line that is typed, or all of the input where nobody sits at it. */
export const answered = async (call: ToolCall): Promise<string> =>
  ((call.terminal ? await call.line() : await call.stdin()) ?? '').trim();
