/** Where a definition comes from: a file, an object of the cluster, or the shipped catalog. Two of one name are told apart, always. */
import { GROUPS, type OpsDefinition, VERSION } from '../api/types.ts';
import { CATALOG } from '../catalog/index.ts';
import { fail, ok, type Result, suggestion } from '../expr/index.ts';
import type { Cluster } from '../inventory/model.ts';
import { pagesOf } from '../kube/pages.ts';
import { type KubeClient, KubeError, type Resource } from '../kube/types.ts';
import type { DefinitionSource } from '../protocol.ts';
import { type BrokenDefinition, type Definition, readDefinition } from './definition.ts';

/** The groups under which OpsDefinitions are served, in the order in which they are asked. */
const GROUPS_OF_DEFINITIONS = [GROUPS.own, GROUPS.seedCustomOps] as const;

type Client = Pick<KubeClient, 'request' | 'resources'>;

/** The groups under which this API server has OpsDefinitions. */
export async function servedGroups(
  client: Pick<KubeClient, 'resources'>,
  { signal, fresh = false }: { signal?: AbortSignal | undefined; fresh?: boolean } = {},
): Promise<string[]> {
  const own = (group: string) => (resource: Resource) =>
    resource.group === group && resource.plural === 'opsdefinitions';
  const having = own(GROUPS.own);
  const resources = await client.resources({ fresh, cached: true, having, ...(signal ? { signal } : {}) });
  return GROUPS_OF_DEFINITIONS.filter((group) => resources.some(own(group)));
}

export const collection = (group: string) => `/apis/${group}/${VERSION}/opsdefinitions`;

/** What a document of the cluster or the catalog says, checked against its schema like a person's. */
async function checked(document: OpsDefinition, source: DefinitionSource): Promise<Result<Definition>> {
  const { checkSchema } = await import('../api/validate.ts');
  const wrong = checkSchema(document)[0];
  if (wrong) return fail(`definition "${document.metadata?.name}": ${wrong.message}`);
  return readDefinition(document, source);
}

/** One object of the cluster, usable or not. */
export async function readObject(group: string, item: OpsDefinition): Promise<Definition | BrokenDefinition> {
  const document = { ...item, apiVersion: `${group}/${VERSION}`, kind: 'OpsDefinition' as const };
  const read = await checked(document, 'cluster');
  if (read.ok) return read.value;
  const { description, clusterDefinitionRef } = (item.spec ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    name: item.metadata.name,
    group,
    broken: read.error,
    description: text(description),
    clusterDefinition: text(clusterDefinitionRef),
  };
}

/** The OpsDefinition of a text of one or more documents: that of the name, or the only one. */
export async function definitionOfText(text: string, name: string | undefined): Promise<Result<Definition>> {
  const { parseAllDocuments } = await import('yaml');
  const { validateText } = await import('../api/documents.ts');
  const reports = await validateText(text);
  const definitions = reports.filter(
    (report) => report.kind === 'OpsDefinition' || report.findings.some((f) => f.severity === 'error'),
  );
  const wanted =
    name === undefined ? definitions : definitions.filter((report) => report.name === name || report.name === '');
  const [report] = wanted;
  if (!report) {
    const names = definitions.map((each) => each.name);
    return fail(
      name === undefined || names.length === 0
        ? 'holds no OpsDefinition'
        : `holds no OpsDefinition "${name}"${suggestion(name, names)}`,
    );
  }
  const error = report.findings.find((finding) => finding.severity === 'error');
  if (error) return fail(`line ${error.line}: ${error.message}`);
  if (wanted.length > 1) {
    return fail(`holds ${wanted.length} OpsDefinitions; name one of ${wanted.map((each) => each.name).join(', ')}`);
  }
  const documents = parseAllDocuments(text, { merge: true });
  const values = (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const value = document.toJS({ maxAliasCount: 100 }) as { kind?: string; items?: unknown[] } | null;
    return value?.kind === 'List' ? (value.items ?? []) : [value];
  }) as OpsDefinition[];
  const document = values.find((value) => value?.kind === 'OpsDefinition' && value.metadata?.name === report.name);
  return document ? readDefinition(document, 'file') : fail('holds no OpsDefinition');
}

/** The shipped operations for clusters of a provider. */
export async function catalogFor(provider: string): Promise<Definition[]> {
  const texts = CATALOG[provider] ?? [];
  if (texts.length === 0) return [];
  const { parse } = await import('yaml');
  return texts.map((text) => {
    const read = readDefinition(parse(text) as OpsDefinition, 'catalog');
    if (!read.ok) throw new Error(`shipped catalog: ${read.error}`);
    return read.value;
  });
}

/** The whole catalog, by the kind of cluster that each is for. */
export async function shippedDefinitions(): Promise<{ provider: string; definition: Definition }[]> {
  const lists = await Promise.all(
    Object.keys(CATALOG).map(async (provider) =>
      (await catalogFor(provider)).map((definition) => ({ provider, definition })),
    ),
  );
  return lists.flat();
}

/** A group whose definitions could not be listed, or not all. */
export interface UnreadGroup {
  /** plural.group */
  resource: string;
  /** Listing it is not allowed; else it failed, and may go right later. */
  denied: boolean;
  /** Names the resource. */
  why: string;
}

/**
 * Definitions of the cluster, of each group by its order; those that can't be executed say why not. A group that can't be listed
 * takes nothing from the other one. Rejects with KubeError where no group can be read and none says that it may not be.
 */
export async function clusterDefinitions(
  client: Client,
  signal?: AbortSignal,
): Promise<{ found: (Definition | BrokenDefinition)[]; unread: UnreadGroup[] }> {
  const groups = await servedGroups(client, { signal });
  const lists = await Promise.all(groups.map((group) => definitionsOf(client, group, signal)));
  const errors = lists.flatMap(({ error }) => error ?? []);
  const [first] = errors;
  if (first && errors.length === groups.length && errors.every(({ status }) => status !== 403)) throw first;
  return {
    found: lists.flatMap(({ found }) => found),
    unread: lists.flatMap(({ error }, i) => (error ? unread(groups[i] ?? '', error) : [])),
  };
}

async function definitionsOf(
  client: Client,
  group: string,
  signal: AbortSignal | undefined,
): Promise<{ found: (Definition | BrokenDefinition)[]; error?: KubeError }> {
  const found: (Definition | BrokenDefinition)[] = [];
  try {
    const options = { query: { limit: 200 }, signal };
    for await (const { items = [] } of pagesOf<OpsDefinition>(client, collection(group), options))
      for (const item of items) found.push(await readObject(group, item));
    return { found };
  } catch (error) {
    if (!(error instanceof KubeError) || signal?.aborted) throw error;
    return { found, error };
  }
}

function unread(group: string, { status, message }: KubeError): UnreadGroup {
  const resource = `opsdefinitions.${group}`;
  const denied = status === 403;
  if (denied && message.includes(resource)) return { resource, denied, why: message };
  return { resource, denied, why: `${denied ? 'you may not' : "can't"} list ${resource}: ${message}` };
}

/** The objects of that name in the cluster, one a group at most; `denied`: groups where it may not be read, and why. */
async function ownOf(
  client: Client,
  name: string,
  { signal, fresh }: { signal?: AbortSignal | undefined; fresh?: boolean },
): Promise<{ objects: (Definition | BrokenDefinition)[]; denied: Map<string, string> }> {
  const objects: (Definition | BrokenDefinition)[] = [];
  const denied = new Map<string, string>();
  for (const group of await servedGroups(client, { signal, fresh: fresh ?? false })) {
    try {
      const found = await client.request<OpsDefinition>(
        `${collection(group)}/${encodeURIComponent(name)}`,
        signal ? { signal } : {},
      );
      objects.push(await readObject(group, found));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 403) denied.set(group, error.message);
      else if (error.status !== 404) throw error;
    }
  }
  return { objects, denied };
}

/** Which one is meant where several have the name. Without a word there must be only one. */
export interface Want {
  /** The one that was shown. */
  digest?: string;
  source?: 'cluster' | 'catalog';
  /** Either, this one if there is a choice. */
  first?: 'cluster' | 'catalog';
  /** Of the cluster's the one of this group: with `source` no other, else this one if there is a choice. */
  group?: string;
}

const differ = (a: Definition | BrokenDefinition, b: Definition | BrokenDefinition): boolean =>
  a !== b && !('digest' in a && 'digest' in b && a.digest === b.digest);

/** Each that can be executed, with the word that tells it from those of its name that are not the same. */
function toldApart(all: readonly (Definition | BrokenDefinition)[]): (Definition | BrokenDefinition)[] {
  return all.map((each) => {
    const others = all.filter((other) => differ(each, other));
    if ('broken' in each || others.length === 0) return each;
    const own = each.group !== '';
    const namesake = !own ? 'shipped' : others.some(({ group }) => group !== '') ? each.group : 'cluster';
    return { ...each, namesake };
  });
}

const placeOf = ({ group }: Definition | BrokenDefinition) => group;

/** Why it can't be said which is meant, and how to say it. */
function ambiguous(
  name: string,
  own: readonly (Definition | BrokenDefinition)[],
  shipped: Definition | undefined,
  { first }: Want,
): string {
  const many = own.length > 1;
  const broken = own.filter((each) => 'broken' in each);
  const ways = [
    ...own.filter((each) => 'digest' in each).map((each) => (many ? each.group : 'cluster')),
    ...(shipped ? ['shipped'] : []),
  ];
  const whose = many ? `that of ${broken.map(placeOf).join(' and of ')}` : "the cluster's";
  return [
    `${name} is an OpsDefinition of ${many ? own.map(placeOf).join(' and of ') : 'this cluster'}`,
    shipped ? ' and a shipped operation too' : '',
    broken[0] ? `, and ${whose} can't be used (${broken[0].broken})` : ', and they are not the same',
    first === undefined
      ? `; say which: ${ways.map((way) => `--source ${way}`).join(' or ')}`
      : '; a request means the one of its own group: make it in the group that is meant',
  ].join('');
}

/**
 * The definition of that name for that cluster. Fails with the nearest name there is. Rejects with KubeError only where nothing
 * can be read.
 */
export async function findDefinition(
  client: Client,
  name: string,
  cluster: Pick<Cluster, 'provider'>,
  want: Want = {},
  signal?: AbortSignal,
): Promise<Result<Definition>> {
  const [known, catalog] = await Promise.all([ownOf(client, name, { signal }), catalogFor(cluster.provider)]);
  const found = known.objects.length > 0 || known.denied.size > 0 || catalog.some((each) => each.name === name);
  // Its kind may have been installed a moment ago.
  const { objects, denied } = found ? known : await ownOf(client, name, { signal, fresh: true });
  const why = [...denied.values()].at(-1);
  const all = toldApart([...objects, ...catalog.filter((definition) => definition.name === name)]);
  const shipped = all.find((each): each is Definition => 'digest' in each && each.source === 'catalog');
  const own = all.filter((each) => each !== shipped);
  if (want.digest !== undefined) {
    const same = all.find((each): each is Definition => 'digest' in each && each.digest === want.digest);
    if (same) return ok(same);
    if (why !== undefined) return fail(why);
    const broken = own.find((each): each is BrokenDefinition => 'broken' in each);
    if (broken) return fail(`${name} was changed since, and can't be used now: ${broken.broken}`);
    return fail(all.length > 0 ? `${name} was changed since it was shown here` : `${name} is no longer in the cluster`);
  }
  const free = want.source === undefined && want.first === undefined;
  const wantsShipped = want.source === 'catalog' || (want.first === 'catalog' && shipped !== undefined);
  if (!wantsShipped) {
    const unread = want.group === undefined ? undefined : denied.get(want.group);
    // What may not be read may well be the one that is meant.
    if (unread !== undefined && own.length > 0) return fail(unread);
    const asked = own.find(({ group }) => group === want.group);
    const strict = want.source !== undefined && want.group !== undefined;
    const others = strict ? [] : own.filter((each, i) => own.slice(0, i).every((before) => differ(before, each)));
    const among = asked ? [asked] : others;
    const rival = free && shipped && among.some((each) => differ(each, shipped)) ? shipped : undefined;
    const usable = among.some((each) => 'digest' in each) || rival !== undefined;
    if (usable && among.length + (rival ? 1 : 0) > 1) return fail(ambiguous(name, among, rival, want));
    const [only] = among;
    if (only) return 'broken' in only ? fail(only.broken) : ok(only);
  }
  if (want.source !== 'cluster' && shipped) return ok(shipped);
  const names = new Set(want.source === 'cluster' ? [] : catalog.map((definition) => definition.name));
  try {
    if (want.source !== 'catalog')
      for (const each of (await clusterDefinitions(client, signal)).found)
        if (want.source === undefined || want.group === undefined || each.group === want.group) names.add(each.name);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
  }
  const whose =
    want.source &&
    (want.source === 'catalog'
      ? ' that is shipped'
      : ` of ${want.group === undefined ? "the cluster's own" : want.group}`);
  return fail(`no operation "${name}"${whose ?? ''}${why ? ` (${why})` : ''}${suggestion(name, names)}`);
}

/** Everything that may be offered for a cluster: its own objects and the shipped ones; what is the same in both is named once. */
export async function definitionsFor(
  own: readonly (Definition | BrokenDefinition)[],
  cluster: Pick<Cluster, 'provider'>,
): Promise<(Definition | BrokenDefinition)[]> {
  const all = [...own, ...(await catalogFor(cluster.provider))];
  return all.filter((each, i) => all.slice(0, i).every((before) => differ(before, each)));
}

/** The YAML of a definition by the uid of its row: of a shipped one the text itself, with what it says to its reader. */
export async function sourceOf(client: Client, uid: string): Promise<string> {
  const { parse, stringify } = await import('yaml');
  const [kind = '', ...rest] = uid.split('/');
  if (kind === 'shipped') {
    const [provider = '', name] = rest;
    const found = (CATALOG[provider] ?? []).find((text) => (parse(text) as OpsDefinition).metadata.name === name);
    if (found !== undefined) return found;
  }
  const [group = '', name = ''] = rest;
  try {
    const path = `${collection(group)}/${encodeURIComponent(name)}`;
    const object = await client.request<object>(path, { dropManagedFields: true });
    return stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 });
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) throw new Error(`${name} is no longer in the cluster`);
    throw error;
  }
}
