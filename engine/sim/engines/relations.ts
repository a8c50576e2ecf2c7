/** PostgreSQL's tables and views as psql is asked for them: what there is, its columns, and what is wrong with a statement about one. */
import type { Answer, Table } from './sql.ts';

type Cell = string | number | null;

export interface Relation {
  columns: readonly string[];
  rows(): Cell[][];
}

/** A table that somebody made. */
export interface Stored {
  columns: { name: string; type: string }[];
  rows: Cell[][];
}

/** Words that a statement may begin with. */
const VERBS =
  /^(abort|alter|analyze|begin|call|checkpoint|close|cluster|comment|commit|copy|create|deallocate|declare|delete|discard|do|drop|end|execute|explain|fetch|grant|import|insert|listen|lock|merge|move|notify|prepare|reassign|refresh|reindex|release|reset|revoke|rollback|savepoint|security|select|set|show|start|table|truncate|unlisten|update|vacuum|values|with)$/i;

/** What no statement can be read past; undefined where it reads well. */
export function syntaxFault(statement: string): { error: string; near?: string } | undefined {
  const [first = ''] = /^\S+/.exec(statement) ?? [];
  if (/^[A-Za-z_]/.test(first) && !VERBS.test(first))
    return { error: `syntax error at or near "${first}"`, near: first };
  const open = /^(?:[^']|'[^']*')*?('[^']*)$/.exec(statement)?.[1];
  if (open !== undefined && (statement.split("'").length - 1) % 2 === 1)
    return { error: `unterminated quoted string at or near "${open}"`, near: open };
  if (/[-+/=<>,(]$/.test(statement)) return { error: 'syntax error at end of input', near: '' };
  return undefined;
}

const noRelation = (name: string): Answer => ({ error: `relation "${name}" does not exist`, near: name });
const noColumn = (name: string): Answer => ({ error: `column "${name}" does not exist`, near: name });

/** `select LIST from RELATION`. */
export function selectFrom(list: string, name: string, relation: Relation | undefined): Answer {
  if (!relation) return noRelation(name);
  const rows = relation.rows();
  if (/^count\(\*\)$/i.test(list)) return { columns: ['count'], rows: [[rows.length]] };
  const wanted = list.trim() === '*' ? [...relation.columns] : list.split(/\s*,\s*/);
  const places = wanted.map((word) => relation.columns.indexOf(word.toLowerCase()));
  const unknown = wanted.find((_word, i) => places[i] === -1);
  if (unknown !== undefined) return noColumn(unknown);
  return {
    columns: wanted.map((word) => word.toLowerCase()),
    rows: rows.map((row) => places.map((at) => row[at] ?? null)),
  };
}

type Expression = (name: string) => { column: string; value: Cell } | Answer | undefined;

/** `select` without a table: numbers, texts and functions that are known. */
export function selectValues(list: string, known: Expression): Answer {
  const table: Table = { columns: [], rows: [[]] };
  for (const part of list.split(/,(?=(?:[^'()]|'[^']*'|\([^)]*\))*$)/)) {
    const [, text = '', alias] = /^(.*?)(?:\s+as\s+"?(\w+)"?)?$/is.exec(part.trim()) ?? [];
    const plain = /^-?\d+(\.\d+)?$/.test(text)
      ? Number(text)
      : /^'([^']*)'$/.test(text)
        ? text.slice(1, -1)
        : /^null$/i.test(text)
          ? null
          : undefined;
    if (plain !== undefined) {
      table.columns.push(alias ?? '?column?');
      table.rows[0]?.push(plain);
      continue;
    }
    if (/^-?\d+\s*\/\s*0$/.test(text)) return { error: 'division by zero' };
    const got = known(text);
    if (got && 'column' in got) {
      table.columns.push(alias ?? got.column);
      table.rows[0]?.push(got.value);
    } else if (got) return got;
    else if (/^"?\w+"?$/.test(text))
      return { error: `column "${text.replaceAll('"', '')}" does not exist`, near: text };
    else if (/^\w+\(\)$/.test(text))
      return {
        error: `function ${text} does not exist`,
        near: text.slice(0, -2),
        hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
      };
    else return unknownStatement;
  }
  return table;
}

/** Better than to say that real SQL is wrong. */
export const unknownStatement: Answer = { error: 'this statement is not simulated' };

const INTEGER = /^(int|integer|bigint|smallint|int[248]|serial|bigserial)$/i;

/** Changes to tables that were made: what is refused before anything of it is done, and then what it does. */
export function change(statement: string, tables: Map<string, Stored>): { check?: Answer; run?: () => Answer } {
  const insert = /^insert into (\S+?) ?(?:\([^)]*\) ?)?values ?\((.*)\)$/i.exec(statement);
  const update = /^update (\S+) set (\w+) ?= ?(.*?)(?: where (.*))?$/i.exec(statement);
  const remove = /^delete from (\S+)(?: where (.*))?$/i.exec(statement);
  const name = (insert ?? update ?? remove)?.[1];
  if (name === undefined) return {};
  const table = tables.get(name.toLowerCase());
  if (!table) return { check: noRelation(name) };
  const matching = (where: string | undefined): Cell[][] => {
    if (where === undefined) return table.rows;
    const [, column = '', value = ''] = /^(\w+) ?= ?'?([^']*)'?$/.exec(where) ?? [];
    const at = table.columns.findIndex((one) => one.name === column);
    return table.rows.filter((row) => String(row[at]) === value);
  };
  if (insert) {
    const values = (insert[2] ?? '').split(/,(?=(?:[^']*'[^']*')*[^']*$)/).map((value) => value.trim());
    const extra = values[table.columns.length];
    if (extra !== undefined)
      return { check: { error: 'INSERT has more expressions than target columns', near: extra } };
    const odd = values.find(
      (value, i) =>
        INTEGER.test(table.columns[i]?.type ?? '') && /^'.*'$/.test(value) && !/^'\s*-?\d+\s*'$/.test(value),
    );
    if (odd !== undefined)
      return { check: { error: `invalid input syntax for type integer: "${odd.slice(1, -1)}"`, near: odd } };
    return {
      run() {
        table.rows.push(values.map((value) => (/^-?\d+$/.test(value) ? Number(value) : value.replaceAll("'", ''))));
        return { tag: 'INSERT 0 1' };
      },
    };
  }
  if (update) {
    const [, , column = '', value = '', where] = update;
    const at = table.columns.findIndex((one) => one.name === column.toLowerCase());
    if (at < 0) return { check: { error: `column "${column}" of relation "${name}" does not exist`, near: column } };
    return {
      run() {
        const rows = matching(where);
        for (const row of rows) row[at] = /^-?\d+$/.test(value) ? Number(value) : value.replaceAll("'", '');
        return { tag: `UPDATE ${rows.length}` };
      },
    };
  }
  return {
    run() {
      const rows = matching(remove?.[2]);
      table.rows = table.rows.filter((row) => !rows.includes(row));
      return { tag: `DELETE ${rows.length}` };
    },
  };
}
