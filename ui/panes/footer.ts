/** The last two lines: what was said (or is being typed), and the keys that work now. */
import type { App } from '../app.ts';
import { allowed, keyName, reachable } from '../keys/bindings.ts';
import { suggest } from '../keys/commands.ts';
import { hintBar, type Pen } from '../pen.ts';
import { width } from '../rows/fit.ts';
import type { TextField } from '../store/text.ts';
import type { StyleToken } from '../theme.ts';

/** A text field on one line, with its cursor as a reversed cell; scrolled so that the cursor is visible. */
export function paintField(field: TextField, columns: number, pen: Pen, mask = false): string {
  const chars = [...field.value].map((c) => (mask ? '*' : pen.safe(c)));
  // One column stays free for the cursor behind the last character.
  let from = 0;
  while (width(chars.slice(from, field.cursor).join('')) > columns - 1) from++;
  const before = chars.slice(from, field.cursor).join('');
  const at = chars[field.cursor] ?? ' ';
  const after = pen.cut(chars.slice(field.cursor + 1).join(''), Math.max(0, columns - width(before) - width(at)));
  return before + pen.style('cursor', at) + after;
}

const LEVELS = { info: null, warn: 'attention', error: 'error' } as const satisfies Record<string, StyleToken | null>;

/** A sentence that is longer than the line takes the lines above it: a reason that is cut is none. */
const MOST_LINES = 4;

function said(text: string, token: StyleToken | null, columns: number, pen: Pen, over = false): string[] {
  const all = pen.wrapWords(text, columns - 2);
  const lines = all.slice(0, MOST_LINES);
  if (all.length > MOST_LINES) lines[MOST_LINES - 1] = pen.cut(all.slice(MOST_LINES - 1).join(' '), columns - 2);
  const covers = over || lines.length > 1;
  return lines.map((line) => {
    const shown = covers ? pen.fill(line, columns - 1) : line;
    return ` ${token === null ? shown : pen.style(token, shown)}`;
  });
}

/** What was said, or is being typed: the last of these lines stands above the hints. */
export function paintMessage(app: App, columns: number, pen: Pen): string[] {
  const { overlay, message: last, unread } = app.state();
  const message = last?.holds?.() === false ? null : last;
  const typing = overlay?.kind === 'prompt';
  const words = message ? said(message.text, LEVELS[message.level], columns, pen, typing) : [];
  if (overlay?.kind === 'prompt') {
    const sign = overlay.what === 'command' ? ':' : '/';
    const ghost = overlay.what === 'command' ? suggest(overlay.field.value, app) : '';
    const typed = paintField(overlay.field, columns - 2, pen);
    const line = ` ${pen.style('key', sign)}${typed}${ghost === '' ? '' : pen.style('muted', ghost)}`;
    return [...words, line];
  }
  if (overlay?.kind === 'ask') return said(overlay.text, 'ruleDanger', columns, pen);
  if (message) return words;
  const { mode } = app.data.header;
  if (mode.kind === 'unreachable') return said(mode.why, 'bad', columns, pen);
  const lost = app.data.header.sources.find((s) => s.freshness.state === 'stale' || s.freshness.state === 'down');
  if (lost && 'why' in lost.freshness)
    return [` ${pen.style('attention', pen.cut(`${lost.id}: ${lost.freshness.why}`, columns - 2))}`];
  return unread > 0
    ? [` ${pen.style('muted', `${unread} ${unread === 1 ? 'error' : 'errors'} unread: ! shows all`)}`]
    : [''];
}

export function paintHints(app: App, columns: number, pen: Pen): string {
  const { overlay } = app.state();
  const view = app.top();
  const contexts = overlay ? [overlay.kind] : app.views.contexts(view, app);
  const typing = overlay ? overlay.kind === 'prompt' : (app.views.of(view).field?.(view, app) ?? null) !== null;
  const hints = reachable(app.views.bindings, contexts, typing)
    .filter(({ binding }) => binding.rank !== undefined && allowed(binding, app) === true)
    .sort((a, b) => (a.binding.rank ?? 0) - (b.binding.rank ?? 0))
    .map(({ binding, keys }) => ({
      key: keyName(keys[0] ?? '', app.ascii),
      hint: typeof binding.hint === 'string' ? binding.hint : binding.hint(app),
    }));
  return hintBar(pen, hints, columns);
}
