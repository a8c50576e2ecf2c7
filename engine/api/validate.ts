/** Checks one document: is it ours, does it fit its schema, does it make sense (lint). */
import { suggestion } from '../expr/nearest.ts';
import { show } from '../expr/show.ts';
import { KINDS, type Kind, kindOf } from './kinds.ts';
import { text } from './schema/common.ts';
import type { Path, Schema } from './schema/types.ts';
import { isObject, violations } from './schema/violations.ts';
import { words } from './schema/words.ts';
import { VERSION } from './types.ts';

export interface Finding {
  /** An error: it can't be used as it is. A warning: it can, and may not do what its author thinks. */
  severity: 'error' | 'warning';
  path: Path;
  /** One whole line, path included. */
  message: string;
}

const names = { type: 'object', additionalProperties: text } as const satisfies Schema;

const document = (kind: Kind): Schema => ({
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: text,
    kind: text,
    metadata: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      anyOf: [{ required: ['name'] }, { required: ['generateName'] }],
      properties: {
        name: {
          type: 'string',
          maxLength: 253,
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
          description: 'A name of lowercase letters, digits, - and ., beginning and ending with a letter or digit.',
        },
        generateName: text,
        namespace: {
          type: 'string',
          maxLength: 63,
          pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
          description: 'A name of lowercase letters, digits and -.',
        },
        labels: names,
        annotations: names,
      },
    },
    spec: kind.spec,
    // An API server drops the status that a person writes; the seed documents show one only to explain it.
    status: {},
  },
});

const documents = new Map<Kind, Schema>();

/** Groups whose OpsRequest and OpsDefinition are KubeBlocks' own, of today and of before. */
const KUBEBLOCKS = ['operations.kubeblocks.io', 'apps.kubeblocks.io'];

/** Which of our kinds a document is, or why it is none. */
export function recognise(value: unknown): { kind: Kind } | { error: string; path: Path } {
  if (!isObject(value)) return { error: `the document: ${show(value)} is not an object`, path: [] };
  const { apiVersion, kind } = value;
  for (const field of ['apiVersion', 'kind']) {
    if (typeof value[field] !== 'string' || value[field] === '') {
      return { error: `${field}: missing; it is required: text`, path: [field] };
    }
  }
  const [group = '', version = ''] = String(apiVersion).split('/');
  const ours = KINDS.map((k) => k.kind);
  const groups = KINDS.find((k) => k.kind === kind)?.groups;
  if (!groups)
    return { error: `kind: ${show(kind)} is not one of ours${suggestion(String(kind), ours)}`, path: ['kind'] };
  if (KUBEBLOCKS.includes(group)) {
    return {
      error: `apiVersion: ${kind} of ${group} is KubeBlocks' own and run by its operator; ours is ${groups[0]}/${VERSION}`,
      path: ['apiVersion'],
    };
  }
  const known = kindOf(kind, group);
  if (known && version === VERSION) return { kind: known };
  const served = groups.map((g) => `${g}/${VERSION}`);
  return {
    error: `apiVersion: ${show(apiVersion)} is not allowed for ${kind}; use ${served.join(' or ')}`,
    path: ['apiVersion'],
  };
}

/** What the schema says; nothing of this loads a library. */
export function checkSchema(value: unknown): Finding[] {
  const known = recognise(value);
  if ('error' in known) return [{ severity: 'error', path: known.path, message: known.error }];
  const schema = documents.get(known.kind) ?? document(known.kind);
  documents.set(known.kind, schema);
  return violations(schema, value).map((violation) => ({
    severity: 'error',
    path: violation.path,
    message: words(violation),
  }));
}

/**
 * All that is wrong or doubtful with a document of ours. Sense is looked for only where the form is right, so that one
 * mistake isn't told twice.
 */
export async function validate(value: unknown): Promise<Finding[]> {
  const findings = checkSchema(value);
  if (findings.length > 0) return findings;
  const { lint } = await import('./lint/lint.ts');
  return lint(value);
}
