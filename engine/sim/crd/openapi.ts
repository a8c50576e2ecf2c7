/** What a server asks of each part of a schema beside its structure: lists and maps of a kind, defaults, and rules. */
import { compile } from '../cel/compile.ts';
import { type Declared, declared, timesAtMost } from '../cel/declared.ts';
import { product } from '../cel/estimate.ts';
import { type Dict, isDict } from '../types.ts';
import { denied, type FieldError, invalid, required, unsupported } from '../validation/fielderror.ts';
import { Budget } from './budget.ts';
import { readFieldPath } from './fieldpath.ts';
import { type CelRule, partsOf, type Schema } from './structural.ts';

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const META = new Set(['metadata', 'kind', 'apiVersion']);
const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/** What is known where the walk is. */
interface Place {
  field: string;
  root: boolean;
  /** Why no default may stand here. */
  noDefaults?: string;
  inMeta: boolean;
  /** The first part around whose values can't be told apart from what they were. */
  uncorrelated?: string;
  /** How often a value may stand here; unbounded where nothing around says. */
  count: bigint | undefined;
  /** False where restrictions are nested: rules there are none. */
  rules: boolean;
}

interface Found {
  schema: FieldError[];
  rules: FieldError[];
}

export interface Walk {
  budget: Budget;
  /** Whether types and costs of rules are looked at: not where the schema isn't structural. */
  compiles: boolean;
}

const lineBreak = (text: string): boolean => /[\n\r]/.test(text);

/** A rule as messages show it. */
const shownRule = (rule: CelRule): Dict => ({
  Rule: rule.rule,
  Message: rule.message ?? '',
  MessageExpression: rule.messageExpression ?? '',
  Reason: rule.reason ?? null,
  FieldPath: rule.fieldPath ?? '',
  OptionalOldSelf: rule.optionalOldSelf ?? null,
});

function ruleTexts(rule: CelRule, schema: Schema, where: string): FieldError[] {
  const errors: FieldError[] = [];
  const { rule: source = '', message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  if (!source.trim()) errors.push(required(`${where}.rule`, 'rule is not specified'));
  else if (message && !message.trim())
    errors.push(invalid(`${where}.message`, message, 'must be non-empty if specified'));
  else if (lineBreak(message.trim())) errors.push(invalid(`${where}.message`, message, 'must not contain line breaks'));
  else if (lineBreak(source.trim()) && !message.trim())
    errors.push(required(`${where}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression && !messageExpression.trim())
    errors.push(required(`${where}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(unsupported(`${where}.reason`, reason, REASONS));
  const path = `${where}.fieldPath`;
  if (fieldPath && !fieldPath.trim()) errors.push(invalid(path, fieldPath, 'must be non-empty if specified'));
  if (lineBreak(fieldPath)) errors.push(invalid(path, fieldPath, 'must not contain line breaks'));
  if (fieldPath && typeof readFieldPath(fieldPath, schema) === 'string')
    errors.push(invalid(path, fieldPath, 'must be a valid path'));
  return errors;
}

function compiledRule(rule: CelRule, self: Declared, place: Place, where: string, walk: Walk): FieldError[] {
  if (!rule.rule.trim()) return [];
  const errors: FieldError[] = [];
  const made = compile(rule.rule, self, rule.optionalOldSelf === true);
  const source = `${where}.rule`;
  const bool = made.problem !== '' || made.type === 'bool';
  const counted = bool && made.problem === '';
  errors.push(
    ...walk.budget.spend(
      source,
      'estimated rule cost',
      counted ? made.cost : 0n,
      place.count ?? timesAtMost(self.least),
    ),
  );
  if (made.problem) {
    const stage = made.unready ? 'program instantiation' : 'compilation';
    errors.push(invalid(source, shownRule(rule), `${stage} failed: ${made.problem}`));
  } else if (!bool) errors.push(invalid(source, shownRule(rule), 'cel expression must evaluate to a bool'));
  else if (rule.messageExpression) {
    const field = `${where}.messageExpression`;
    const message = compile(rule.messageExpression, self, rule.optionalOldSelf === true);
    if (message.problem)
      errors.push(
        invalid(
          field,
          shownRule(rule),
          `messageExpression ${message.unready ? 'instantiation' : 'compilation'} failed: ${message.problem}`,
        ),
      );
    else if (message.type !== 'string')
      errors.push(invalid(field, shownRule(rule), 'messageExpression must evaluate to a string'));
    else errors.push(...walk.budget.spend(field, 'estimated messageExpression cost', message.cost, 1n));
  }
  if (counted && made.usesOldSelf) {
    if (place.uncorrelated)
      errors.push(
        invalid(
          source,
          rule.rule,
          `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelated}`,
        ),
      );
  } else if (rule.optionalOldSelf !== undefined)
    errors.push(
      invalid(`${where}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'),
    );
  return errors;
}

function ruleErrors(schema: Schema, place: Place, found: Found, walk: Walk): void {
  const rules = schema['x-kubernetes-validations'] ?? [];
  const where = `${place.field}.x-kubernetes-validations`;
  for (const [at, rule] of rules.entries()) found.schema.push(...ruleTexts(rule, schema, `${where}[${at}]`));
  if (rules.length === 0 || found.schema.length > 0 || !place.rules || !walk.compiles) return;
  const self = declared(schema, place.root || schema['x-kubernetes-embedded-resource'] === true);
  if (!self) {
    const text =
      'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';
    found.rules.push({ reason: 'InternalError', field: where, message: text });
    return;
  }
  for (const [at, rule] of rules.entries())
    found.rules.push(...compiledRule(rule, self, place, `${where}[${at}]`, walk));
}

function keyErrors(schema: Schema, field: string, errors: FieldError[]): void {
  const { items } = schema;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const where = `${field}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) errors.push(required(where, 'must not be empty if x-kubernetes-list-type is map'));
  if (!items) errors.push(required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  else if (items.type !== 'object')
    errors.push(
      invalid(
        `${field}.items.type`,
        items.type ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
  else
    for (const [at, key] of keys.entries()) {
      const property = items.properties?.[key];
      if (!property) errors.push(invalid(where, keys, 'entries must all be names of item properties'));
      else if (property.type === 'array' || property.type === 'object')
        errors.push(
          invalid(
            `${field}.items.properties[${key}].type`,
            items.type,
            "must be a scalar type if parent array's x-kubernetes-list-type is map",
          ),
        );
      if (keys.indexOf(key) < at) errors.push(invalid(where, keys, 'must not contain duplicate entries'));
    }
}

/** Items of sets and maps are told apart: nothing of what tells them apart may be null or left out. */
function itemErrors(schema: Schema, field: string, errors: FieldError[]): void {
  const { items } = schema;
  const kind = schema['x-kubernetes-list-type'];
  if (!items || (kind !== 'set' && kind !== 'map')) return;
  if (items.nullable)
    errors.push(denied(`${field}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${kind}`));
  if (kind === 'set') return;
  const why = 'this property is in x-kubernetes-list-map-keys, so it';
  for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
    const property = items.properties?.[key];
    if (!property) continue;
    const where = `${field}.items.properties[${key}]`;
    if (!items.required?.includes(key) && property.default === undefined)
      errors.push(required(`${where}.default`, `${why} must have a default or be a required property`));
    if (property.nullable) errors.push(denied(`${where}.nullable`, `${why} cannot be nullable`));
  }
}

function kindErrors(schema: Schema, field: string, errors: FieldError[]): void {
  const { type = '', items } = schema;
  const list = schema['x-kubernetes-list-type'];
  const map = schema['x-kubernetes-map-type'];
  const wrong = (text: string): FieldError =>
    type ? invalid(`${field}.type`, type, text) : required(`${field}.type`, text);
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    errors.push(invalid(`${field}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  if (map !== undefined) {
    if (type !== 'object') errors.push(wrong('must be object if x-kubernetes-map-type is specified'));
    if (map !== 'atomic' && map !== 'granular')
      errors.push(unsupported(`${field}.x-kubernetes-map-type`, map, ['atomic', 'granular']));
  }
  if (list !== undefined && type !== 'array')
    errors.push(wrong('must be array if x-kubernetes-list-type is specified'));
  else if (list === 'set' && items) {
    const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    const of = items['x-kubernetes-list-type'];
    if (items.type === 'array' && of !== undefined && of !== 'atomic')
      errors.push(invalid(`${field}.items.x-kubernetes-list-type`, of, why));
    if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
      errors.push(invalid(`${field}.items.x-kubernetes-map-type`, of ?? null, why));
  }
  if (list !== undefined && !['atomic', 'set', 'map'].includes(list))
    errors.push(unsupported(`${field}.x-kubernetes-list-type`, list, ['atomic', 'set', 'map']));
  if (schema['x-kubernetes-list-map-keys']?.length && list !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const where = `${field}.x-kubernetes-list-type`;
    errors.push(list === undefined ? required(where, why) : invalid(where, list, why));
  }
  if (list === 'map') keyErrors(schema, field, errors);
  itemErrors(schema, field, errors);
}

function standardErrors(schema: Schema, place: Place, errors: FieldError[]): void {
  const { field } = place;
  if (schema.type && !TYPES.includes(schema.type)) errors.push(unsupported(`${field}.type`, schema.type, TYPES));
  if (schema.default !== undefined && place.noDefaults)
    errors.push(denied(`${field}.default`, `must not be set ${place.noDefaults}`));
  for (const name of UNSUPPORTED)
    if ((schema as Dict)[name] !== undefined) errors.push(denied(`${field}.${name}`, `${name} is not supported`));
  if (schema.type === 'null')
    errors.push(denied(`${field}.type`, 'type cannot be set to null, use nullable as an alternative'));
  if (Array.isArray(schema.items))
    errors.push(denied(`${field}.items`, 'items must be a schema object and not an array'));
  if (place.inMeta && schema['x-kubernetes-embedded-resource'])
    errors.push(denied(`${field}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'));
  if (schema.uniqueItems === true)
    errors.push(
      denied(
        `${field}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
}

/** How many values of a part may stand in one of the whole. */
function holds(schema: Schema): bigint | undefined {
  const most = schema.type === 'array' ? schema.maxItems : schema.maxProperties;
  if (schema.type === 'array' || (schema.type === 'object' && schema.additionalProperties !== undefined))
    return most === undefined ? undefined : BigInt(Math.max(0, most));
  return 1n;
}

function walkPart(schema: Schema, place: Place, walk: Walk): Found {
  const found: Found = { schema: [], rules: [] };
  const { field } = place;
  const add = (part: Schema, change: Partial<Place>): void => {
    const below = walkPart(part, { ...place, root: false, ...change }, walk);
    found.schema.push(...below.schema);
    found.rules.push(...below.rules);
  };
  standardErrors(schema, place, found.schema);
  const each = holds(schema);
  const count = place.count === undefined || each === undefined ? undefined : product(place.count, each);
  const { additionalProperties: more, properties = {} } = schema;
  if (more !== undefined) {
    if (Object.keys(properties).length > 0 && more !== true)
      found.schema.push(
        denied(`${field}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
      );
    const noDefaults = place.inMeta ? 'inside additionalProperties applying to object metadata' : place.noDefaults;
    if (isDict(more))
      add(more as Schema, {
        field: `${field}.additionalProperties`,
        count,
        ...(noDefaults ? { noDefaults } : {}),
      });
  }
  for (const [name, member] of Object.entries(properties)) {
    const isMeta = META.has(name) && (place.root || schema['x-kubernetes-embedded-resource'] === true);
    add(member, {
      field: `${field}.properties[${name}]`,
      count,
      ...(isMeta ? { inMeta: true } : {}),
      ...(isMeta && place.root ? { noDefaults: `in top-level ${name}` } : {}),
    });
  }
  if (schema.not) add(schema.not, { field: `${field}.not`, rules: false });
  for (const name of ['allOf', 'oneOf', 'anyOf'] as const)
    for (const [at, one] of (schema[name] ?? []).entries())
      add(one, { field: `${field}.${name}[${at}]`, rules: false });
  if (schema.items && !Array.isArray(schema.items)) {
    const uncorrelated = place.uncorrelated ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : field);
    add(schema.items, { field: `${field}.items`, count, ...(uncorrelated ? { uncorrelated } : {}) });
  }
  kindErrors(schema, field, found.schema);
  ruleErrors(schema, place, found, walk);
  return found;
}

/** Whether some part of a schema has what no server supports: of such a schema the structure can't be told. */
export const isUnsupported = (schema: Schema): boolean =>
  Array.isArray(schema.items) ||
  UNSUPPORTED.some((name) => (schema as Dict)[name] !== undefined) ||
  partsOf(schema).some(isUnsupported);

/** What is wrong with a schema and its rules: everything of the schema first. */
export function checkOpenApi(schema: Schema, field: string, compiles: boolean, lenient: boolean): FieldError[] {
  const walk: Walk = { budget: new Budget(lenient), compiles };
  const place: Place = { field, root: true, inMeta: false, count: 1n, rules: true };
  const found = walkPart(schema, place, walk);
  return [...found.schema, ...found.rules, ...walk.budget.overall(field)];
}
