/** What a run would do, told to the person who is to agree. The run itself starts from the same `prepare`: a plan is a run without the commit. */
import type { OpsRequestSpec, ParameterAssignment } from '../api/types.ts';
import { digest, textOf } from '../expr/index.ts';
import type { Cluster } from '../inventory/model.ts';
import type { Offer, PermissionCheck, Plan } from '../protocol.ts';
import { jobName } from './job/manifest.ts';
import type { Prepared } from './prepare.ts';
import type { Kept } from './store.ts';

const clusterKind = (cluster: Cluster) => `${cluster.ref.kind}${cluster.ref.group ? `.${cluster.ref.group}` : ''}`;

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
    cluster: { uid: ref.uid, namespace: ref.namespace, name: cluster.name, kind: clusterKind(cluster) },
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
  clusterKind: clusterKind(cluster),
  type: definition.spec.type ?? 'Custom',
  opsDefinitionRef: definition.name,
  parameters,
});
