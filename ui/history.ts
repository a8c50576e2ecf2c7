/** What was typed (after `:` and `/`, into forms), kept from one start to the next. Losing it is no matter: nothing here fails. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type History, NO_HISTORY } from './store/state.ts';

type Env = Record<string, string | undefined>;

const KEPT = 50;
/** Of one operation. */
const MOST_VALUES = 100;
const LONGEST_VALUE = 4_000;

const folder = (env: Env) => join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'opsdeck');

/** Foreign or broken text is no history; a control character is never put into a prompt. */
const texts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value
        .filter((text): text is string => typeof text === 'string' && /^[^\x00-\x1f\x7f-\x9f]{1,200}$/.test(text))
        .slice(-KEPT)
    : [];

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** A value is put into a field, which takes no control character either. */
const fields = (value: unknown): Record<string, string> => {
  const sound = (text: unknown): text is string =>
    typeof text === 'string' && text.length <= LONGEST_VALUE && !/[\x00-\x1f\x7f-\x9f]/.test(text);
  const kept = Object.entries(record(value)).filter((entry): entry is [string, string] => sound(entry[1]));
  return Object.fromEntries(kept.slice(0, MOST_VALUES));
};

const values = (value: unknown): History['values'] =>
  Object.fromEntries(
    Object.entries(record(value))
      .slice(-KEPT)
      .map(([key, of]) => [key, fields(of)]),
  );

export function loadHistory(env: Env): History {
  try {
    const read = record(JSON.parse(readFileSync(join(folder(env), 'history.json'), 'utf8')));
    return { command: texts(read.command), filter: texts(read.filter), values: values(read.values) };
  } catch {
    return NO_HISTORY;
  }
}

/** What another cockpit has added meanwhile stays: its texts come first. */
export function saveHistory(env: Env, history: History): void {
  const there = loadHistory(env);
  const merged = (key: 'command' | 'filter') =>
    texts([...there[key].filter((t) => !history[key].includes(t)), ...history[key]]);
  const others = Object.entries(there.values).filter(([key]) => !(key in history.values));
  const text = JSON.stringify({
    command: merged('command'),
    filter: merged('filter'),
    values: values({ ...Object.fromEntries(others), ...history.values }),
  });
  if (text === JSON.stringify(there)) return;
  try {
    mkdirSync(folder(env), { recursive: true, mode: 0o700 });
    const file = join(folder(env), `history.json.${process.pid}`);
    writeFileSync(file, text, { mode: 0o600 });
    renameSync(file, join(folder(env), 'history.json'));
  } catch {
    // A read-only home: the next start begins without it.
  }
}
