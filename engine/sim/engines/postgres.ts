/** PostgreSQL 15: psql answers what an operator asks of it, from who leads and how far the others are. */
import type { Clock } from '../clock.ts';
import type { Image, Tool, ToolCall } from '../node/tool.ts';
import type { Group, Groups, Member } from './group.ts';
import { aligned, answer, one, type Pattern, plain, statements } from './sql.ts';

interface Session {
  clock: Clock;
  groups: Groups;
  group: Group;
  member: Member;
}

interface Postgres {
  settings: Map<string, string>;
  /** Bytes of WAL that were written before `since`. */
  wal: number;
  since: number;
  timeline: number;
}

const DEFAULTS: readonly [string, string][] = [
  ['max_connections', '100'],
  ['shared_buffers', '128MB'],
  ['wal_level', 'replica'],
  ['hot_standby', 'on'],
  ['default_transaction_read_only', 'off'],
  ['server_version', '15.13'],
  ['data_directory', '/var/lib/postgresql/data'],
  ['synchronous_standby_names', ''],
];

const stateOf = (group: Group, clock: Clock): Postgres => {
  const known = group.data.get('postgres') as Postgres | undefined;
  if (known) return known;
  const made: Postgres = {
    settings: new Map(DEFAULTS),
    wal: 0x3000060,
    since: clock.now(),
    timeline: 1,
  };
  group.data.set('postgres', made);
  return made;
};

/** A log sequence number; WAL grows by 4 kB a second. */
function lsn({ group, clock }: Session, lag = 0): string {
  const { wal, since } = stateOf(group, clock);
  const at = wal + Math.floor((clock.now() - since) / 1000) * 4096 - lag;
  return `0/${at.toString(16).toUpperCase()}`;
}

const leads = ({ group, member }: Session) => group.primary === member.name;

/** What fences a primary: nobody writes, whatever he is connected to. */
const readOnly = (s: Session) =>
  !leads(s) || stateOf(s.group, s.clock).settings.get('default_transaction_read_only') === 'on';

const TAGS: Record<string, string> = {
  INSERT: 'INSERT 0 1',
  UPDATE: 'UPDATE 1',
  DELETE: 'DELETE 1',
  TRUNCATE: 'TRUNCATE TABLE',
};

const PATTERNS: Pattern<Session>[] = [
  { match: /^select 1$/i, answer: () => one('?column?', 1) },
  {
    match: /^select version\(\)$/i,
    answer: () => one('version', 'PostgreSQL 15.13 (simulated) on x86_64-pc-linux-gnu, 64-bit'),
  },
  {
    match: /^select now\(\)$/i,
    answer: ({ clock }) => one('now', `${new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ')}+00`),
  },
  { match: /^select pg_is_in_recovery\(\)$/i, answer: (s) => one('pg_is_in_recovery', leads(s) ? 'f' : 't') },
  {
    match: /^select pg_current_wal_(?:flush_|insert_)?lsn\(\)$/i,
    answer: (s) =>
      leads(s)
        ? one('pg_current_wal_lsn', lsn(s))
        : { error: 'recovery is in progress\nHINT:  WAL control functions cannot be executed during recovery.' },
  },
  {
    match: /^select pg_last_wal_(replay|receive)_lsn\(\)$/i,
    answer: (s, found) => one(`pg_last_wal_${found[1]}_lsn`, leads(s) ? null : lsn(s, s.member.lag)),
  },
  {
    match: /^select (.+) from pg_stat_replication$/i,
    answer(s, found) {
      const all: Record<string, (member: Member) => string | number> = {
        pid: (member) => 200 + member.ordinal,
        application_name: (member) => member.name,
        client_addr: (member) => member.host.ip,
        state: () => 'streaming',
        sent_lsn: () => lsn(s),
        flush_lsn: (member) => lsn(s, member.lag),
        replay_lsn: (member) => lsn(s, member.lag),
        sync_state: () => 'async',
      };
      if (/^count\(\*\)$/i.test(found[1] ?? '')) return one('count', leads(s) ? s.group.followers().length : 0);
      const columns = found[1]?.trim() === '*' ? Object.keys(all) : (found[1] ?? '').split(/\s*,\s*/);
      const unknown = columns.find((column) => !all[column]);
      if (unknown) return { error: `column "${unknown}" does not exist` };
      const rows = leads(s)
        ? s.group.followers().map((member) => columns.map((column) => all[column]?.(member) ?? null))
        : [];
      return { columns, rows };
    },
  },
  {
    match: /^select pg_promote\(.*\)$/i,
    answer(s) {
      if (leads(s))
        return {
          error: 'recovery is not in progress\nHINT:  Recovery control functions can only be executed during recovery.',
        };
      stateOf(s.group, s.clock).timeline++;
      s.groups.promote(s.group, s.member.name);
      return one('pg_promote', 't');
    },
  },
  { match: /^select pg_reload_conf\(\)$/i, answer: () => one('pg_reload_conf', 't') },
  { match: /^select pg_terminate_backend\(.*\).*$/i, answer: () => ({ columns: ['pg_terminate_backend'], rows: [] }) },
  {
    match: /^select timeline_id from pg_control_checkpoint\(\)$/i,
    answer: (s) => one('timeline_id', stateOf(s.group, s.clock).timeline),
  },
  {
    match: /^select pg_size_pretty\(pg_database_size\(.*\)\)$/i,
    answer: () => one('pg_size_pretty', '7525 kB'),
  },
  {
    match: /^(?:select datname from pg_database|\\l)$/i,
    answer: () => ({ columns: ['datname'], rows: [['postgres'], ['app'], ['template1'], ['template0']] }),
  },
  {
    match: /^alter system reset (\S+)$/i,
    answer(s, found) {
      const name = (found[1] ?? '').toLowerCase();
      const before = DEFAULTS.find(([key]) => key === name)?.[1];
      if (before === undefined) stateOf(s.group, s.clock).settings.delete(name);
      else stateOf(s.group, s.clock).settings.set(name, before);
      return { tag: 'ALTER SYSTEM' };
    },
  },
  { match: /^checkpoint$/i, answer: () => ({ tag: 'CHECKPOINT' }) },
  {
    match: /^alter system set (\S+) (?:=|to) '?([^']*)'?$/i,
    answer(s, found) {
      stateOf(s.group, s.clock).settings.set((found[1] ?? '').toLowerCase(), found[2] ?? '');
      return { tag: 'ALTER SYSTEM' };
    },
  },
  {
    match: /^show (\S+)$/i,
    answer(s, found) {
      const name = (found[1] ?? '').toLowerCase();
      if (name === 'transaction_read_only') return one(name, readOnly(s) ? 'on' : 'off');
      const value = stateOf(s.group, s.clock).settings.get(name);
      return value === undefined ? { error: `unrecognized configuration parameter "${name}"` } : one(name, value);
    },
  },
  {
    match: /^(insert|update|delete|truncate|vacuum|(?:create|drop|alter) \w+)\b/i,
    answer(s, found) {
      const verb = (found[1] ?? '').toUpperCase();
      if (!leads(s) && verb === 'VACUUM') return { error: 'cannot execute VACUUM during recovery' };
      if (verb !== 'VACUUM' && readOnly(s)) return { error: `cannot execute ${verb} in a read-only transaction` };
      if (s.member.host && s.group.data.get(`full ${s.member.name}`))
        return {
          error: 'could not extend file "base/16384/2619": No space left on device\nHINT:  Check free disk space.',
        };
      return { tag: TAGS[verb] ?? verb };
    },
  },
];

interface Asked {
  sql: string[];
  bare: boolean;
  unaligned: boolean;
  separator: string;
  host: string;
}

/** Long options that psql knows; of a name, what begins it is enough. */
const OPTIONS =
  'command dbname file list set variable version no-psqlrc single-transaction help echo-all echo-errors echo-queries echo-hidden log-file no-readline output quiet single-step single-line no-align csv field-separator html pset record-separator tuples-only table-attr expanded field-separator-zero record-separator-zero host port username no-password password'.split(
    ' ',
  );

const unknownOption = (word: string): boolean => {
  const name = /^--([a-z][a-z0-9-]*)(?:=|$)/.exec(word)?.[1];
  return name !== undefined && !OPTIONS.some((one) => one.startsWith(name));
};

async function ask(call: ToolCall): Promise<Asked> {
  const asked: Asked = { sql: [], bare: false, unaligned: false, separator: '|', host: 'localhost' };
  for (let i = 0; i < call.args.length; i++) {
    const word = call.args[i] ?? '';
    const value = () => call.args[++i] ?? '';
    if (/^-[A-Za-z]*c$/.test(word) || word === '--command') asked.sql.push(value());
    else if (word === '-f' || word === '--file') {
      const file = value();
      asked.sql.push(file === '-' ? await call.stdin() : (call.readFile(file) ?? ''));
    } else if (word === '-h' || word === '--host') asked.host = value();
    else if (word === '-F') asked.separator = value();
    else if (/^-[UdpvP]$/.test(word) || /^--(username|dbname|port|set)$/.test(word)) value();
    if (/^-[A-Za-z]*t/.test(word) || word === '--tuples-only') asked.bare = true;
    if (/^-[A-Za-z]*A/.test(word) || word === '--no-align') asked.unaligned = true;
  }
  if (asked.sql.length === 0) asked.sql.push(await call.stdin());
  return asked;
}

export function postgresEngine(clock: Clock, groups: Groups): Image[] {
  const reach = (call: ToolCall, host: string): Session | undefined => {
    const pod = call.resolve(host);
    const group = pod && groups.of(pod);
    const member = pod && group?.members.get(pod.name);
    return group && member?.up ? { clock, groups, group, member } : undefined;
  };
  const psql: Tool = async (call) => {
    const odd = call.args.find(unknownOption);
    if (odd !== undefined) {
      call.err(`psql: unrecognized option '${odd}'\npsql: hint: Try "psql --help" for more information.\n`);
      return 1;
    }
    const asked = await ask(call);
    const session = reach(call, asked.host);
    if (!session) {
      const pod = call.resolve(asked.host);
      call.err(
        pod === undefined
          ? `psql: error: could not translate host name "${asked.host}" to address: Name or service not known\n`
          : asked.host === 'localhost'
            ? 'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n'
            : `psql: error: connection to server at "${asked.host}" (${pod.ip}), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n`,
      );
      return 2;
    }
    let code = 0;
    for (const statement of asked.sql.flatMap(statements)) {
      const got = answer(PATTERNS, session, statement, (text) => ({
        error: `syntax error at or near "${text.split(' ')[0]}"\nLINE 1: ${text}\n        ^`,
      }));
      if ('error' in got) {
        call.err(`ERROR:  ${got.error}\n`);
        code = 1;
      } else if ('tag' in got) call.out(`${got.tag}\n`);
      else if (asked.bare)
        call.out(
          asked.unaligned
            ? plain(got, asked.separator)
            : `${got.rows.map((row) => ` ${row.join(' | ')}\n`).join('')}\n`,
        );
      else
        call.out(
          asked.unaligned
            ? `${got.columns.join(asked.separator)}\n${plain(got, asked.separator)}(${got.rows.length} row${got.rows.length === 1 ? '' : 's'})\n`
            : aligned(got),
        );
    }
    return code;
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
