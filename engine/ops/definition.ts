/**
 * Operations: definition → plan → journal → attempts → verdict. This folder may touch engine/inventory, engine/runtime and
 * what is below them; it knows no screen and no command line.
 *
 * An OpsDefinition as this engine executes it: the seed's form, one step named after the definition.
 */

import type { ComponentSelector, ContainerBody } from '../api/types.ts';
import { GROUPS, type OpsDefinition, type OpsDefinitionSpec, type ParameterDefinition } from '../api/types.ts';
import { digest, envNames, fail, ok, type Result, render } from '../expr/index.ts';
import type { DefinitionSource, Effect } from '../protocol.ts';

export interface StepDefinition {
  name: string;
  effect: Effect;
  /** Further attempts after a known failure. */
  retryTimes: number;
  container: ContainerBody;
  components: ComponentSelector[];
}

export interface Definition {
  name: string;
  source: DefinitionSource;
  /** Of the object of the cluster; '' for any other. */
  group: string;
  /** There are other operations of the name, so this one is to be called by its source: `shipped`, `cluster`, or its group. */
  namesake?: string;
  /** Of `spec` and the name: what a run is pinned to. */
  digest: string;
  spec: OpsDefinitionSpec;
  description: string;
  /** '' where the definition is for any cluster. */
  clusterDefinition: string;
  effect: Effect;
  parameters: ParameterDefinition[];
  steps: StepDefinition[];
}

/** An object of the cluster that can't be executed, and why: it is shown all the same, or whoever applied it would look for it. */
export interface BrokenDefinition {
  name: string;
  group: string;
  broken: string;
  description: string;
  clusterDefinition: string;
}

/** The groups under which OpsDefinitions and OpsRequests are this engine's to execute; operations.kubeblocks.io never is. */
const ACCEPTED_GROUPS: readonly string[] = Object.values(GROUPS);

/** What is executed, by place. Any other field is refused by name: a step that is left out silently would be a lie in the plan. */
const EXECUTED: Record<string, readonly string[]> = {
  spec: ['clusterDefinitionRef', 'type', 'description', 'effect', 'parameters', 'strategies'],
  'spec.parameters[]': ['name', 'value', 'description', 'required', 'secret', 'schema', 'choices', 'differsFrom'],
  'spec.parameters[].choices': ['container', 'components', 'values'],
  'spec.parameters[].choices.container': ['name', 'command', 'args', 'env'],
  'spec.strategies': ['retryTimes', 'container', 'components'],
  'spec.strategies.container': ['image', 'name', 'command', 'args', 'env'],
  'spec.strategies.container.env[]': ['name', 'value'],
  'spec.strategies.components[]': ['type', 'roleGroups', 'pickOne'],
};

/** The definition as it is executed, or one line that says why it can't be. The document's shape has been checked by its schema. */
export function readDefinition(document: OpsDefinition, source: DefinitionSource): Result<Definition> {
  const name = document.metadata.name;
  const { spec } = document;
  const refuse = (why: string) => fail(`definition "${name}": ${why}`);
  const [group = ''] = document.apiVersion.split('/');
  if (!ACCEPTED_GROUPS.includes(group)) {
    return refuse(`apiVersion ${document.apiVersion} is not executed here; use ${GROUPS.own}/v1alpha1`);
  }
  const foreign = foreignField(spec);
  if (foreign !== undefined) return refuse(`${foreign} is not executed by this version of opsdeck`);

  const { container = {}, components = [], retryTimes = 0 } = spec.strategies ?? {};
  const hasCommand = (container.command?.length ?? 0) + (container.args?.length ?? 0) > 0;
  if (!container.image && !hasCommand) {
    return refuse('strategies.container has neither an image nor a command: there is nothing to run');
  }
  const parameters = spec.parameters ?? [];
  const secret = parameters.find((parameter) => parameter.secret);
  if (secret)
    return refuse(`parameter "${secret.name}" is secret; secrets are not passed on by this version of opsdeck`);
  for (const { name: of, choices, differsFrom } of parameters) {
    const { command = [], args = [] } = (Array.isArray(choices) ? undefined : choices?.container) ?? {};
    if (choices && !Array.isArray(choices) && command.length + args.length === 0)
      return refuse(`choices of parameter "${of}" have no command: there is nothing to read`);
    if (differsFrom !== undefined && !parameters.some((other) => other.name === differsFrom))
      return refuse(`parameter "${of}" differs from "${differsFrom}", which is no parameter`);
  }
  const names = envNames(parameters.map((parameter) => parameter.name));
  if (!names.ok) return refuse(names.error);
  const variable = container.env?.find(({ name: env }) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(env));
  if (variable) return refuse(`container.env: "${variable.name}" is no name of an environment variable`);

  // Whatever the values and the pod will be: what names nothing now never will.
  const scope = { host: 'host', parameters: Object.fromEntries(parameters.map(({ name: of }) => [of, 'value'])) };
  const texts: [string, string][] = [
    ...[...(container.command ?? []), ...(container.args ?? [])].map((text): [string, string] => ['', text]),
    ...(container.env ?? []).map(({ name: of, value }): [string, string] => [`container.env ${of}: `, value]),
  ];
  for (const [place, text] of texts) {
    const rendered = render(text, scope);
    if (!rendered.ok) return refuse(`${place}${rendered.error}`);
  }

  const effect = spec.effect ?? 'change';
  return ok({
    name,
    source,
    group: source === 'cluster' ? group : '',
    digest: digest({ name, spec }),
    spec,
    description: spec.description ?? '',
    clusterDefinition: spec.clusterDefinitionRef ?? '',
    effect,
    parameters,
    steps: [{ name, effect, retryTimes, container, components }],
  });
}

function foreignField(spec: OpsDefinitionSpec): string | undefined {
  const { parameters, strategies = {} } = spec;
  const places: [string, unknown][] = [
    ['spec', spec],
    ...(parameters ?? []).map((item): [string, unknown] => ['spec.parameters[]', item]),
    ...(parameters ?? []).flatMap(({ choices }): [string, unknown][] =>
      choices === undefined || Array.isArray(choices)
        ? []
        : [
            ['spec.parameters[].choices', choices],
            ['spec.parameters[].choices.container', choices.container],
          ],
    ),
    ['spec.strategies', strategies],
    ['spec.strategies.container', strategies.container],
    ...(strategies.container?.env ?? []).map((item): [string, unknown] => ['spec.strategies.container.env[]', item]),
    ...(strategies.components ?? []).map((item): [string, unknown] => ['spec.strategies.components[]', item]),
  ];
  for (const [place, value] of places) {
    const known = EXECUTED[place] ?? [];
    const field = Object.entries(value ?? {}).find(([key, member]) => member !== undefined && !known.includes(key));
    if (field) return `${place}.${field[0]}`;
  }
  return undefined;
}
