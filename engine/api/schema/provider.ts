/** The schema of Provider: how an operator's resources become clusters, components, instances and roles. */
import { expression, flag, scalar, text } from './common.ts';
import type { Schema } from './types.ts';

const path = {
  type: 'string',
  minLength: 1,
  description: 'A path such as status.phase or spec.shards[*].name.',
} as const;
const paths = { type: 'array', items: path } as const satisfies Schema;

const source = {
  'x-kubernetes-preserve-unknown-fields': true,
  description: 'A path, or one of const, imageTag (a path) and expr (CEL over `object`).',
  anyOf: [
    path,
    { type: 'object', required: ['const'], properties: { const: text } },
    { type: 'object', required: ['imageTag'], properties: { imageTag: path } },
    { type: 'object', required: ['expr'], properties: { expr: expression } },
  ],
} as const satisfies Schema;
const sources = { type: 'array', items: source } as const satisfies Schema;

const labels = {
  type: 'object',
  minProperties: 1,
  description: 'Labels to match; {name} stands for the name of the cluster.',
  additionalProperties: text,
} as const satisfies Schema;
const selectors = { type: 'array', items: labels } as const satisfies Schema;

export const providerSpec = {
  type: 'object',
  required: ['resources', 'phase', 'health', 'pods'],
  properties: {
    resources: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['resource', 'kind'],
        properties: {
          resource: {
            type: 'string',
            pattern: '^[a-z0-9]+(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
            description: 'A resource as plural.group, such as clusters.apps.kubeblocks.io.',
          },
          kind: { type: 'string', pattern: '^[A-Z][A-Za-z0-9]*$', description: 'A kind such as Cluster.' },
          versions: {
            type: 'array',
            items: {
              type: 'string',
              pattern: '^v[0-9]+((alpha|beta)[0-9]+)?$',
              description: 'A version such as v1beta1.',
            },
          },
        },
      },
    },
    unclaimed: flag,
    groupBy: sources,
    definitions: sources,
    version: sources,
    phase: {
      type: 'object',
      properties: {
        from: path,
        rules: {
          type: 'array',
          items: { type: 'object', required: ['is'], properties: { when: expression, is: text } },
        },
        missing: text,
      },
    },
    health: {
      type: 'object',
      additionalProperties: { type: 'string', enum: ['ok', 'busy', 'warn', 'bad', 'off', 'unknown'] },
    },
    messages: paths,
    components: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { list: path, name: sources, aliases: sources, replicas: path },
      },
    },
    pods: {
      type: 'object',
      properties: {
        selectors,
        controlled: flag,
        component: {
          type: 'object',
          properties: { label: text, aliasLabels: { type: 'array', items: text }, const: text },
        },
        role: {
          type: 'object',
          properties: { label: text, labelFrom: text, map: { type: 'object', additionalProperties: text } },
        },
      },
    },
    primary: {
      type: 'object',
      properties: {
        from: path,
        as: { type: 'string', enum: ['podName', 'podIP'] },
        role: text,
        exclusive: flag,
        unless: { type: 'object', additionalProperties: scalar },
      },
    },
    services: { type: 'object', required: ['selectors'], properties: { selectors } },
    volumes: { type: 'object', required: ['selectors'], properties: { selectors } },
    redact: paths,
  },
} as const satisfies Schema;
