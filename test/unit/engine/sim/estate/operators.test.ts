import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBreaks } from '../../../../../engine/sim/estate/breaks.ts';
import { CLUSTERS } from '../../../../../engine/sim/estate/clusters.ts';
import { addCrds } from '../../../../../engine/sim/estate/crds.ts';
import { kubeblocksOps } from '../../../../../engine/sim/estate/kubeblocksOps.ts';
import { type Leaders, makeLeaders } from '../../../../../engine/sim/estate/leaders.ts';
import { cnpg, cnpgCluster } from '../../../../../engine/sim/estate/operators/cnpg.ts';
import { kubeblocks, kubeblocksCluster } from '../../../../../engine/sim/estate/operators/kubeblocks.ts';
import { opengauss, opengaussCluster } from '../../../../../engine/sim/estate/operators/opengauss.ts';
import { operatorController } from '../../../../../engine/sim/estate/operators/operator.ts';
import { type Controllers, runControllers } from '../../../../../engine/sim/workloads/index.ts';
import { type Lab, openLab } from '../workloads/lab.ts';

let lab: Lab;
let leaders: Leaders;
let running: Controllers;
let stop: () => void;
beforeEach(() => {
  lab = openLab();
  leaders = makeLeaders(lab.engines);
  addCrds(lab.cluster);
  running = runControllers(lab.cluster, [
    ...[kubeblocks, opengauss, cnpg].map((operator) => operatorController(operator, leaders)),
    kubeblocksOps(leaders),
  ]);
  stop = leaders.listen((namespace, pod) => lab.cluster.defer(() => running.poke('pods', namespace, pod)));
});
afterEach(() => {
  stop();
  running.close();
  lab.close();
});

const spec = (name: string) => ({ ...CLUSTERS.find((one) => one.name === name)!, namespace: 'default' });
const make = ([resource, object]: [string, object]) => lab.cluster.create(resource, object);
const status = (resource: string, name: string) =>
  lab.cluster.get(resource, 'default', name)?.status as Record<string, unknown>;
const roles = (label: string) =>
  Object.fromEntries(lab.cluster.list('pods').map((pod) => [pod.metadata.name, pod.metadata.labels?.[label] ?? '']));
const breaks = () => makeBreaks({ cluster: lab.cluster, nodes: lab.nodes, leaders, faults: lab.cluster.kernel.faults });

describe('a break', () => {
  it('says that an empty estate has nothing to break, and a cluster without a primary no primary', async () => {
    expect(() => breaks().run('kill-primary')).toThrow('this demo is empty: there is no shop/carts to break');
    expect(() => breaks().run('fill-disk', 'no/such')).toThrow('this demo is empty: there is no no/such to break');
    lab.cluster.create('namespaces', { metadata: { name: 'shop' } });
    expect(() => breaks().run('kill-primary')).toThrow('shop/carts has no primary now');
    // Only of what is there.
    expect(() => breaks().run('fill-disk', 'no/such')).toThrow(
      /^no cluster no\/such in the demo; there are (shop\/\w+(, |$))+$/,
    );
  });
});

describe('a simulated operator', () => {
  it('brings a KubeBlocks cluster up, its replicas behind one primary, and says so', async () => {
    make(kubeblocksCluster(spec('carts')));
    await lab.live(30);
    expect(status('clusters.apps.kubeblocks.io', 'carts')).toMatchObject({ phase: 'Creating' });
    await lab.live(3000);
    expect(status('clusters.apps.kubeblocks.io', 'carts')).toMatchObject({
      phase: 'Running',
      components: { redis: { phase: 'Running' } },
      conditions: [{}, {}, { type: 'Ready', status: 'True' }],
    });
    expect(roles('kubeblocks.io/role')).toEqual({
      'carts-redis-0': 'primary',
      'carts-redis-1': 'secondary',
      'carts-redis-2': 'secondary',
    });
    const [slice] = lab.cluster
      .list('endpointslices.discovery.k8s.io')
      .filter((one) => one.metadata.name.startsWith('carts-redis-') && !one.metadata.name.includes('headless'));
    expect(
      (slice as unknown as { endpoints: { targetRef: { name: string } }[] }).endpoints.map((e) => e.targetRef.name),
    ).toEqual(['carts-redis-0']);
  });

  it('promotes a follower once the primary has been gone for long enough, never two at once', async () => {
    make(cnpgCluster(spec('orders')));
    await lab.live(3000);
    expect(roles('cnpg.io/instanceRole')).toEqual({
      'orders-1': 'primary',
      'orders-2': 'replica',
      'orders-3': 'replica',
    });
    let most = 0;
    lab.cluster.watch('pods', {}, () => {
      most = Math.max(most, Object.values(roles('cnpg.io/instanceRole')).filter((role) => role === 'primary').length);
    });
    expect(() => breaks().run('kill-primary', 'shop/nope')).toThrow(RangeError);
    lab.nodes.disk('default', 'orders-1')?.set('broken', { text: 'down', until: lab.clock.now() + 30_000 });
    lab.nodes.crash('default', 'orders-1');
    await lab.live(1000);
    expect(status('clusters.postgresql.cnpg.io', 'orders')).toMatchObject({
      phase: 'Failing over',
      targetPrimary: 'pending',
    });
    expect(roles('role')['orders-1']).toBe('');
    await lab.live(6000);
    expect(roles('cnpg.io/instanceRole')).toEqual({ 'orders-1': '', 'orders-2': 'primary', 'orders-3': 'replica' });
    await lab.live(90_000);
    expect(status('clusters.postgresql.cnpg.io', 'orders')).toMatchObject({
      phase: 'Cluster in healthy state',
      currentPrimary: 'orders-2',
    });
    expect(roles('cnpg.io/instanceRole')['orders-1']).toBe('replica');
    expect(most).toBe(1);
  });

  it('leaves the primary where it is when it is back at once', async () => {
    make(kubeblocksCluster(spec('fraud')));
    await lab.live(3000);
    lab.nodes.crash('default', 'fraud-mysql-0', 'mysql');
    await lab.live(5000);
    expect(roles('kubeblocks.io/role')['fraud-mysql-0']).toBe('primary');
  });

  it('follows a switchover that was made inside an instance', async () => {
    make(opengaussCluster(spec('ledger'), ['node-a', 'node-b', 'node-c']));
    await lab.live(3000);
    const before = status('opengaussclusters.opengauss.sig', 'ledger');
    expect(before).toMatchObject({ state: 'ready', syncState: [{ state: 'Sync' }, { state: 'Potential' }] });
    let code: unknown;
    lab.nodes.exec({
      namespace: 'default',
      pod: 'og-ledger-pod-172x16x0x3',
      container: 'og',
      command: ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1'],
      stdin: false,
      tty: false,
      onStdout: () => {},
      onStderr: () => {},
      onExit: (end) => {
        code = end;
      },
    });
    await lab.live(5000);
    expect(code).toEqual({ code: 0 });
    expect(roles('opengauss.role')).toEqual({
      'og-ledger-pod-172x16x0x2': 'standby',
      'og-ledger-pod-172x16x0x3': 'primary',
      'og-ledger-pod-172x16x0x4': 'standby',
    });
    expect(status('opengaussclusters.opengauss.sig', 'ledger').primary).not.toBe(before.primary);
  });

  it('carries out KubeBlocks’ own Restart, one pod after the other, and Switchover', async () => {
    make(kubeblocksCluster(spec('carts')));
    await lab.live(3000);
    const uids = () => lab.cluster.list('pods').map((pod) => pod.metadata.uid);
    const before = uids();
    const request = (name: string, more: object) =>
      lab.cluster.create('opsrequests.operations.kubeblocks.io', {
        metadata: { name, namespace: 'default' },
        spec: { clusterName: 'carts', ...more },
      });
    request('r', { type: 'Restart', restart: [{ componentName: 'redis' }] });
    await lab.live(8000);
    expect(status('opsrequests.operations.kubeblocks.io', 'r')).toMatchObject({ phase: 'Running', progress: '1/3' });
    await lab.live(20_000);
    expect(status('opsrequests.operations.kubeblocks.io', 'r')).toMatchObject({ phase: 'Succeed', progress: '3/3' });
    expect(uids().filter((uid) => before.includes(uid))).toEqual([]);
    const primary = () => Object.entries(roles('kubeblocks.io/role')).find(([, role]) => role === 'primary')?.[0];
    const old = primary();
    request('s', { type: 'Switchover', switchover: [{ componentName: 'redis' }] });
    await lab.live(2000);
    expect(status('opsrequests.operations.kubeblocks.io', 's')).toMatchObject({ phase: 'Succeed' });
    expect(primary()).not.toBe(old);
    request('n', { clusterName: 'absent', type: 'Restart' });
    await lab.live(500);
    expect(status('opsrequests.operations.kubeblocks.io', 'n')).toMatchObject({ phase: 'Failed' });
  });
});
