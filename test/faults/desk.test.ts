/** The desk of a scope on an embedded cluster: real HTTP, real watches, real shells in the pods. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KINDS, type Kind } from '../../engine/api/kinds.ts';
import type { KubeObject, OpsDefinition, OpsRequest } from '../../engine/api/types.ts';
import { digest } from '../../engine/expr/index.ts';
import { findCluster } from '../../engine/inventory/find.ts';
import type { Cluster } from '../../engine/inventory/model.ts';
import { compileProviders } from '../../engine/inventory/provider.ts';
import { shippedProviders } from '../../engine/inventory/shipped.ts';
import { connect } from '../../engine/kube/connect.ts';
import { type KubeClient, KubeError, type RequestOptions } from '../../engine/kube/types.ts';
import { Desk, type DeskOptions } from '../../engine/ops/desk.ts';
import { findClusterBy } from '../../engine/ops/request.ts';
import type { LogLine, Mode, OperationRow, RunDetail, RunRow } from '../../engine/protocol.ts';
import { systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import { type Embedded, embedded } from '../kit/embedded.ts';

const CART = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, annotations: {opsdeck.dev/role-label: role}, labels: {app.kubernetes.io/component: redis}}
spec:
  serviceName: cart
  replicas: 2
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, role: master}}
    spec: {containers: [{name: main, image: "test/engine:1", command: [sh, -c, "exec sleep 1000"]}]}
`;

const ANYTHING = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

let world: Embedded;
let client: KubeClient;
let cluster: Cluster;
const open: Opened[] = [];

beforeAll(async () => {
  world = await embedded();
  for (const kind of KINDS) for (const group of kind.groups) serve(kind, group);
  world.apply(CART);
  await world.ready('default', 'app=cart', 2);
  const connected = await connect({ kubeconfig: world.kubeconfig, env: {} });
  client = {
    ...connected,
    // Everybody may do everything here; who may what is tested elsewhere.
    request: <T>(path: string, options?: RequestOptions) =>
      path.startsWith('/apis/authorization.k8s.io/')
        ? Promise.resolve({ status: { allowed: true, resourceRules: [ANYTHING], incomplete: false } } as T)
        : connected.request<T>(path, options),
  };
  const providers = await compileProviders(await shippedProviders());
  cluster = await findCluster(client, { name: 'cart', namespace: 'default' }, { providers });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ desk }) => desk.stop()));
});
afterAll(async () => {
  await client?.close();
  await world?.close();
});

/** The kind as an installed CRD would serve it. */
function serve({ kind, plural, scope, shortNames, status }: Kind, group: string): void {
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  world.sim.cluster.kernel.registry.add({
    group,
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    namespaced: scope === 'Namespaced',
    shortNames,
    categories: [],
    verbs,
    versions: ['v1alpha1'],
    storageVersion: 'v1alpha1',
    subresources: status ? [{ name: 'status', kind, group: '', version: '', verbs: ['get', 'patch', 'update'] }] : [],
    storageKey: `${plural}.${group}`,
    storageApiVersion: `${group}/v1alpha1`,
  });
}

interface Opened {
  desk: Desk;
  rows: Map<string, RunRow>;
  modes: Mode[];
}

let engines = 0;
/** Another engine, as of a machine of its own. */
async function desk(options: Partial<DeskOptions> = {}): Promise<Opened> {
  const rows = new Map<string, RunRow>();
  const modes: Mode[] = [];
  const me = { ...thisProcess(), identity: `engine-${++engines}`, host: `host-${engines}` };
  const made = await Desk.open({
    client,
    namespace: 'default',
    clock: systemClock,
    identity: me,
    env: { XDG_STATE_HOME: world.dir },
    readonly: false,
    cluster: (uid) => (uid === cluster.ref.uid ? cluster : undefined),
    findCluster: findClusterBy(client, await compileProviders(await shippedProviders())),
    kind: 'cockpit',
    onState: () => {},
    onMode: (mode) => modes.push(mode),
    ...options,
  });
  made.subscribeRows(({ reset, upsert, remove }) => {
    if (reset) rows.clear();
    for (const row of upsert) rows.set(row.name, row);
    for (const [name, row] of rows) if (remove.includes(row.uid)) rows.delete(name);
  });
  const opened = { desk: made, rows, modes };
  open.push(opened);
  return opened;
}

async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A definition of the cluster. `script` finds the number of its starts in $HOME/starts. */
function define(name: string, script: string, more: object = {}, group = 'opsdeck.dev'): void {
  const strategies = {
    container: { command: ['sh', '-c', `echo x >>"$HOME/${name}"; ${script}`] },
    components: [{ type: 'redis', roleGroups: ['master'], pickOne: true }],
    ...more,
  };
  world.sim.cluster.create(`opsdefinitions.${group}`, {
    apiVersion: `${group}/v1alpha1`,
    kind: 'OpsDefinition',
    metadata: { name },
    spec: { strategies },
  });
}

function request(name: string, spec: object, group = 'opsdeck.dev'): void {
  world.sim.cluster.create(`opsrequests.${group}`, {
    apiVersion: `${group}/v1alpha1`,
    kind: 'OpsRequest',
    metadata: { name, namespace: 'default' },
    spec: { clusterRef: 'cart', ...spec },
  });
}

const status = (name: string, group = 'opsdeck.dev') =>
  (world.sim.cluster.get(`opsrequests.${group}`, 'default', name) as unknown as OpsRequest | undefined)?.status;
const over = (name: string, group?: string) =>
  until(() => {
    const now = status(name, group);
    return now?.phase && ['Succeed', 'Failed', 'Cancelled', 'Unknown'].includes(now.phase) && now;
  });

async function starts(name: string): Promise<number> {
  let text = '';
  const command = ['sh', '-c', `cat "$HOME/${name}" 2>/dev/null`];
  const onStdout = (chunk: Uint8Array) => {
    text += Buffer.from(chunk).toString();
  };
  await client.exec({ namespace: 'default', pod: 'cart-0', container: 'main', command, onStdout });
  return text.split('x').length - 1;
}

describe('requests that a person makes', () => {
  test('take the definition of their own group, where two groups have one of the name', async () => {
    await desk();
    const [ours, seeds] = ['opsdeck.dev', 'opendbaas.infracreate.com'] as const;
    define('wipe', 'echo WIPED', {}, ours);
    define('wipe', 'echo HARMLESS', {}, seeds);
    define('seeds-only', 'echo fine', {}, seeds);
    for (const group of [ours, seeds]) request('wipe-1', { opsDefinitionRef: 'wipe' }, group);
    request('seeds-only-1', { opsDefinitionRef: 'seeds-only' }, ours);
    request('wipe-1', { opsDefinitionRef: 'wipe', preConditionDeadlineSeconds: 0 }, 'dbaas.kubeblocks.io');
    const output = async (group: string, name = 'wipe-1') => JSON.stringify((await over(name, group)).journal);
    expect(await output(ours)).toContain('"WIPED"');
    expect(await output(seeds)).toContain('"HARMLESS"');
    expect(await output(ours, 'seeds-only-1')).toContain('"fine"');
    expect(await over('wipe-1', 'dbaas.kubeblocks.io')).toMatchObject({
      phase: 'Failed',
      message: expect.stringContaining(`of ${ours} and of ${seeds}, and they are not the same; a request means`),
    });
    for (const [run, made, meant] of [
      ['wipe-1', ours, ours],
      ['wipe-1', seeds, seeds],
      ['seeds-only-1', ours, seeds],
    ] as const)
      expect(status(run, made)).toMatchObject({ journal: { definition: { source: 'cluster', group: meant } } });
    for (const group of [ours, seeds]) world.sim.cluster.delete(`opsdefinitions.${group}`, '', 'wipe');
    world.sim.cluster.delete(`opsdefinitions.${seeds}`, '', 'seeds-only');
  });

  test('are run under each of the three groups, with the status of the seed documents', async () => {
    await desk();
    define('greet', 'echo hello');
    const groups = ['opsdeck.dev', 'opendbaas.infracreate.com', 'dbaas.kubeblocks.io'];
    for (const group of groups) request('greet-1', { opsDefinitionRef: 'greet' }, group);
    for (const group of groups) {
      const done = await over('greet-1', group);
      expect(done).toMatchObject({
        phase: 'Succeed',
        tasks: { greet: { status: 'successfully' } },
      });
      expect(done.conditions?.map(({ type, status }) => `${type} ${status}`)).toEqual([
        'Progressing True',
        'Validated True',
        'Succeed True',
      ]);
    }
    expect(await starts('greet')).toBe(3);
  });

  test('that can’t be run fail with the reason of the seeds’ table and one sentence', async () => {
    await desk();
    define('fine', 'true');
    const atOnce = { preConditionDeadlineSeconds: 0 };
    request('no-cluster', { clusterRef: 'carts', opsDefinitionRef: 'fine', ...atOnce });
    request('no-definition', { opsDefinitionRef: 'fin', ...atOnce });
    request('restart', { type: 'Restart', componentOps: [{ componentNames: ['redis'] }] });
    request('parameter', { opsDefinitionRef: 'fine', parameters: [{ name: 'x', value: 1 }] });
    const why = async (name: string) => {
      const { phase, conditions } = await over(name);
      const validated = conditions?.find(({ type }) => type === 'Validated');
      return [phase, validated?.status, validated?.reason, validated?.message];
    };
    expect(await why('no-cluster')).toEqual([
      'Failed',
      'False',
      'ClusterNotFound',
      expect.stringContaining('did you mean "cart"?'),
    ]);
    expect(await why('no-definition')).toEqual([
      'Failed',
      'False',
      'OpsTypeNotSupported',
      expect.stringContaining('did you mean "fine"?'),
    ]);
    expect(await why('restart')).toEqual([
      'Failed',
      'False',
      'OpsTypeNotSupported',
      expect.stringContaining('Restart'),
    ]);
    expect(await why('parameter')).toEqual([
      'Failed',
      'False',
      'ValidateOpsRequestFailed',
      expect.stringContaining('"x"'),
    ]);
  });

  test('before their cluster and their definition wait for both, and say so', async () => {
    const { rows } = await desk();
    request('early', { clusterRef: 'late', opsDefinitionRef: 'later' });
    const pending = await until(() => status('early')?.conditions && status('early'));
    expect(pending).toMatchObject({
      phase: 'Pending',
      message: expect.stringMatching(/no cluster "late".*; waits for that until \d{4}-/),
      conditions: [{ type: 'Validated', status: 'False', reason: 'ClusterNotFound' }],
    });
    await until(() => rows.get('early')?.message === pending.message);
    expect(rows.get('early')?.phase).toBe('Pending');
    // Another engine leaves it alone, and so does one that begins later.
    await desk();
    world.apply(CART.replaceAll('cart', 'late'));
    await until(() => status('early')?.conditions?.[0]?.reason !== 'ClusterNotFound');
    define('later', 'echo there');
    const done = await over('early');
    expect(done.phase).toBe('Succeed');
    expect(done.conditions?.map(({ type, status }) => `${type} ${status}`).sort()).toEqual([
      'Progressing True',
      'Succeed True',
      'Validated True',
    ]);
  });

  test('wait so long and no longer, and end when that is asked for', async () => {
    await desk();
    request('patient', { clusterRef: 'never', opsDefinitionRef: 'fine', preConditionDeadlineSeconds: 2 });
    request('dropped', { clusterRef: 'never', opsDefinitionRef: 'fine' });
    await until(() => status('dropped')?.phase === 'Pending');
    world.sim.cluster.patch('opsrequests.opsdeck.dev', 'default', 'dropped', { spec: { cancel: true } });
    expect((await over('dropped')).phase).toBe('Cancelled');
    expect(await over('patient')).toMatchObject({
      phase: 'Failed',
      conditions: [{ type: 'Validated', status: 'False', reason: 'ClusterNotFound' }],
    });
  });

  test('start their command once, however many engines look at them, and one of these leads', async () => {
    const all = await Promise.all([desk(), desk(), desk({ kind: 'operator' })]);
    define('once', 'sleep 0.3');
    for (const n of [1, 2, 3, 4]) request(`once-${n}`, { opsDefinitionRef: 'once' });
    for (const n of [1, 2, 3, 4]) expect((await over(`once-${n}`)).phase).toBe('Succeed');
    expect(await starts('once')).toBe(4);
    await until(() => all.every(({ rows }) => rows.get('once-4')?.phase === 'Succeed'));
  });

  test('on one cluster wait for each other in the order of their arrival, each naming whom', async () => {
    await desk();
    define('slow', 'sleep 0.6; echo "$OPSDECK_ATTEMPT" >>"$HOME/order"');
    request('slow-a', { opsDefinitionRef: 'slow' });
    await until(() => status('slow-a')?.phase === 'Running');
    request('slow-b', { opsDefinitionRef: 'slow' });
    const waiting = await until(() => status('slow-b')?.phase === 'Waiting' && status('slow-b'));
    expect(waiting).toMatchObject({ message: expect.stringContaining('slow-a') });
    expect((await over('slow-b')).phase).toBe('Succeed');
    expect(status('slow-a')?.phase).toBe('Succeed');
    expect(Date.parse(String(status('slow-b')?.StartTimestamp))).toBeGreaterThanOrEqual(
      Date.parse(String(status('slow-a')?.completionTimestamp)),
    );
  });

  test('with spec.cancel end, and a success is removed when its time is over', async () => {
    await desk();
    define('endless', 'trap "exit 5" TERM; while :; do sleep 0.05; done');
    request('endless-1', { opsDefinitionRef: 'endless' });
    await until(() => status('endless-1')?.phase === 'Running');
    world.sim.cluster.patch('opsrequests.opsdeck.dev', 'default', 'endless-1', { spec: { cancel: true } });
    expect(await over('endless-1')).toMatchObject({ phase: 'Cancelled', tasks: { endless: { status: 'Cancelled' } } });
    define('short', 'true');
    request('short-1', { opsDefinitionRef: 'short', ttlSecondsAfterSucceed: 0 });
    await until(() => !world.sim.cluster.get('opsrequests.opsdeck.dev', 'default', 'short-1'));
  });

  test('whose status another program wrote are shown, and never run', async () => {
    define('theirs', 'true');
    request('theirs-1', { opsDefinitionRef: 'theirs' });
    const object = world.sim.cluster.get('opsrequests.opsdeck.dev', 'default', 'theirs-1') as unknown as KubeObject;
    world.sim.cluster.update('opsrequests.opsdeck.dev', { ...object, status: { phase: 'Running' } } as never, {
      subresource: 'status',
    });
    const { rows } = await desk();
    expect((await until(() => rows.get('theirs-1'))).message).toContain('another program');
    request('after', { opsDefinitionRef: 'fine' });
    await over('after');
    expect(await starts('theirs')).toBe(0);
  });
});

describe('an engine that is stopped', () => {
  const never = <T>({ signal }: RequestOptions = {}) =>
    new Promise<T>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));

  test.each([
    [
      'its write keeps failing',
      () => Promise.reject(new KubeError('etcd is gone', { status: 500, reason: 'InternalError' })),
    ],
    ['its write hangs', never],
    // Not every question knows that nobody waits for it any more.
    ['nothing it asks is answered', () => never()],
  ])('goes at once while %s', async (how, answer) => {
    let asked = 0;
    const name = `stops-${how.length}`;
    define(name, 'true');
    const { desk: mine } = await desk({
      client: {
        ...client,
        request: <T>(path: string, options: RequestOptions = {}): Promise<T> => {
          const writes = options.method === 'PUT' && path.endsWith(`/opsrequests/${name}-1/status`);
          const reads = how.startsWith('nothing') && path.includes(`/opsdefinitions/${name}`);
          if (!writes && !reads) return client.request<T>(path, options);
          asked++;
          return answer(options) as Promise<T>;
        },
      },
    });
    request(`${name}-1`, { opsDefinitionRef: name });
    await until(() => asked > 0);
    await mine.stop();
    expect(await starts(name)).toBe(0);
    world.sim.cluster.delete('opsrequests.opsdeck.dev', 'default', `${name}-1`);
  });
});

describe('what a cockpit asks', () => {
  const spec = (name: string) =>
    (world.sim.cluster.get('opsdefinitions.opsdeck.dev', '', name) as unknown as OpsDefinition).spec;
  const ask = (definition: string, values: Record<string, string> = {}) => ({
    cluster: cluster.ref.uid,
    definition,
    pin: digest({ name: definition, spec: spec(definition) }),
    values,
  });
  const change = (name: string, description: string) => {
    const object = structuredClone(
      world.sim.cluster.get('opsdefinitions.opsdeck.dev', '', name),
    ) as unknown as OpsDefinition;
    world.sim.cluster.update('opsdefinitions.opsdeck.dev', {
      ...object,
      spec: { ...object.spec, description },
    } as never);
  };
  /** What is told of one cluster's operations, as it is told. */
  const look = ({ catalog }: Desk, uid = cluster.ref.uid) => {
    const told: OperationRow[][] = [];
    const stop = catalog.subscribe(uid, ({ rows }) => told.push(rows));
    const row = (name: string) => told.at(-1)?.find((each) => each.name === name);
    return { told, row, stop };
  };

  test('catalog, plan, start: the log comes live and ends, the detail is the journal’s', async () => {
    define('tell', 'for i in 1 2 3; do echo line $i; sleep 0.1; done');
    const { desk: mine, rows } = await desk();
    const { row, stop: leave } = look(mine);
    await until(() => row('tell'));
    expect(row('tell')).toMatchObject({ effect: 'change', source: 'cluster', refused: '', steps: 1 });
    leave();
    const plan = await mine.plan(ask('tell'));
    expect(plan).toMatchObject({ refused: [], creates: [expect.stringMatching(/^OpsRequest default\/tell-/)] });
    await expect(mine.start({ ...ask('tell'), digest: 'sha256:other' })).rejects.toThrow('look at the plan again');
    const { namespace, name } = await mine.start({ ...ask('tell'), digest: plan.digest });
    const lines: LogLine[] = [];
    let last: RunDetail | null = null;
    let ended = false;
    const stop = mine.subscribeRun(
      `${namespace}/${name}`,
      (detail) => {
        last = detail;
      },
      (batch, end) => {
        if (batch.reset) lines.length = 0;
        lines.push(...batch.lines);
        ended = end;
      },
    );
    await until(() => ended);
    stop();
    expect(lines.map(({ stream, text }) => `${stream} ${text}`)).toEqual(['out line 1', 'out line 2', 'out line 3']);
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(last).toMatchObject({
      phase: 'Succeed',
      steps: [{ phase: 'Succeeded', targets: [{ instance: 'cart-0' }] }],
    });
    await until(() => rows.get(name)?.phase === 'Succeed');
    expect(rows.get(name)).toMatchObject({ kept: 'opsrequest', holder: '' });
    expect(await starts('tell')).toBe(1);
    expect(mine.document(rows.get(name)?.uid ?? '')).toMatchObject({
      kind: 'OpsRequest',
      metadata: { name, namespace },
      status: { phase: 'Succeed' },
    });
    expect(() => mine.document('another')).toThrow('no longer there');
  });

  test('another cockpit follows the same run live, and sees the same lines when it comes late', async () => {
    define('shared', 'echo begun; sleep 2.5; echo done');
    const one = await desk();
    const two = await desk();
    const plan = await one.desk.plan(ask('shared'));
    const run = await one.desk.start({ ...ask('shared'), digest: plan.digest });
    const follow = async ({ desk: mine }: Opened) => {
      const texts: string[] = [];
      let ended = false;
      mine.subscribeRun(
        `${run.namespace}/${run.name}`,
        () => {},
        (batch, end) => {
          if (batch.reset) texts.length = 0;
          texts.push(...batch.lines.map(({ text }) => text));
          ended = end;
        },
      );
      await until(() => ended);
      return texts;
    };
    expect(await follow(two)).toEqual(['begun', 'done']);
    expect(await follow(await desk())).toEqual(['begun', 'done']);
    expect(await starts('shared')).toBe(1);
  });

  test('a log that can’t be read any more is at its end, and says why', async () => {
    define('closed', 'echo seen');
    const { desk: mine } = await desk();
    const { namespace, name } = await mine.start({ ...ask('closed'), digest: (await mine.plan(ask('closed'))).digest });
    await over(name);
    await mine.stop();
    const { desk: other, rows } = await desk({
      client: {
        ...client,
        request: <T>(path: string, options?: RequestOptions) =>
          path.endsWith(`/opsrequests/${name}`)
            ? Promise.reject(new KubeError('you may not get it', { status: 403, reason: 'Forbidden' }))
            : client.request<T>(path, options),
      },
    });
    await until(() => rows.get(name));
    const told: string[] = [];
    other.subscribeRun(
      `${namespace}/${name}`,
      () => {},
      ({ lines }, ended) => told.push(...lines.map(({ text }) => text), ...(ended ? ['end'] : [])),
    );
    await until(() => told.includes('end'));
    expect(told.slice(0, 2)).toEqual(["the log can't be read: you may not get it", 'end']);
  });

  test('the list of operations follows definitions that come, change, break and go', async () => {
    const { desk: mine } = await desk();
    const { told, row, stop } = look(mine);
    await until(() => row('redis-reshard'));
    expect(mine.catalog.states().map(([id, { state }]) => [id, state])).toEqual([
      ['opsdefinitions.opsdeck.dev', 'live'],
      ['opsdefinitions.opendbaas.infracreate.com', 'live'],
    ]);
    define('comes', 'true');
    const before = (await until(() => row('comes'))).digest;
    change('comes', 'now with words');
    const after = await until(() => row('comes')?.digest !== before && row('comes'));
    expect(after).toMatchObject({ description: 'now with words', broken: '' });
    // Nothing of what was shown is planned or started as something else.
    const shown = { ...ask('comes'), pin: before };
    await expect(mine.plan(shown)).rejects.toThrow('comes was changed since it was shown here');
    await expect(mine.start({ ...shown, digest: 'sha256:x' })).rejects.toThrow('changed since');
    const broken = structuredClone(
      world.sim.cluster.get('opsdefinitions.opsdeck.dev', '', 'comes'),
    ) as unknown as OpsDefinition;
    world.sim.cluster.update('opsdefinitions.opsdeck.dev', { ...broken, spec: { description: 'kept' } } as never);
    await until(() => row('comes')?.broken !== '');
    expect(row('comes')).toMatchObject({
      description: 'kept',
      source: 'cluster',
      broken: expect.stringContaining('needs strategies'),
      refused: expect.stringContaining('needs strategies'),
    });
    world.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'comes');
    await until(() => !row('comes'));
    await expect(mine.plan(shown)).rejects.toThrow('comes is no longer in the cluster');
    // Nobody looks any more: nothing is watched, nothing told.
    stop();
    expect(mine.catalog.states()).toEqual([]);
    const count = told.length;
    define('unseen', 'true');
    await new Promise((done) => setTimeout(done, 200));
    expect(told).toHaveLength(count);
  });

  test.each([
    ['denied', () => Promise.reject(new KubeError('no', { status: 403, reason: 'Forbidden' }))],
    ['down', () => Promise.reject(new KubeError('etcd is gone', { status: 500, reason: 'InternalError' }))],
    ['syncing', () => new Promise<never>(() => {})],
  ])('a group of definitions that is %s takes nothing from the other', async (state, answer) => {
    const ours = 'opsdefinitions.opsdeck.dev';
    define(`other-${state}`, 'true', {}, 'opendbaas.infracreate.com');
    const { desk: mine } = await desk({
      client: {
        ...client,
        request: <T>(path: string, options?: RequestOptions) =>
          path.endsWith('/opsdeck.dev/v1alpha1/opsdefinitions') ? answer() : client.request<T>(path, options),
      },
    });
    const { row, stop } = look(mine);
    await until(() => row(`other-${state}`));
    expect(row('redis-reshard')).toBeDefined();
    expect(mine.catalog.states()).toContainEqual([ours, expect.objectContaining({ state })]);
    stop();
    world.sim.cluster.delete('opsdefinitions.opendbaas.infracreate.com', '', `other-${state}`);
  });

  test('one name in two groups is two rows, each planned as what it is', async () => {
    const { desk: mine } = await desk();
    const [ours, seeds] = ['opsdeck.dev', 'opendbaas.infracreate.com'] as const;
    define('wipe', 'echo WIPED', {}, ours);
    define('wipe', 'echo HARMLESS', {}, seeds);
    const rows = async (uid: string) => {
      const { told, stop } = look(mine, uid);
      await until(() => told.length > 0);
      stop();
      return told.at(-1)?.filter(({ name }) => name === 'wipe') ?? [];
    };
    for (const uid of ['', cluster.ref.uid])
      expect((await rows(uid)).map((row) => [row.uid, row.group])).toEqual([
        [`cluster/${seeds}/wipe`, seeds],
        [`cluster/${ours}/wipe`, ''],
      ]);
    const [harmless] = await rows(cluster.ref.uid);
    const plan = await mine.plan({ cluster: cluster.ref.uid, definition: 'wipe', pin: harmless!.digest, values: {} });
    expect(plan).toMatchObject({ source: 'cluster', namesake: seeds });
    expect(plan.command).toContain(`--source ${seeds}`);
    expect(plan.steps[0]?.targets[0]?.argv.join(' ')).toContain('HARMLESS');
    for (const group of [ours, seeds]) world.sim.cluster.delete(`opsdefinitions.${group}`, '', 'wipe');
  });

  test('two operations of one name are two rows, each run as what it is', async () => {
    const { desk: mine } = await desk();
    define('redis-reshard', 'echo mine');
    const { told, stop } = look(mine);
    const both = () => told.at(-1)?.filter(({ name }) => name === 'redis-reshard') ?? [];
    await until(() => both().length === 2);
    stop();
    expect(both().map(({ uid, source }) => [uid, source])).toEqual([
      ['cluster/opsdeck.dev/redis-reshard', 'cluster'],
      ['shipped/plain/redis-reshard', 'catalog'],
    ]);
    const [own, shipped] = both();
    const one = { cluster: cluster.ref.uid, definition: 'redis-reshard' };
    const plan = await mine.plan({ ...one, pin: own!.digest, values: {} });
    expect(plan).toMatchObject({ source: 'cluster', namesake: 'cluster', pin: own!.digest });
    expect(plan.command).toContain('--source cluster');
    expect(plan.warnings.join()).toContain("the cluster's own");
    const other = await mine.plan({ ...one, pin: shipped!.digest, values: { from: 'a', to: 'b' } });
    expect(other).toMatchObject({ source: 'catalog', namesake: 'shipped', pin: shipped!.digest });
    // All definitions, whatever they are for.
    const all = look(mine, '');
    await until(() => all.told.length > 0);
    all.stop();
    expect(
      all.told
        .at(-1)
        ?.filter(({ name }) => name === 'redis-reshard')
        .map(({ uid }) => uid),
    ).toEqual(['cluster/opsdeck.dev/redis-reshard', 'shipped/kubeblocks/redis-reshard', 'shipped/plain/redis-reshard']);
    world.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'redis-reshard');
  });

  test('a request that an operator is asked for runs what was shown, or nothing', async () => {
    define('pinned', 'echo first');
    const pin = ask('pinned').pin;
    change('pinned', 'another one by now');
    const annotations = { 'opsdeck.dev/definition-digest': pin };
    for (const [name, more] of [
      ['pinned-1', { annotations }],
      ['pinned-2', { annotations: { 'opsdeck.dev/definition-digest': ask('pinned').pin } }],
    ] as const)
      world.sim.cluster.create('opsrequests.opsdeck.dev', {
        apiVersion: 'opsdeck.dev/v1alpha1',
        kind: 'OpsRequest',
        metadata: { name, namespace: 'default', ...more },
        spec: { clusterRef: 'cart', opsDefinitionRef: 'pinned' },
      } as never);
    await desk();
    expect(await over('pinned-1')).toMatchObject({
      phase: 'Failed',
      message: expect.stringContaining('was changed since'),
    });
    expect(await over('pinned-2')).toMatchObject({ phase: 'Succeed' });
  });

  test('attached to an operator, of two operations of one name it has run the one that was shown', async () => {
    const operator = await desk({ kind: 'operator', cluster: () => undefined });
    await until(() => operator.modes.some(({ kind }) => kind === 'standalone'));
    const mine = await desk();
    await until(() => mine.modes.some(({ kind }) => kind === 'attached'));
    define('redis-cluster-check', 'echo ours');
    const { told, stop } = look(mine.desk);
    const both = () => told.at(-1)?.filter(({ name }) => name === 'redis-cluster-check') ?? [];
    await until(() => both().length === 2);
    stop();
    const ran: unknown[] = [];
    for (const { digest: pin } of both()) {
      const one = { cluster: cluster.ref.uid, definition: 'redis-cluster-check', pin, values: {} };
      const plan = await mine.desk.plan(one);
      const { name } = await mine.desk.start({ ...one, digest: plan.digest });
      const { journal } = (await over(name)) as unknown as { journal: { definition: object } };
      ran.push(journal.definition);
    }
    expect(ran).toMatchObject([
      { source: 'cluster', digest: both()[0]!.digest },
      { source: 'catalog', digest: both()[1]!.digest },
    ]);
    world.sim.cluster.delete('opsdefinitions.opsdeck.dev', '', 'redis-cluster-check');
  });

  test('read-only starts, cancels and executes nothing', async () => {
    define('never', 'true');
    request('never-1', { opsDefinitionRef: 'never' });
    const { desk: mine, modes, rows } = await desk({ readonly: true });
    await until(() => rows.get('never-1'));
    const plan = await mine.plan(ask('never'));
    await expect(mine.start({ ...ask('never'), digest: plan.digest })).rejects.toThrow('read-only');
    await expect(mine.cancel({ namespace: 'default', name: 'never-1' })).rejects.toThrow('read-only');
    expect(modes).toEqual([{ kind: 'readonly' }]);
    expect(status('never-1')?.phase).toBeUndefined();
    world.sim.cluster.delete('opsrequests.opsdeck.dev', 'default', 'never-1');
    await until(() => !rows.has('never-1'));
  });

  test('an unknown outcome is asked about, and the word on it is kept', async () => {
    define('lost', 'sleep 30');
    const { desk: mine, rows } = await desk();
    const plan = await mine.plan(ask('lost'));
    const run = await mine.start({ ...ask('lost'), digest: plan.digest });
    await until(async () => (await starts('lost')) === 1);
    world.sim.cluster.delete('pods', 'default', 'cart-0', { gracePeriodSeconds: 0 });
    await until(() => rows.get(run.name)?.phase === 'Unknown');
    await expect(mine.resolve({ ...run, verdict: 'happened', reason: ' ' })).rejects.toThrow('say why');
    await mine.resolve({ ...run, verdict: 'happened', reason: 'saw it' });
    await until(() => rows.get(run.name)?.phase === 'Succeed');
    expect(status(run.name)).toMatchObject({ journal: { verdicts: [{ verdict: 'happened', reason: 'saw it' }] } });
  });
});

describe('a definition with an image', () => {
  const job = (name: string, args: string, more: object = {}) =>
    define(name, '', { container: { image: 'test/engine:1', command: ['sh', '-c'], args: [args] }, ...more });
  const jobs = () => world.sim.cluster.list('jobs.batch', { namespace: 'default' });

  test('is run by a Job for the pod that was picked: environment, address, log and exit code', async () => {
    const { desk: mine } = await desk();
    job('say', 'echo "$$OPS_X at {{HOST}} \\$(HOME)"; exit 3');
    request('say-1', { opsDefinitionRef: 'say' });
    expect(await over('say-1')).toMatchObject({ phase: 'Failed', message: expect.stringContaining('exit code 3') });
    const texts: string[] = [];
    let ended = false;
    mine.subscribeRun(
      'default/say-1',
      () => {},
      (batch, end) => {
        texts.push(...batch.lines.map(({ text }) => text));
        ended = end;
      },
    );
    await until(() => ended);
    // `$$` is the shell's process number, `$(HOME)` a command: neither is Kubernetes' to touch.
    expect(texts[0]).toMatch(/^\d+OPS_X at 10\.\d+\.\d+\.\d+ \$\(HOME\)$/);
    const [made] = jobs().filter(({ metadata }) => metadata.labels?.['opsdeck.dev/run-name'] === 'say-1');
    expect(made?.metadata).toMatchObject({
      name: 'say-1-say-cart-0-1',
      ownerReferences: [{ kind: 'OpsRequest', name: 'say-1' }],
    });
    expect(made?.metadata.finalizers ?? []).toEqual([]);
  });

  test('the log is at its end with the verdict, however long its Job can’t be let go', async () => {
    job('stays', 'echo done');
    const held = /\/jobs\/stays-/;
    const { desk: mine, rows } = await desk({
      client: {
        ...client,
        request: <T>(path: string, options: RequestOptions = {}) =>
          held.test(path) && rows.get('stays-1')?.phase === 'Succeed'
            ? new Promise<T>((_, reject) =>
                options.signal?.addEventListener('abort', () => reject(options.signal?.reason)),
              )
            : client.request<T>(path, options),
      },
    });
    request('stays-1', { opsDefinitionRef: 'stays' });
    const told: string[] = [];
    mine.subscribeRun(
      'default/stays-1',
      (detail) => detail && told.push(detail.phase),
      ({ lines }, ended) => told.push(...lines.map(({ text }) => text), ...(ended ? ['end'] : [])),
    );
    await until(() => told.includes('end'));
    expect(told.indexOf('done')).toBeLessThan(told.indexOf('end'));
    expect(told).toContain('Succeed');
  });

  test('is tried again after a known failure, each time by another Job', async () => {
    await desk();
    job('again', 'exit 1', { retryTimes: 1 });
    request('again-1', { opsDefinitionRef: 'again' });
    expect((await over('again-1')).phase).toBe('Failed');
    const names = jobs().map(({ metadata }) => metadata.name);
    expect(names.filter((name) => name.startsWith('again-1')).sort()).toEqual([
      'again-1-again-cart-0-1',
      'again-1-again-cart-0-2',
    ]);
  });

  test('leaves Jobs that nobody let go, when its engine ends before it does; the next one lets them go, and no others', async () => {
    job('held', 'true');
    const first = await desk();
    for (const name of ['held-1', 'held-2']) request(name, { opsDefinitionRef: 'held' });
    for (const name of ['held-1', 'held-2']) await over(name);
    const held = (run: string) => jobs().find(({ metadata }) => metadata.labels?.['opsdeck.dev/run-name'] === run);
    await until(() => ['held-1', 'held-2'].every((run) => held(run)?.metadata.finalizers === undefined));
    await first.desk.stop();
    const finalizers = ['opsdeck.dev/result'];
    for (const run of ['held-1', 'held-2'])
      world.sim.cluster.patch('jobs.batch', 'default', held(run)?.metadata.name ?? '', { metadata: { finalizers } });
    world.sim.cluster.delete('opsrequests.opsdeck.dev', 'default', 'held-2');
    // Of a run that is kept on somebody's machine nothing is known here.
    const { metadata, ...rest } = structuredClone(held('held-1')!) as unknown as KubeObject;
    const labels = { 'app.kubernetes.io/managed-by': 'opsdeck', 'opsdeck.dev/run-name': 'elsewhere' };
    const containers = [{ name: 'main', image: 'test/engine:1', command: ['true'] }];
    const template = { spec: { restartPolicy: 'Never', containers } };
    world.sim.cluster.create('jobs.batch', {
      ...rest,
      status: undefined,
      metadata: { name: 'elsewhere', namespace: metadata.namespace ?? '', labels, finalizers },
      spec: { template },
    } as never);
    await desk();
    await until(() => held('held-1')?.metadata.finalizers === undefined && held('held-2') === undefined);
    expect(held('elsewhere')?.metadata.finalizers).toContain('opsdeck.dev/result');
  });
});
