/** Desks on an embedded cluster of one file's tests: real HTTP, real watches, real shells in the pods of its one member, `cart`. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { KINDS, type Kind } from '../../engine/api/kinds.ts';
import type { OpsDefinition, OpsRequest } from '../../engine/api/types.ts';
import { digest } from '../../engine/expr/index.ts';
import { findCluster } from '../../engine/inventory/find.ts';
import type { Cluster } from '../../engine/inventory/model.ts';
import { compileProviders } from '../../engine/inventory/provider.ts';
import { shippedProviders } from '../../engine/inventory/shipped.ts';
import { connect } from '../../engine/kube/connect.ts';
import type { KubeClient, RequestOptions } from '../../engine/kube/types.ts';
import { Desk, type DeskOptions } from '../../engine/ops/desk.ts';
import { findClusterBy } from '../../engine/ops/request.ts';
import type { Mode, OperationRow, RunRow } from '../../engine/protocol.ts';
import { systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import { type Embedded, embedded } from '../kit/embedded.ts';

export const CART = `
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

/** The kind as an installed CRD would serve it. */
function serve(world: Embedded, { kind, plural, scope, shortNames, status }: Kind, group: string): void {
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

export interface Opened {
  desk: Desk;
  rows: Map<string, RunRow>;
  modes: Mode[];
}

export async function until<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Begins with the file's first test, and ends with its last; each desk ends with the test that opened it. */
export function desks() {
  let world: Embedded;
  let client: KubeClient;
  let cluster: Cluster;
  const open: Opened[] = [];

  beforeAll(async () => {
    world = await embedded();
    for (const kind of KINDS) for (const group of kind.groups) serve(world, kind, group);
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

  /** A definition of the cluster. Before `script` each start is noted where `starts` counts them. */
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

  return {
    get sim() {
      return world.sim;
    },
    get dir() {
      return world.dir;
    },
    get client() {
      return client;
    },
    get cluster() {
      return cluster;
    },
    apply: (text: string) => world.apply(text),
    desk,
    define,
    change,
    request,
    status,
    over,
    starts,
    ask,
    look,
  };
}
