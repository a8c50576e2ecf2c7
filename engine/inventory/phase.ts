/** How a provider finds the phase of a cluster: rules in order, then a path, then a word for silence. */
import type { PhaseRule } from '../api/types.ts';
import type { Cel, Program } from '../expr/cel.ts';

/** A provider that can't be used; one line. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

/** Compiles CEL; what does not compile is a ProviderError. */
export function program(cel: Cel | undefined, expression: string): Program {
  const compiled = cel?.compile(expression);
  if (compiled?.ok) return compiled.value;
  throw new ProviderError(`the expression ${JSON.stringify(expression)}: ${compiled?.error ?? 'CEL is not loaded'}`);
}

/**
 * The word of the first rule that holds, '' when none does. A rule that fails on an object says nothing about it.
 * All rules are one program, since the object is converted once for each; only where that fails are they tried one by one.
 */
export function phaseRules(cel: Cel | undefined, rules: readonly PhaseRule[]): (object: unknown) => string {
  if (rules.length === 0) return () => '';
  const single = rules.map(({ when = 'true', is }) => ({ program: program(cel, when), is }));
  const whole = program(
    cel,
    `${rules.map(({ when = 'true', is }) => `(${when}) ? ${JSON.stringify(is)} : `).join('')}""`,
  );
  return (object) => {
    const said = whole.evaluate({ object });
    if (said.ok && typeof said.value === 'string') return said.value;
    const hit = single.find((rule) => {
      const holds = rule.program.evaluate({ object });
      return holds.ok && holds.value === true;
    });
    return hit?.is ?? '';
  };
}
