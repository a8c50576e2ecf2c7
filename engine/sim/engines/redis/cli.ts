import type { ToolCall } from '../../node/tool.ts';
import { type Options, open, parse, unreachable } from './client.ts';
import { type Connection, execute } from './commands.ts';
import { manage } from './manager.ts';
import { printed, RedisError, type Reply, shown } from './reply.ts';
import { sentinelCommand } from './sentinelCommands.ts';
import { keySlot } from './slots.ts';
import type { RedisNode, RedisWorld } from './world.ts';

export const redisCli =
  (world: RedisWorld) =>
  async (call: ToolCall): Promise<number> => {
    const options = parse(call.args);
    if (typeof options === 'string') {
      call.err(options);
      return 1;
    }
    if (options.version) {
      call.out('redis-cli 7.0.15\n');
      return 0;
    }
    if (options.password !== undefined && options.warn) call.err(SECRET);
    if (options.cluster) return manage(call, world, options);
    if (options.command.length === 0) return lines(call, world, options);
    if (options.lastArg) options.command.push(await call.stdin());
    let code = 0;
    for (let n = 0; n < options.repeat && !call.signal.aborted; n++) {
      if (n > 0) await call.sleep(options.interval * 1000);
      code = await one(call, world, options, options.command);
    }
    return code;
  };

const SECRET = "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";

/** What a client does before its first command: says the password, chooses the database. It goes on where that fails. */
function greet(call: ToolCall, options: Options, connection: Connection): void {
  const password = options.password ?? call.env.REDISCLI_AUTH;
  const { requirepass } = Object.fromEntries(connection.node.options.config);
  // The variable is set in pods whose server has no password here.
  if (options.password !== undefined || (password !== undefined && requirepass)) {
    const words = ['auth', ...(options.user === undefined ? [] : [options.user]), password ?? ''];
    const said = execute(connection, words);
    if (said instanceof RedisError) call.err(`AUTH failed: ${said.message}\n`);
  }
  if (options.db === 0) return;
  const said = execute(connection, ['select', String(options.db)]);
  if (said instanceof RedisError) call.err(`SELECT ${options.db} failed: ${said.message}\n`);
}

/** Commands one a line, until its end: as they are typed, after a prompt, or from standard input. */
async function lines(call: ToolCall, world: RedisWorld, options: Options): Promise<number> {
  let code = 0;
  const session: Session = {};
  const given = call.terminal ? undefined : (await call.stdin()).split('\n');
  for (;;) {
    if (!given) {
      const node = session.node ?? open(call, world, options.host, options.port);
      call.out(node ? `${options.host}:${options.port}> ` : 'not connected> ');
    }
    const line = given ? given.shift() : await call.line();
    if (line === undefined || /^\s*(quit|exit)\s*$/i.test(line)) return code;
    const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');
    if (words.length > 0) code = await one(call, world, options, words, session);
  }
}

/** Answers that are printed as they come. */
const AS_IT_IS = /^(info( .*)?|cluster (info|nodes)|client list( .*)?|memory doctor|latency (graph|doctor)( .*)?)$/i;

function show(call: ToolCall, reply: Reply, argv: readonly string[]): string {
  if (call.terminal) return shown(reply);
  const text = printed(reply);
  if (!AS_IT_IS.test(argv.join(' '))) return text;
  return reply instanceof RedisError ? text.replace(/\n$/, '') : reply === '' ? '' : text;
}

/** Where a session with several commands is connected by now. */
interface Session {
  node?: RedisNode;
  connections?: Map<RedisNode, Connection>;
}

async function one(
  call: ToolCall,
  world: RedisWorld,
  options: Options,
  argv: string[],
  session?: Session,
): Promise<number> {
  const pod = call.resolve(options.host);
  const watched = pod && sentinelCommand(world, pod, options.port, argv);
  if (watched !== undefined) {
    if (options.failOnError && watched instanceof RedisError) call.err(`${watched.message}\n`);
    else call.out(show(call, watched, argv));
    return options.failOnError && watched instanceof RedisError ? 1 : 0;
  }
  let node = session?.node ?? open(call, world, options.host, options.port);
  if (!node) {
    call.err(`${unreachable(call, options.host, options.port)}\n`);
    return 1;
  }
  if (
    options.follow &&
    node.options.clusterEnabled &&
    argv[1] !== undefined &&
    /^(get|set|del|incr|incrby|exists)$/i.test(argv[0] ?? '')
  ) {
    const slot = keySlot(argv[1]);
    const member = node.cluster.members.get(node.cluster.owner[slot] ?? '');
    const owner = member && world.at(member.ip, member.port);
    if (owner && owner !== node) {
      if (session) call.out(`-> Redirected to slot [${slot}] located at ${owner.ip}:${owner.options.port}\n`);
      node = owner;
    }
  }
  if (session) session.node = node;
  const pause = node.pausedUntil - world.clock.now();
  if (pause > 0 && /^(set|del|incr|incrby|flushall)$/i.test(argv[0] ?? '')) await call.sleep(pause);
  const connection: Connection = session?.connections?.get(node) ?? {
    world,
    node,
    resolve: (host) => call.resolve(host)?.ip,
  };
  if (session?.connections?.has(node) !== true) greet(call, options, connection);
  if (session) session.connections = new Map([...(session.connections ?? []), [node, connection]]);
  const reply: Reply = execute(connection, argv);
  if (options.failOnError && reply instanceof RedisError) {
    call.err(`${reply.message}\n`);
    return 1;
  }
  call.out(show(call, reply, argv));
  return 0;
}
