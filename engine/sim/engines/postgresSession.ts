/** What a PostgreSQL server answers: who leads, how far the others are, settings, tables that were made. */
import type { Clock } from '../clock.ts';
import type { Group, Groups, Member } from './group.ts';
import { change, type Relation, type Stored, selectFrom, selectValues } from './relations.ts';
import { type Answer, one, type Pattern } from './sql.ts';

export interface Session {
  clock: Clock;
  groups: Groups;
  group: Group;
  member: Member;
}

interface Postgres {
  tables: Map<string, Stored>;
  databases: string[];
  roles: string[];
  slots: Set<string>;
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
  ['work_mem', '4MB'],
  ['wal_log_hints', 'on'],
  ['primary_conninfo', ''],
  ['max_wal_senders', '10'],
];

export const stateOf = (group: Group, clock: Clock): Postgres => {
  const known = group.data.get('postgres') as Postgres | undefined;
  if (known) return known;
  const made: Postgres = {
    settings: new Map(DEFAULTS),
    tables: new Map(),
    databases: ['postgres', 'app', 'template1', 'template0'],
    roles: ['postgres', 'app', 'streaming_replica'],
    slots: new Set(),
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

/** What databases, roles and tables are made and dropped. */
function defined(s: Session, statement: string): Answer | undefined {
  const { tables, databases, roles } = stateOf(s.group, s.clock);
  const [, verb = '', kind = '', there, name = '', rest = ''] =
    /^(create|drop|truncate|vacuum)(?: (table|database|role|user))?( if (?:not )?exists)? ?(?:table )?([\w.]*) ?(.*)$/i.exec(
      statement,
    ) ?? [];
  const what = kind.toLowerCase() || (/^(truncate|vacuum)$/i.test(verb) ? 'relation' : '');
  if (what === '' || name === '') return undefined;
  const lists: Record<string, string[]> = { database: databases, role: roles, user: roles };
  const list = lists[what];
  const known = list ? list.includes(name) : tables.has(name);
  const tag = `${verb} ${kind}`.trim().toUpperCase();
  const called = what === 'user' ? 'role' : what;
  if (/^create$/i.test(verb)) {
    if (known && !there) return { error: `${called === 'table' ? 'relation' : called} "${name}" already exists` };
    if (list && !known) list.splice(1, 0, name);
    const columns = [...rest.matchAll(/(?:\(|,) ?(\w+) (\w+)/g)].map(([, column = '', type = '']) => ({
      name: column,
      type,
    }));
    if (what === 'table' && !known) tables.set(name, { columns, rows: [] });
    return { tag };
  }
  if (!known) {
    if (there) return { tag, notice: `NOTICE:  ${called} "${name}" does not exist, skipping` };
    return { error: `${called} "${name}" does not exist` };
  }
  const table = tables.get(name);
  if (/^truncate$/i.test(verb) && table) table.rows = [];
  if (/^drop$/i.test(verb)) {
    tables.delete(name);
    if (list) list.splice(list.indexOf(name), 1);
  }
  return { tag: /^truncate$/i.test(verb) ? 'TRUNCATE TABLE' : tag };
}

function relationOf(s: Session, name: string): Relation | undefined {
  const { tables, databases, slots } = stateOf(s.group, s.clock);
  const table = tables.get(name);
  if (table) return { columns: table.columns.map((column) => column.name), rows: () => table.rows };
  const views: Record<string, Relation> = {
    pg_stat_replication: {
      columns: ['pid', 'application_name', 'client_addr', 'state', 'sent_lsn', 'flush_lsn', 'replay_lsn', 'sync_state'],
      rows: () =>
        (leads(s) ? s.group.followers() : []).map((member) => [
          200 + member.ordinal,
          member.name,
          member.host.ip,
          'streaming',
          lsn(s),
          lsn(s, member.lag),
          lsn(s, member.lag),
          'async',
        ]),
    },
    pg_stat_wal_receiver: {
      columns: ['pid', 'status', 'flushed_lsn', 'sender_host', 'sender_port'],
      rows: () =>
        leads(s) || !s.group.leader ? [] : [[88, 'streaming', lsn(s, s.member.lag), s.group.leader.host.ip, 5432]],
    },
    pg_replication_slots: {
      columns: ['slot_name', 'slot_type', 'active'],
      rows: () => [...slots].map((slot) => [slot, 'physical', 'f']),
    },
    pg_database: { columns: ['datname'], rows: () => databases.map((database) => [database]) },
  };
  return views[name.replace(/^pg_catalog\./, '')];
}

const RECOVERY = {
  error: 'recovery is in progress',
  hint: 'WAL control functions cannot be executed during recovery.',
};

/** A function or a name that stands in a select without a table. */
function valueNamed(s: Session, text: string): { column: string; value: string | number | null } | Answer | undefined {
  const { slots, settings } = stateOf(s.group, s.clock);
  const [, name = '', inner = ''] = /^(\w+)(?:\((.*)\))?$/s.exec(text) ?? [];
  const column = name.toLowerCase();
  const words = inner.split(',').map((word) => word.trim().replace(/^'(.*)'$/, '$1'));
  const [first = '', second = ''] = words;
  const bytes = (text: string) => Number.parseInt(text.split('/')[1] ?? '0', 16);
  switch (column) {
    case 'current_user':
    case 'session_user':
    case 'current_database':
      return { column, value: 'postgres' };
    case 'version':
      return { column, value: 'PostgreSQL 15.13 (simulated) on x86_64-pc-linux-gnu, 64-bit' };
    case 'now':
      return { column, value: `${new Date(s.clock.now()).toISOString().slice(0, 19).replace('T', ' ')}+00` };
    case 'pg_is_in_recovery':
      return { column, value: leads(s) ? 'f' : 't' };
    case 'pg_wal_lsn_diff':
      return { column, value: bytes(first) - bytes(second) };
    case 'pg_switch_wal':
      return leads(s) ? { column, value: lsn(s) } : RECOVERY;
    case 'pg_terminate_backend':
    case 'pg_cancel_backend':
      return { column, value: 'f' };
    case 'current_setting': {
      const value = settings.get(first.toLowerCase());
      return value === undefined ? { error: `unrecognized configuration parameter "${first}"` } : { column, value };
    }
    case 'pg_create_physical_replication_slot':
      if (slots.has(first)) return { error: `replication slot "${first}" already exists` };
      slots.add(first);
      return { column, value: `(${first},)` };
    case 'pg_drop_replication_slot':
      if (!slots.delete(first)) return { error: `replication slot "${first}" does not exist` };
      return { column, value: '' };
    default:
      return undefined;
  }
}

export const PATTERNS: Pattern<Session>[] = [
  { match: /^select pg_is_in_recovery\(\)$/i, answer: (s) => one('pg_is_in_recovery', leads(s) ? 'f' : 't') },
  {
    match: /^select pg_current_wal_(?:flush_|insert_)?lsn\(\)$/i,
    answer: (s) => (leads(s) ? one('pg_current_wal_lsn', lsn(s)) : RECOVERY),
  },
  {
    match: /^select pg_last_wal_(replay|receive)_lsn\(\)$/i,
    answer: (s, found) => one(`pg_last_wal_${found[1]}_lsn`, leads(s) ? null : lsn(s, s.member.lag)),
  },
  {
    match: /^select pg_promote\(.*\)$/i,
    answer(s) {
      if (leads(s))
        return {
          error: 'recovery is not in progress',
          hint: 'Recovery control functions can only be executed during recovery.',
        };
      stateOf(s.group, s.clock).timeline++;
      s.groups.promote(s.group, s.member.name);
      return one('pg_promote', 't');
    },
  },
  { match: /^select pg_reload_conf\(\)$/i, answer: () => one('pg_reload_conf', 't') },
  {
    match: /^select timeline_id from pg_control_checkpoint\(\)$/i,
    answer: (s) => one('timeline_id', stateOf(s.group, s.clock).timeline),
  },
  {
    match: /^select pg_size_pretty\(pg_database_size\(.*\)\)$/i,
    answer: () => one('pg_size_pretty', '7525 kB'),
  },
  {
    match: /^alter system reset (\S+)$/i,
    answer(s, found) {
      const name = (found[1] ?? '').toLowerCase();
      const { settings } = stateOf(s.group, s.clock);
      if (!settings.has(name)) return { error: `unrecognized configuration parameter "${name}"` };
      settings.set(name, DEFAULTS.find(([key]) => key === name)?.[1] ?? '');
      return { tag: 'ALTER SYSTEM' };
    },
  },
  { match: /^checkpoint$/i, answer: () => ({ tag: 'CHECKPOINT' }) },
  {
    match: /^(?:alter system set|set(?: session| local)?) (\S+?) ?(?:=|to) ?'?([^']*)'?$/i,
    answer(s, found) {
      const name = (found[1] ?? '').toLowerCase();
      const value = found[2] ?? '';
      const { settings } = stateOf(s.group, s.clock);
      if (name === 'transaction_read_only' && /^(off|false|0)$/i.test(value) && !leads(s))
        return { error: 'cannot set transaction read-write mode during recovery' };
      const before = DEFAULTS.find(([key]) => key === name)?.[1];
      if (before === undefined) return { error: `unrecognized configuration parameter "${name}"` };
      const wrong = `invalid value for parameter "${name}": "${value}"`;
      if (/^\d+[A-Z]+$/i.test(before)) {
        if (!/^\d/.test(value)) return { error: wrong };
        if (!/^\d+ ?(B|kB|MB|GB|TB)?$/.test(value))
          return { error: wrong, hint: 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".' };
      }
      if (/^\d+$/.test(before) && !/^\d+$/.test(value)) return { error: wrong };
      if (!/^alter/i.test(found[0])) return { tag: 'SET' };
      settings.set(name, value);
      return { tag: 'ALTER SYSTEM' };
    },
  },
  { match: /^(?:begin|start transaction)$/i, answer: () => ({ tag: 'BEGIN' }) },
  {
    match: /^(commit|rollback)$/i,
    answer: (_s, found) => ({
      tag: (found[1] ?? '').toUpperCase(),
      notice: 'WARNING:  there is no transaction in progress',
    }),
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
      const { tables } = stateOf(s.group, s.clock);
      const { check, run } = change(found.input, tables);
      if (check) return check;
      if (!leads(s) && verb === 'VACUUM') return { error: 'cannot execute VACUUM during recovery' };
      const tag = verb === 'TRUNCATE' ? 'TRUNCATE TABLE' : verb;
      if (verb !== 'VACUUM' && readOnly(s)) return { error: `cannot execute ${tag} in a read-only transaction` };
      if (s.member.host && s.group.data.get(`full ${s.member.name}`))
        return {
          error: 'could not extend file "base/16384/2619": No space left on device',
          hint: 'Check free disk space.',
        };
      return run?.() ?? defined(s, found.input) ?? { tag };
    },
  },
  {
    match: /^select (.+) from ([\w.]+)$/i,
    answer: (s, found) => selectFrom(found[1] ?? '', found[2] ?? '', relationOf(s, (found[2] ?? '').toLowerCase())),
  },
  { match: /^select$/i, answer: () => ({ columns: [], rows: [[]] }) },
  {
    match: /^select ((?:(?! from ).)+)$/i,
    answer: (s, found) => selectValues(found[1] ?? '', (text) => valueNamed(s, text)),
  },
];
