/** Health and phases: a word first, a colour second. */
import type { Health, RunPhase } from '../../engine/protocol.ts';
import type { StyleToken } from '../theme.ts';
import type { Column } from './columns.ts';

export const HEALTH: Record<Health, { word: string; token: StyleToken; rank: number }> = {
  bad: { word: 'bad', token: 'bad', rank: 0 },
  unknown: { word: '?', token: 'unknown', rank: 1 },
  busy: { word: 'busy', token: 'busy', rank: 2 },
  warn: { word: 'warn', token: 'warn', rank: 3 },
  ok: { word: 'ok', token: 'ok', rank: 4 },
  off: { word: 'off', token: 'off', rank: 5 },
};

export const healthColumn: Column<{ health: Health }> = {
  id: 'health',
  title: 'HEALTH',
  min: 6,
  width: 6,
  rank: 0,
  text: ({ health }) => HEALTH[health].word,
  style: ({ health }) => HEALTH[health].token,
  sort: ({ health }) => HEALTH[health].rank,
};

export const PHASE: Record<RunPhase, { token: StyleToken; rank: number }> = {
  Unknown: { token: 'bad', rank: 0 },
  Running: { token: 'busy', rank: 1 },
  Cancelling: { token: 'busy', rank: 2 },
  Approving: { token: 'attention', rank: 3 },
  Waiting: { token: 'attention', rank: 4 },
  Pending: { token: 'busy', rank: 5 },
  Failed: { token: 'bad', rank: 6 },
  Cancelled: { token: 'warn', rank: 7 },
  Succeed: { token: 'ok', rank: 8 },
};

/** Steps, targets and attempts: the word on the screen. */
export const STEP: Record<string, { word: string; token: StyleToken }> = {
  Pending: { word: 'waiting', token: 'muted' },
  Intent: { word: 'starting', token: 'busy' },
  Running: { word: 'running', token: 'busy' },
  Succeeded: { word: 'ok', token: 'ok' },
  Failed: { word: 'failed', token: 'bad' },
  Unknown: { word: 'unknown', token: 'bad' },
  Cancelled: { word: 'cancelled', token: 'warn' },
};
