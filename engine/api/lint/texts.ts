/** The texts of a definition: placeholders name what there is, and expressions compile. */
import { cel } from '../../expr/cel.ts';
import { nearest, suggestion } from '../../expr/nearest.ts';
import { parseTemplate } from '../../expr/placeholders.ts';
import { show } from '../../expr/show.ts';
import type { Path } from '../schema/types.ts';
import type { OpsDefinitionSpec } from '../types.ts';
import type { Findings } from './findings.ts';

/** Names at the root of dotted paths, in definitions that have steps. */
const ROOTS = ['item', 'steps', 'STDIN', 'run'];
/** Names that expressions may use; outputs of their own step beside them. */
const VARIABLES = [
  ...['parameters', 'steps', 'item', 'run', 'now', 'HOST', 'cluster', 'instance'],
  ...['stdout', 'stderr', 'exitCode', 'object', 'results'],
];

/** Expressions stand in these fields; every other text is a template. */
const EXPRESSIONS = new Set(['when', 'forEach', 'until', 'expression', 'done', 'values', 'show']);
/** Prose and regular expressions, in which braces mean nothing. */
const PLAIN = new Set(['description', 'pattern']);

type Visit = (path: Path, text: string, outputs: readonly string[]) => void;
interface Visitor {
  expression: Visit;
  template: Visit;
}

/** Visits every text below `value`; outputs are those of the bodies around it, which its expressions may name. */
function visitTexts(value: unknown, path: Path, outputs: readonly string[], visitor: Visitor, manifest = false): void {
  const field = path.findLast((step): step is string => typeof step === 'string') ?? '';
  if (typeof value === 'string') {
    const isExpression = EXPRESSIONS.has(field) || (field === 'value' && path.includes('outputs'));
    if (isExpression && !manifest) visitor.expression(path, value, outputs);
    else if (!PLAIN.has(field) || manifest) visitor.template(path, value, outputs);
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) visitTexts(item, [...path, i], outputs, visitor, manifest);
  } else if (typeof value === 'object' && value !== null) {
    const own = (value as { outputs?: { name: string }[] }).outputs?.map((output) => output.name) ?? [];
    for (const [key, child] of Object.entries(value)) {
      // Inside an object for the API server every field means what its kind says.
      const inside = manifest || key === 'manifest' || (key === 'patch' && field === 'patch');
      visitTexts(child, [...path, key], [...outputs, ...own], visitor, inside);
    }
  }
}

export async function lintTexts(spec: OpsDefinitionSpec, findings: Findings): Promise<void> {
  const parameters = (spec.parameters ?? []).map((parameter) => parameter.name);
  const steps = [...(spec.steps ?? []), ...(spec.finally ?? [])];
  const roots = steps.length > 0 ? ROOTS : [];
  const expressions: [Path, string, readonly string[]][] = [];
  const template: Visit = (path, text, outputs) => {
    const parsed = parseTemplate(text);
    if (!parsed.ok) return findings.error(path, parsed.error);
    if (parsed.value.kind === 'cel') return void expressions.push([path, parsed.value.expression, outputs]);
    for (const part of parsed.value.parts) {
      if (part.kind === 'parameter' && !parameters.includes(part.name)) {
        findings.error(path, `{{parameters.${part.name}}}: no such parameter${suggestion(part.name, parameters)}`);
      }
      if (part.kind === 'path' && !roots.includes(part.path[0]!)) {
        const known = ['HOST', ...parameters.map((name) => `parameters.${name}`), ...roots];
        findings.error(
          path,
          `{{${part.path.join('.')}}}: nothing has that name${suggestion(part.path.join('.'), known)}`,
        );
      }
      if (part.kind === 'path' && part.path[0] === 'steps' && part.path.length > 1) {
        const names = steps.map((step) => step.name);
        if (names.includes(part.path[1]!)) continue;
        findings.error(path, `{{${part.path.join('.')}}}: no such step${suggestion(part.path[1]!, names)}`);
      }
    }
  };
  const visitor: Visitor = {
    template,
    expression: (path: Path, text: string, outputs: readonly string[]) => void expressions.push([path, text, outputs]),
  };
  const { description, type, clusterDefinitionRef, parameters: declared, ...rest } = spec;
  visitTexts(rest, ['spec'], [], visitor);
  for (const [i, parameter] of (declared ?? []).entries()) {
    if (!Array.isArray(parameter.choices))
      visitTexts(parameter.choices, ['spec', 'parameters', i, 'choices'], [], visitor);
  }
  for (const [path, source, outputs] of expressions) {
    const program = (await cel([...new Set([...VARIABLES, ...outputs])])).compile(source);
    if (program.ok) continue;
    const unknown = /^Unknown variable: (\w+)/.exec(program.error)?.[1];
    const near = unknown && nearest(unknown, [...VARIABLES, ...outputs]);
    findings.error(
      path,
      `${show(source)} does not compile: ${program.error}${near ? `; did you mean "${near}"?` : ''}`,
    );
  }
}
