/** One-shot questions about clusters, for a command that ends. */
import { suggestion } from '../expr/nearest.ts';
import { kindOf } from './assemble.ts';
import type { Cluster } from './model.ts';
import { type Client, type Denial, Reader, type ReadOptions } from './reader.ts';
import { goesBy, type Source } from './sources.ts';

/** What can't be answered, in one line with the way out. */
export class LookupError extends Error {
  override readonly name = 'LookupError';
  readonly reason: 'NotFound' | 'Ambiguous' | 'Denied';

  constructor(reason: LookupError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface ClusterQuery {
  /** NAME or KIND.GROUP/NAME. */
  name: string;
  /** KIND.GROUP, or a kind that only one operator has. */
  kind?: string | undefined;
  namespace: string;
}

export interface FindOptions extends ReadOptions {
  /** Volume claims too: a lost volume is a matter of health. One more list of the namespace. */
  claims?: boolean;
  /** Services too; one more list. */
  services?: boolean;
}

/** `KIND.GROUP/NAME` taken apart; a name alone has no kind. */
function parseClusterName(text: string): { kind: string | undefined; name: string } {
  const slash = text.indexOf('/');
  if (slash < 0) return { kind: undefined, name: text };
  return { kind: text.slice(0, slash), name: text.slice(slash + 1) };
}

function sourcesOf(reader: Reader, kind: string | undefined): Source[] {
  if (kind === undefined) return [...reader.sources];
  const found = reader.sources.filter((source) => goesBy(source.resource, kind));
  const names = [...new Set(found.map((source) => kindOf(source.resource)))];
  if (names.length > 1) {
    throw new LookupError('Ambiguous', `"${kind}" is a kind of several operators; say ${names.join(' or ')}`);
  }
  if (found.length === 0) {
    const known = reader.sources.map((source) => kindOf(source.resource));
    throw new LookupError('NotFound', `no kind of cluster is called "${kind}" here${suggestion(kind, known)}`);
  }
  return found;
}

/** Objects that are, or are part of, the cluster of that name. Grouped workloads carry another's name, so they are listed. */
async function candidates(reader: Reader, sources: readonly Source[], name: string, namespace: string) {
  const found = await Promise.all(
    sources.map(async (source) => {
      if (source.provider.spec.groupBy !== undefined) return reader.objects(source, namespace);
      const one = await reader.object(source, namespace, name);
      return one === undefined ? [] : [one];
    }),
  );
  return found.flat();
}

async function notFound(reader: Reader, sources: readonly Source[], query: ClusterQuery, name: string): Promise<never> {
  const lists = await Promise.all(
    sources
      .filter((source) => source.provider.spec.groupBy === undefined)
      .map((source) => reader.objects(source, query.namespace)),
  );
  const known = [
    ...new Set([...lists.flat().map((facts) => facts.cluster), ...reader.estate.clusters().map((c) => c.name)]),
  ];
  const unseen = Map.groupBy(reader.denied, ({ resource }) => resource);
  const verbs = (denials: Denial[]) => [...new Set(denials.map(({ verb }) => verb))].join(' or ');
  const missing = Array.from(unseen, ([resource, denials]) => `${verbs(denials)} ${resource}`);
  const denied = missing.length === 0 ? '' : ` (you may not ${missing.join(', ')} there)`;
  const near = suggestion(name, known);
  throw new LookupError('NotFound', `no cluster "${name}" in namespace ${query.namespace}${denied}${near}`);
}

function belongings(reader: Reader, namespace: string | null, { claims, services }: FindOptions): Promise<void>[] {
  return [...(claims ? [reader.claims(namespace)] : []), ...(services ? [reader.services(namespace)] : [])];
}

/** The reader holds the one cluster that is meant, with its pods; its uid is that of the cluster's row. */
export async function readCluster(
  client: Client,
  query: ClusterQuery,
  options: FindOptions = {},
): Promise<{ reader: Reader; cluster: Cluster }> {
  const reader = await Reader.open(client, { ...options, kinds: { cached: true } });
  try {
    return await readOne(reader, query, options);
  } catch (error) {
    if (!(error instanceof LookupError) || error.reason !== 'NotFound') throw error;
    // Its kind may be newer than what is remembered of the server.
    const again = await Reader.open(client, { ...options, kinds: { fresh: true } });
    if (again.sources.length === reader.sources.length) throw error;
    return readOne(again, query, options);
  }
}

async function readOne(
  reader: Reader,
  query: ClusterQuery,
  options: FindOptions,
): Promise<{ reader: Reader; cluster: Cluster }> {
  const parsed = parseClusterName(query.name);
  const kind = query.kind ?? parsed.kind;
  const sources = sourcesOf(reader, kind);
  const objects = await candidates(reader, sources, parsed.name, query.namespace);
  const uids = new Set(objects.filter((facts) => facts.cluster === parsed.name).map((facts) => facts.ref.uid));
  const matching = reader.estate.clusters().filter((each) => each.name === parsed.name && uids.has(each.ref.uid));
  if (matching.length === 0) await notFound(reader, sources, query, parsed.name);
  if (matching.length > 1) {
    const names = matching.map((each) => `${kindOf(each.ref)}/${each.name}`);
    throw new LookupError(
      'Ambiguous',
      `${matching.length} clusters in namespace ${query.namespace} are called "${parsed.name}"; say ${names.join(' or ')}`,
    );
  }
  const { uid } = (matching[0] as Cluster).ref;
  const parts = objects.filter((facts) => reader.estate.clusterUidOf(facts.ref.uid) === uid);
  await Promise.all([reader.podsOf(parts), ...belongings(reader, query.namespace, options)]);
  return { reader, cluster: reader.estate.cluster(uid) as Cluster };
}

/**
 * The cluster of that name, with its instances. Requests: discovery, one for each kind of cluster that is served
 * (one in all where the kind is said), one for the pods. Rejects with LookupError or KubeError.
 */
export async function findCluster(client: Client, query: ClusterQuery, options: FindOptions = {}): Promise<Cluster> {
  const { reader, cluster } = await readCluster(client, query, options);
  const denied = reader.denied.find((each) => each.resource === 'pods');
  if (denied !== undefined) throw new LookupError('Denied', denied.why);
  return cluster;
}

export interface Scope {
  /** null: all namespaces. */
  namespace: string | null;
  /** Of the clusters' objects, or of the pods. */
  labelSelector?: string | undefined;
}

export interface Listing {
  reader: Reader;
  denied: Denial[];
}

/** Everything of a scope; what may not be read is in `denied`. The rows and clusters are in the reader's estate. */
export async function readAll(
  client: Client,
  scope: Scope & { pods?: string | undefined },
  options: FindOptions = {},
): Promise<Listing> {
  const reader = await Reader.open(client, options);
  const { namespace, labelSelector } = scope;
  const [pods] = await Promise.all([
    reader.pods(namespace, scope.pods),
    ...reader.sources.map((source) => reader.objects(source, namespace, labelSelector)),
    ...belongings(reader, namespace, options),
  ]);
  reader.estate.podsKnown = pods === undefined ? 'denied' : scope.pods === undefined ? 'all' : 'some';
  return { reader, denied: reader.denied };
}
