/** What a MySQL server answers about replication, settings and its tables; Percona's cluster too (wsrep). */
import type { Group, Groups, Member } from './group.ts';
import { failed, makeSchema, read, type Schema, values, write } from './mysqlTables.ts';
import type { Pattern, Table } from './sql.ts';

export interface Session {
  groups: Groups;
  group: Group;
  member: Member;
  /** A Percona XtraDB Cluster: every node writes. */
  wsrep: boolean;
  /** The database that was chosen. */
  database: string | undefined;
}

const leads = ({ group, member }: Session) => group.primary === member.name;
const variables = (group: Group): Map<string, string> => {
  const known = group.data.get('mysql') as Map<string, string> | undefined;
  const made =
    known ??
    new Map([
      ['max_connections', '151'],
      ['version', '8.0.42'],
      ['innodb_buffer_pool_size', '134217728'],
      ['sync_binlog', '1'],
    ]);
  group.data.set('mysql', made);
  return made;
};

export const schemaOf = (group: Group): Schema => {
  const known = (group.data.get('mysql schema') as Schema | undefined) ?? makeSchema();
  group.data.set('mysql schema', known);
  return known;
};

const like = (rows: [string, string | number][], pattern: string): Table => {
  const match = new RegExp(`^${pattern.replace(/%/g, '.*').replace(/_/g, '.')}$`, 'i');
  return { columns: ['Variable_name', 'Value'], rows: rows.filter(([name]) => match.test(name)) };
};

const SOURCE_OPTION =
  /^(?:(?:get_)?(?:master|source)_\w+|network_namespace|ignore_server_ids|privilege_checks_user|require_\w+|relay_log_(?:file|pos)|assign_gtids_\w+|gtid_only) ?=/i;

export const syntaxError = (near: string): string =>
  `ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near}' at line 1`;

export const PATTERNS: Pattern<Session>[] = [
  {
    match: /^select (@@[\w.]+(?:, ?@@[\w.]+)*)$/i,
    answer(s, found) {
      const names = (found[1] ?? '').split(/, ?/);
      const value = (name: string): string | number | undefined => {
        const bare = name.replace(/^@@(global\.|session\.)?/i, '').toLowerCase();
        if (/^(super_)?read_only$/.test(bare)) return s.wsrep || leads(s) ? 0 : 1;
        return bare === 'hostname' ? s.member.name : variables(s.group).get(bare);
      };
      const unknown = names.find((name) => value(name) === undefined);
      if (unknown !== undefined)
        return {
          error: `ERROR 1193 (HY000) at line 1: Unknown system variable '${unknown.replace(/^@@(global\.)?/i, '')}'`,
        };
      return { columns: names, rows: [names.map((name) => value(name) ?? null)] };
    },
  },
  {
    match: /^show (?:master|binary log) status$/i,
    answer: (s) => ({
      columns: ['File', 'Position', 'Binlog_Do_DB', 'Binlog_Ignore_DB', 'Executed_Gtid_Set'],
      rows: leads(s) ? [[`binlog.00000${s.group.term}`, 157, '', '', '']] : [],
    }),
  },
  {
    match: /^show (slave|replica) status$/i,
    answer(s, found) {
      const new_ = found[1]?.toLowerCase() === 'replica';
      if (s.wsrep || leads(s)) return { columns: ['x'], rows: [] };
      const source = s.group.leader;
      const [a, b, c] = new_ ? ['Source', 'Replica', 'Source'] : ['Master', 'Slave', 'Master'];
      return {
        columns: [
          `${b}_IO_State`,
          `${a}_Host`,
          `${a}_User`,
          `${b}_IO_Running`,
          `${b}_SQL_Running`,
          `Seconds_Behind_${c}`,
          'Last_IO_Error',
          'Last_SQL_Error',
        ],
        rows: [
          [
            source ? 'Waiting for source to send event' : 'Reconnecting after a failed source event read',
            source?.host.name ?? s.group.primary ?? '',
            'replication',
            source ? 'Yes' : 'Connecting',
            'Yes',
            source ? s.member.lag : null,
            source
              ? ''
              : `error reconnecting to source 'replication@${s.group.primary}:3306' - retry-time: 60 retries: 3 message: Can't connect to MySQL server (111)`,
            '',
          ],
        ],
      };
    },
  },
  {
    match: /^show (?:global )?status like '([^']+)'$/i,
    answer(s, found) {
      const up = s.group.up();
      return like(
        [
          ['Threads_connected', 3],
          ['Uptime', 3600],
          ...(s.wsrep
            ? ([
                ['wsrep_cluster_size', up.length],
                ['wsrep_cluster_status', up.length * 2 > s.group.members.size ? 'Primary' : 'non-Primary'],
                ['wsrep_connected', 'ON'],
                ['wsrep_local_index', up.findIndex((member) => member.name === s.member.name)],
                ['wsrep_local_state_comment', 'Synced'],
                ['wsrep_ready', 'ON'],
              ] as [string, string | number][])
            : []),
        ],
        found[1] ?? '',
      );
    },
  },
  {
    match: /^show (?:global )?variables like '([^']+)'$/i,
    answer: (s, found) =>
      like([...variables(s.group), ['read_only', s.wsrep || leads(s) ? 'OFF' : 'ON']], found[1] ?? ''),
  },
  {
    match: /^show databases$/i,
    answer: (s) => ({ columns: ['Database'], rows: [...schemaOf(s.group).databases.keys()].map((name) => [name]) }),
  },
  {
    match: /^show tables$/i,
    answer({ group, database }) {
      if (database === undefined) return failed(1046, '3D000', 'No database selected');
      const tables = [...(schemaOf(group).databases.get(database)?.keys() ?? [])];
      return { columns: [`Tables_in_${database}`], rows: tables.map((name) => [name]) };
    },
  },
  {
    match: /^use `?(\w+)`?$/i,
    answer(s, found) {
      const name = found[1] ?? '';
      if (!schemaOf(s.group).databases.has(name)) return failed(1049, '42000', `Unknown database '${name}'`);
      s.database = name;
      return { tag: '' };
    },
  },
  {
    match: /^show processlist$/i,
    answer: () => ({
      columns: ['Id', 'User', 'Host', 'db', 'Command', 'Time', 'State', 'Info'],
      rows: [[8, 'root', 'localhost', null, 'Query', 0, 'init', 'show processlist']],
    }),
  },
  {
    match: /^set (?:global|persist) (\w+) ?= ?'?([^']*)'?$/i,
    answer(s, found) {
      const name = (found[1] ?? '').toLowerCase();
      if (/^(super_)?read_only$/.test(name) && /^(0|off)$/i.test(found[2] ?? ''))
        s.groups.promote(s.group, s.member.name);
      else if (!/^(super_)?read_only$/.test(name) && !variables(s.group).has(name))
        return { error: `ERROR 1193 (HY000) at line 1: Unknown system variable '${name}'` };
      else variables(s.group).set(name, found[2] ?? '');
      return { tag: '' };
    },
  },
  {
    match: /^change (?:master|replication source) to (.*)$/i,
    answer(_s, found) {
      const parts = (found[1] ?? '').split(/, ?(?=(?:[^']*'[^']*')*[^']*$)/);
      const wrong = parts.findIndex((part) => !SOURCE_OPTION.test(part));
      return wrong < 0 ? { tag: '' } : { error: syntaxError(parts.slice(wrong).join(', ')) };
    },
  },
  {
    match: /^(?:stop|start|reset) (?:slave|replica|master)(?: all)?$|^flush \w+$/i,
    answer: () => ({ tag: '' }),
  },
  {
    match: /^(create|insert|update|delete|drop|alter|truncate)\b/i,
    answer: (s, found) =>
      write(
        schemaOf(s.group),
        s.database,
        found.input,
        s.wsrep || leads(s)
          ? undefined
          : failed(
              1290,
              'HY000',
              'The MySQL server is running with the --super-read-only option so it cannot execute this statement',
            ),
      ),
  },
  { match: /^(begin|commit|rollback|start transaction)$/i, answer: () => ({ tag: '' }) },
  {
    match: /^select (.+) from ([\w.`]+)$/i,
    answer: (s, found) => read(schemaOf(s.group), s.database, found[1] ?? '', found[2] ?? ''),
  },
  {
    match: /^select ((?:(?! from ).)+)$/i,
    answer: (s, found) =>
      values(found[1] ?? '', s.database, (name) => {
        if (name === 'version()') return '8.0.42-simulated';
        if (name === 'database()') return s.database ?? null;
        if (/^(current_user|user|session_user)\(\)$/.test(name)) return 'root@localhost';
        return name === 'connection_id()' ? 8 : undefined;
      }),
  },
];
