import { expect, test } from 'vitest';
import type { Journal } from '../../../../engine/ops/journal.ts';
import { story } from '../../../../src/run/describe.ts';
import { journalOf } from '../../engine/ops/things.ts';

test.each<[Partial<Journal['definition']>, string]>([
  [{ source: 'cluster', group: 'opendbaas.infracreate.com' }, 'OpsDefinition of opendbaas.infracreate.com'],
  [{ source: 'cluster', group: 'opsdeck.dev' }, 'OpsDefinition of opsdeck.dev'],
  // Of a journal from before its group was kept.
  [{ source: 'cluster' }, 'cluster'],
  [{ source: 'catalog' }, 'shipped'],
  [{ source: 'file' }, 'file'],
])('a run says where its definition is from: %o', (from, words) => {
  const journal = journalOf({});
  const text = story({
    ref: { group: 'opsdeck.dev', namespace: 'data', name: 'op-1' },
    kept: 'opsrequest',
    uid: 'u',
    version: '1',
    createdAt: '',
    spec: { clusterRef: 'c' },
    journal: { ...journal, definition: { ...journal.definition, ...from } },
  });
  expect(text).toContain(`operation   op (${words}, sha256:0, effect change)`);
});
