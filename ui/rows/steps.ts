/** Steps of a run and their targets, one row each. */
import type { LogLine, RunDetail, RunStep, RunTarget } from '../../engine/protocol.ts';
import type { Pen } from '../pen.ts';
import { clock, took } from './age.ts';
import { width } from './fit.ts';
import { STEP } from './health.ts';

export interface TargetRow {
  /** `step/instance`. */
  id: string;
  step: string;
  instance: string;
  /** Pod and role. */
  who: string;
  phase: RunTarget['phase'];
  startedAt?: number;
  finishedAt?: number;
  attempts: number;
  message: string;
  /** The run has ended: what is still waiting will never begin. */
  over: boolean;
}

/** A journal says late that a command runs: a short one costs no write. What it prints says so at once. */
const prints = (row: TargetRow, { step, instance, stream }: LogLine): boolean =>
  row.phase === 'Intent' && row.attempts === 1 && row.step === step && row.instance === instance && stream !== 'note';

/** `heard`: the last line of its log, where that is read too. */
export function targetsOf(run: RunDetail, heard?: LogLine): TargetRow[] {
  const over = run.finishedAt !== undefined;
  const rows = run.steps
    .flatMap((step) =>
      step.targets.length === 0 ? [rowOf(step, over)] : step.targets.map((t) => rowOf(step, over, t)),
    )
    .map((row): TargetRow => (heard && prints(row, heard) ? { ...row, phase: 'Running' } : row));
  if (!run.adoptable) return rows;
  // As its journal says, which nobody may be writing any more: no clock runs on it.
  return rows.map(({ startedAt, ...row }) =>
    startedAt !== undefined && row.finishedAt !== undefined ? { ...row, startedAt } : row,
  );
}

function rowOf(step: RunStep, over: boolean, target?: RunTarget): TargetRow {
  const last = target?.attempts.at(-1);
  const startedAt = target?.attempts[0]?.startedAt ?? step.startedAt;
  const finishedAt = target ? last?.finishedAt : step.finishedAt;
  return {
    id: `${step.name}/${target?.instance ?? ''}`,
    step: step.name,
    instance: target?.instance ?? '',
    who: target ? `${target.instance}${target.role ? ` ${target.role}` : ''}` : '',
    phase: target?.phase ?? step.phase,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    attempts: target?.attempts.length ?? 0,
    // What is said of the step is said once, not beside each of its pods.
    message: target ? (last?.message ?? '') : step.message,
    over,
  };
}

export interface StepLook {
  stepWidth: number;
  whoWidth: number;
  columns: number;
  selected: boolean;
}

/** `> running  reshard    cart-redis-0 primary   41s   attempt 1`. */
export function stepRow(row: TargetRow, look: StepLook, pen: Pen): string {
  const known = STEP[row.phase] ?? { word: row.phase, token: 'unknown' as const };
  const { word, token } = row.over && row.phase === 'Pending' ? { ...known, word: 'not run' } : known;
  let time: string = pen.glyphs.dash;
  if (row.startedAt !== undefined && row.finishedAt !== undefined) time = took(row.finishedAt - row.startedAt);
  else if (row.startedAt !== undefined && row.phase !== 'Pending') {
    pen.changesIn(1_000 - ((pen.now - row.startedAt) % 1_000));
    time = clock(pen.now - row.startedAt);
  }
  const rest = [row.attempts > 1 || row.phase === 'Running' ? `attempt ${row.attempts}` : '', row.message]
    .filter((t) => t !== '')
    .join(': ');
  const head = pen.fill(word, 9);
  const body = `${pen.fill(row.step, look.stepWidth)} ${pen.fill(row.who, look.whoWidth, 'left', 'middle')} ${pen.fill(time, 7, 'right')}  `;
  const tail = pen.cut(rest, Math.max(0, look.columns - 2 - 9 - width(body) - 1));
  if (look.selected) return pen.style('selection', pen.fill(`> ${head} ${body}${tail}`, look.columns));
  return `  ${pen.style(token, word)}${head.slice(word.length)} ${body}${tail}`.trimEnd();
}
