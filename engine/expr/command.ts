/** The argv of a step: placeholders replaced inside single elements, and refused where a value would be evaluated again. */
import { envName } from './environment.ts';
import { type Rendered, renderParts, type Scope } from './placeholders.ts';
import { fail, ok, type Result } from './result.ts';
import { evaluatesAgain, holdsName, movesHereDocument, readsNames } from './script-text.ts';
import { isSafeWord, type Script, scripts } from './shell.ts';
import { show } from './show.ts';

export interface Command {
  argv: string[];
  /** Sentences for the plan: values that are let through but may mean more than they seem. */
  warnings: string[];
}

/** Stands for a value whose text isn't known: no option, no program, no number. */
const OPAQUE = '\uFFFF';

const opaque = ({ text, values }: Rendered): string => {
  let result = '';
  let end = 0;
  for (const value of values) {
    result += text.slice(end, value.start) + OPAQUE;
    end = value.end;
  }
  return result + text.slice(end);
};

function howToPass(script: Script, parameter: string | undefined): string {
  if (parameter === undefined) return 'pass it as an argument of its own instead';
  const variable = envName(parameter);
  return script.kind === 'shell'
    ? `write "$${variable}" in the script instead: every parameter is in the environment`
    : `read it from the environment variable ${variable} instead`;
}

/** Why a value may not stand where it does in a script; undefined when it may. */
function whyUnsafe(script: Script, element: Rendered, value: Rendered['values'][number]): string | undefined {
  const text = element.text.slice(value.start, value.end);
  const placeholder = `{{${value.name}}} = ${show(text)}`;
  if (!isSafeWord(text)) {
    return `${placeholder} is refused inside a ${script.program} script; ${howToPass(script, value.parameter)}`;
  }
  if (script.kind === 'shell' && holdsName(text) && readsNames(element.text.slice(0, value.start))) {
    return `${placeholder} is refused where ${script.program} takes it for the name of a variable; only a number may stand there`;
  }
  return undefined;
}

/**
 * Renders command and args as one argv. Each element gives exactly one element. Fails, with one line that names the
 * value, when it stands in a script and could be more than one inert word, or when it turns another element into a script.
 */
export function renderCommand(command: readonly string[], scope: Scope): Result<Command> {
  const rendered: Rendered[] = [];
  for (const [i, text] of command.entries()) {
    const element = renderParts(text, scope);
    if (!element.ok) return fail(`argument ${i + 1} of the command: ${element.error}`);
    rendered.push(element.value);
  }
  const argv = rendered.map((element) => element.text);
  const warnings: string[] = [];

  const declared = scripts(rendered.map(opaque));
  const found = scripts(argv);
  for (const script of found) {
    if (declared.some((d) => d.index === script.index && d.kind === script.kind)) continue;
    if (script.kind === 'query') continue;
    const values = rendered.flatMap((element) => element.values.map((value) => `{{${value.name}}}`));
    return fail(
      `the value of ${[...new Set(values)].join(' or ')} would make ${script.program} run ${show(argv[script.index]!)} as a script`,
    );
  }
  // What either reading calls a script is guarded: a value must not hide one that the definition declares.
  const guarded = new Map([...found, ...declared].map((script) => [script.index, script]));
  for (const [index, element] of rendered.entries()) {
    const script = guarded.get(index);
    if (script?.kind === 'shell' && movesHereDocument(opaque(element), element.text)) {
      return fail(`a value ends the here-document in the ${script.program} script; write "$OPS_NAME" there instead`);
    }
    const before = found.findLast((s) => s.kind === 'shell' && s.index < index);
    for (const value of element.values) {
      const text = element.text.slice(value.start, value.end);
      if (script && script.kind !== 'query') {
        const why = whyUnsafe(script, element, value);
        if (why !== undefined) return fail(why);
      } else if (script && !isSafeWord(text)) {
        warnings.push(`${script.program} reads {{${value.name}}} = ${show(text)} as part of its query.`);
      } else if (before && !isSafeWord(text) && evaluatesAgain(argv[before.index]!)) {
        warnings.push(`The ${before.program} script may evaluate {{${value.name}}} = ${show(text)} as a command.`);
      } else if (value.start === 0 && text.startsWith('-') && !/^-[0-9.]+$/.test(text)) {
        warnings.push(`{{${value.name}}} = ${show(text)} begins with a dash: the program may read it as an option.`);
      }
    }
  }
  return ok({ argv, warnings });
}
