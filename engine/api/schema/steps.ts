/** The schema of a step: one body, and what stands around it. */
import { anything, count, duration, expression, flag, parameterName, text, texts } from './common.ts';
import type { Schema } from './types.ts';

export const container = {
  type: 'object',
  description: 'A command. Without image it runs in the container `name` of the picked pods, with image in a Job.',
  properties: {
    image: text,
    name: { type: 'string', description: 'The container of the pod; empty: its first.' },
    command: texts,
    args: texts,
    env: {
      type: 'array',
      items: { type: 'object', required: ['name', 'value'], properties: { name: text, value: text } },
    },
    stdin: {
      type: 'string',
      description: 'Text for the standard input; {{STDIN}} is the path of a file that holds it.',
    },
  },
} as const satisfies Schema;

export const components = {
  type: 'array',
  description: 'The instances to run on; none: every instance of the cluster, in turn.',
  items: {
    type: 'object',
    required: ['type'],
    properties: {
      type: { type: 'string', minLength: 1, description: 'Name of the component, or of its definition.' },
      roleGroups: texts,
      pickOne: { type: 'boolean', description: 'One instance, the same for the whole run; otherwise all, in turn.' },
    },
  },
} as const satisfies Schema;

const object = { apiVersion: text, kind: text, name: text, namespace: text } as const satisfies Record<string, Schema>;
const outputs = {
  type: 'array',
  items: { type: 'object', required: ['name', 'value'], properties: { name: text, value: expression } },
} as const satisfies Schema;

const bodies = {
  container,
  patch: {
    type: 'object',
    required: ['apiVersion', 'kind', 'name', 'patch'],
    properties: {
      ...object,
      subresource: text,
      type: { type: 'string', enum: ['merge', 'json', 'strategic', 'apply'] },
      patch: anything,
    },
  },
  create: { type: 'object', required: ['manifest'], properties: { manifest: anything } },
  delete: {
    type: 'object',
    required: ['apiVersion', 'kind', 'name'],
    properties: { ...object, propagationPolicy: { type: 'string', enum: ['Foreground', 'Background', 'Orphan'] } },
  },
  get: { type: 'object', required: ['apiVersion', 'kind', 'name'], properties: object },
  approve: {
    type: 'object',
    properties: {
      message: text,
      show: { type: 'array', items: expression },
      approvals: { type: 'integer', format: 'int32', minimum: 1 },
      preventSelfReview: flag,
    },
  },
} as const satisfies Record<string, Schema>;

const assert = {
  type: 'array',
  items: { type: 'object', required: ['expression'], properties: { expression, message: text } },
} as const satisfies Schema;

const step = {
  type: 'object',
  required: ['name'],
  properties: {
    name: parameterName,
    ...bodies,
    components,
    effect: { type: 'string', enum: ['read', 'change', 'destroy'] },
    idempotent: flag,
    when: expression,
    forEach: expression,
    maxConcurrency: { type: 'integer', format: 'int32', minimum: 1 },
    maxErrors: count,
    outputs,
    assert,
    until: expression,
    interval: duration,
    timeout: duration,
    retry: {
      type: 'object',
      properties: {
        limit: count,
        backoff: {
          type: 'object',
          properties: { duration, factor: { type: 'number', minimum: 1 }, maxDuration: duration },
        },
      },
    },
    onError: { type: 'string', enum: ['stop', 'continue'] },
    probe: {
      type: 'object',
      required: ['done'],
      properties: { container, get: bodies.get, components, outputs, done: expression },
    },
    undo: {
      type: 'object',
      properties: { container, patch: bodies.patch, create: bodies.create, delete: bodies.delete },
    },
  },
} as const satisfies Schema;

export const steps = {
  type: 'array',
  items: step,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
} as const satisfies Schema;

/** Offered values: a list, or what a reading step finds; it is run whenever the form is looked at, so it must only read. */
export const choices = {
  'x-kubernetes-preserve-unknown-fields': true,
  anyOf: [
    {
      type: 'array',
      items: { 'x-kubernetes-preserve-unknown-fields': true, anyOf: [{ type: 'string' }, { type: 'number' }] },
    },
    { type: 'object', properties: { container, get: bodies.get, components, values: expression } },
  ],
} as const satisfies Schema;
