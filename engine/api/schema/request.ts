/** The schema of OpsRequest: what is asked for, and the journal of the run. */
import { PHASES } from '../phases.ts';
import { anything, count, flag, parameterValue, quantity, text, texts, time } from './common.ts';
import type { Schema } from './types.ts';

const resources = { type: 'object', additionalProperties: quantity } as const satisfies Schema;

/** A request is for one thing: what it names can't be changed once it is there. */
const fixed = (...fields: string[]) =>
  fields.map((field) => ({
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} can't be changed; create another OpsRequest`,
  }));

export const requestSpec = {
  type: 'object',
  required: ['clusterRef'],
  anyOf: [{ required: ['type'] }, { required: ['opsDefinitionRef'] }],
  'x-kubernetes-validations': fixed('clusterRef', 'clusterKind', 'type', 'opsDefinitionRef'),
  properties: {
    clusterRef: { type: 'string', minLength: 1, maxLength: 253 },
    clusterKind: {
      type: 'string',
      maxLength: 253,
      description: 'Kind.group of the cluster where its name alone is ambiguous.',
    },
    type: { type: 'string', maxLength: 253 },
    opsDefinitionRef: { type: 'string', minLength: 1, maxLength: 253 },
    ttlSecondsAfterSucceed: count,
    preConditionDeadlineSeconds: {
      ...count,
      description: 'How long it waits for a cluster, a definition or pods that are not there yet. Default: 300.',
    },
    parameters: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', required: ['name'], properties: { name: text, value: parameterValue } },
    },
    cancel: flag,
    clusterOps: {
      type: 'object',
      properties: {
        upgrade: { type: 'object', properties: { appVersionRef: text, appVersion: text } },
      },
    },
    componentOps: {
      type: 'array',
      items: {
        type: 'object',
        required: ['componentNames'],
        properties: {
          componentNames: texts,
          verticalScaling: { type: 'object', properties: { requests: resources, limits: resources } },
          horizontalScaling: {
            type: 'object',
            properties: {
              replicas: count,
              roleGroups: {
                type: 'array',
                items: { type: 'object', required: ['name'], properties: { name: text, replicas: count } },
              },
            },
          },
          volumeExpansion: {
            type: 'array',
            items: { type: 'object', required: ['name', 'storage'], properties: { name: text, storage: quantity } },
          },
        },
      },
    },
  },
} as const satisfies Schema;

/** Only the head that others read is fixed; below it the journal is the engine's own. */
export const requestStatus = {
  type: 'object',
  ...anything,
  properties: {
    phase: { type: 'string', enum: PHASES },
    message: text,
    observedGeneration: { type: 'integer', format: 'int64' },
    startTimestamp: time,
    completionTimestamp: time,
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status'],
        properties: {
          type: text,
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          reason: text,
          message: text,
          lastTransitionTime: time,
          observedGeneration: { type: 'integer', format: 'int64' },
        },
      },
    },
    tasks: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        ...anything,
        properties: { status: text, startedAt: time, finishedAt: time, message: text },
      },
    },
    components: {
      type: 'object',
      additionalProperties: { type: 'object', ...anything, properties: { phase: text } },
    },
  },
} as const satisfies Schema;
