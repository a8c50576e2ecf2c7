/** What a run that can't start, or that ends badly, says: one line with what is wrong and what to do, and a true exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  apply,
  grant,
  kubectl,
  namespace,
  type Outcome,
  opsdeck,
  type Rule,
  startOpsdeck,
  USERS,
  until,
} from '../kit.ts';

const ns = await namespace('badruns');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-badruns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const workload = (name: string) => `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ${name}, annotations: {opsdeck.dev/role-label: role}}
spec:
  serviceName: ${name}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, role: master}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: redis, image: "local/redis:7", command: [redis-server]}]
`;

interface Shape {
  container?: object;
  components?: object;
  parameters?: object[];
}

/** Writes a definition of one step and returns its file. */
function definition({ container, components, parameters }: Shape): string {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  const spec = {
    parameters: parameters ?? [],
    strategies: {
      container: { name: 'redis', command: ['true'], ...container },
      components: [{ type: 'shop', pickOne: true, ...components }],
    },
  };
  const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name: 'bad' }, spec };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

const args = (file: string, ...more: string[]) => ['run', '-f', file, '--cluster', 'shop', '-n', ns, ...more];

function said({ stderr }: Outcome): string {
  expect(stderr).toMatch(/^opsdeck: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|Error:|undefined|\[object/);
  return stderr.trim();
}

beforeAll(async () => {
  await apply(`${workload('shop')}\n---\n${workload('doomed')}`, ns);
  for (const name of ['shop', 'doomed']) {
    await kubectl(['rollout', 'status', `statefulset/${name}`, '--timeout=60s'], { namespace: ns });
  }
});

const number = [{ name: 'count', value: 1, schema: { type: 'integer', minimum: 1 } }];
const text = [{ name: 'text', value: 'x' }];
const shell = { command: ['sh', '-c'], args: ['echo {{parameters.text}}'] };

describe('refused before anything is sent', () => {
  test.each<[what: string, shape: Shape, more: string[], line: RegExp]>([
    ['unknown parameter', { parameters: number }, ['-p', 'cuont=2'], /"cuont".*"count"/],
    ['wrong type', { parameters: number }, ['-p', 'count=many'], /count.*whole number/],
    ['parameter without a value', { parameters: number }, ['-p', 'count'], /count/],
    [
      'a value that a shell would read',
      { parameters: text, container: shell },
      ['-p', 'text=a;b'],
      /text.*"\$OPS_TEXT"/,
    ],
    ['no pod with that role', { components: { roleGroups: ['arbiter'] } }, [], /arbiter/],
    ['no such component', { components: { type: 'shpo' } }, [], /"shpo".*"?shop"?/],
    ['no such container', { container: { name: 'rdis' } }, [], /"rdis".*"?redis"?/],
  ])('%s', async (_, shape, more, line) => {
    const outcome = await opsdeck(args(definition(shape), ...more));
    expect(said(outcome)).toMatch(line);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
  });

  test('unknown definition, unknown cluster: the nearest name', async () => {
    const noDefinition = await opsdeck(['run', 'redis-reshrad', '--cluster', 'shop', '-n', ns]);
    expect(said(noDefinition)).toMatch(/"redis-reshrad"/);
    const noCluster = await opsdeck(['run', '-f', definition({}), '--cluster', 'shpo', '-n', ns]);
    expect(said(noCluster)).toMatch(/"shpo".*"?shop"?/);
    expect([noDefinition.code, noCluster.code]).toEqual([2, 2]);
  });
});

describe('fails', () => {
  test('a command that fails: exit code 1, its words on stdout', async () => {
    const file = definition({ container: { command: ['sh', '-c', 'echo out; echo err >&2; exit 7'] } });
    const outcome = await opsdeck(args(file));
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('out');
    expect(outcome.stderr).toMatch(/exit code 7/);
  });

  test('a command that is not there', async () => {
    const outcome = await opsdeck(args(definition({ container: { command: ['no-such-command'] } })));
    expect(outcome.code).toBe(1);
    expect(outcome.stdout + outcome.stderr).toMatch(/no-such-command/);
  });

  test('an image that cannot be pulled', async () => {
    const file = definition({ container: { image: 'registry.invalid/nothing:1', command: ['true'] } });
    const outcome = await opsdeck(args(file), { limit: 170_000 });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/registry\.invalid\/nothing:1/);
    expect(outcome.stderr).toMatch(/pull/i);
  });

  test('a pod deleted in mid-run: the outcome is unknown, exit code 3, and the next run waits behind it', async () => {
    const shape = { container: { command: ['sh', '-c', 'echo begun; sleep 60'] }, components: { type: 'doomed' } };
    const file = definition(shape);
    const doomed = ['run', '-f', file, '--cluster', 'doomed', '-n', ns];
    const running = startOpsdeck(doomed);
    await running.until('begun');
    await kubectl(['delete', 'pod', 'doomed-0', '--grace-period=0', '--force'], { namespace: ns });
    const outcome = await running.done;
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(/the outcome is unknown.*doomed-0/i);
    const [, name] = /^(bad-\w+) on /m.exec(outcome.stderr) ?? [];
    await kubectl(['rollout', 'status', 'statefulset/doomed', '--timeout=60s'], { namespace: ns });
    const next = startOpsdeck(doomed);
    await next.until(`waits for ${name}`);
    next.kill('SIGINT');
    expect((await next.done).code).toBe(130);
  });
});

describe('a person with few rights', () => {
  const READ: Rule[] = [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'list', 'watch'] },
  ];
  const bob = { kubeconfig: USERS.bob };

  test('may read but not exec: refused, with the verb and the resource that are missing', async () => {
    await grant('bob', ns, READ);
    await until('the grant counts', () => kubectl(['get', 'pods'], { namespace: ns, ...bob }));
    const outcome = await opsdeck(args(definition({})), bob);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/may not .*(get|create).* pods\/exec/);
    expect(outcome.stderr).not.toMatch(/\n {4}at /);
  });

  test('may exec and keep ConfigMaps: the run succeeds', async () => {
    await grant('bob', ns, [
      ...READ,
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'] },
    ]);
    await until('the grant counts', async () =>
      (await kubectl(['auth', 'can-i', 'create', 'configmaps'], { namespace: ns, ...bob })).startsWith('yes'),
    );
    const outcome = await opsdeck(args(definition({ container: { command: ['echo', 'by bob'] } })), bob);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('by bob') });
  });
});
