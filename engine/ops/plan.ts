/** What a run would do. The run itself starts from the same `prepare`: a plan is a run without the commit. */
import type { OpsRequestSpec, ParameterAssignment } from '../api/types.ts';
import {
  digest,
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
import type { AccessQuestion } from '../kube/types.ts';
import type { FieldError, Offer, PermissionCheck, Plan } from '../protocol.ts';
import type { Definition, StepDefinition } from './definition.ts';
import { execQuestions } from './exec-target.ts';
import { jobName } from './job/manifest.ts';
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

export type Kept = 'opsrequest' | 'configmap' | 'local';

/** Verbs on one resource of a namespace. */
const ask = (
  namespace: string,
  group: string,
  resource: string,
  verbs: string[],
  subresource?: string,
): AccessQuestion[] =>
  verbs.map((verb) => ({ verb, group, resource, ...(subresource ? { subresource } : {}), namespace }));

/** What keeping a journal asks of the API server. */
export function storeQuestions(kept: Kept, group: string, namespace: string): AccessQuestion[] {
  if (kept === 'configmap') return ask(namespace, '', 'configmaps', ['create', 'get', 'update']);
  if (kept === 'local') return [];
  return [
    ...ask(namespace, group, 'opsrequests', ['create', 'get']),
    ...ask(namespace, group, 'opsrequests', ['update'], 'status'),
  ];
}

/** What the run asks of the API server. */
export function accessQuestions(prepared: Prepared, kept: Kept, group: string): AccessQuestion[] {
  const { namespace } = prepared.cluster.ref;
  const via = (way: StepRecord['via']) => prepared.steps.some((step) => step.via === way);
  return [
    ...(via('exec') ? execQuestions(namespace) : []),
    ...(via('job')
      ? [
          ...ask(namespace, 'batch', 'jobs', ['create', 'get', 'patch', 'delete']),
          ...ask(namespace, '', 'pods', ['list', 'get']),
          ...ask(namespace, '', 'pods', ['get'], 'log'),
        ]
      : []),
    ...storeQuestions(kept, group, namespace),
  ];
}

export const resourceName = ({ group, resource, subresource }: AccessQuestion): string =>
  `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;

const CLUSTER_KIND = (cluster: Cluster) => `${cluster.ref.kind}${cluster.ref.group ? `.${cluster.ref.group}` : ''}`;

export interface PlanContext {
  kept: Kept;
  permissions: PermissionCheck[];
  /** The run's name where it is known already. */
  name?: string;
  /** Where the definition was read from; as a command the same run needs it. */
  file?: string;
  /** What the parameters offer, where it was read. */
  offers?: ReadonlyMap<string, Offer>;
}

/** Of its first attempt. Of a run that has no name yet only the form is known: a long one is cut. */
const plannedJob = (name: string | undefined, run: string, step: string, instance: string): string =>
  name === undefined ? `${run}-${step}-${instance || 'cluster'}-1` : jobName({ run, step, instance, n: 1 });

export function toPlan(prepared: Prepared, { kept, permissions, name, file, offers = new Map() }: PlanContext): Plan {
  const { definition, cluster, steps } = prepared;
  const { ref } = cluster;
  const run = name ?? `${definition.name}-…`;
  const missing = permissions.filter((check) => check.allowed === false);
  return {
    definition: definition.name,
    source: definition.source,
    namesake: definition.namesake ?? '',
    pin: definition.digest,
    digest: planDigest(prepared),
    cluster: { uid: ref.uid, namespace: ref.namespace, name: cluster.name, kind: CLUSTER_KIND(cluster) },
    parameters: prepared.parameters.map((parameter) => ({ name: parameter.name, value: textual(parameter) })),
    offers: [...offers].map(([parameter, offer]) => ({ parameter, offer })),
    effect: definition.effect,
    steps: steps.map((step) => ({
      name: step.name,
      effect: step.effect,
      via: step.via,
      ...(step.image ? { image: step.image } : {}),
      targets: step.targets.map(({ instance, uid, role, component, container, argv }) => ({
        instance,
        uid,
        role,
        component,
        container,
        argv,
      })),
    })),
    creates: [
      ...(kept === 'opsrequest' ? [`OpsRequest ${ref.namespace}/${run}`] : []),
      ...(kept === 'configmap' ? [`ConfigMap ${ref.namespace}/${run}`] : []),
      ...steps.flatMap((step) =>
        step.via === 'job'
          ? step.targets.map(({ instance }) => `Job ${ref.namespace}/${plannedJob(name, run, step.name, instance)}`)
          : [],
      ),
    ],
    permissions,
    command: commandLine(prepared, file),
    refused: [
      ...prepared.errors.map(({ field, message }) => (field ? `parameter "${field}": ${message}` : message)),
      ...prepared.refused,
      ...missing.map(({ verb, resource, namespace }) => `you may not ${verb} ${resource} in ${namespace}`),
    ],
    warnings: prepared.warnings,
  };
}

/** Of all that a person agrees to: the definition, the values, and on which pods what would be run. */
export const planDigest = ({ definition, cluster, parameters, steps }: Prepared): string =>
  digest({
    definition: definition.digest,
    cluster: cluster.ref.uid,
    parameters,
    steps: steps.map((step) => ({ ...step, targets: step.targets.map((target) => ({ ...target, containerId: '' })) })),
  });

const textual = ({ value }: ParameterAssignment): string => {
  const text = textOf(value);
  return text.ok ? text.value : '';
};

const shellWord = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Where a definition is from, in the words of the command line. */
export const SOURCES = { catalog: 'shipped', cluster: 'cluster', file: 'file' } as const;

/** The same run in a shell; parameters that have their default are left out. */
function commandLine({ definition, cluster, parameters }: Prepared, file?: string): string {
  const words = [
    'opsdeck',
    'run',
    definition.name,
    ...(file === undefined ? [] : ['-f', file]),
    ...(definition.namesake ? ['--source', definition.namesake] : []),
    '--cluster',
    cluster.name,
    '-n',
    cluster.ref.namespace,
  ];
  for (const parameter of parameters) {
    const declared = definition.parameters.find(({ name }) => name === parameter.name);
    const value = textual(parameter);
    if (declared?.value !== undefined && textual({ name: '', value: declared.value }) === value) continue;
    words.push('-p', `${parameter.name}=${value}`);
  }
  return words.map(shellWord).join(' ');
}

export const requestSpec = ({ definition, cluster, parameters }: Prepared): OpsRequestSpec => ({
  clusterRef: cluster.name,
  clusterKind: CLUSTER_KIND(cluster),
  type: definition.spec.type ?? 'Custom',
  opsDefinitionRef: definition.name,
  parameters,
});
