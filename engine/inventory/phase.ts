/** How a provider finds the phase of a cluster: rules in order, then a path, then a word for silence. */
import type { PhaseRule } from '../api/types.ts';
import { celNow, type Program } from '../expr/cel.ts';

/** A provider that can't be used; one line. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

/** Compiles CEL; what does not compile is a ProviderError. */
export function program(expression: string): Program {
  const compiled = celNow(['object']).compile(expression);
  if (compiled.ok) return compiled.value;
  throw new ProviderError(`the expression ${JSON.stringify(expression)}: ${compiled.error}`);
}

/** Makes something ready: at once, or when it is first asked for. */
export type When = <T>(make: () => T) => () => T;

export const atOnce: When = (make) => {
  const made = make();
  return () => made;
};

export const whenAsked: When = <T>(make: () => T) => {
  let made: { it: T } | undefined;
  return () => {
    made ??= { it: make() };
    return made.it;
  };
};

/**
 * The word of the first rule that holds, '' when none does. A rule that fails on an object says nothing about it.
 * All rules are one program, since the object is converted once for each; only where that fails are they tried one by one.
 */
export function phaseRules(rules: readonly PhaseRule[], when: When): (object: unknown) => string {
  if (rules.length === 0) return () => '';
  const compiled = when(() => {
    const each = rules.map(({ when: holds = 'true', is }) => ({ program: program(holds), is }));
    const cases = rules.map(({ when: holds = 'true', is }) => `(${holds}) ? ${JSON.stringify(is)} : `);
    return { each, all: program(`${cases.join('')}""`) };
  });
  return (object) => {
    const said = compiled().all.evaluate({ object });
    if (said.ok && typeof said.value === 'string') return said.value;
    const hit = compiled().each.find((rule) => {
      const holds = rule.program.evaluate({ object });
      return holds.ok && holds.value === true;
    });
    return hit?.is ?? '';
  };
}
