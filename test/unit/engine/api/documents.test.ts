import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateText } from '../../../../engine/api/documents.ts';

const example = (name: string) => readFileSync(new URL(`examples/${name}.yaml`, import.meta.url), 'utf8');
const told = async (text: string) =>
  (await validateText(text)).flatMap(({ findings }) => findings.map((f) => `${f.line}:${f.column} ${f.message}`));

describe('examples', () => {
  it.each(['redis-reshard', 'kafka-reassign-partitions', 'influxdb-rebalance'])('%s is valid', async (name) => {
    const reports = await validateText(example(name));
    expect(reports.flatMap((report) => report.findings.filter((f) => f.severity === 'error'))).toEqual([]);
    expect(reports[0]).toMatchObject({ kind: 'OpsDefinition', line: 1, name });
  });
});

describe('positions', () => {
  it('point to the field, or to what lacks it, in every document', async () => {
    const text = `# a comment
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: a}
spec:
  strategies:
    container: {command: [x]}
    retry: 3
---
---
apiVersion: opsdeck.dev/v1alpha1
kind: OpsRequest
metadata: {name: b}
spec:
  opsDefinitionRef: a
  parameters:
  - name: ok
  - nmae: x
`;
    expect(await told(text)).toEqual([
      '8:5 spec.strategies.retry: unknown field; did you mean "retryTimes"?',
      '14:1 spec.clusterRef: missing; it is required: text',
      '18:5 spec.parameters[1].name: missing; it is required: text',
      '18:5 spec.parameters[1].nmae: unknown field; did you mean "name"?',
    ]);
  });

  it('look into a List', async () => {
    const text = `kind: List
apiVersion: v1
items:
- apiVersion: opsdeck.dev/v1alpha1
  kind: OpsRequest
  metadata: {name: b}
  spec: {clusterRef: c, type: Restart, foo: 1}
`;
    expect(await told(text)).toEqual([
      '7:40 spec.foo: unknown field; here are allowed: clusterRef, clusterKind, type, opsDefinitionRef, ttlSecondsAfterSucceed, preConditionDeadlineSeconds, parameters, cancel, and 2 more',
    ]);
  });
});

describe('YAML', () => {
  it('reports what is no YAML and goes on with the next document', async () => {
    const reports = await validateText(`a: [1\n---\n${example('redis-reshard')}`);
    expect(reports).toHaveLength(3);
    expect(reports[0]?.findings[0]).toMatchObject({ severity: 'error', message: expect.stringMatching(/^not YAML: /) });
    expect(reports[1]?.findings.every((f) => f.severity === 'warning')).toBe(true);
  });

  it('refuses aliases that unfold without end', async () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'.replace(/./g, (c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]\n`)}`;
    expect(await told(bomb)).toEqual([expect.stringMatching(/^1:1 not YAML: Excessive alias count/)]);
  });

  it('warns about words and numbers that kubectl reads otherwise than they look', async () => {
    const text = `apiVersion: opsdeck.dev/v1alpha1
kind: OpsRequest
metadata: {name: b}
spec:
  clusterRef: c
  type: Restart
  parameters:
  - {name: yes, value: on}
  - {name: node, value: 07e3}
  - {name: quoted, value: "on"}
  - {name: count, value: -12.50}
  - {name: grown, value: 1_000}
  - {name: id, value: 07c37dfeb235}
`;
    expect(await told(text)).toEqual([
      '8:6 spec.parameters[0].name: kubectl reads yes as true or false; write "yes" if the word is meant',
      '8:17 spec.parameters[0].value: kubectl reads on as true or false; write "on" if the word is meant',
      '9:18 spec.parameters[1].value: 07e3 is read as a number; write "07e3" if the text is meant',
      '12:19 spec.parameters[4].value: 1_000 is read as a number; write "1_000" if the text is meant',
    ]);
  });

  it('finds no document in an empty text', async () => {
    expect(await validateText('# nothing\n---\n')).toEqual([]);
  });
});
