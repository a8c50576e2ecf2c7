/** Tables as psql and mysql print them, and statements cut apart. */

export interface Table {
  columns: string[];
  rows: (string | number | null)[][];
}

/** What a statement answers: a table, a command tag, or an error. */
export type Answer =
  | Table
  | { tag: string; notice?: string }
  | {
      error: string;
      /** The word of the statement that it is about. */
      near?: string;
      hint?: string;
    };

export interface Pattern<C> {
  /** Against the statement, blanks squeezed, without its semicolon. */
  match: RegExp;
  answer(context: C, found: RegExpExecArray): Answer;
}

export const one = (column: string, value: string | number | null): Table => ({ columns: [column], rows: [[value]] });

export function statements(text: string): string[] {
  return text
    .split(/;(?=(?:[^']*'[^']*')*[^']*$)/)
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

export function answer<C>(
  patterns: readonly Pattern<C>[],
  context: C,
  statement: string,
  unknown: (statement: string) => Answer,
): Answer {
  for (const { match, answer: reply } of patterns) {
    const found = match.exec(statement);
    if (found) return reply(context, found);
  }
  return unknown(statement);
}

const text = (value: string | number | null | undefined) =>
  value === null || value === undefined ? '' : String(value);

/** psql's aligned output. Numbers stand on the right. */
export function aligned(table: Table): string {
  const widths = table.columns.map((name, i) => Math.max(name.length, ...table.rows.map((row) => text(row[i]).length)));
  const right = table.columns.map(
    (_name, i) => table.rows.length > 0 && table.rows.every((row) => typeof row[i] === 'number'),
  );
  const center = (name: string, width: number) => {
    const left = Math.floor((width - name.length) / 2);
    return ' '.repeat(left) + name + ' '.repeat(width - name.length - left);
  };
  const row = (cells: (string | number | null)[]) =>
    cells
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        const shown = right[i]
          ? text(cell).padStart(width)
          : i === cells.length - 1
            ? text(cell)
            : text(cell).padEnd(width);
        return ` ${shown}`;
      })
      .join(' |');
  const head = table.columns.map((name, i) => ` ${center(name, widths[i] ?? 0)}`).join(' |');
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+');
  const count = table.rows.length === 1 ? '(1 row)' : `(${table.rows.length} rows)`;
  return `${head} \n${rule}\n${table.rows.map((cells) => `${row(cells)}\n`).join('')}${count}\n\n`;
}

/** psql -t (`bare`) and -A (`unaligned`). */
export function plain(table: Table, separator: string): string {
  return table.rows.map((row) => `${row.map(text).join(separator)}\n`).join('');
}

/** mysql in batch mode: tabs, a header unless it is left out. */
export function batch(table: Table, header: boolean): string {
  const rows = header ? [table.columns, ...table.rows] : table.rows;
  return rows.map((row) => `${row.map((cell) => (cell === null ? 'NULL' : text(cell))).join('\t')}\n`).join('');
}

/** mysql -t: in boxes. */
export function boxed(table: Table, header: boolean): string {
  const cells = table.rows.map((row) => row.map((cell) => (cell === null ? 'NULL' : text(cell))));
  const widths = table.columns.map((name, i) =>
    Math.max(header ? name.length : 0, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (row: readonly string[], right: (i: number) => boolean) =>
    `|${row.map((cell, i) => ` ${right(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)} `).join('|')}|\n`;
  const number = (i: number) => table.rows.every((row) => typeof row[i] === 'number' || row[i] === null);
  return `${rule}${header ? line(table.columns, () => false) + rule : ''}${cells.map((row) => line(row, number)).join('')}${rule}`;
}

/** mysql's \G. */
export function vertical(table: Table): string {
  const width = Math.max(...table.columns.map((name) => name.length));
  return table.rows
    .map(
      (row, n) =>
        `*************************** ${n + 1}. row ***************************\n${row.map((cell, i) => `${table.columns[i]?.padStart(width)}: ${cell === null ? 'NULL' : text(cell)}\n`).join('')}`,
    )
    .join('');
}
