/** From a definition, a cluster and the values that are given to the steps of a run, or to why it can't start. */
import type { ParameterAssignment } from '../api/types.ts';
import {
  envName,
  ok,
  type Result,
  render,
  renderCommand,
  resolveParameters,
  textOf,
  usedParameters,
} from '../expr/index.ts';
import type { Cluster } from '../inventory/model.ts';
import type { FieldError } from '../protocol.ts';
import type { Definition, StepDefinition } from './definition.ts';
import type { Journal, StepRecord, TargetRecord } from './journal.ts';
import { pickTargets } from './targets.ts';

export interface Prepared {
  definition: Definition;
  cluster: Cluster;
  /** Every parameter that has a value, defaults included. */
  parameters: ParameterAssignment[];
  steps: StepRecord[];
  /** Of single parameters; nothing may start while there is one. */
  errors: FieldError[];
  /** Why it can't start, one sentence each. */
  refused: string[];
  /** Those of them that time may mend: pods come and get their roles. */
  passing: string[];
  warnings: string[];
}

/** An exec's argv is part of a URL; servers and proxies take about this much. */
const MAX_ARGV_BYTES = 48 * 1024;

/**
 * Everything of a run that can be known before it starts. Never throws for what a user can mend: see `errors` and `refused`.
 * `pods`: the pods of each step by name, where they were picked before.
 */
export function prepare(
  definition: Definition,
  cluster: Cluster,
  given: readonly ParameterAssignment[],
  pods?: readonly (readonly string[])[],
): Prepared {
  const resolved = resolveParameters(definition.parameters, given);
  const prepared: Prepared = {
    definition,
    cluster,
    parameters: definition.parameters.flatMap(({ name }) => {
      const value = resolved.values[name];
      return value === undefined ? [] : [{ name, value }];
    }),
    steps: [],
    errors: resolved.errors,
    refused: [],
    passing: [],
    warnings: [],
  };
  if (definition.namesake)
    prepared.warnings.push(
      definition.source === 'catalog'
        ? `This is the shipped ${definition.name}, not the cluster's own OpsDefinition of that name.`
        : definition.namesake === 'cluster'
          ? `This is the cluster's own OpsDefinition, not the shipped ${definition.name}.`
          : `This is the OpsDefinition of ${definition.group}, not another ${definition.name} that is there too.`,
    );
  checkClusterDefinition(prepared);
  // Whoever fills the form can mend it: no word against the operation itself.
  for (const name of new Set(definition.steps.flatMap(({ container }) => usedBy(container)))) {
    const declared = definition.parameters.some((parameter) => parameter.name === name);
    const wrong = prepared.errors.some(({ field }) => field === name);
    if (declared && !wrong && resolved.values[name] === undefined)
      prepared.errors.push({ field: name, message: `${name} has no value, and the command needs one` });
  }
  if (prepared.errors.length > 0) {
    // What no value can mend is said before the values are asked for.
    for (const step of definition.steps) {
      const picked = isForCluster(step) ? ok(undefined) : pickTargets(cluster, step);
      if (!picked.ok) notYet(prepared, picked.error);
    }
    return prepared;
  }
  for (const [i, step] of definition.steps.entries()) prepareStep(prepared, step, resolved.values, pods?.[i]);
  return prepared;
}

function notYet({ refused, passing }: Pick<Prepared, 'refused' | 'passing'>, why: string): void {
  if (!refused.includes(why)) refused.push(why);
  passing.push(why);
}

const usedBy = ({ command = [], args = [], env = [] }: StepDefinition['container']): string[] =>
  [...command, ...args, ...env.map(({ value }) => value)].flatMap(usedParameters);

/**
 * A plain workload says of what it is made by labels that people choose, and the seed's definition names a cluster definition
 * that no StatefulSet knows: there a mismatch contradicts nothing and is a warning. Where an operator says what the cluster is
 * made from and it is another thing, the operation was not written for it and is refused.
 */
function checkClusterDefinition({ definition, cluster, refused, warnings }: Prepared): void {
  const wanted = definition.clusterDefinition;
  if (wanted === '' || isFor(wanted, cluster)) return;
  const made = cluster.definitions.join(', ');
  if (made === '') {
    warnings.push(`${definition.name} is meant for ${wanted}; what ${cluster.name} is made from is not known.`);
  } else if (cluster.provider === 'plain') {
    warnings.push(`${definition.name} is meant for ${wanted}; ${cluster.name} calls itself ${made}.`);
  } else {
    refused.push(`${definition.name} is for ${wanted}; ${cluster.name} is ${made}`);
  }
}

/** By name, or by the family of a name: `redis-7.2-1.0.0` is a `redis`. */
export const isFor = (wanted: string, cluster: Pick<Cluster, 'definitions'>): boolean =>
  cluster.definitions.some((name) => name === wanted || name.startsWith(`${wanted}-`));

/** A Job that names no pod runs once, beside them. */
const isForCluster = ({ components, container: { image, command = [], args = [] } }: StepDefinition): boolean =>
  Boolean(image) && components.length === 0 && ![...command, ...args].some((text) => text.includes('{{HOST}}'));

type Values = ReturnType<typeof resolveParameters>['values'];

export function prepareStep(
  prepared: Pick<Prepared, 'cluster' | 'steps' | 'refused' | 'passing' | 'warnings'>,
  step: StepDefinition,
  parameters: Values,
  pods?: readonly string[],
): void {
  const { cluster } = prepared;
  const { image, command = [], args = [] } = step.container;
  const argv = [...command, ...args];
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const text = textOf(value);
    if (value !== undefined && text.ok) env[envName(name)] = text.value;
  }
  for (const { name, value } of step.container.env ?? []) {
    const text = render(value, { parameters });
    if (text.ok) env[name] = text.value;
    else prepared.refused.push(`container.env ${name}: ${text.error}`);
  }
  const record: StepRecord = {
    name: step.name,
    effect: step.effect,
    via: image ? 'job' : 'exec',
    ...(image ? { image, commandLength: command.length } : {}),
    retryTimes: step.retryTimes,
    env,
    targets: [],
  };
  prepared.steps.push(record);

  if (isForCluster(step)) {
    const rendered = renderCommand(argv, { parameters });
    if (!rendered.ok) prepared.refused.push(rendered.error);
    else {
      prepared.warnings.push(...rendered.value.warnings);
      record.targets.push(targetRecord(rendered.value.argv));
    }
    return;
  }
  const picked = pickTargets(cluster, step, pods);
  if (!picked.ok) {
    notYet(prepared, picked.error);
    return;
  }
  prepared.warnings.push(...picked.value.warnings);
  for (const { instance, container } of picked.value.targets) {
    const host = instance.ip === '' ? {} : { host: instance.ip };
    const rendered = renderCommand(argv, { ...host, parameters });
    if (!rendered.ok) {
      const message = instance.ip === '' ? `${instance.name} has no address yet: ${rendered.error}` : rendered.error;
      if (instance.ip === '') notYet(prepared, message);
      else if (!prepared.refused.includes(message)) prepared.refused.push(message);
      continue;
    }
    for (const warning of rendered.value.warnings) {
      if (!prepared.warnings.includes(warning)) prepared.warnings.push(warning);
    }
    const bytes = [...rendered.value.argv, ...Object.values(env)].reduce(
      (sum, text) => sum + encodeURIComponent(text).length,
      0,
    );
    if (!image && bytes > MAX_ARGV_BYTES) {
      prepared.refused.push(`the command and its parameters are ${bytes} bytes long; an exec takes ${MAX_ARGV_BYTES}`);
    }
    record.targets.push({
      ...targetRecord(rendered.value.argv),
      instance: instance.name,
      uid: instance.uid,
      role: instance.role,
      component: instance.component,
      container: container?.name ?? '',
      containerId: container?.id ?? '',
    });
  }
}

/** The command of the only step for another address, from the definition that the run is pinned to. */
export function argvFor(
  { definition, parameters }: Pick<Journal, 'definition' | 'parameters'>,
  host: string,
): Result<string[]> {
  const { command = [], args = [] } = definition.spec.strategies?.container ?? {};
  const values = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  const rendered = renderCommand([...command, ...args], { host, parameters: values });
  return rendered.ok ? ok(rendered.value.argv) : rendered;
}

const targetRecord = (argv: string[]): TargetRecord => ({
  instance: '',
  uid: '',
  role: '',
  component: '',
  container: '',
  containerId: '',
  argv,
  dir: '',
  attempts: [],
});
