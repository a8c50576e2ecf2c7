/** What `opsdeck install --crds` prints, held against a real API server: it takes the CRDs, and through them the seeds' own YAML. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { validate } from '../../../engine/api/validate.ts';
import { apply, kubectl, kubectlFails, namespace, opsdeck, REPO, until } from '../kit.ts';

const NAMES = [
  'opsdefinitions.opendbaas.infracreate.com',
  'opsdefinitions.opsdeck.dev',
  'opsrequests.dbaas.kubeblocks.io',
  'opsrequests.opendbaas.infracreate.com',
  'opsrequests.opsdeck.dev',
  'providers.opsdeck.dev',
];

const ns = await namespace('api');
const example = (name: string) => readFileSync(join(REPO, 'test/unit/engine/api/examples', `${name}.yaml`), 'utf8');
const strip = (text: string) =>
  parseAllDocuments(text, { merge: true }).map((document) => document.toJS({ maxAliasCount: 100 }));
const get = async (...what: string[]) => JSON.parse(await kubectl(['get', '-o', 'json', ...what], { namespace: ns }));

let crds = '';
let before: string[] = [];
const clusterScoped: string[] = [];

beforeAll(async () => {
  const present = await kubectl(['get', 'crd', '-o', 'name']);
  before = NAMES.filter((name) => present.includes(`/${name}\n`));
  const printed = await opsdeck(['install', '--crds']);
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  crds = printed.stdout;
  await apply(crds);
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...NAMES.map((name) => `crd/${name}`)]);
  // Discovery follows a moment later; kubectl must know the kinds before it is asked for them.
  await until('the kinds in discovery', async () => {
    const listed = await kubectl(['api-resources', '-o', 'name', '--cached=false']);
    return NAMES.every((name) => listed.includes(name));
  });
});

afterAll(async () => {
  for (const one of clusterScoped) await kubectlFails(['delete', '--ignore-not-found', one]);
  const added = NAMES.filter((name) => !before.includes(name)).map((name) => `crd/${name}`);
  if (added.length > 0) await kubectl(['delete', '--wait=false', ...added]);
});

describe('the CRDs', () => {
  it('are accepted: structural, established, names their own', async () => {
    const list = await get('crd', ...NAMES);
    for (const { metadata, status, spec } of list.items) {
      const conditions = Object.fromEntries(
        status.conditions.map((c: { type: string; status: string }) => [c.type, c.status]),
      );
      expect({ [metadata.name]: conditions }).toEqual({
        [metadata.name]: { NamesAccepted: 'True', Established: 'True' },
      });
      expect(spec.scope).toBe(metadata.name.startsWith('opsrequests') ? 'Namespaced' : 'Cluster');
    }
  });

  it('can be applied again, and by server-side apply without a conflict', async () => {
    expect(await apply(crds)).not.toMatch(/created|configured/);
    await kubectl(
      ['apply', '--server-side', '--dry-run=server', '--field-manager=kubectl-client-side-apply', '-f', '-'],
      { input: crds },
    );
  });
});

describe('the seeds’ own YAML', () => {
  it('is taken unmodified, and nothing of it is dropped', async () => {
    clusterScoped.push('opsdefinitions.opendbaas.infracreate.com/redis-reshard');
    await apply(example('redis-reshard'), ns);
    const [definition, request] = strip(example('redis-reshard'));
    expect((await get('opsdefinitions.opendbaas.infracreate.com', 'redis-reshard')).spec).toEqual(definition.spec);
    expect((await get('opsrequests.opendbaas.infracreate.com', 'redis-reshard-job')).spec).toEqual(request.spec);
  });

  it('is listed by a short name, in a category, with columns', async () => {
    const header = (
      await kubectl(['get', 'opsrequests.opendbaas.infracreate.com', '-o', 'wide'], { namespace: ns })
    ).split('\n')[0];
    expect(header).toMatch(/NAME +DEFINITION +TYPE +CLUSTER +PHASE +MESSAGE +AGE/);
    expect(await kubectl(['api-resources', '--api-group=opsdeck.dev', '--no-headers'])).toMatch(/opsrequests +opsreq /);
    const listed = await kubectl(['api-resources', '--categories=opsdeck', '-o', 'name']);
    expect(listed.trim().split('\n').toSorted()).toEqual(NAMES);
  });

  it.each([
    [
      'vertical',
      'type: VerticalScaling\n  componentOps:\n  - componentNames: [shard1]\n    verticalScaling:\n      requests:\n        memory: "150Mi"\n        cpu: "0.1"\n      limits:\n        memory: "250Mi"\n        cpu: "0.2"',
    ],
    [
      'horizontal',
      'type: HorizontalScaling\n  componentOps:\n  - componentNames: [shard1]\n    horizontalScaling:\n      replicas: 3\n      roleGroups:\n      - name: secondary\n        replicas: 2',
    ],
    ['upgrade', 'type: Upgrade\n  clusterOps:\n    upgrade:\n      appVersionRef: 5.0.1'],
    [
      'volume',
      'type: VolumeExpansion\n  componentOps:\n  - componentNames: [shard1]\n    volumeExpansion:\n    - name: data\n      storage: "2Gi"',
    ],
    ['restart', 'ttlSecondsAfterSucceed: 3600\n  type: Restart\n  componentOps:\n  - componentNames: [replicasets]'],
  ])('of the built-in operation %s is, too', async (name, spec) => {
    const text = `apiVersion: dbaas.kubeblocks.io/v1alpha1\nkind: OpsRequest\nmetadata:\n  name: ops-${name}\nspec:\n  clusterRef: myMongoscluster\n  ${spec}\n`;
    await apply(text, ns);
    expect((await get('opsrequests.dbaas.kubeblocks.io', `ops-${name}`)).spec).toEqual(parse(text).spec);
  });

  it('keeps a status in the seed’s form, the odd fields included, and refuses an unknown phase', async () => {
    const patch = (status: object) => [
      'patch',
      'opsrequests.dbaas.kubeblocks.io',
      'ops-restart',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ];
    const status = {
      StartTimestamp: '2022-09-27T06:01:31Z',
      completionTimestamp: '2022-09-27T06:02:30Z',
      components: { replicasets: { phase: 'Running' } },
      conditions: [
        {
          lastTransitionTime: '2022-09-27T06:01:31Z',
          message: 'OpsRequest: mysql-restart is validated',
          reason: 'ValidateOpsRequestPassed',
          status: 'True',
          type: 'Validated',
        },
      ],
      tasks: { main: { status: 'Succeed', targets: [{ uid: 'x', attempts: [{ n: 1 }] }] } },
      observedGeneration: 1,
      phase: 'Succeed',
    };
    await kubectl(patch(status), { namespace: ns });
    expect((await get('opsrequests.dbaas.kubeblocks.io', 'ops-restart')).status).toEqual(status);
    const refused = await kubectlFails(patch({ phase: 'successfully' }), { namespace: ns });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('status.phase: Unsupported value: "successfully"');
  });

  it('can’t be turned into another request', async () => {
    const change = ['patch', 'opsrequests.opendbaas.infracreate.com', 'redis-reshard-job', '--type=merge', '-p'];
    const refused = await kubectlFails([...change, '{"spec":{"clusterRef":"another"}}'], { namespace: ns });
    expect(refused.stderr).toContain("clusterRef can't be changed; create another OpsRequest");
    await kubectl([...change, '{"spec":{"cancel":true}}'], { namespace: ns });
  });
});

it.each(['kafka-reassign-partitions', 'influxdb-rebalance'])(
  '%s, with steps, comes back as it went in',
  async (name) => {
    clusterScoped.push(`opsdefinitions.opendbaas.infracreate.com/${name}`);
    const [definition] = strip(example(name));
    // kubectl reads no merge keys and aliases differently: both get the plain document.
    await apply(JSON.stringify(definition));
    expect((await get('opsdefinitions.opendbaas.infracreate.com', name)).spec).toEqual(definition.spec);
  },
);

it.each(['kubeblocks', 'opengauss', 'plain'])('the provider %s comes back as it went in', async (name) => {
  const [provider] = strip(readFileSync(join(REPO, 'engine/providers', `${name}.yaml`), 'utf8'));
  const stored = JSON.parse(
    await kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], { input: JSON.stringify(provider) }),
  );
  expect(stored.spec).toEqual(provider.spec);
});

const definition = (spec: object) => ({
  apiVersion: 'opsdeck.dev/v1alpha1',
  kind: 'OpsDefinition',
  metadata: { name: 'api-test' },
  spec,
});
const container = { command: ['true'] };

it.each<[string, object]>([
  ['spec', definition({})],
  ['spec.strategies.retryTimes', definition({ strategies: { retryTimes: '3', container } })],
  ['spec.strategies.retryTimes', definition({ strategies: { retryTimes: 101, container } })],
  ['spec.parameters[1]', definition({ parameters: [{ name: 'a' }, { name: 'a' }], strategies: { container } })],
  ['spec.parameters[0].name', definition({ parameters: [{ name: '1 a' }], strategies: { container } })],
  [
    'spec.parameters[0].schema.type',
    definition({ parameters: [{ name: 'a', schema: { type: 'strnig' } }], strategies: { container } }),
  ],
  ['spec.steps[0].timeout', definition({ steps: [{ name: 'a', timeout: 'soon', container }] })],
  ['spec.strategies.components[0].type', definition({ strategies: { container, components: [{ roleGroups: [] }] } })],
  ['metadata.name', { ...definition({ strategies: { container } }), metadata: { name: 'Bad_Name' } }],
])('what is wrong with %s both the API server and the program refuse: %j', async (path, document) => {
  const findings = await validate(document);
  expect(findings.map((finding) => finding.message)).toEqual([
    expect.stringMatching(new RegExp(`^${path.replace(/[[\]]/g, '\\$&')}: `)),
  ]);
  const refused = await kubectlFails(['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(document) });
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain(path);
});
