/** The schema of OpsDefinition. */
import { count, expression, flag, parameterName, parameterValue, scalar, text } from './common.ts';
import { choices, components, container, steps } from './steps.ts';
import type { Schema } from './types.ts';

const constraints = {
  enum: { type: 'array', minItems: 1, items: scalar },
  pattern: { type: 'string', description: 'RE2, not anchored by itself.' },
  minimum: { type: 'number' },
  maximum: { type: 'number' },
  minLength: count,
  maxLength: count,
  format: { type: 'string', enum: ['quantity', 'duration', 'instance', 'component', 'cluster'] },
} as const satisfies Record<string, Schema>;

const parameterSchema = {
  type: 'object',
  description: 'What values are allowed. Without it the type is that of the default.',
  properties: {
    type: { type: 'string', enum: ['string', 'integer', 'number', 'boolean', 'array'] },
    ...constraints,
    minItems: count,
    maxItems: count,
    items: {
      type: 'object',
      properties: { type: { type: 'string', enum: ['string', 'integer', 'number', 'boolean'] }, ...constraints },
    },
  },
} as const satisfies Schema;

export const definitionSpec = {
  type: 'object',
  anyOf: [{ required: ['strategies'] }, { required: ['steps'] }],
  properties: {
    clusterDefinitionRef: { type: 'string', description: 'The definition of the clusters that it is for; empty: any.' },
    type: text,
    description: text,
    effect: {
      type: 'string',
      enum: ['read', 'change', 'destroy'],
      description: 'What it does at most; change if not said.',
    },
    parameters: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: parameterName,
          value: { ...parameterValue, description: 'The default.' },
          description: text,
          required: flag,
          secret: { type: 'boolean', description: 'Never shown, logged or kept.' },
          schema: parameterSchema,
          choices,
          differsFrom: { type: 'string', description: 'Another parameter, whose value this one must not have.' },
        },
      },
    },
    preconditions: {
      type: 'array',
      items: { type: 'object', required: ['expression'], properties: { expression, message: text } },
    },
    strategies: {
      type: 'object',
      description: 'The default of every step; without steps the only step.',
      properties: {
        retryTimes: { ...count, maximum: 100, description: 'Further attempts after a known failure.' },
        container,
        components,
      },
    },
    steps,
    finally: steps,
  },
} as const satisfies Schema;
