import { GROUPS, VERSION } from '../../engine/api/types.ts';
import { readCluster } from '../../engine/inventory/find.ts';
import type { Denial } from '../../engine/inventory/reader.ts';
import type { BrokenDefinition, Definition } from '../../engine/ops/definition.ts';
import {
  clusterDefinitions,
  definitionsFor,
  shippedDefinitions,
  type UnreadGroup,
} from '../../engine/ops/definitions.ts';
import { SOURCES } from '../../engine/ops/plan.ts';
import { Refusal } from '../exit.ts';
import type { Answer, Item, Kind, Place, Question } from './kind.ts';

interface Found {
  definition: Definition | BrokenDefinition;
  /** For which kinds of cluster the catalog has it; '' where it is an object of the cluster. */
  providers: string;
}

const parameter = ({ name, required, value }: Definition['parameters'][number]): string =>
  `${name}${required ? '*' : ''}${value === undefined ? '' : `=${Array.isArray(value) ? value.join(',') : value}`}`;

const object = (group: string, name: string, annotations: Record<string, string>, spec: object) => ({
  apiVersion: `${group}/${VERSION}`,
  kind: 'OpsDefinition',
  metadata: { name, annotations },
  spec,
});

/** The cells of both kinds stand under the same titles; of a broken one the reason stands for what it does. */
function item({ definition, providers }: Found): Item {
  const { name, clusterDefinition, description } = definition;
  const group = definition.group || GROUPS.own;
  const id = `opsdefinition.${group}/${name}`;
  const own = group === GROUPS.own ? SOURCES.cluster : `${SOURCES.cluster} (${group})`;
  if ('broken' in definition) {
    const { broken } = definition;
    const annotations = { 'opsdeck.dev/source': 'cluster', 'opsdeck.dev/broken': broken };
    return {
      name: id,
      cells: [name, clusterDefinition, 'broken', own, broken, ''],
      object: object(group, name, annotations, description === '' ? {} : { description }),
    };
  }
  const { effect, source, parameters, digest, spec } = definition;
  const origin = source === 'cluster' ? own : SOURCES[source];
  return {
    name: id,
    cells: [
      name,
      clusterDefinition,
      effect,
      providers === '' ? origin : `${origin} (${providers})`,
      description,
      parameters.map(parameter).join(' '),
    ],
    object: object(group, name, { 'opsdeck.dev/source': source, 'opsdeck.dev/digest': digest }, spec),
  };
}

async function foundFor(
  { client, providers }: Place,
  question: Question,
): Promise<{ found: Found[]; unread: UnreadGroup[] }> {
  if (question.cluster !== undefined && question.namespace === null)
    throw new Refusal('--cluster names one cluster, so it needs one namespace; leave -A out');
  const { found: own, unread } = await clusterDefinitions(client);
  if (question.cluster !== undefined && question.namespace !== null) {
    const { cluster } = await readCluster(
      client,
      { name: question.cluster, namespace: question.namespace },
      { providers },
    );
    return { found: (await definitionsFor(own, cluster)).map((definition) => ({ definition, providers: '' })), unread };
  }
  const shipped = new Map<string, Found>();
  for (const { provider, definition } of await shippedDefinitions()) {
    const before = shipped.get(definition.name);
    shipped.set(definition.name, { definition, providers: before ? `${before.providers}, ${provider}` : provider });
  }
  return { found: [...own.map((definition) => ({ definition, providers: '' })), ...shipped.values()], unread };
}

async function read(place: Place, question: Question): Promise<Answer> {
  if (question.selector !== undefined) throw new Refusal('definitions are listed by name only; leave -l out');
  const { found: all, unread } = await foundFor(place, question);
  const found = all
    .filter(({ definition }) => question.name === undefined || definition.name === question.name)
    .toSorted((a, b) => {
      const [one, other] = [a.definition.name, b.definition.name];
      return one === other ? Number(a.providers !== '') - Number(b.providers !== '') : one < other ? -1 : 1;
    });
  if (question.name !== undefined && found.length === 0) {
    const unseen = unread.length > 0 ? ` (${unread.map(({ why }) => why).join('; ')})` : '';
    throw new Refusal(`no operation "${question.name}"${unseen}; opsdeck get definitions lists them`);
  }
  const denied = unread.map(({ resource, why }): Denial => ({ verb: 'list', resource, namespace: null, why }));
  const failed = unread.some((group) => !group.denied);
  return { items: found.map(item), denied, blind: false, ...(failed ? { failed } : {}) };
}

export const definitions: Kind = {
  names: ['definitions', 'definition', 'opsdefinitions', 'opsdefinition', 'operations'],
  columns: [
    { title: 'NAME' },
    { title: 'FOR' },
    { title: 'EFFECT' },
    { title: 'SOURCE' },
    { title: 'DESCRIPTION' },
    { title: 'PARAMETERS', wide: true },
  ],
  read,
};
