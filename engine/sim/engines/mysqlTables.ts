/** MySQL's databases and tables: statements about those that were made, and the numbered errors about the others. */
import { change, type Stored } from './relations.ts';
import type { Answer, Table } from './sql.ts';

export interface Schema {
  databases: Map<string, Map<string, Stored>>;
}

export const makeSchema = (): Schema => ({
  databases: new Map(
    ['information_schema', 'app', 'mysql', 'performance_schema', 'sys'].map((name) => [name, new Map()]),
  ),
});

export const failed = (code: number, state: string, text: string): Extract<Answer, { error: string }> => ({
  error: `ERROR ${code} (${state}) at line 1: ${text}`,
});

const VERBS =
  /^(alter|analyze|begin|binlog|cache|call|change|check|checksum|clone|commit|create|deallocate|delete|desc|describe|do|drop|execute|explain|flush|get|grant|handler|help|import|insert|install|kill|load|lock|optimize|prepare|purge|release|rename|repair|replace|reset|resignal|restart|revoke|rollback|savepoint|select|set|show|shutdown|signal|start|stop|table|truncate|uninstall|unlock|update|use|values|with|xa)$/i;

/** What no statement can begin with, or end with. */
export function misread(statement: string): string | undefined {
  const [first = ''] = /^\S+/.exec(statement) ?? [];
  if (!VERBS.test(first.replace(/\W.*$/, ''))) return statement;
  return /[-+/=<>,(]$/.test(statement) ? '' : undefined;
}

interface Place {
  database: string;
  table: string;
}

function place(name: string, selected: string | undefined): Place | Extract<Answer, { error: string }> {
  const [, database = selected, table = ''] = /^(?:(\w+)\.)?(\w+)$/.exec(name.replaceAll('`', '')) ?? [];
  return database === undefined ? failed(1046, '3D000', 'No database selected') : { database, table };
}

function find(schema: Schema, at: Place): Stored | Extract<Answer, { error: string }> {
  const tables = schema.databases.get(at.database);
  if (!tables) return failed(1049, '42000', `Unknown database '${at.database}'`);
  return tables.get(at.table) ?? failed(1146, '42S02', `Table '${at.database}.${at.table}' doesn't exist`);
}

const unknownColumn = (name: string) => failed(1054, '42S22', `Unknown column '${name}' in 'field list'`);

/** Statements that write. `readOnly` is asked once it is clear which database is meant, before there is a look at its tables. */
export function write(
  schema: Schema,
  selected: string | undefined,
  statement: string,
  readOnly: Answer | undefined,
): Answer {
  const database = /^(create|drop) (?:database|schema)( if (?:not )?exists)? `?(\w+)`?$/i.exec(statement);
  if (database) {
    const [, verb = '', there, name = ''] = database;
    const known = schema.databases.has(name);
    if (readOnly) return readOnly;
    if (/create/i.test(verb)) {
      if (known && !there) return failed(1007, 'HY000', `Can't create database '${name}'; database exists`);
      if (!known) schema.databases.set(name, new Map());
    } else if (!known && !there) return failed(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`);
    else schema.databases.delete(name);
    return { tag: '' };
  }
  const table = /^(create|drop|truncate)(?: table)?( if (?:not )?exists)? ([\w.`]+) ?(.*)$/i.exec(statement);
  const changed = /^(?:insert into|update|delete from) ([\w.`]+)/i.exec(statement);
  const name = table?.[3] ?? changed?.[1];
  if (name === undefined) return readOnly ?? { tag: '' };
  const at = place(name, selected);
  if ('error' in at) return at;
  if (readOnly) return readOnly;
  const found = find(schema, at);
  if (table) return define(schema, at, found, table);
  if ('error' in found) return found;
  const { check, run } = change(statement.replace(name, at.table), new Map([[at.table.toLowerCase(), found]]));
  if (!check || !('error' in check)) {
    if (!run) return notSimulated;
    run();
    return { tag: '' };
  }
  if (check.error.startsWith('INSERT has more'))
    return failed(1136, '21S01', "Column count doesn't match value count at row 1");
  if (check.error.startsWith('invalid input'))
    return failed(
      1366,
      'HY000',
      `Incorrect integer value: ${check.near} for column '${found.columns[0]?.name}' at row 1`,
    );
  return check.error.startsWith('column') ? unknownColumn(check.near ?? '') : check;
}

function define(
  schema: Schema,
  at: Place,
  found: Stored | Answer,
  [, verb = '', there, , rest = '']: RegExpExecArray,
): Answer {
  const tables = schema.databases.get(at.database);
  if (!tables) return found as Answer;
  const known = tables.get(at.table);
  if (/create/i.test(verb)) {
    if (known && !there) return failed(1050, '42S01', `Table '${at.table}' already exists`);
    const columns = [...rest.matchAll(/(?:\(|,) ?`?(\w+)`? (\w+)/g)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    if (columns.length === 0) return failed(4028, 'HY000', 'A table must have at least one visible column.');
    if (!known) tables.set(at.table, { columns, rows: [] });
  } else if (!known) {
    if (there) return { tag: '' };
    return /drop/i.test(verb) ? failed(1051, '42S02', `Unknown table '${at.database}.${at.table}'`) : (found as Answer);
  } else if (/drop/i.test(verb)) tables.delete(at.table);
  else known.rows = [];
  return { tag: '' };
}

/** `select LIST from TABLE`. */
export function read(schema: Schema, selected: string | undefined, list: string, name: string): Answer {
  const at = place(name, selected);
  if ('error' in at) return at;
  const found = find(schema, at);
  if ('error' in found) return found;
  if (/^count\(\*\)$/i.test(list)) return { columns: [list], rows: [[found.rows.length]] };
  const names = found.columns.map((column) => column.name);
  const wanted = list.trim() === '*' ? names : list.split(/ ?, ?/);
  const unknown = wanted.find((word) => !names.includes(word));
  if (unknown !== undefined) return unknownColumn(unknown);
  return { columns: wanted, rows: found.rows.map((row) => wanted.map((word) => row[names.indexOf(word)] ?? null)) };
}

/** `select` without a table; a column is called what it was asked as. */
export function values(
  list: string,
  selected: string | undefined,
  known: (name: string) => string | number | null | undefined,
): Answer {
  const table: Table = { columns: [], rows: [[]] };
  for (const part of list.split(/,(?=(?:[^'()]|'[^']*'|\([^)]*\))*$)/)) {
    const [, text = '', alias] = /^(.*?)(?: as `?(\w+)`?)?$/i.exec(part.trim()) ?? [];
    const quoted = /^'([^']*)'$/.exec(text)?.[1];
    const got = /^-?\d+(\.\d+)?$/.test(text)
      ? Number(text)
      : quoted !== undefined
        ? quoted
        : /^(null|-?\d+ ?\/ ?0)$/i.test(text)
          ? null
          : known(text.toLowerCase());
    if (got === undefined) {
      const call = /^(\w+)\(/.exec(text)?.[1];
      if (call !== undefined)
        return failed(1305, '42000', `FUNCTION ${selected === undefined ? '' : `${selected}.`}${call} does not exist`);
      return /^\w+$/.test(text) ? unknownColumn(text) : notSimulated;
    }
    table.columns.push(alias ?? quoted ?? text);
    table.rows[0]?.push(got);
  }
  return table;
}

/** Better than to say that real SQL is wrong. */
export const notSimulated: Answer = failed(
  1235,
  '42000',
  "This version of MySQL doesn't yet support 'this statement: it is not simulated'",
);
