/** What a definition runs: every step does one thing, has a command, and lets no unsafe parameter into a script. */
import { envName } from '../../expr/environment.ts';
import { coerceParameter } from '../../expr/parameters.ts';
import { parseTemplate } from '../../expr/placeholders.ts';
import { evaluatesAgain } from '../../expr/script-text.ts';
import { isSafeWord, scripts } from '../../expr/shell.ts';
import type { Path } from '../schema/types.ts';
import type { ContainerBody, OpsDefinitionSpec, ParameterDefinition, ValueSchema } from '../types.ts';
import type { Findings } from './findings.ts';

/** Values that a schema would have to refuse for its parameter to be safe inside a script. */
const UNSAFE = [
  '',
  'a b',
  'a;b',
  'a&b',
  'a|b',
  '$(a)',
  '`a`',
  '$a',
  "a'b",
  'a"b',
  'a\\b',
  'a\nb',
  'a*',
  '(a)',
  'a>b',
  '~',
  '-a',
];

function isAlwaysSafe(definition: ParameterDefinition): boolean {
  const { schema, value } = definition;
  const each: ValueSchema = schema?.type === 'array' ? { ...schema.items } : { ...(schema as ValueSchema | undefined) };
  const sample = Array.isArray(value) ? value[0] : value;
  const type =
    each.type ?? (typeof sample === 'number' ? 'number' : typeof sample === 'boolean' ? 'boolean' : 'string');
  if (schema?.type === 'array' && !schema.minItems) return false;
  if (each.enum) return each.enum.every((allowed) => isSafeWord(String(allowed)));
  if (type !== 'string') return true;
  return UNSAFE.every((text) => !coerceParameter({ name: 'x', schema: { ...each, type: 'string' } }, text).ok);
}

interface Located {
  text: string;
  path: Path;
}

const located = (list: string[] | undefined, path: Path): Located[] =>
  (list ?? []).map((text, i) => ({ text, path: [...path, i] }));

function lintCommand(elements: Located[], parameters: ParameterDefinition[], findings: Findings): void {
  const argv = elements.map((element) => element.text);
  const templates = argv.map((text) => parseTemplate(text));
  for (const script of scripts(argv)) {
    if (
      script.kind === 'shell' &&
      evaluatesAgain(argv[script.index]!) &&
      /\$\{?OPS_|\$[1-9@*]/.test(argv[script.index]!)
    ) {
      findings.warn(
        elements[script.index]!.path,
        'the script evaluates text again (eval, xargs, sh -c, …): make sure that no parameter gets there',
      );
    }
    const template = templates[script.index];
    if (script.kind === 'query' || !template?.ok || template.value.kind !== 'parts') continue;
    const used = new Set(template.value.parts.map((part) => (part.kind === 'parameter' ? part.name : '')));
    for (const parameter of parameters) {
      if (!used.has(parameter.name) || isAlwaysSafe(parameter)) continue;
      const { name } = parameter;
      const variable = envName(name);
      findings.warn(
        elements[script.index]!.path,
        script.kind === 'shell'
          ? `{{parameters.${name}}} may hold text that ${script.program} would act on, and is refused then; write "$${variable}" instead`
          : `{{parameters.${name}}} may hold text that ${script.program} would run, and is refused then; read ${variable} from the environment`,
      );
    }
  }
}

const CONTAINER: Path = ['spec', 'strategies', 'container'];
const BODIES = ['container', 'patch', 'create', 'delete', 'get', 'approve'] as const;

export function lintBodies(spec: OpsDefinitionSpec, findings: Findings): void {
  const fallback = spec.strategies?.container;
  const parameters = spec.parameters ?? [];
  /** What a step's container leaves out is taken from the strategies'. */
  const check = (own: ContainerBody | undefined, at: Path) => {
    const part = (field: 'command' | 'args') =>
      own?.[field] ? located(own[field], [...at, field]) : located(fallback?.[field], [...CONTAINER, field]);
    const elements = [...part('command'), ...part('args')];
    if (elements.length === 0 && !(own?.image || fallback?.image)) {
      findings.error([...at, 'command'], 'missing; without image a command is needed to run in the pod');
    }
    lintCommand(elements, parameters, findings);
  };
  if (!spec.steps?.length) {
    if (fallback) check(undefined, CONTAINER);
    else findings.error(CONTAINER, 'missing; without steps it is what runs');
  }
  for (const list of ['steps', 'finally'] as const) {
    for (const [i, step] of (spec[list] ?? []).entries()) {
      const at: Path = ['spec', list, i];
      const given = BODIES.filter((body) => step[body]);
      if (given.length > 1) findings.error(at, `has ${given.join(' and ')}; a step does one thing`);
      else if (step.container || (given.length === 0 && fallback)) check(step.container, [...at, 'container']);
      else if (given.length === 0) findings.error(at, 'does nothing; give it a container or another body');
    }
  }
}
