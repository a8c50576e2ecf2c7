/** The expressions of a ValidatingAdmissionPolicy: what they may name, and how they are compiled. */
import { compileIn, type Expression } from '../cel/compile.ts';
import { BOOL, DYN, INT, listOf, mapOf, STRING, struct, TIMESTAMP, type Type } from '../cel/type.ts';
import { RuleError } from '../cel/values.ts';
import { type Dict, isDict } from '../types.ts';

const TEXTS = mapOf(STRING, STRING);
const kindOf = (...names: string[]): Map<string, Type> => new Map(names.map((name) => [name, STRING]));

/** What objects of a known type have. */
const STRUCTS = new Map<string, Map<string, Type>>([
  [
    'kubernetes.AdmissionRequest',
    new Map<string, Type>([
      ['kind', struct('kubernetes.GroupVersionKind')],
      ['resource', struct('kubernetes.GroupVersionResource')],
      ['subResource', STRING],
      ['requestKind', struct('kubernetes.GroupVersionKind')],
      ['requestResource', struct('kubernetes.GroupVersionResource')],
      ['requestSubResource', STRING],
      ['name', STRING],
      ['namespace', STRING],
      ['operation', STRING],
      ['userInfo', struct('kubernetes.UserInfo')],
      ['dryRun', BOOL],
      ['options', DYN],
    ]),
  ],
  ['kubernetes.GroupVersionKind', kindOf('group', 'version', 'kind')],
  ['kubernetes.GroupVersionResource', kindOf('group', 'version', 'resource')],
  [
    'kubernetes.UserInfo',
    new Map<string, Type>([
      ['username', STRING],
      ['uid', STRING],
      ['groups', listOf(STRING)],
      ['extra', mapOf(STRING, listOf(STRING))],
    ]),
  ],
  [
    'kubernetes.Namespace',
    new Map<string, Type>([
      ['metadata', struct('kubernetes.NamespaceMetadata')],
      ['spec', struct('kubernetes.NamespaceSpec')],
      ['status', struct('kubernetes.NamespaceStatus')],
    ]),
  ],
  [
    'kubernetes.NamespaceMetadata',
    new Map<string, Type>([
      ['name', STRING],
      ['generateName', STRING],
      ['namespace', STRING],
      ['labels', TEXTS],
      ['annotations', TEXTS],
      ['UID', STRING],
      ['creationTimestamp', TIMESTAMP],
      ['deletionGracePeriodSeconds', INT],
      ['deletionTimestamp', TIMESTAMP],
      ['generation', INT],
      ['resourceVersion', STRING],
      ['finalizers', listOf(STRING)],
    ]),
  ],
  ['kubernetes.NamespaceSpec', new Map<string, Type>([['finalizers', listOf(STRING)]])],
  ['kubernetes.NamespaceStatus', new Map<string, Type>([['phase', STRING]])],
]);

const VARIABLES = 'kubernetes.variables';

export interface Named {
  name: string;
  expression: Expression;
}

export interface Validation {
  source: string;
  expression: Expression;
  message: string;
  reason: string;
  messageExpression: Expression | undefined;
}

export interface CompiledPolicy {
  conditions: Condition[];
  variables: Named[];
  validations: Validation[];
}

export const dictsOf = (value: unknown): Dict[] => (Array.isArray(value) ? value.filter(isDict) : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

type Variable = [string, Type];

const BASE: readonly Variable[] = [
  ['object', DYN],
  ['oldObject', DYN],
  ['request', struct('kubernetes.AdmissionRequest')],
  ['namespaceObject', struct('kubernetes.Namespace')],
];
/** Of everything but messages. */
const AUTHORIZER: readonly Variable[] = [
  ['authorizer', struct('kubernetes.authorization.Authorizer')],
  ['authorizer.requestResource', struct('kubernetes.authorization.ResourceCheck')],
];

export type Condition = Named & { source: string };

const conditionsOf = (given: unknown, compile: (source: string) => Expression): Condition[] =>
  dictsOf(given).map(({ name, expression }) => {
    const source = textOf(expression).trim();
    return { name: textOf(name), source, expression: compile(source) };
  });

/** The conditions of a webhook. */
export const webhookConditions = (given: unknown): Condition[] =>
  conditionsOf(given, (source) =>
    compileIn(source, { variables: new Map([...BASE, ...AUTHORIZER]), fieldsOf: (name) => STRUCTS.get(name) }),
  );

function compilePolicy(spec: Dict): CompiledPolicy {
  const declared = new Map<string, Type>();
  const fieldsOf = (name: string) => (name === VARIABLES ? declared : STRUCTS.get(name));
  const compile = (source: string, composed: boolean, authorized = true): Expression =>
    compileIn(source, {
      variables: new Map([
        ...BASE,
        ...(spec.paramKind ? ([['params', DYN]] as Variable[]) : []),
        ...(authorized ? AUTHORIZER : []),
        ...(composed ? ([['variables', struct(VARIABLES)]] as Variable[]) : []),
      ]),
      fieldsOf,
    });
  const conditions = conditionsOf(spec.matchConditions, (source) => compile(source, false));
  const composed = dictsOf(spec.variables).length > 0;
  const variables = dictsOf(spec.variables).map(({ name, expression }) => {
    const made = compile(textOf(expression).trim(), composed);
    declared.set(textOf(name), made.type);
    return { name: textOf(name), expression: made };
  });
  const validations = dictsOf(spec.validations).map((one) => {
    const source = textOf(one.expression).trim();
    const message = textOf(one.messageExpression).trim();
    return {
      source,
      expression: compile(source, composed),
      message: textOf(one.message).trim(),
      reason: textOf(one.reason),
      messageExpression: message ? compile(message, composed, false) : undefined,
    };
  });
  return { conditions, variables, validations };
}

const compiled = new WeakMap<Dict, CompiledPolicy>();

/** Compiles a policy's spec once. */
export function compiledPolicy(spec: Dict): CompiledPolicy {
  let made = compiled.get(spec);
  if (!made) {
    made = compilePolicy(spec);
    compiled.set(spec, made);
  }
  return made;
}

/** The variables of a policy, each found when it is first asked for. */
export class Variables extends Map<unknown, unknown> {
  private readonly declared: ReadonlyMap<string, Expression>;
  private readonly scope: Record<string, unknown>;

  constructor(named: readonly Named[], scope: Record<string, unknown>) {
    super();
    this.declared = new Map(named.map(({ name, expression }) => [name, expression]));
    this.scope = { ...scope, variables: this };
  }

  override has(name: unknown): boolean {
    return this.declared.has(String(name));
  }

  override get(name: unknown): unknown {
    if (super.has(name)) return super.get(name);
    try {
      const value = this.declared.get(String(name))?.run(this.scope);
      this.set(name, value);
      return value;
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      throw new RuleError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`);
    }
  }
}
