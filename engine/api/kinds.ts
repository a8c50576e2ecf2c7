/** The kinds of the API, and the groups under which each is served: the one table behind CRDs, validation and discovery. */
import { definitionSpec } from './schema/definition.ts';
import { providerSpec } from './schema/provider.ts';
import { requestSpec, requestStatus } from './schema/request.ts';
import type { Schema } from './schema/types.ts';
import { GROUPS } from './types.ts';

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  /** Above 0: only in wide output. */
  priority?: number;
  description?: string;
}

export interface Kind {
  kind: 'OpsDefinition' | 'OpsRequest' | 'Provider';
  plural: string;
  scope: 'Cluster' | 'Namespaced';
  /** Only under the project's own group: a short name of two groups would mean whichever comes first. */
  shortNames: string[];
  /** The first is the project's own. */
  groups: string[];
  description: string;
  spec: Schema;
  status?: Schema;
  columns: Column[];
}

const age: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export const KINDS: readonly Kind[] = [
  {
    kind: 'OpsDefinition',
    plural: 'opsdefinitions',
    scope: 'Cluster',
    shortNames: ['opsdef'],
    groups: [GROUPS.own, GROUPS.seedCustomOps],
    description: 'An operation that can be run on clusters: its parameters, its steps, and where they run.',
    spec: definitionSpec,
    columns: [
      {
        name: 'For',
        type: 'string',
        jsonPath: '.spec.clusterDefinitionRef',
        description: 'Definition of the clusters',
      },
      { name: 'Effect', type: 'string', jsonPath: '.spec.effect' },
      { name: 'Description', type: 'string', jsonPath: '.spec.description' },
      age,
    ],
  },
  {
    kind: 'OpsRequest',
    plural: 'opsrequests',
    scope: 'Namespaced',
    shortNames: ['opsreq'],
    groups: [GROUPS.own, GROUPS.seedCustomOps, GROUPS.seedOpsRequest],
    description: 'One run of an operation on a cluster; its status is the journal of the run.',
    spec: requestSpec,
    status: requestStatus,
    columns: [
      { name: 'Definition', type: 'string', jsonPath: '.spec.opsDefinitionRef' },
      { name: 'Type', type: 'string', jsonPath: '.spec.type', priority: 1 },
      { name: 'Cluster', type: 'string', jsonPath: '.spec.clusterRef' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
      age,
    ],
  },
  {
    kind: 'Provider',
    plural: 'providers',
    scope: 'Cluster',
    shortNames: ['opsprov'],
    groups: [GROUPS.own],
    description: 'Says how an operator’s resources are clusters, components, instances and roles.',
    spec: providerSpec,
    columns: [{ name: 'Resources', type: 'string', jsonPath: '.spec.resources[*].resource' }, age],
  },
];

/** The kind that a document says it is, or undefined when it isn't one of ours under one of our groups. */
export const kindOf = (kind: unknown, group: string): Kind | undefined =>
  KINDS.find((known) => known.kind === kind && known.groups.includes(group));
