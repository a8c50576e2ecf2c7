/** Admission policies and their bindings. */
import { compiledPolicy } from '../../admission/policy.ts';
import type { Expression } from '../../cel/compile.ts';
import { show } from '../../cel/type.ts';
import type { Dict, SimObject } from '../../types.ts';
import { dict, list, named, oneOf, text, words } from '../../validation/checks.ts';
import { duplicate, type FieldError, invalid, required, unsupported } from '../../validation/fielderror.ts';
import { qualifiedName } from '../../validation/names.ts';

const NEEDED = 'validations or auditAnnotations must contain at least one item';

/** An expression that must be there, be right, and give a value of a type; any where none is named. */
function expression(field: string, source: unknown, made: Expression | undefined, type?: string): FieldError[] {
  const given = text(source).trim();
  if (given === '' || !made) return [required(field, 'expression is not specified')];
  if (made.problem) return [invalid(field, given, `compilation failed: ${made.problem}`)];
  if (type === undefined || show(made.type) === type) return [];
  return [invalid(field, given, `must evaluate to ${type} but got ${show(made.type)}`)];
}

export function admissionPolicy({ spec: given }: SimObject): FieldError[] {
  const spec = dict(given);
  const made = compiledPolicy(spec);
  const errors = oneOf(spec, 'spec', 'failurePolicy', ['Fail', 'Ignore']);
  if (!spec.matchConstraints) errors.push(required('spec.matchConstraints'));
  else if (list(dict(spec.matchConstraints).resourceRules).length === 0)
    errors.push(required('spec.matchConstraints.resourceRules'));
  for (const [at, condition] of list(spec.matchConditions).entries()) {
    const field = `spec.matchConditions[${at}]`;
    errors.push(...expression(`${field}.expression`, condition.expression, made.conditions[at]?.expression, 'bool'));
    errors.push(...named(qualifiedName, condition.name, `${field}.name`));
  }
  for (const [at, variable] of list(spec.variables).entries())
    errors.push(...expression(`spec.variables[${at}].expression`, variable.expression, made.variables[at]?.expression));
  if (list(spec.validations).length === 0 && list(spec.auditAnnotations).length === 0)
    errors.push(required('spec.validations', NEEDED), required('spec.auditAnnotations', NEEDED));
  for (const [at, validation] of list(spec.validations).entries()) {
    const field = `spec.validations[${at}]`;
    const compiled = made.validations[at];
    errors.push(...expression(`${field}.expression`, validation.expression, compiled?.expression, 'bool'));
    if (text(validation.messageExpression).trim())
      errors.push(
        ...expression(
          `${field}.messageExpression`,
          validation.messageExpression,
          compiled?.messageExpression,
          'string',
        ),
      );
    errors.push(...oneOf(validation, field, 'reason', ['Forbidden', 'Invalid', 'RequestEntityTooLarge']));
  }
  return errors;
}

const ACTIONS = ['Audit', 'Deny', 'Warn'];

function validationActions(actions: string[]): FieldError[] {
  const field = 'spec.validationActions';
  if (actions.length === 0) return [required(field, 'at least one validation action is required')];
  const errors = actions.flatMap((action, at): FieldError[] => {
    if (!ACTIONS.includes(action)) return [unsupported(`${field}[${at}]`, action, ACTIONS)];
    return actions.indexOf(action) < at ? [duplicate(`${field}[${at}]`, action)] : [];
  });
  if (actions.includes('Deny') && actions.includes('Warn'))
    errors.push(
      invalid(
        field,
        ['Deny', 'Warn'],
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  return errors;
}

function paramRef(ref: Dict): FieldError[] {
  const field = 'spec.paramRef';
  const errors: FieldError[] = [];
  if (!ref.name && !ref.selector) errors.push(required(field, 'one of name or selector must be specified'));
  if (ref.name && ref.selector)
    errors.push(invalid(`${field}.name`, ref.name, 'name and selector are mutually exclusive'));
  if (!ref.parameterNotFoundAction) errors.push(required(`${field}.parameterNotFoundAction`));
  return [...errors, ...oneOf(ref, field, 'parameterNotFoundAction', ['Allow', 'Deny'])];
}

export function admissionBinding({ spec: given }: SimObject): FieldError[] {
  const spec = dict(given);
  return [
    ...(spec.policyName ? [] : [required('spec.policyName')]),
    ...(spec.paramRef ? paramRef(dict(spec.paramRef)) : []),
    ...validationActions(words(spec.validationActions)),
  ];
}
