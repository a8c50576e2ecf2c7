import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../../../engine/ops/definition.ts';
import { jobName } from '../../../../engine/ops/job/manifest.ts';
import { planDigest, toPlan } from '../../../../engine/ops/plan.ts';
import { prepare } from '../../../../engine/ops/prepare.ts';
import { accessQuestions, resourceName } from '../../../../engine/ops/rights.ts';
import { cluster, definition, document, execDefinition, instance, SEED, threeRedis } from './things.ts';

const context = { kept: 'configmap' as const, permissions: [] };

test('what no value can mend is said before the values are asked for', () => {
  const nobody = execDefinition('{container: {command: [x]}}', ', parameters: [{name: id, required: true}]');
  const empty = { ...threeRedis(), components: [] };
  const { errors, refused } = prepare(nobody, empty, []);
  expect(errors).toHaveLength(1);
  expect(refused).toEqual(['cluster my-redis-clsuter has no pods']);
});

test('a parameter that the command needs and nobody gave is a matter of its field, not of the operation', () => {
  const asks = execDefinition('{container: {command: [echo, "{{parameters.text}}"]}}', ', parameters: [{name: text}]');
  expect(prepare(asks, threeRedis(), [])).toMatchObject({
    errors: [{ field: 'text', message: 'text has no value, and the command needs one' }],
    refused: [],
  });
  expect(prepare(asks, threeRedis(), [{ name: 'text', value: 'x' }])).toMatchObject({ errors: [], refused: [] });
});

describe('the seed’s definition', () => {
  const seed = definition(SEED);

  test('is one step named after it, a Job on one master, its argv word for word', () => {
    const plan = toPlan(prepare(seed, threeRedis(), []), context);
    expect(plan.refused).toEqual([]);
    expect(plan.steps).toEqual([
      {
        name: 'redis-reshard',
        effect: 'change',
        via: 'job',
        image: 'redis-cli:lastest',
        targets: [
          {
            instance: 'redis-1',
            uid: 'uid-redis-1',
            role: 'master',
            component: 'master-slave',
            container: '',
            argv: [
              'sh',
              '-c',
              'redis-cli --cluster reshard 10.0.0.11:7000 --cluster-from 07c37dfeb235213a872192d90877d0cd55635b91 --cluster-to 07c37dfeb235213a872192d90877d0cd55635b91 --cluster-slots 1024 --cluster-yes',
            ],
          },
        ],
      },
    ]);
    expect(plan.creates).toEqual([
      'ConfigMap data/redis-reshard-…',
      'Job data/redis-reshard-…-redis-reshard-redis-1-1',
    ]);
    expect(plan.command).toBe('opsdeck run redis-reshard --cluster my-redis-clsuter -n data');
  });

  test('parameters override defaults, and reach the command by name as well', () => {
    const prepared = prepare(seed, threeRedis(), [{ name: 'cluster-slots', value: '12' }]);
    expect(prepared.parameters).toContainEqual({ name: 'cluster-slots', value: 12 });
    expect(prepared.steps[0]?.env).toEqual({
      OPS_CLUSTER_SLOTS: '12',
      OPS_PORT: '7000',
      OPS_NODEID: '07c37dfeb235213a872192d90877d0cd55635b91',
    });
    expect(prepared.steps[0]?.targets[0]?.argv[2]).toContain('--cluster-slots 12 --cluster-yes');
    expect(prepared.steps[0]?.retryTimes).toBe(3);
  });

  test('a cluster definition that a plain workload can’t know is a warning, another operator’s is a refusal', () => {
    expect(prepare(seed, threeRedis(), []).warnings[0]).toContain('a-vendor-redis-clsuter');
    const labelled = { ...threeRedis(), definitions: ['redis'] };
    expect(prepare(seed, labelled, [])).toMatchObject({ refused: [], warnings: [expect.stringContaining('redis')] });
    expect(prepare(seed, { ...labelled, provider: 'kubeblocks' }, []).refused).toEqual([
      'redis-reshard is for a-vendor-redis-clsuter; my-redis-clsuter is redis',
    ]);
    const right = { ...labelled, definitions: ['a-vendor-redis-clsuter'] };
    expect(prepare(seed, right, [])).toMatchObject({ refused: [], warnings: [] });
  });

  test('a value that could end a word of the script is refused with the way out', () => {
    const plan = toPlan(prepare(seed, threeRedis(), [{ name: 'nodeId', value: 'x; rm -rf /' }]), context);
    expect(plan.refused).toHaveLength(1);
    expect(plan.refused[0]).toContain('"$OPS_NODEID"');
  });

  test('unknown and mistyped parameters are named', () => {
    const plan = toPlan(
      prepare(seed, threeRedis(), [
        { name: 'cluster-slot', value: 1 },
        { name: 'port', value: 'x' },
      ]),
      context,
    );
    expect(plan.refused).toEqual([
      'parameter "cluster-slot": no such parameter; did you mean "cluster-slots"?',
      expect.stringContaining('parameter "port": '),
    ]);
    expect(plan.steps).toEqual([]);
  });
});

describe('targets', () => {
  const names = (strategies: string, of = threeRedis()) => {
    const prepared = prepare(execDefinition(strategies), of, []);
    return prepared.refused.length > 0
      ? prepared.refused
      : prepared.steps[0]?.targets.map((t) => `${t.instance}/${t.container}`);
  };
  const run = 'container: {command: [id]}';

  test('no components: every instance in the order of its number', () => {
    const ten = cluster([...Array(11).keys()].reverse().map((i) => instance(`redis-${i}`)));
    expect(names(`{${run}}`, ten)?.slice(0, 3)).toEqual(['redis-0/redis', 'redis-1/redis', 'redis-2/redis']);
    expect(names(`{${run}}`, ten)?.at(-1)).toBe('redis-10/redis');
  });

  test('a role by the operator’s word or by what it means; all of them unless pickOne', () => {
    const all = ['redis-1/redis', 'redis-2/redis'];
    expect(names(`{${run}, components: [{type: master-slave, roleGroups: [master]}]}`)).toEqual(all);
    expect(names(`{${run}, components: [{type: redis, roleGroups: [primary]}]}`)).toEqual(all);
    expect(names(`{${run}, components: [{type: '*', roleGroups: [leader], pickOne: true}]}`)).toEqual(all.slice(0, 1));
  });

  test('the one picked is a ready one, and a pod that goes away is none', () => {
    const of = cluster([
      instance('a', 'master', { deleting: true }),
      instance('b', 'master', { ready: false }),
      instance('c', 'master'),
    ]);
    expect(names(`{${run}, components: [{type: master-slave, roleGroups: [master], pickOne: true}]}`, of)).toEqual([
      'c/redis',
    ]);
  });

  test('what is not there is named with what is', () => {
    expect(names(`{${run}, components: [{type: master-slave, roleGroups: [sentinel]}]}`)).toEqual([
      'no pod of component "master-slave" has the role sentinel; the roles there: master, slave',
    ]);
    expect(names(`{${run}, components: [{type: master-slav}]}`)).toEqual([
      'cluster my-redis-clsuter has no component "master-slav"; did you mean "master-slave"?',
    ]);
    expect(names('{container: {name: rediss, command: [id]}}')).toEqual([
      'pod redis-0 has no container "rediss"; did you mean "redis"?',
    ]);
    const leaderless = cluster([instance('redis-0')]);
    expect(names(`{${run}, components: [{type: master-slave, roleGroups: [master]}]}`, leaderless)?.[0]).toMatch(
      /: none$/,
    );
    const stopped = instance('redis-0', '', {
      containers: [{ ...instance('x').containers[0]!, id: '', state: 'CrashLoopBackOff' }],
    });
    expect(names(`{${run}}`, cluster([stopped]))).toEqual([
      'container redis of pod redis-0 is not running (CrashLoopBackOff)',
    ]);
    expect(names(`{${run}}`, cluster([]))).toEqual(['cluster my-redis-clsuter has no pods']);
  });

  test('a Job that names no host and no component is one for the cluster; with {{HOST}} one for each instance', () => {
    expect(names('{container: {image: tool, args: [x]}}')).toEqual(['/']);
    expect(names("{container: {image: tool, args: ['{{HOST}}']}}")).toHaveLength(3);
  });

  test('a pod without an address is refused only where the address is asked for', () => {
    const of = cluster([instance('redis-0', '', { ip: '' })]);
    expect(names(`{${run}}`, of)).toEqual(['redis-0/redis']);
    expect(names("{container: {command: [ping, '{{HOST}}']}}", of)?.[0]).toContain('redis-0 has no address yet');
  });
});

describe('a definition', () => {
  const read = (spec: string, apiVersion = 'opsdeck.dev/v1alpha1') => {
    const result = readDefinition(
      document(`{apiVersion: ${apiVersion}, kind: OpsDefinition, metadata: {name: x}, spec: ${spec}}`),
      'file',
    );
    return result.ok ? 'ok' : result.error;
  };

  test('with a field that isn’t executed is refused by that name', () => {
    expect(read('{steps: []}')).toContain('spec.steps is not executed');
    expect(read('{strategies: {container: {command: [a], stdin: x}}}')).toContain('spec.strategies.container.stdin');
    expect(read('{strategies: {container: {command: [a]}, timeout: 5m}}')).toContain('spec.strategies.timeout');
    expect(read('{parameters: [{name: a, choices: {get: {}}}], strategies: {container: {command: [a]}}}')).toContain(
      'choices',
    );
  });

  test('that has nothing to run, a secret, or two names for one variable is refused', () => {
    expect(read('{strategies: {container: {name: redis}}}')).toContain('nothing to run');
    expect(read('{strategies: {}}')).toContain('nothing to run');
    expect(read('{parameters: [{name: pw, secret: true}], strategies: {container: {command: [a]}}}')).toContain(
      '"pw" is secret',
    );
    expect(read('{parameters: [{name: a-b}, {name: a_b}], strategies: {container: {command: [a]}}}')).toContain(
      'OPS_A_B',
    );
    expect(read('{strategies: {container: {command: [a], env: [{name: a.b, value: x}]}}}')).toContain('"a.b"');
  });

  test('of KubeBlocks’ present group is not this engine’s', () => {
    expect(read('{strategies: {container: {command: [a]}}}', 'operations.kubeblocks.io/v1alpha1')).toContain(
      'not executed here',
    );
    expect(read('{strategies: {container: {command: [a]}}}', 'opendbaas.infracreate.com/v1alpha1')).toBe('ok');
  });
});

test('the permissions of a plan are those of its own requests, and a missing one refuses it', () => {
  const exec = prepare(execDefinition('{container: {command: [id]}}'), threeRedis(), []);
  const said = (prepared: typeof exec, kept: 'opsrequest' | 'configmap' | 'local') =>
    accessQuestions(prepared, kept, 'opsdeck.dev').map((q) => `${q.verb} ${resourceName(q)}`);
  expect(said(exec, 'local')).toEqual(['create pods/exec', 'get pods/exec']);
  expect(said(exec, 'opsrequest').slice(2)).toEqual([
    'create opsrequests.opsdeck.dev',
    'get opsrequests.opsdeck.dev',
    'update opsrequests.opsdeck.dev/status',
  ]);
  const job = prepare(definition(SEED), threeRedis(), []);
  expect(said(job, 'configmap')).toEqual([
    'create jobs.batch',
    'get jobs.batch',
    'patch jobs.batch',
    'delete jobs.batch',
    'list pods',
    'get pods',
    'get pods/log',
    'create configmaps',
    'get configmaps',
    'update configmaps',
  ]);
  const permissions = [{ verb: 'create', resource: 'pods/exec', namespace: 'data', allowed: false as const }];
  expect(toPlan(exec, { kept: 'configmap', permissions }).refused).toEqual(['you may not create pods/exec in data']);
});

test('the digest of a plan changes with what is agreed to, and with nothing else', () => {
  const make = (value: number, of = threeRedis()) =>
    planDigest(prepare(definition(SEED), of, [{ name: 'port', value }]));
  expect(make(1)).toBe(make(1));
  expect(make(2)).not.toBe(make(1));
  const failedOver = cluster([instance('redis-0', 'master'), instance('redis-1', 'slave')]);
  expect(make(1, failedOver)).not.toBe(make(1));
  const restarted = threeRedis();
  for (const { instances } of restarted.components)
    for (const { containers } of instances) containers[0]!.id = 'containerd://new';
  expect(make(1, restarted)).toBe(make(1));
});

test('of a run with a name the Jobs are those that will be made, and a file belongs to its command', () => {
  const op = execDefinition('{container: {image: i, command: [id]}}');
  const plan = toPlan(prepare(op, threeRedis(), []), { kept: 'local', permissions: [], name: 'r', file: 'my op.yaml' });
  expect(plan.creates).toEqual([`Job data/${jobName({ run: 'r', step: 'op', instance: '', n: 1 })}`]);
  expect(plan.command).toBe("opsdeck run op -f 'my op.yaml' --cluster my-redis-clsuter -n data");
});

test('the command line is one that a shell reads back', () => {
  const op = execDefinition("{container: {command: [echo, '{{parameters.text}}']}}", ', parameters: [{name: text}]');
  const plan = toPlan(prepare(op, threeRedis(), [{ name: 'text', value: "it's $HOME; *" }]), context);
  expect(plan.command).toBe(`opsdeck run op --cluster my-redis-clsuter -n data -p 'text=it'\\''s $HOME; *'`);
  expect(plan.steps[0]?.targets[0]?.argv).toEqual(['echo', "it's $HOME; *"]);
});
