/** Runs the rules of x-kubernetes-validations on values. */

import { compile } from '../cel/compile.ts';
import { type Declared, declared } from '../cel/declared.ts';
import { embedded, seenBy } from '../cel/seen.ts';
import { Maybe, RuleError } from '../cel/values.ts';
import { equal } from '../json.ts';
import { isDict } from '../types.ts';
import { type FieldError, invalid } from '../validation/fielderror.ts';
import { readFieldPath } from './fieldpath.ts';
import { oldItem } from './lists.ts';
import { type CelRule, memberOf, type Schema } from './structural.ts';

const REASONS = new Set(['FieldValueRequired', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueDuplicate']);
const LEAD: Record<string, string> = {
  FieldValueRequired: 'Required value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
};

const usesOld = (rule: CelRule): boolean => /\boldSelf\b/.test(rule.rule);

const ruleText = (rule: CelRule): string => rule.message?.trim() || rule.rule.trim();
const at = (field: string): string => field || '<nil>';

function failed(
  rule: CelRule,
  self: Declared,
  schema: Schema,
  field: string,
  scope: Record<string, unknown>,
): FieldError {
  let message = rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
  if (rule.messageExpression) {
    try {
      const text = compile(rule.messageExpression, self, rule.optionalOldSelf === true).run?.(scope);
      if (typeof text === 'string' && text.trim() && !text.trim().includes('\n') && text.length <= 5120)
        message = text.trim();
    } catch (error) {
      // The message stays the rule's own, as on a real server.
      if (!(error instanceof RuleError)) throw error;
    }
  }
  const path = rule.fieldPath ? readFieldPath(rule.fieldPath, schema) : '';
  const below = typeof path === 'string' ? '' : path.shown;
  const where = at([field, below].filter(Boolean).join('.'));
  const reason = rule.reason && REASONS.has(rule.reason) ? rule.reason : 'FieldValueInvalid';
  const type = schema.type ?? '';
  if (reason === 'FieldValueInvalid') return invalid(where, type, message);
  const text = reason === 'FieldValueDuplicate' ? JSON.stringify(type) : message;
  return { reason, field: where, message: `${LEAD[reason]}: ${text}` };
}

/** One rule on one value; `fresh` tells an error of evaluation from a rule that is broken. */
function run(
  rule: CelRule,
  self: Declared,
  value: unknown,
  old: unknown,
  schema: Schema,
  root: boolean,
  field: string,
): { error: FieldError; broken: boolean } | undefined {
  const transition = usesOld(rule);
  const optional = rule.optionalOldSelf === true;
  if (!rule.rule.trim() || (transition && old === undefined && !optional)) return undefined;
  const program = compile(rule.rule, self, optional);
  const fail = (text: string) => ({ error: invalid(at(field), schema.type ?? '', text), broken: false });
  if (!program.run) return fail(`rule compile error: ${program.problem}`);
  const scope: Record<string, unknown> = { self: seenBy(value, schema, root) };
  if (transition) {
    const before = old === undefined ? undefined : seenBy(old, schema, root);
    scope.oldSelf = optional ? (before === undefined ? Maybe.NONE : Maybe.of(before)) : before;
  }
  try {
    if (program.run(scope) === true) return undefined;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    if (error.message.startsWith('no such overload'))
      return fail(
        `'${error.message}': call arguments did not match a supported operator, function or macro signature for rule: ${ruleText(rule)}`,
      );
    return fail(`${error.message} evaluating rule: ${ruleText(rule)}`);
  }
  return { error: failed(rule, self, schema, field, scope), broken: true };
}

/** What rules say of a value: errors, and what is forgiven because nothing was changed. */
export interface Verdict {
  errors: FieldError[];
  warnings: string[];
}

/** A value beside what it replaces. */
interface Pair {
  value: unknown;
  /** Undefined where there was nothing, or nothing that can be told to be the same. */
  old: unknown;
  /** Whether the nearest thing around that can be compared stays as it was. */
  kept: () => boolean;
  root: boolean;
}

function visit({ value, old, kept, root }: Pair, schema: Schema, field: string, verdict: Verdict): void {
  if (value === null || value === undefined) return;
  const rules = schema['x-kubernetes-validations'] ?? [];
  // What a schema says too little of can't be seen by a rule.
  const self = rules.length > 0 ? declared(schema, root) : undefined;
  if (self)
    for (const rule of rules) {
      const found = run(rule, self, value, old, schema, root, field);
      if (!found) continue;
      if (found.broken && !usesOld(rule) && kept())
        verdict.warnings.push(`${found.error.field}: ${found.error.message}`);
      else verdict.errors.push(found.error);
    }
  const below = (member: unknown, before: unknown): Pair => ({
    value: member,
    old: before,
    kept: before === undefined ? kept : () => equal(member, before),
    root: false,
  });
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    for (const [index, item] of value.entries())
      visit(
        { ...below(item, oldItem(schema, old, item)), root: embedded(items) },
        items,
        `${field}[${index}]`,
        verdict,
      );
    return;
  }
  if (!isDict(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const part = memberOf(schema, key);
    if (!part) continue;
    const own = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    const before = isDict(old) && Object.hasOwn(old, key) ? old[key] : undefined;
    const where = own ? (field ? `${field}.${key}` : key) : `${field}[${key}]`;
    const pair = below(member, before);
    // A new member of a thing that could be compared is a change.
    if (before === undefined && isDict(old)) pair.kept = () => false;
    visit({ ...pair, root: embedded(part) }, part, where, verdict);
  }
}

/** Runs every rule of a schema on a value; `old` is what the value replaces, undefined where there is none. */
export function validateByRules(value: unknown, old: unknown, schema: Schema, field = '', root = false): Verdict {
  const verdict: Verdict = { errors: [], warnings: [] };
  const kept = (): boolean => old !== undefined && equal(value, old);
  visit({ value, old, kept, root: root || embedded(schema) }, schema, field, verdict);
  return verdict;
}
