/** The line of truth: where am I, who executes, how fresh, what runs, what is wrong. It is always there. */
import type { Freshness, Header } from '../../engine/protocol.ts';
import { type App, hasBegun, isActive } from '../app.ts';
import type { Part, Pen } from '../pen.ts';
import { width } from '../rows/fit.ts';
import { freshnessPart } from '../rows/freshness.ts';
import { freshnessOf } from '../store/data.ts';

/** Since when nothing is heard is the freshness's to say, beside it. */
function modePart({ mode, login }: Header, readonly: boolean): Part {
  if (login !== undefined && (mode.kind === 'connecting' || mode.kind === 'unreachable'))
    return { text: `waits for ${login}`, token: 'attention' };
  if (mode.kind === 'unreachable') return { text: 'unreachable', token: 'bad' };
  if (readonly) return { text: 'read-only', token: 'attention' };
  switch (mode.kind) {
    case 'connecting':
      return { text: 'connecting', token: 'muted' };
    case 'standalone':
      return { text: 'standalone: you' };
    case 'attached':
      return { text: `attached: ${mode.holder}` };
    case 'readonly':
      return { text: 'read-only', token: 'attention' };
  }
}

/** Latency is shown in few steps, so that a steady link doesn't redraw the header. */
function latencyText(ms: number | undefined): string {
  if (ms === undefined || ms < 200) return '';
  for (const step of [300, 500, 1_000, 2_000, 5_000]) if (ms <= step) return ` ${step / 1_000}s`;
  return ' >5s';
}

/** A count as far as it is known: `3`, `3+` while rows are still coming, `?` when they can't be seen. */
function countText(n: number, freshness: Freshness | null, word: string): string {
  if (freshness === null || freshness.state === 'denied' || freshness.state === 'down')
    return `${n > 0 ? `${n}+` : '?'} ${word}`;
  return `${n}${freshness.state === 'syncing' ? '+' : ''} ${word}`;
}

const AS_COLUMNS = 24;

export function paintHeader(app: App, columns: number, pen: Pen): string {
  const { header, clusters, runs } = app.data;
  let bad = 0;
  for (const row of clusters.byUid.values()) if (row.health === 'bad') bad++;
  let running = 0;
  let waiting = 0;
  let unknown = 0;
  for (const run of runs.byUid.values()) {
    if (run.phase === 'Unknown') unknown++;
    else if (hasBegun(run)) running++;
    else if (isActive(run)) waiting++;
  }
  const overall = freshnessOf(header.sources, null);
  const fresh = freshnessPart(overall, pen, true);
  // Without a server the context's own namespace is not known: "all" would be a guess.
  const where =
    header.context === ''
      ? `connecting${pen.glyphs.ellipsis}`
      : header.server === '' && header.namespace === null
        ? header.context
        : `${header.context} ${pen.glyphs.dot} ${header.namespace ?? 'all namespaces'}`;
  // The last to give way: whose rights these are must not be forgotten.
  const as: Part[] =
    header.as === '' ? [] : [{ text: `as ${pen.cut(header.as, AS_COLUMNS, 'middle')}`, token: 'attention' }];
  const middle: Part[] = [
    ...as,
    modePart(header, app.readonly()),
    ...(overall === null
      ? []
      : [{ ...fresh, text: fresh.text + (fresh.text === 'live' ? latencyText(header.latency) : '') }]),
  ];
  if (header.context === '' && header.login === undefined && header.mode.kind === 'connecting')
    middle.splice(as.length, 1);
  if (header.journal === 'local') middle.push({ text: 'runs kept here only', token: 'attention' });
  const known = freshnessOf(header.sources, 'runs');
  const right: Part[] = [
    ...(unknown > 0 ? [{ text: `${unknown} unknown`, token: 'attention' as const }] : []),
    {
      text: countText(running, known, 'running'),
      ...(running > 0 ? { token: 'busy' as const } : {}),
    },
    {
      text: countText(bad, freshnessOf(header.sources, 'clusters'), 'bad'),
      ...(bad > 0 ? { token: 'bad' as const } : {}),
    },
  ];
  const paint = (parts: Part[], gap: string) =>
    parts.map((p) => (p.token ? pen.style(p.token, pen.safe(p.text)) : pen.safe(p.text))).join(gap);
  const measure = (parts: Part[], gap: number) =>
    parts.reduce((sum, p) => sum + width(pen.safe(p.text)), 0) + gap * Math.max(0, parts.length - 1);
  // The context gives way first: it is cut in the middle, what runs and what is wrong never is.
  let roomLeft = columns - 2 - measure(right, 3) - 2;
  const waits: Part[] = waiting > 0 ? [{ text: countText(waiting, known, 'waiting') }] : [];
  if (measure(middle, 3) + measure(waits, 3) + 3 <= roomLeft - 16) {
    right.splice(-1, 0, ...waits);
    roomLeft = columns - 2 - measure(right, 3) - 2;
  }
  const middleParts = [...middle];
  // A resource's name may be too long for this line; that something may not be seen is never left out, and the panes say what.
  const denied = overall?.state === 'denied' ? middleParts.findIndex((part) => part.text === fresh.text) : -1;
  if (denied >= 0 && measure(middleParts, 3) > roomLeft - 16) middleParts[denied] = { ...fresh, text: 'partly denied' };
  while (middleParts.length > 1 && measure(middleParts, 3) > roomLeft - 16) middleParts.pop();
  const name = pen.cut(where, Math.max(8, roomLeft - measure(middleParts, 3) - 2), 'middle');
  const gapTotal = columns - 2 - width(name) - measure(middleParts, 3) - measure(right, 3);
  const before = Math.max(2, Math.floor(gapTotal / 2));
  const after = Math.max(2, gapTotal - before);
  return ` ${pen.style('titleFocused', name)}${' '.repeat(before)}${paint(middleParts, '   ')}${' '.repeat(after)}${paint(right, '   ')}`;
}
