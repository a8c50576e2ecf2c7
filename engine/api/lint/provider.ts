/** Sense of a Provider: its expressions compile, and every phase that it names has a health. */
import { cel } from '../../expr/cel.ts';
import { show } from '../../expr/show.ts';
import type { Path } from '../schema/types.ts';
import type { Provider, ValueSource } from '../types.ts';
import type { Findings } from './findings.ts';

export async function lintProvider({ spec }: Provider, findings: Findings): Promise<void> {
  const language = await cel(['object']);
  const compile = (path: Path, expression: string) => {
    const program = language.compile(expression);
    if (!program.ok) findings.error(path, `${show(expression)} does not compile: ${program.error}`);
  };
  const sources = (path: Path, list: ValueSource[] | undefined) => {
    for (const [i, source] of (list ?? []).entries()) {
      if (typeof source === 'object' && 'expr' in source) compile([...path, i, 'expr'], source.expr);
    }
  };
  sources(['spec', 'groupBy'], spec.groupBy);
  sources(['spec', 'definitions'], spec.definitions);
  sources(['spec', 'version'], spec.version);
  for (const [i, component] of (spec.components ?? []).entries()) {
    sources(['spec', 'components', i, 'name'], component.name);
    sources(['spec', 'components', i, 'aliases'], component.aliases);
  }
  const rules = spec.phase.rules ?? [];
  for (const [i, rule] of rules.entries()) {
    const at: Path = ['spec', 'phase', 'rules', i];
    if (rule.when !== undefined) compile([...at, 'when'], rule.when);
    else if (i < rules.length - 1) findings.warn(at, 'holds always; the rules after it are never reached');
    if (spec.health[rule.is] === undefined && spec.health['*'] === undefined) {
      findings.warn(
        [...at, 'is'],
        `${show(rule.is)} has no health; add it to spec.health, or "*" for every other phase`,
      );
    }
  }
  if (spec.phase.from === undefined && rules.length === 0) {
    findings.error(['spec', 'phase'], 'needs from or rules');
  }
  const { selectors, controlled } = spec.pods;
  if (!selectors?.length && !controlled) {
    findings.error(['spec', 'pods'], 'claims no pod; give selectors, or controlled: true');
  }
}
