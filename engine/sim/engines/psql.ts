/** psql: its options, and how it prints answers and complaints. */
import type { ToolCall } from '../node/tool.ts';
import { syntaxFault } from './relations.ts';
import { type Answer, aligned, plain, statements, type Table } from './sql.ts';

export interface Asked {
  /** Each as it is given: a `-c` is one request, a file is read statement by statement. */
  parts: { text: string; whole: boolean; file?: string }[];
  bare: boolean;
  unaligned: boolean;
  expanded: boolean;
  csv: boolean;
  quiet: boolean;
  list: boolean;
  stopOnError: boolean;
  separator: string;
  host: string;
  port: number;
  user: string;
  database: string;
}

const FLAGS: Readonly<Record<string, string>> = {
  a: 'echo-all',
  A: 'no-align',
  b: 'echo-errors',
  e: 'echo-queries',
  E: 'echo-hidden',
  H: 'html',
  l: 'list',
  n: 'no-readline',
  q: 'quiet',
  s: 'single-step',
  S: 'single-line',
  t: 'tuples-only',
  V: 'version',
  w: 'no-password',
  W: 'password',
  x: 'expanded',
  X: 'no-psqlrc',
  z: 'field-separator-zero',
  '0': 'record-separator-zero',
  '1': 'single-transaction',
  '?': 'help',
};
const VALUES: Readonly<Record<string, string>> = {
  c: 'command',
  d: 'dbname',
  f: 'file',
  F: 'field-separator',
  h: 'host',
  L: 'log-file',
  o: 'output',
  p: 'port',
  P: 'pset',
  R: 'record-separator',
  T: 'table-attr',
  U: 'username',
  v: 'set',
};
const LONG = [...Object.values(FLAGS), ...Object.values(VALUES), 'csv', 'variable'];
const HINT = 'psql: hint: Try "psql --help" for more information.\n';

/** What is asked; a text is the complaint. */
export async function ask(call: ToolCall): Promise<Asked | string> {
  const set = new Set<string>();
  const values = new Map<string, string[]>();
  const order: [string, string][] = [];
  const words: string[] = [];
  const put = (name: string, value: string) => {
    values.set(name, [...(values.get(name) ?? []), value]);
    if (name === 'command' || name === 'file') order.push([name, value]);
  };
  const { args } = call;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const [, long, inline] = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (long !== undefined) {
      const name = LONG.find((one) => one === long) ?? LONG.find((one) => one.startsWith(long));
      if (name === undefined) return `psql: unrecognized option '${word}'\n${HINT}`;
      if (!Object.values(VALUES).includes(name) && name !== 'variable') set.add(name);
      else if (inline === undefined && i + 1 >= args.length)
        return `psql: option '${word}' requires an argument\n${HINT}`;
      else put(name, inline ?? args[++i] ?? '');
    } else if (/^-./.test(word)) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? '';
        const flag = FLAGS[letter];
        const valued = VALUES[letter];
        if (flag !== undefined) set.add(flag);
        else if (valued === undefined) return `psql: invalid option -- '${letter}'\n${HINT}`;
        else {
          const rest = word.slice(at + 1);
          if (rest === '' && i + 1 >= args.length) return `psql: option requires an argument -- '${letter}'\n${HINT}`;
          put(valued, rest === '' ? (args[++i] ?? '') : rest);
          break;
        }
      }
    } else words.push(word);
  }
  const last = (name: string) => values.get(name)?.at(-1);
  const asked: Asked = {
    parts: [],
    bare: set.has('tuples-only'),
    unaligned: set.has('no-align'),
    expanded: set.has('expanded'),
    csv: set.has('csv'),
    quiet: set.has('quiet'),
    list: set.has('list'),
    stopOnError: [...(values.get('set') ?? []), ...(values.get('variable') ?? [])].some((one) =>
      /^ON_ERROR_STOP=(1|on|true)$/i.test(one),
    ),
    separator: last('field-separator') ?? '|',
    host: last('host') ?? call.env.PGHOST ?? 'localhost',
    port: Number(last('port') ?? call.env.PGPORT ?? 5432),
    user: last('username') ?? words[1] ?? call.env.PGUSER ?? 'postgres',
    database: last('dbname') ?? words[0] ?? call.env.PGDATABASE ?? 'postgres',
  };
  for (const [name, value] of order) {
    if (name === 'command') asked.parts.push({ text: value, whole: true });
    else if (value === '-') asked.parts.push({ text: await call.stdin(), whole: false });
    else {
      const text = call.readFile(value);
      if (text === undefined) return `psql: error: ${value}: No such file or directory\n`;
      asked.parts.push({ text, whole: false, file: value });
    }
  }
  if (asked.parts.length === 0 && !asked.list) asked.parts.push({ text: await call.stdin(), whole: false });
  return asked;
}

const vertical = (table: Table): string => {
  const width = Math.max(...table.columns.map((name) => name.length));
  const rows = table.rows.map(
    (row, n) =>
      `-[ RECORD ${n + 1} ]\n${row.map((cell, i) => `${(table.columns[i] ?? '').padEnd(width)} | ${cell ?? ''}\n`).join('')}`,
  );
  return `${rows.join('')}\n`;
};

const quoted = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function shown(table: Table, asked: Asked): string {
  if (asked.csv) {
    const rows = asked.bare ? table.rows : [table.columns, ...table.rows];
    return rows.map((row) => `${row.map((cell) => quoted(String(cell ?? ''))).join(',')}\n`).join('');
  }
  if (asked.unaligned) {
    const count = `(${table.rows.length} row${table.rows.length === 1 ? '' : 's'})\n`;
    const body = plain(table, asked.separator);
    return asked.bare ? body : `${table.columns.join(asked.separator)}\n${body}${count}`;
  }
  if (asked.expanded) return vertical(table);
  if (table.columns.length === 0) return `--\n(${table.rows.length} row${table.rows.length === 1 ? '' : 's'})\n\n`;
  const text = aligned(table);
  // Without names and number of rows.
  return asked.bare
    ? `${text
        .split('\n')
        .slice(2, 2 + table.rows.length)
        .map((line) => `${line}\n`)
        .join('')}\n`
    : text;
}

/** `ERROR:` with the line and the place that it is about, both as the server was sent them. */
function complaint(answer: Extract<Answer, { error: string }>, text: string, from: number, before: string): string {
  const lines = [`${before}ERROR:  ${answer.error}`];
  if (answer.near !== undefined) {
    const at = answer.near === '' ? text.length : wordAt(text, answer.near, from);
    const begin = text.lastIndexOf('\n', at - 1) + 1;
    const number = text.slice(0, begin).split('\n').length;
    const head = `LINE ${number}: `;
    lines.push(`${head}${text.slice(begin).split('\n')[0]}`, `${' '.repeat(head.length + at - begin)}^`);
  }
  if (answer.hint !== undefined) lines.push(`HINT:  ${answer.hint}`);
  return `${lines.join('\n')}\n`;
}

function wordAt(text: string, word: string, from: number): number {
  const edge = /^\w/.test(word) ? '(?<![\\w])' : '';
  const end = /\w$/.test(word) ? '(?![\\w])' : '';
  const found = new RegExp(`${edge}${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${end}`).exec(text.slice(from));
  return from + (found?.index ?? 0);
}

/** Runs what is asked, and returns psql's exit code. */
export function converse(call: ToolCall, asked: Asked, run: (statement: string) => Answer): number {
  let code = 0;
  for (const part of asked.parts) {
    code = part.whole ? command(call, asked, part.text, run) : script(call, asked, part, run);
    if (code !== 0 && asked.stopOnError) break;
  }
  return code;
}

function print(call: ToolCall, asked: Asked, got: Answer): void {
  if ('tag' in got) {
    if (got.notice) call.err(`${got.notice}\n`);
    if (!asked.quiet && got.tag !== '') call.out(`${got.tag}\n`);
  } else if ('columns' in got) call.out(shown(got, asked));
}

/** All of it is read before any of it is done; the first error ends it. */
function command(call: ToolCall, asked: Asked, text: string, run: (statement: string) => Answer): number {
  if (/^\s*\\/.test(text)) return meta(call, asked, text.trim(), run);
  const each = statements(text);
  let from = 0;
  for (const statement of each) {
    from = text.indexOf(statement.split(' ')[0] ?? '', from);
    const fault = syntaxFault(statement);
    if (fault) {
      call.err(complaint(fault, text, from, ''));
      return 1;
    }
  }
  from = 0;
  for (const statement of each) {
    from = text.indexOf(statement.split(' ')[0] ?? '', from);
    const got = run(statement);
    if ('error' in got) {
      call.err(complaint(got, text, from, ''));
      return 1;
    }
    print(call, asked, got);
  }
  return 0;
}

/** It goes on after an error, and ends well, unless it is told to stop. */
function script(
  call: ToolCall,
  asked: Asked,
  { text, file }: { text: string; file?: string },
  run: (statement: string) => Answer,
): number {
  let line = 1;
  for (const piece of text.match(/(?:[^;'\\]|'[^']*'|\\[^\n]*\n?)+;?/g) ?? []) {
    const sent = piece.trim();
    line += piece.split('\n').length - 1;
    if (sent === '' || sent === ';') continue;
    if (sent.startsWith('\\')) {
      meta(call, asked, sent, run);
      continue;
    }
    const statement = statements(sent)[0] ?? '';
    const got = syntaxFault(statement) ?? run(statement);
    if ('error' in got) {
      call.err(complaint(got, sent, 0, file === undefined ? '' : `psql:${file}:${line}: `));
      if (asked.stopOnError) return 3;
    } else print(call, asked, got);
  }
  return 0;
}

function meta(call: ToolCall, asked: Asked, text: string, run: (statement: string) => Answer): number {
  const [name = '', word, extra] = text.split(/\s+/);
  if (name === '\\q') return 0;
  if (name === '\\l') {
    print(call, asked, run('select datname from pg_database'));
    return 0;
  }
  if (name === '\\conninfo') {
    const odd = word ?? extra;
    if (odd !== undefined) call.err(`\\conninfo: extra argument "${odd}" ignored\n`);
    const by = asked.host === 'localhost' ? 'via socket in "/var/run/postgresql"' : `on host "${asked.host}"`;
    call.out(
      `You are connected to database "${asked.database}" as user "${asked.user}" ${by} at port "${asked.port}".\n`,
    );
    return 0;
  }
  if (/^\\d[a-z+]*$/.test(name)) {
    if (word === undefined) call.err('Did not find any relations.\n');
    else if ('error' in run(`select * from ${word}`)) call.err(`Did not find any relation named "${word}".\n`);
    else return 0;
    return word === undefined ? 0 : 1;
  }
  call.err(`invalid command ${name}\n`);
  return 1;
}
