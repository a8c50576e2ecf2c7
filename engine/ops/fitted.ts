/** A journal is one object of limited size: of many outputs the oldest are cut first, and what is cut is counted. */
import type { Journal, OutputTail, TailLine } from './journal.ts';

/** All outputs of a run together. etcd takes 1.5 MB for an object, a ConfigMap 1 MiB, the definition and the plan want room too. */
const BUDGET = 384 * 1024;
/** What is left of an output that had to be cut: enough to see how it ended. */
const LEFT = 1024;

const cost = ({ text }: TailLine): number => Buffer.byteLength(JSON.stringify(text)) + 32;
const costOf = (output: OutputTail | undefined): number =>
  (output?.lines ?? []).reduce((sum, line) => sum + cost(line), 0);

function cut(output: OutputTail, to: number): OutputTail {
  let size = 0;
  let from = output.lines.length;
  while (from > 0 && size + cost(output.lines[from - 1]!) <= to) size += cost(output.lines[--from]!);
  return { ...output, lines: output.lines.slice(from), dropped: output.dropped + from };
}

/** The same journal where it fits. */
export function fitted(journal: Journal, budget = BUDGET): Journal {
  const attempts = journal.steps.flatMap((step) => step.targets.flatMap((target) => target.attempts));
  let excess = attempts.reduce((sum, attempt) => sum + costOf(attempt.output), 0) - budget;
  if (excess <= 0) return journal;
  const smaller = new Map<object, OutputTail>();
  // The oldest first; then, if there are very many, to nothing.
  for (const to of [LEFT, 0]) {
    for (const attempt of attempts) {
      if (excess <= 0) break;
      const output = smaller.get(attempt) ?? attempt.output;
      if (!output) continue;
      const less = cut(output, to);
      excess -= costOf(output) - costOf(less);
      smaller.set(attempt, less);
    }
  }
  const steps = journal.steps.map((step) => ({
    ...step,
    targets: step.targets.map((target) => ({
      ...target,
      attempts: target.attempts.map((attempt) => {
        const output = smaller.get(attempt);
        return output ? { ...attempt, output } : attempt;
      }),
    })),
  }));
  return { ...journal, steps };
}
