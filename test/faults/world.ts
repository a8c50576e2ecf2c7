/** An embedded cluster on which runs are carried out by the real engine while faults are set, and what then really happened. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { customResourceDefinitions } from '../../engine/api/crd.ts';
import { findCluster } from '../../engine/inventory/find.ts';
import { compileProviders } from '../../engine/inventory/provider.ts';
import { shippedProviders } from '../../engine/inventory/shipped.ts';
import { connect } from '../../engine/kube/connect.ts';
import type { KubeClient } from '../../engine/kube/types.ts';
import { attend } from '../../engine/ops/attend.ts';
import { NotBegun } from '../../engine/ops/contact.ts';
import { decide } from '../../engine/ops/decide.ts';
import { definitionOfText } from '../../engine/ops/definitions.ts';
import type { AttemptRecord } from '../../engine/ops/journal.ts';
import { launch, makeEngine } from '../../engine/ops/launch.ts';
import { prepare } from '../../engine/ops/prepare.ts';
import type { Stored } from '../../engine/ops/store.ts';
import { openStores } from '../../engine/ops/stores.ts';
import { Told } from '../../engine/ops/told.ts';
import { type Clock, systemClock } from '../../engine/runtime/clock.ts';
import { thisProcess } from '../../engine/runtime/identity.ts';
import type { Rule } from '../../engine/sim/index.ts';
import { type Embedded, embedded } from '../kit/embedded.ts';

const MEMBER = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cart, annotations: {opsdeck.dev/role-label: role}, labels: {app.kubernetes.io/component: redis}}
spec:
  serviceName: cart
  replicas: 1
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, role: master}}
    spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "test/engine:1", command: [sh, -c, "exec sleep 1000"]}]}
`;

export interface Asked {
  namespace: string;
  /** What the command does; it says what it does to the world by itself. */
  script: string;
  code?: number;
  retryTimes?: number;
  /** By a Job. */
  image?: boolean;
  kept?: 'opsrequest' | 'configmap';
  clock?: Clock;
  faults?: readonly Rule[];
}

/** How a run ended, beside what its command did. */
export interface Done {
  stored: Stored;
  attempt: AttemptRecord;
  attempts: readonly AttemptRecord[];
  /** By attempt: what its command left on the disk of this machine, which no crash of a container takes away. */
  began: number[];
  ended: number[];
  /** What was told of its output. */
  out: string;
  trouble: string[];
  hits: number[];
}

export interface World {
  base: Embedded;
  client: KubeClient;
  /** A namespace of its own with a cluster of one pod. */
  place(namespace: string): Promise<void>;
  operate(asked: Asked): Promise<Done>;
  close(): Promise<void>;
}

let runs = 0;

export async function openWorld(): Promise<World> {
  const base = await embedded();
  const { cluster } = base.sim;
  for (const crd of customResourceDefinitions('test'))
    cluster.create('customresourcedefinitions.apiextensions.k8s.io', crd);
  await cluster.idle();
  const client = await connect({ kubeconfig: base.kubeconfig, env: {} });
  const providers = await compileProviders(await shippedProviders());
  const stores = await openStores({ client, env: { XDG_STATE_HOME: base.dir }, fresh: true });

  /** As known before anything went wrong, and after what went wrong in the run before. */
  async function plan(name: string, { namespace, script, code = 0, retryTimes = 0, image }: Asked, file: string) {
    const command = `echo "began $OPSDECK_ATTEMPT" >>${file}; ${script}; echo "ended $OPSDECK_ATTEMPT" >>${file}; exit ${code}`;
    const container = image
      ? { image: 'test/engine:1', command: ['sh', '-c'], args: [command] }
      : { command: ['sh', '-c', command] };
    const text = JSON.stringify({
      apiVersion: 'opsdeck.dev/v1alpha1',
      kind: 'OpsDefinition',
      metadata: { name },
      spec: {
        strategies: { retryTimes, container, components: [{ type: 'redis', roleGroups: ['master'], pickOne: true }] },
      },
    });
    const definition = await definitionOfText(text, undefined);
    if (!definition.ok) throw new Error(definition.error);
    for (const end = Date.now() + 20_000; ; ) {
      const prepared = prepare(
        definition.value,
        await findCluster(client, { name: 'cart', namespace }, { providers }),
        [],
      );
      const [refused] = prepared.refused;
      if (refused === undefined) return prepared;
      if (Date.now() > end) throw new Error(refused);
      await sleep(50);
    }
  }

  return {
    base,
    client,
    async place(namespace) {
      if (!cluster.get('namespaces', '', namespace)) cluster.create('namespaces', { metadata: { name: namespace } });
      base.apply(MEMBER, namespace);
      await base.ready(namespace, 'app=cart', 1);
    },
    async operate(asked) {
      const { namespace, kept = 'configmap', clock = systemClock, faults = [] } = asked;
      const name = `run-${++runs}`;
      const file = join(base.dir, name);
      const ready = await plan(name, asked, file);
      const ids = faults.map((rule) => base.sim.faults.add({ namespace, ...rule } as Rule));
      const store = stores.all.find((one) => one.kept === kept)!;
      const engine = makeEngine(client, clock, thisProcess(), stores);
      const told = new Told();
      let out = '';
      const trouble: string[] = [];
      const events = {
        onRaw: (stream: string, bytes: Uint8Array) => {
          if (stream === 'out') out += Buffer.from(bytes).toString();
        },
        onTrouble: (why: string) => void trouble.push(why),
      };
      const { signal } = new AbortController();
      try {
        const options = { name, events, told, adoptTwin: false, alone: true };
        const { handle } = await launch(engine, ready, [store], options, signal);
        let stored = handle.stored!;
        const attended = await attend(engine, { store, stored, events, told, executes: true }, signal);
        if (attended.end === 'vanished') throw new Error(attended.why);
        ({ stored } = attended);
        // Nobody else could have the cluster until a person has spoken.
        if (attended.end === 'unknown') await decide(engine, store, stored, 'abort', 'test', 'asked');
        const attempts = stored.journal!.steps[0]!.targets[0]!.attempts;
        // A Job is told of its run, not of its attempt: it has one here.
        const said = (word: string) => {
          const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
          return attempts.map(
            ({ n }) =>
              lines.filter((line) => line.startsWith(`${word} `) && (asked.image || line.endsWith(`/${n}`))).length,
          );
        };
        return {
          stored,
          attempt: attempts.at(-1)!,
          attempts,
          began: said('began'),
          ended: said('ended'),
          out,
          trouble,
          hits: ids.map((id) => base.sim.faults.hits(id)),
        };
      } catch (error) {
        if (error instanceof NotBegun && existsSync(file)) throw new Error(`it began after all: ${error.message}`);
        throw error;
      } finally {
        for (const id of ids) base.sim.faults.remove(id);
      }
    },
    async close() {
      await client.close();
      await base.close();
    },
  };
}

/** What no fault may bring about. Undefined while all is well. */
export function broken({ attempts, began, ended, stored, out }: Done, code: number, whole: string): string | undefined {
  for (const [i, { n, phase, exitCode, refused }] of attempts.entries()) {
    if ((began[i] ?? 0) > 1) return `attempt ${n} was started ${began[i]} times`;
    if (phase === 'Succeeded' && (ended[i] !== 1 || code !== 0)) return `attempt ${n} is a success that never was`;
    if (phase === 'Failed' && refused && began[i] !== 0) return `attempt ${n} ran and is recorded as never started`;
    if (phase === 'Failed' && !refused && (ended[i] !== 1 || exitCode !== code))
      return `attempt ${n} is recorded with exit code ${exitCode}`;
    if (phase === 'Intent' || phase === 'Running') return `attempt ${n} is left ${phase}`;
    if (i + 1 < attempts.length && phase !== 'Failed') return `attempt ${n + 1} followed one that is ${phase}`;
  }
  const phase = stored.journal?.phase;
  if (!['Succeed', 'Failed', 'Unknown'].includes(phase ?? '')) return `the run is ${phase}`;
  const last = attempts.at(-1);
  if (phase === 'Succeed' && last?.phase !== 'Succeeded') return `the run succeeded, its attempt is ${last?.phase}`;
  const expected = whole.repeat(began.filter((n) => n === 1).length);
  if (phase === 'Unknown' ? !expected.startsWith(out) : out !== expected && !last?.refused)
    return `its output was told as ${JSON.stringify(out)}`;
  return undefined;
}
