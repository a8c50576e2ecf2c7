/** The story of a run, from its journal alone. */
import { isOver, type Journal } from '../../engine/ops/journal.ts';
import { SOURCES } from '../../engine/ops/plan.ts';
import { adoptWith, beginWith, type Stored, UNSEALED } from '../../engine/ops/store.ts';
import { KEPT_WORDS } from '../../engine/ops/stores.ts';
import { drawable, keptLog, runDetail } from '../../engine/ops/view.ts';
import { isDead, thisProcess } from '../../engine/runtime/identity.ts';
import { parameterText, word } from './plan.ts';

const WORDS: Record<string, string> = {
  Succeeded: 'ok',
  Failed: 'failed',
  Running: 'running',
  Intent: 'sent',
  Pending: 'waiting',
  Unknown: 'unknown',
  Cancelled: 'cancelled',
};

function took(from: string | undefined, to: string | undefined): string {
  const ms = Date.parse(to ?? '') - Date.parse(from ?? '');
  return Number.isNaN(ms) ? '' : ` (${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s)`;
}

const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

/** Both groups of the cluster may have one of the name. */
const originOf = ({ source, group }: Journal['definition']): string =>
  group ? `OpsDefinition of ${group}` : (SOURCES[source] ?? source);

export function story(found: Stored): string {
  const stored = drawable(found);
  const { journal, ref } = stored;
  if (!journal) {
    return `${ref.name}: Pending\n  cluster     ${stored.spec.clusterRef}\n  operation   ${stored.spec.opsDefinitionRef ?? stored.spec.type}\n  no engine has begun with it: ${beginWith(stored)}\n`;
  }
  const lines = [`${ref.name}: ${journal.phase}${journal.message ? `: ${journal.message}` : ''}`];
  const field = (name: string, value: string) => value && lines.push(`  ${name.padEnd(11)} ${value}`);
  const { definition, cluster } = journal;
  field(
    'operation',
    `${definition.name} (${originOf(definition)}, ${definition.digest.slice(0, 19)}, effect ${journal.effect})`,
  );
  field('cluster', `${cluster.namespace}/${cluster.name} (${cluster.kind})`);
  field('kept as', KEPT_WORDS[stored.kept]);
  field('created', stored.createdAt || journal.createdAt);
  field('started', journal.startedAt ?? '');
  field('finished', journal.finishedAt ? `${journal.finishedAt}${took(journal.startedAt, journal.finishedAt)}` : '');
  field('executed by', isOver(journal) ? '' : executedBy(journal));
  field(
    'cancelled',
    journal.cancel ? `${journal.cancel.at}${journal.cancel.by ? ` by ${journal.cancel.by}` : ''}` : '',
  );
  for (const { at, by, from } of journal.adopted ?? [])
    field('adopted', `${at} by ${by}${from ? ` from ${from}` : ''}`);
  if (stored.unsealed && !isOver(journal)) field('only shown', `${UNSEALED}; ${adoptWith(stored)}`);
  for (const parameter of journal.parameters) field('parameter', parameterText(parameter));
  lines.push(...conditions(journal), ...steps(stored, journal), ...verdicts(journal), ...log(journal));
  return `${lines.join('\n')}\n`;
}

/** Whether it is still there can't be told by one look. */
function executedBy({ holder, left, phase, waiter }: Journal): string {
  if (holder && !holder.settles) return `${holder.identity}${holder.at ? `, last heard of at ${holder.at}` : ''}`;
  if (phase === 'Waiting' && waiter) {
    const here = thisProcess();
    if (isDead(waiter, here)) return `nobody; ${waiter.identity}, which waited with it, is gone`;
    return `nobody yet; ${waiter.identity} waits with it${waiter.host === here.host ? '' : ', as far as is known here'}`;
  }
  return left ? `nobody; ${left.by} did${left.at ? `, last heard of at ${left.at}` : ''}` : 'nobody';
}

function conditions(journal: Journal): string[] {
  if (journal.conditions.length === 0) return [];
  const rows = journal.conditions.map(
    (c) => `  ${c.lastTransitionTime}  ${c.type.padEnd(11)} ${c.status.padEnd(7)} ${c.reason}: ${c.message}`,
  );
  return ['conditions', ...rows];
}

function steps(stored: Stored, journal: Journal): string[] {
  const meta = { namespace: stored.ref.namespace, name: stored.ref.name, uid: stored.uid, kept: stored.kept };
  const lines = ['steps'];
  for (const step of runDetail(meta, journal).steps) {
    const time = took(iso(step.startedAt), iso(step.finishedAt));
    lines.push(
      `  ${(WORDS[step.phase] ?? '').padEnd(9)} ${step.name}${time}${step.message ? `: ${step.message}` : ''}`,
    );
    for (const target of step.targets) {
      const role = target.role ? ` (${target.role})` : '';
      const where = target.instance
        ? `${target.instance}${role}${target.container ? ` container ${target.container}` : ''}`
        : 'job';
      lines.push(
        `            ${where}${target.uid ? ` uid ${target.uid}` : ''}`,
        `              ${target.argv.map(word).join(' ')}`,
      );
      for (const attempt of target.attempts) {
        const span = [iso(attempt.startedAt), iso(attempt.finishedAt)].filter(Boolean).join(' – ');
        lines.push(
          `              attempt ${attempt.n} ${attempt.phase}${span ? ` ${span}` : ''}${attempt.message ? `: ${attempt.message}` : ''}`,
        );
      }
    }
  }
  return lines;
}

function verdicts(journal: Journal): string[] {
  const said = journal.verdicts.map(
    (v) => `  ${v.at}  ${v.who} on ${v.step} ${v.instance} attempt ${v.attempt}: ${v.verdict}: ${v.reason}`,
  );
  return said.length > 0 ? ['verdicts', ...said] : [];
}

function log(journal: Journal): string[] {
  const kept = keptLog(journal);
  if (kept.length === 0) return [];
  const many = new Set(kept.map((line) => line.instance)).size > 1;
  return [
    'log',
    ...kept.map(
      (line) => `  ${many ? `${line.instance}: ` : ''}${line.stream === 'note' ? `(${line.text})` : line.text}`,
    ),
  ];
}
