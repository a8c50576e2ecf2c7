/** PostgreSQL 15: psql answers what an operator asks of it, from who leads and how far the others are. */
import type { Clock } from '../clock.ts';
import type { Image, Tool, ToolCall } from '../node/tool.ts';
import type { Groups } from './group.ts';
import { PATTERNS, type Session, stateOf } from './postgresSession.ts';
import { ask, converse } from './psql.ts';
import { unknownStatement } from './relations.ts';
import { answer } from './sql.ts';

/** Behind a name its address is told. */
const address = (host: string, ip: string | undefined) => (ip === undefined || /^[\d.]+$/.test(host) ? '' : ` (${ip})`);

export function postgresEngine(clock: Clock, groups: Groups): Image[] {
  const reach = (call: ToolCall, host: string): Session | undefined => {
    const pod = call.resolve(host);
    const group = pod && groups.of(pod);
    const member = pod && group?.members.get(pod.name);
    return group && member?.up ? { clock, groups, group, member } : undefined;
  };
  const psql: Tool = async (call) => {
    const asked = await ask(call);
    if (typeof asked === 'string') {
      call.err(asked);
      return 1;
    }
    const session = asked.port === 5432 ? reach(call, asked.host) : undefined;
    if (!session) {
      const pod = call.resolve(asked.host);
      call.err(
        pod === undefined
          ? `psql: error: could not translate host name "${asked.host}" to address: Name or service not known\n`
          : asked.host === 'localhost'
            ? 'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n'
            : `psql: error: connection to server at "${asked.host}"${address(asked.host, pod.ip)}, port ${asked.port} failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n`,
      );
      return 2;
    }
    const { databases, roles } = stateOf(session.group, clock);
    const where =
      asked.host === 'localhost'
        ? 'on socket "/var/run/postgresql/.s.PGSQL.5432"'
        : `at "${asked.host}"${address(asked.host, call.resolve(asked.host)?.ip)}, port 5432`;
    const fatal = !roles.includes(asked.user)
      ? `role "${asked.user}" does not exist`
      : databases.includes(asked.database)
        ? undefined
        : `database "${asked.database}" does not exist`;
    if (fatal !== undefined) {
      call.err(`psql: error: connection to server ${where} failed: FATAL:  ${fatal}\n`);
      return 2;
    }
    const run = (statement: string) => answer(PATTERNS, session, statement, () => unknownStatement);
    if (asked.list) asked.parts.push({ text: 'select datname from pg_database', whole: true });
    return converse(call, asked, run);
  };
  const server: Tool = async (call) => {
    const { group, member, stop } = groups.start(call.host);
    const stamp = () => `${new Date(clock.now()).toISOString().slice(0, 23).replace('T', ' ')} UTC [1]`;
    const say = (text: string) => call.out(`${stamp()} LOG:  ${text}\n`);
    say('starting PostgreSQL 15.13 (simulated) on x86_64-pc-linux-gnu, 64-bit');
    say('listening on IPv4 address "0.0.0.0", port 5432');
    say(
      group.primary === member.name
        ? 'database system is ready to accept connections'
        : 'database system is ready to accept read-only connections',
    );
    if (group.primary !== member.name) say('started streaming WAL from primary at 0/3000000 on timeline 1');
    while (!call.signal.aborted) {
      await call.sleep(30_000);
      if (!call.signal.aborted && group.primary === member.name)
        say('checkpoint complete: wrote 44 buffers (0.3%); 0 WAL file(s) added, 0 removed, 0 recycled');
    }
    if (call.signal.reason === 'SIGTERM') {
      say('received smart shutdown request');
      say('database system is shut down');
    }
    stop();
    return 0;
  };
  const ready: Tool = (call) => {
    const at = call.args.indexOf('-h');
    const up = reach(call, at < 0 ? 'localhost' : (call.args[at + 1] ?? '')) !== undefined;
    call.out(`/var/run/postgresql:5432 - ${up ? 'accepting connections' : 'no response'}\n`);
    return up ? 0 : 2;
  };
  return [
    {
      match: /postgres|spilo|timescale|crunchy/,
      entrypoint: ['postgres'],
      tools: { postgres: server, psql, pg_isready: ready },
    },
  ];
}
