/** Operations and definitions as their lists and the form show them. */
import type { ContainerBody, ParameterDefinition } from '../api/types.ts';
import { GROUPS } from '../api/types.ts';
import { parameterHint, parameterType, textOf, valueSchema } from '../expr/index.ts';
import type { Cluster } from '../inventory/model.ts';
import type { FormField, OperationRow } from '../protocol.ts';
import { neededBy, readingStep } from './choices.ts';
import type { BrokenDefinition, Definition, StepDefinition } from './definition.ts';
import { prepare } from './prepare.ts';

const text = (value: unknown): string => {
  const read = textOf(value as Parameters<typeof textOf>[0]);
  return read.ok ? read.value : '';
};

const commandOf = ({ container: { command = [], args = [] } = {} }: { container?: ContainerBody }): string[] => [
  ...command,
  ...args,
];

export function formField(parameter: ParameterDefinition): FormField {
  const { name, value, differsFrom } = parameter;
  const schema = valueSchema(parameter) ?? {};
  const reading = readingStep(parameter);
  const { pattern, minimum, maximum, minItems, maxItems } = schema;
  return {
    name,
    type: parameterType(parameter),
    description: parameter.description ?? '',
    required: (parameter.required ?? false) && value === undefined,
    secret: parameter.secret ?? false,
    hint: parameterHint(parameter),
    ...(value === undefined ? {} : { default: text(value) }),
    ...(schema.enum ? { enum: schema.enum.map(text) } : {}),
    ...(pattern === undefined ? {} : { pattern }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(minItems === undefined ? {} : { minItems }),
    ...(maxItems === undefined ? {} : { maxItems }),
    ...(differsFrom === undefined ? {} : { differsFrom }),
    ...(reading === undefined ? {} : { choices: { command: commandOf(reading), needs: neededBy(reading) } }),
  };
}

/** e.g. `in container redis of one primary`. */
function where({ container, components }: StepDefinition): string {
  const what = container.image
    ? `as a Job of ${container.image} for`
    : `in container ${container.name || '(first)'} of`;
  if (components.length === 0) return `${what} every instance, in turn`;
  const who = components.map(({ type, roleGroups = [], pickOne }) => {
    const roles = roleGroups.length > 0 ? roleGroups.join(' or ') : 'instance';
    return `${pickOne ? 'one' : 'every'} ${roles}${type === '*' || type === '' ? '' : ` of ${type}`}`;
  });
  return `${what} ${who.join(' and ')}`;
}

/** Of the row of an object of the cluster. */
export const uidOf = ({ group, name }: Pick<Definition, 'group' | 'name'>): string => `cluster/${group}/${name}`;

const foreignGroup = (group: string): string => (group === GROUPS.own ? '' : group);

/** A definition as it is, whatever it would be run on. */
export function definitionRow(definition: Definition, uid: string, meant: string): OperationRow {
  const { name, digest, description, effect, source, group, steps } = definition;
  return {
    uid,
    name,
    digest,
    description,
    effect,
    source,
    group: foreignGroup(group),
    meant,
    broken: '',
    refused: '',
    steps: steps.length,
    parameters: definition.parameters.map(formField),
    where: steps[0] ? where(steps[0]) : '',
  };
}

/** What can't be executed anywhere; the digest of nothing is nobody's. */
export const brokenRow = ({ name, group, broken, description, clusterDefinition }: BrokenDefinition): OperationRow => ({
  uid: uidOf({ group, name }),
  name,
  digest: '',
  description,
  effect: 'read',
  source: 'cluster',
  group: foreignGroup(group),
  meant: clusterDefinition,
  broken,
  refused: broken,
  steps: 0,
  parameters: [],
  where: '',
});

export function operationRow(definition: Definition, cluster: Cluster): OperationRow {
  const { source, name, clusterDefinition } = definition;
  const uid = source === 'catalog' ? `shipped/${cluster.provider}/${name}` : uidOf(definition);
  return {
    ...definitionRow(definition, uid, clusterDefinition),
    // What is wrong with the values is the form's to say; this is what no value can mend.
    refused: prepare(definition, cluster, []).refused.join('; '),
  };
}
