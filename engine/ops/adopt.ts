/**
 * Taking over a run that bears no seal of this user's: a colleague's, or one that somebody forged. What it would run is planned
 * anew from the definition, the cluster and the values, here; only how far its attempts have come is taken from its journal. A
 * journal that would run anything else than that plan is refused.
 */
import type { KubeClient } from '../kube/types.ts';
import { sleep } from '../runtime/clock.ts';
import type { Definition } from './definition.ts';
import { findDefinition } from './definitions.ts';
import { RunHandle } from './handle.ts';
import { HOLD_MS } from './holder.ts';
import { isOver, type Journal, lastAttempt, type StepRecord } from './journal.ts';
import { type Engine, pinned } from './launch.ts';
import { RUN_DIR } from './leftovers.ts';
import { type Prepared, prepare } from './prepare.ts';
import type { FindCluster } from './request.ts';
import { adoptWith, goOnWith, type JournalStore, keyOf, type Stored } from './store.ts';

export interface Adoption {
  /** The version that was looked at: another one is another question. */
  stored: Stored;
  /** What may be executed from now on, made here. */
  prepared: Prepared;
  journal: Journal;
  /** How far each target has come, as the journal claims. */
  claims: string[];
}

/** Rejects with one sentence where there is nothing to adopt, or where it would run something else than its definition says. */
export async function lookAt(
  client: KubeClient,
  find: FindCluster,
  stored: Stored,
  given?: Definition,
): Promise<Adoption> {
  const { journal, spec, ref } = stored;
  const { name } = ref;
  if (stored.kept === 'opsrequest')
    throw new Error(`${name} is an OpsRequest, which needs no adoption: ${goOnWith(stored)} goes on with it`);
  if (!journal) throw new Error(`${name} has no journal`);
  if (!stored.unsealed) throw new Error(`${name} is yours: there is nothing to adopt`);
  if (isOver(journal)) throw new Error(`${name} is over: ${journal.phase}`);
  const kind = spec.clusterKind ? { kind: spec.clusterKind } : {};
  const cluster = await find({ name: spec.clusterRef, namespace: ref.namespace, ...kind });
  if ('missing' in cluster) throw new Error(cluster.missing);
  const definition = given ?? (await definitionFor(client, stored, cluster));
  const pods = journal.steps.map((step) => step.targets.map(({ instance }) => instance));
  const prepared = prepare(definition, cluster, spec.parameters ?? [], pods);
  const wrong = [...prepared.errors.map(({ message }) => message), ...prepared.refused][0];
  if (wrong !== undefined) throw new Error(`${name} can't be adopted: ${wrong}`);
  const other = differences(journal, prepared, ref.name)[0];
  if (other !== undefined) {
    throw new Error(
      `${name} can't be adopted: ${other}. What it has started goes on; to be rid of the run: kubectl delete configmap ${name} -n ${ref.namespace}`,
    );
  }
  return { stored, prepared, journal: rebuilt(journal, prepared), claims: claims(journal) };
}

/** The one that the run is pinned to, where there is one of them; else what has its name now, for the difference to be told. */
async function definitionFor(client: KubeClient, stored: Stored, cluster: Prepared['cluster']) {
  const { spec, ref, journal } = stored;
  const name = spec.opsDefinitionRef ?? spec.type ?? '';
  const exact = await findDefinition(client, name, cluster, { digest: journal?.definition.digest ?? '' });
  if (exact.ok) return exact.value;
  // What has its name in the cluster is another one.
  if (journal?.definition.source === 'file')
    throw new Error(`the definition of ${ref.name} came from a file; say which: ${adoptWith(stored)}`);
  const found = await findDefinition(client, name, cluster, { first: 'cluster', group: ref.group });
  if (found.ok) return found.value;
  throw new Error(found.error);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const sorted = (env: Record<string, string>) => Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));

/** What of the journal is not as the plan has it, one sentence each. */
function differences(journal: Journal, prepared: Prepared, run: string): string[] {
  const found: string[] = [];
  const must = (is: boolean, what: string) => is || found.push(`${what} is not what its definition gives`);
  must(journal.definition.digest === prepared.definition.digest, 'its pinned definition');
  must(journal.effect === prepared.definition.effect, 'its effect');
  must(same(journal.parameters, prepared.parameters), 'its parameters');
  const { ref } = prepared.cluster;
  must(journal.cluster.uid === ref.uid && journal.cluster.namespace === ref.namespace, 'its cluster');
  must(journal.steps.length === prepared.steps.length, 'the number of its steps');
  for (const [s, step] of journal.steps.entries()) {
    const planned = prepared.steps[s];
    if (!planned) continue;
    const shape = ({ name, via, image, commandLength, retryTimes, effect }: StepRecord) =>
      [name, via, image, commandLength, retryTimes, effect] as const;
    must(same(shape(step), shape(planned)), `step ${s + 1}`);
    must(same(sorted(step.env), sorted(planned.env)), `the environment of step ${s + 1}`);
    must(step.targets.length === planned.targets.length, `the number of pods of step ${s + 1}`);
    for (const [t, target] of step.targets.entries()) {
      const on = planned.targets[t];
      const where = target.instance || 'the cluster';
      must(same(target.argv, on?.argv), `the command on ${where}`);
      must(target.instance === on?.instance && target.container === on.container, `the container on ${where}`);
      const dir = RUN_DIR.exec(target.dir)?.[2];
      must(
        target.dir === '' || (step.via === 'exec' && dir !== undefined && run.endsWith(dir)),
        `the folder on ${where}`,
      );
    }
  }
  return found;
}

/** The plan, with what the journal says of attempts. Of a target without one even the pod is the one of today. */
function rebuilt(journal: Journal, prepared: Prepared): Journal {
  const { definition } = prepared;
  const steps = prepared.steps.map((step, s) => ({
    ...step,
    targets: step.targets.map((target, t) => {
      const before = journal.steps[s]!.targets[t]!;
      const { uid, containerId, dir, attempts } = before;
      return attempts.length === 0 ? target : { ...target, uid, containerId, dir, attempts };
    }),
  }));
  return { ...journal, definition: pinned(definition), parameters: prepared.parameters, steps };
}

function claims({ steps }: Journal): string[] {
  return steps.flatMap((step) =>
    step.targets.map((target) => {
      const last = lastAttempt(target);
      const how = last ? `attempt ${last.n} ${last.phase}` : 'not started';
      return `${step.name} on ${target.instance || 'the cluster'}: ${how}`;
    }),
  );
}

/** Milliseconds between looks at whether its engine is alive. */
const LOOK = 2000;

/** A person's word: recorded with who said it, and sealed. Rejects with a sentence where the run has changed or is executed. */
export async function adopt(
  engine: Engine,
  store: JournalStore,
  { stored, journal }: Adoption,
  who: string,
  signal?: AbortSignal,
): Promise<Stored> {
  const { clock, identity, holders } = engine;
  const { ref } = stored;
  const key = keyOf(stored);
  const until = clock.monotonic() + HOLD_MS + LOOK;
  let now: Stored | undefined = stored;
  for (;;) {
    now = await store.read(ref, signal);
    if (!now?.journal) throw new Error(`run ${ref.name} was deleted`);
    const hold = holders.look(key, now.journal);
    const stands = now.version === stored.version;
    if (hold.hold === 'alive' && !stands) throw new Error(`${hold.holder.identity} executes ${ref.name}`);
    if (!stands) throw new Error(`${ref.name} has changed since it was shown; look at it again`);
    if (hold.hold !== 'alive') break;
    if (clock.monotonic() > until) throw new Error(`${hold.holder.identity} executes ${ref.name}`);
    await sleep(clock, LOOK, signal);
    if (signal?.aborted) throw new Error('given up here');
  }
  const at = new Date(clock.now()).toISOString();
  const from = now.journal.holder?.identity ?? '';
  const taken = { ...journal, adopted: [...(journal.adopted ?? []), { at, by: who, from }] };
  const { holder } = journal;
  const free = holder ? { ...taken, holder: null, released: holder.epoch } : taken;
  const handle = new RunHandle(ref, stored.spec, journal, stored, { store, clock, identity, adopting: true });
  await handle.writeFree((seen) => {
    if (seen !== journal) throw new Error(`${ref.name} has changed since it was shown; look at it again`);
    return free;
  });
  return handle.stored ?? stored;
}
