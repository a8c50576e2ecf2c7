/** From an OpsRequest that a person or a program made to a run: its cluster, its definition, its plan; or why it can't be run. */
import type { OpsRequestSpec } from '../api/types.ts';
import { findCluster, LookupError } from '../inventory/find.ts';
import type { Cluster } from '../inventory/model.ts';
import type { Provider } from '../inventory/provider.ts';
import type { KubeClient } from '../kube/types.ts';
import { findDefinition } from './definitions.ts';
import type { Journal } from './journal.ts';
import { newJournal } from './launch.ts';
import { prepare } from './prepare.ts';
import type { Stored } from './store.ts';

/** Brings the cluster of that name, or the sentence why there is none. */
export type FindCluster = (query: {
  name: string;
  kind?: string;
  namespace: string;
}) => Promise<Cluster | { missing: string }>;

/** Asks the API server each time: a request may be about a cluster that no watch has seen yet. */
export const findClusterBy =
  (client: KubeClient, providers: readonly Provider[]): FindCluster =>
  async (query) => {
    try {
      return await findCluster(client, query, { providers });
    } catch (error) {
      if (error instanceof LookupError) return { missing: error.message };
      throw error;
    }
  };

/** `reason` is of the seed documents' table. `passes`: time may mend it. */
export type Accepted = { journal: Journal } | { refused: Journal; reason: string; message: string; passes: boolean };

export async function accept(client: KubeClient, find: FindCluster, stored: Stored, now: string): Promise<Accepted> {
  const { spec, ref } = stored;
  const { namespace } = ref;
  const refuse = (reason: string, message: string, passes = false): Accepted => ({
    refused: emptyJournal(spec, namespace, now),
    reason,
    message,
    passes,
  });
  const query = { name: spec.clusterRef, namespace, ...(spec.clusterKind ? { kind: spec.clusterKind } : {}) };
  const cluster = await find(query);
  if ('missing' in cluster) return refuse('ClusterNotFound', cluster.missing, true);
  const name = spec.opsDefinitionRef ?? spec.type ?? '';
  if (spec.componentOps || spec.clusterOps) {
    return refuse(
      'OpsTypeNotSupported',
      `type ${spec.type}: built-in operations are not executed by this version of opsdeck`,
    );
  }
  // What was shown to who asked; a reference is to an object of the cluster, of the request's own group; a type is its
  // provider's operation.
  const first = spec.opsDefinitionRef === undefined ? ('catalog' as const) : ('cluster' as const);
  const want = stored.pin === undefined ? { first, group: ref.group } : { digest: stored.pin };
  const definition = await findDefinition(client, name, cluster, want);
  if (!definition.ok) return refuse('OpsTypeNotSupported', definition.error, stored.pin === undefined);
  const prepared = prepare(definition.value, cluster, spec.parameters ?? []);
  const journal = newJournal(prepared, now);
  const wrong = [
    ...prepared.errors.map(({ field, message }) => (field ? `parameter "${field}": ${message}` : message)),
    ...prepared.refused,
  ];
  if (wrong.length === 0) return { journal };
  const passes = wrong.every((why) => prepared.passing.includes(why));
  return passes
    ? refuse('ClusterPhaseMisMatch', wrong.join('; '), true)
    : { refused: journal, reason: 'ValidateOpsRequestFailed', message: wrong.join('; '), passes };
}

function emptyJournal(spec: OpsRequestSpec, namespace: string, now: string): Journal {
  return {
    version: 1,
    definition: { name: spec.opsDefinitionRef ?? spec.type ?? '', digest: '', source: 'cluster', spec: {} },
    cluster: { uid: '', namespace, name: spec.clusterRef, kind: spec.clusterKind ?? '' },
    parameters: spec.parameters ?? [],
    effect: 'read',
    phase: 'Pending',
    message: '',
    createdAt: now,
    conditions: [],
    steps: [],
    holder: null,
    verdicts: [],
  };
}
