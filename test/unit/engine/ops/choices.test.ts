import { describe, expect, test } from 'vitest';
import type { ExecOutcome, ExecRequest, KubeClient } from '../../../../engine/kube/types.ts';
import { KubeError } from '../../../../engine/kube/types.ts';
import { ChoiceReader, notOffered, offersOf } from '../../../../engine/ops/choices.ts';
import { formField } from '../../../../engine/ops/offer.ts';
import { toPlan } from '../../../../engine/ops/plan.ts';
import { prepare } from '../../../../engine/ops/prepare.ts';
import { definition, threeRedis } from './things.ts';

const MASTERS = `
apiVersion: opsdeck.dev/v1alpha1
kind: OpsDefinition
metadata: {name: move}
spec:
  parameters:
  - {name: port, value: 6379}
  - name: from
    required: true
    schema: {type: string, pattern: "^[0-9a-f]{4}$"}
    choices: &masters
      container: {command: [ask, "{{HOST}}:{{parameters.port}}"]}
      values: "regexAll(stdout, r'(?m)^(?P<id>\\\\S+) (?P<node>\\\\S+) (?P<n>\\\\d+)$').map(m, {'value': m.id, 'label': m.node + ' · ' + m.n})"
  - {name: to, required: true, schema: {type: string, pattern: "^[0-9a-f]{4}$"}, choices: *masters, differsFrom: from}
  strategies: {container: {command: [move, "{{parameters.from}}", "{{parameters.to}}"]}, components: [{type: "*", pickOne: true}]}
`;
const move = definition(MASTERS);
const OUTPUT = 'beef 10.0.0.11:6379 12\ncafe 10.9.9.9 0\n';

/** A client whose pods answer as told, and what was asked of them. */
function pods(answer: string | ExecOutcome | Error, outcome: ExecOutcome = { kind: 'exit', code: 0 }) {
  const asked: ExecRequest[] = [];
  const client = {
    exec: async (request: ExecRequest) => {
      asked.push(request);
      if (answer instanceof Error) throw answer;
      if (typeof answer !== 'string') return answer;
      request.onStdout?.(Buffer.from(answer));
      return outcome;
    },
  } as unknown as KubeClient;
  let now = 0;
  return {
    asked,
    reader: new ChoiceReader(client, { now: () => now }),
    pass: (ms: number) => {
      now += ms;
    },
  };
}
const from = move.parameters[1]!;

describe('choices that are read', () => {
  test('are what the declared form makes of the output, a pod’s address read as its name', async () => {
    const { reader, asked } = pods(OUTPUT);
    expect(await reader.read(from, threeRedis(), { port: 7000 })).toEqual({
      state: 'read',
      from: 'redis-0',
      rows: [
        { value: 'beef', label: 'redis-1 · 12' },
        { value: 'cafe', label: '10.9.9.9 · 0' },
      ],
    });
    expect(asked[0]).toMatchObject({ pod: 'redis-0', container: 'redis' });
    expect(asked[0]?.command).toEqual(['env', 'OPS_PORT=7000', 'ask', expect.stringMatching(/^10\.0\.0\.\d+:7000$/)]);
  });

  test('are the lines of the output where no form is declared', async () => {
    const plain = definition(MASTERS.replace(/\n {6}values: .*/, ''));
    const { reader } = pods(' beef \n\ncafe\r\nbeef\n');
    expect(await reader.read(plain.parameters[1]!, threeRedis(), { port: 1 })).toMatchObject({
      rows: [
        { value: 'beef', label: '' },
        { value: 'cafe', label: '' },
      ],
    });
  });

  test('are asked once by two fields, a check and a plan, and again for other values or later', async () => {
    const { reader, asked, pass } = pods(OUTPUT);
    await Promise.all([
      reader.read(from, threeRedis(), { port: 1 }),
      reader.read(move.parameters[2]!, threeRedis(), { port: 1 }),
    ]);
    await reader.read(from, threeRedis(), { port: 1, from: 'beef' });
    expect(asked).toHaveLength(1);
    await reader.read(from, threeRedis(), { port: 2 });
    expect(asked).toHaveLength(2);
    pass(60_000);
    await reader.read(from, threeRedis(), { port: 2 });
    expect(asked).toHaveLength(3);
  });

  test('let nothing hostile in: neither a value that its parameter refuses, nor one that is drawn otherwise', async () => {
    const lines = definition(MASTERS.replace(/\n {6}values: .*/, '').replaceAll('"^[0-9a-f]{4}$"', '"(?s)^.*$"'));
    const { reader } = pods(`\x1b[2Jgood\n$(reboot)\nab\u202Ecd\n${'x'.repeat(600)}\nok\n`);
    expect(await reader.read(lines.parameters[1]!, threeRedis(), { port: 1 })).toMatchObject({
      rows: [
        { value: '$(reboot)', label: '' },
        { value: 'ok', label: '' },
      ],
    });
    const strict = pods('beef \x1b]0;t\x07evil 1\n--x n 1\n');
    expect(await strict.reader.read(from, threeRedis(), { port: 1 })).toMatchObject({
      rows: [{ value: 'beef', label: 'evil · 1' }],
    });
  });

  test('a chosen value is inert in a script like a typed one', () => {
    const script = definition(
      MASTERS.replace(
        '[move, "{{parameters.from}}", "{{parameters.to}}"]',
        '[sh, -c, "move {{parameters.from}}"]',
      ).replaceAll('"^[0-9a-f]{4}$"', '".*"'),
    );
    const { refused } = prepare(script, threeRedis(), [
      { name: 'from', value: '$(reboot)' },
      { name: 'to', value: 'x' },
    ]);
    expect(refused[0]).toContain('"$OPS_FROM"');
  });

  test.each([
    [
      'a command that fails',
      'NOAUTH needed\n',
      { kind: 'exit', code: 1 },
      'the command in redis-0 ended with exit code 1: NOAUTH needed',
    ],
    [
      'a command that is not there',
      { kind: 'refused', message: 'exec: "ask": not found' },
      undefined,
      'exec: "ask": not found',
    ],
    ['a link that breaks', { kind: 'unknown', why: 'the stream broke' }, undefined, 'the stream broke'],
    [
      'a missing right',
      new KubeError('you may not create pods/exec in data', { status: 403, reason: 'Forbidden' }),
      undefined,
      'you may not create pods/exec in data',
    ],
    ['an endless answer', 'x'.repeat(300_000), { kind: 'unknown', why: '' }, 'redis-0 answered with more than 256 KiB'],
  ] as const)('%s is told, and then any value is taken', async (_what, answer, outcome, why) => {
    const { reader } = pods(answer as string, outcome as ExecOutcome);
    const prepared = prepare(move, threeRedis(), [
      { name: 'from', value: 'dead' },
      { name: 'to', value: 'beef' },
    ]);
    const offers = await offersOf(reader, prepared);
    expect(offers.get('from')).toEqual({ state: 'failed', why });
    expect(notOffered(prepared.parameters, offers)).toEqual([]);
  });

  test('are not asked for while a field that they need is empty, or there is no pod', async () => {
    const { reader, asked } = pods(OUTPUT);
    expect(await reader.read(from, threeRedis(), {})).toEqual({ state: 'failed', why: 'port is needed first' });
    expect(await reader.read(from, { ...threeRedis(), components: [] }, { port: 1 })).toMatchObject({
      state: 'failed',
    });
    expect(asked).toEqual([]);
  });

  test('refuse what is not among them, with the nearest or with the list', async () => {
    const { reader } = pods(OUTPUT);
    const prepared = prepare(move, threeRedis(), [
      { name: 'from', value: 'bee0' },
      { name: 'to', value: '0000' },
    ]);
    const offers = await offersOf(reader, prepared);
    expect(notOffered(prepared.parameters, offers)).toEqual([
      { field: 'from', message: '"bee0" is not among what redis-0 names; did you mean "beef"?' },
      { field: 'to', message: '"0000" is not among what redis-0 names: beef (redis-1 · 12), cafe (10.9.9.9 · 0)' },
    ]);
    expect(toPlan(prepared, { kept: 'local', permissions: [], offers }).offers.map((o) => o.parameter)).toEqual([
      'from',
      'to',
    ]);
  });
});

test('two parameters that must differ', () => {
  const same = [
    { name: 'from', value: 'beef' },
    { name: 'to', value: 'beef' },
  ];
  expect(prepare(move, threeRedis(), same).errors).toEqual([{ field: 'to', message: 'must not be the same as from' }]);
});

test('a list of choices is all there is, and the form offers it', () => {
  const sizes = definition(
    `{apiVersion: opsdeck.dev/v1alpha1, kind: OpsDefinition, metadata: {name: x}, spec: {parameters: [{name: size, choices: [1, 2, 4]}], strategies: {container: {command: [x, "{{parameters.size}}"]}}}}`,
  );
  expect(formField(sizes.parameters[0]!)).toMatchObject({ type: 'integer', enum: ['1', '2', '4'] });
  const give = (value: string) => prepare(sizes, threeRedis(), [{ name: 'size', value }]).errors;
  expect(give('2')).toEqual([]);
  expect(give('3')[0]?.message).toContain('not one of 1, 2, 4');
});
