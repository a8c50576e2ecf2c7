/** Providers made ready to read objects: paths parsed, rules compiled, the words of roles normalised. */
import type { LabelMatch, Provider as ProviderDocument, ProviderSpec, ValueSource } from '../api/types.ts';
import { clean } from '../kube/sanitise.ts';
import type { Health } from '../protocol.ts';
import { asText, PathError, path, type Reader } from './path.ts';
import { atOnce, ProviderError, phaseRules, program, type When, whenAsked } from './phase.ts';

export interface ProviderResource {
  group: string;
  plural: string;
  kind: string;
  versions: string[];
}

/** Reads the texts that a source gives. */
export type TextReader = (object: unknown) => string[];

export interface DeclaredComponents {
  list: Reader | undefined;
  name: TextReader;
  aliases: TextReader;
  replicas: Reader | undefined;
}

/** Pods whose labels hold `fixed` belong to the cluster that `nameKey` names. */
export interface Selector {
  nameKey: string;
  fixed: [key: string, value: string][];
}

export interface Provider {
  name: string;
  spec: ProviderSpec;
  resources: ProviderResource[];
  phase: (object: unknown) => string;
  health: (phase: string) => Health;
  /** The first name that `groupBy` gives, '' when none does. */
  group: (object: unknown) => string;
  definitions: TextReader;
  version: TextReader;
  messages: TextReader;
  components: DeclaredComponents[];
  podSelectors: Selector[];
  serviceSelectors: Selector[];
  volumeSelectors: Selector[];
  roleClass: (role: string) => string;
  primaryNamed: (object: unknown) => string;
  primaryExpected: (object: unknown) => boolean;
}

/** A message longer than this is cut. */
const LONGEST_TEXT = 1000;

/** Words of operators for the two roles that matter to any operation; every other word is its own class. */
const ROLE_CLASS: Record<string, string> = {
  primary: 'primary',
  master: 'primary',
  leader: 'primary',
  secondary: 'replica',
  replica: 'replica',
  standby: 'replica',
  slave: 'replica',
  follower: 'replica',
};

/** The normalised word for a role, in any operator's or definition's own: `master` and `leader` are `primary`. */
export function roleClass(role: string): string {
  const word = role.toLowerCase();
  return Object.hasOwn(ROLE_CLASS, word) ? (ROLE_CLASS[word] ?? word) : word;
}

/** The tag of an image; '' where it has none. A digest is no tag. */
export function imageTag(image: string): string {
  const name = image.split('@')[0] ?? '';
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last.includes(':') ? last.slice(last.indexOf(':') + 1) : '';
}

function selectorOf(match: LabelMatch): Selector {
  const entries = Object.entries(match);
  const named = entries.filter(([, value]) => value === '{name}');
  if (named.length !== 1) throw new PathError('a selector needs exactly one label whose value is {name}');
  return { nameKey: named[0]?.[0] ?? '', fixed: entries.filter(([, value]) => value !== '{name}') };
}

function resourceOf(each: ProviderSpec['resources'][number]): ProviderResource {
  const dot = each.resource.indexOf('.');
  const plural = dot < 0 ? each.resource : each.resource.slice(0, dot);
  return { plural, group: dot < 0 ? '' : each.resource.slice(dot + 1), kind: each.kind, versions: each.versions ?? [] };
}

function compileSpec(name: string, spec: ProviderSpec, when: When): Provider {
  const texts = (source: ValueSource): TextReader => {
    if (typeof source === 'string') {
      const read = path(source);
      return (object) => read(object).flatMap((value) => clean(asText(value) ?? '', LONGEST_TEXT) || []);
    }
    if ('const' in source) return () => [source.const];
    if ('imageTag' in source) {
      const read = texts(source.imageTag);
      return (object) => read(object).map(imageTag);
    }
    const expression = when(() => program(source.expr));
    return (object) => {
      const said = expression().evaluate({ object });
      return said.ok ? [clean(asText(said.value) ?? '', LONGEST_TEXT)] : [];
    };
  };
  const all = (sources: readonly ValueSource[] = []): TextReader => {
    const readers = sources.map(texts);
    return (object) => [...new Set(readers.flatMap((read) => read(object)))].filter((text) => text !== '');
  };
  const first = (sources: readonly ValueSource[] = []): TextReader => {
    const readers = sources.map(texts);
    return (object) => {
      for (const read of readers) {
        const found = read(object).filter((text) => text !== '');
        if (found.length > 0) return [...new Set(found)];
      }
      return [];
    };
  };
  const rules = phaseRules(spec.phase.rules ?? [], when);
  const from = spec.phase.from === undefined ? undefined : texts(spec.phase.from);
  const group = first(spec.groupBy);
  const named = spec.primary?.from === undefined ? undefined : texts(spec.primary.from);
  const unless = Object.entries(spec.primary?.unless ?? {}).map(([at, value]) => ({ read: path(at), value }));
  const map = spec.pods.role?.map ?? {};
  return {
    name,
    spec,
    resources: spec.resources.map(resourceOf),
    phase: (object) => rules(object) || from?.(object)[0] || spec.phase.missing || '',
    health: (phase) =>
      (Object.hasOwn(spec.health, phase) ? spec.health[phase] : undefined) ?? spec.health['*'] ?? 'unknown',
    group: (object) => group(object)[0] ?? '',
    definitions: all(spec.definitions),
    version: first(spec.version),
    messages: all(spec.messages),
    components: (spec.components ?? []).map((each) => ({
      list: each.list === undefined ? undefined : path(each.list),
      name: first(each.name),
      aliases: all(each.aliases),
      replicas: each.replicas === undefined ? undefined : path(each.replicas),
    })),
    podSelectors: (spec.pods.selectors ?? []).map(selectorOf),
    serviceSelectors: (spec.services?.selectors ?? []).map(selectorOf),
    volumeSelectors: (spec.volumes?.selectors ?? []).map(selectorOf),
    roleClass: (role) => (Object.hasOwn(map, role) ? (map[role] ?? '') : roleClass(role)),
    primaryNamed: (object) => named?.(object)[0] ?? '',
    primaryExpected: (object) =>
      unless.length === 0 || !unless.every(({ read, value }) => read(object).some((found) => found === value)),
  };
}

function compileProvider(document: ProviderDocument, when: When): Provider {
  const { name } = document.metadata;
  try {
    return compileSpec(name, document.spec, when);
  } catch (error) {
    throw new ProviderError(`provider ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Documents, made ready. Rejects with ProviderError, which names the document, for what can't be understood. Expressions of a document that is
 * known to be `sound` are compiled when they are first asked for: the first pods don't wait for CEL.
 */
export async function compileProviders(
  documents: readonly ProviderDocument[],
  sound: (document: ProviderDocument) => boolean = () => false,
): Promise<Provider[]> {
  return documents.map((document) => compileProvider(document, sound(document) ? whenAsked : atOnce));
}

/** The cluster that an object with these labels is claimed for, '' when for none. */
export function selected(selector: Selector, labels: Readonly<Record<string, string>>): string {
  for (const [key, value] of selector.fixed) if (labels[key] !== value) return '';
  return labels[selector.nameKey] ?? '';
}

/** What the providers read of pods' labels. */
export interface LabelReading {
  keys: ReadonlySet<string>;
  /** Whether a provider's selectors claim a pod with these labels. */
  claims: (labels: Readonly<Record<string, string>>) => boolean;
}

export function labelReading(providers: readonly Provider[]): LabelReading {
  const keys = new Set<string>();
  for (const { podSelectors, spec } of providers) {
    for (const { nameKey, fixed } of podSelectors) for (const key of [nameKey, ...fixed.map(([k]) => k)]) keys.add(key);
    const { role, component } = spec.pods;
    for (const key of [role?.label, component?.label, ...(component?.aliasLabels ?? [])]) if (key) keys.add(key);
  }
  const selectors = providers.flatMap((each) => each.podSelectors);
  return { keys, claims: (labels) => selectors.some((each) => selected(each, labels) !== '') };
}
