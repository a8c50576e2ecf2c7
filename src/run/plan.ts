/** A plan as a person reads it. */
import type { ParameterAssignment } from '../../engine/api/types.ts';
import { textOf } from '../../engine/expr/index.ts';
import type { Plan } from '../../engine/protocol.ts';

/** As a shell would read it back. */
export const word = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

export function parameterText({ name, value }: ParameterAssignment): string {
  const text = textOf(value);
  return `${name} = ${text.ok ? text.value : ''}`;
}

/** What may be chosen; parameters that offer the same are told together. */
function offerLines(offers: Plan['offers']): string[] {
  const told = new Map<string, string[]>();
  for (const { parameter, offer } of offers) {
    const lines =
      offer.state === 'failed'
        ? [`not known (${offer.why}); any value is taken`]
        : [
            `as ${offer.from} names them`,
            ...offer.rows.map(({ value, label }) => `    ${value}${label ? `  ${label}` : ''}`),
          ];
    const text = lines.join('\n  ');
    told.set(text, [...(told.get(text) ?? []), parameter]);
  }
  return [...told].map(([text, names]) => `  choices of ${names.join(' and ')}: ${text}`);
}

const ORIGIN: Record<Plan['source'], string> = {
  catalog: 'shipped with opsdeck',
  cluster: 'an OpsDefinition of the cluster',
  file: 'from a file',
};

const headLines = ({ cluster, definition, source, effect, parameters }: Plan): string[] => [
  `Plan: ${definition} on ${cluster.namespace}/${cluster.name} (${cluster.kind})`,
  `  definition: ${ORIGIN[source]}`,
  `  effect: ${effect}`,
  ...parameters.map(({ name, value }) => `  ${name} = ${value}`),
];

function stepLines(plan: Plan): string[] {
  const lines: string[] = [];
  for (const [i, step] of plan.steps.entries()) {
    for (const target of step.targets) {
      const role = target.role ? ` (${target.role}, uid ${target.uid})` : target.uid ? ` (uid ${target.uid})` : '';
      const where =
        step.via === 'job'
          ? `Job of image ${step.image}${target.instance ? ` for ${target.instance}${role}` : ''}`
          : `exec in ${target.instance}${role} container ${target.container}`;
      lines.push(`  ${i + 1} ${step.name}: ${where}`, `      ${target.argv.map(word).join(' ')}`);
    }
  }
  return lines;
}

const noteLines = ({ warnings }: Plan): string[] => warnings.map((warning) => `  note: ${warning}`);

/** What a person has to have seen before it runs: the values, and on which pods what is done. */
export const shortPlanText = (plan: Plan): string =>
  `${[...headLines(plan), ...stepLines(plan), ...noteLines(plan)].join('\n')}\n`;

export function planText(plan: Plan): string {
  const lines = [...headLines(plan), ...offerLines(plan.offers), ...stepLines(plan)];
  for (const object of plan.creates) lines.push(`  creates: ${object}`);
  for (const { verb, resource, allowed } of plan.permissions) {
    const may = allowed === true ? 'allowed' : allowed === false ? 'NOT allowed' : 'not known';
    lines.push(`  ${may}: ${verb} ${resource}`);
  }
  lines.push(...noteLines(plan));
  for (const refusal of plan.refused) lines.push(`  refused: ${refusal}`);
  lines.push(`  as a command: ${plan.command}`);
  return `${lines.join('\n')}\n`;
}
