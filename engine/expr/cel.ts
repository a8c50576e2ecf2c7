/**
 * CEL, the one expression language: rules of providers, `when`, `until`, `assert`, `outputs`. The library is loaded when
 * the first environment is asked for. Whole numbers of JSON are CEL ints, so `status.ready + 1` means what it says.
 */
import { Environment } from '@marcbachmann/cel-js';
import { registerLibrary } from './cel-library.ts';
import { fromCel, toCel } from './cel-values.ts';
import { fail, ok, type Result } from './result.ts';

export interface Program {
  readonly source: string;
  /** Never throws: a missing field, a wrong type or a bad pattern is an error of one line. The value is plain JSON. */
  evaluate(values: Readonly<Record<string, unknown>>): Result<unknown>;
}

export interface Cel {
  /** Parses and type-checks. With declared variables an unknown name is an error here, else at evaluation. */
  compile(expression: string): Result<Program>;
}

/** The first line of the library's error; the rest is a drawing of the source. */
const summary = (error: unknown): string => {
  const text = error instanceof Error ? ((error as { summary?: string }).summary ?? error.message) : String(error);
  return text.split('\n', 1)[0]!;
};

function environment(env: Environment): Cel {
  const compile = (source: string): Result<Program> => {
    try {
      const program = env.parse(source);
      const checked = program.check();
      if (!checked.valid) return fail(summary(checked.error));
      const roots = new Set(source.match(/[A-Za-z_]\w*/g));
      return ok({
        source,
        evaluate(values) {
          const scope: Record<string, unknown> = {};
          for (const [name, value] of Object.entries(values)) if (roots.has(name)) scope[name] = toCel(value);
          try {
            return ok(fromCel(program(scope)));
          } catch (error) {
            return fail(summary(error));
          }
        },
      });
    } catch (error) {
      return fail(summary(error));
    }
  };
  const programs = new Map<string, Result<Program>>();
  return {
    compile(source) {
      let program = programs.get(source);
      if (!program) {
        program = compile(source);
        if (programs.size > 2000) programs.clear();
        programs.set(source, program);
      }
      return program;
    },
  };
}

/** Sizes that no honest expression reaches; a hostile one is refused when it is parsed. */
const LIMITS = { maxAstNodes: 5000, maxDepth: 100, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 };

const environments = new Map<string, Cel>();

/** The environment in which these variables are known; without a list every name is. Made once per list. */
export function celNow(variables?: readonly string[]): Cel {
  const key = variables?.toSorted().join(' ') ?? '*';
  let made = environments.get(key);
  if (!made) {
    const env = new Environment({
      unlistedVariablesAreDyn: variables === undefined,
      enableOptionalTypes: true,
      homogeneousAggregateLiterals: false,
      limits: LIMITS,
    });
    registerLibrary(env);
    for (const name of variables ?? []) env.registerVariable(name, 'dyn');
    made = environment(env);
    environments.set(key, made);
  }
  return made;
}

export const cel = async (variables?: readonly string[]): Promise<Cel> => celNow(variables);
