/** Which of its names a definition gets: in a group no two may have one. */
import { at, equal } from '../json.ts';
import { type Condition, type Dict, isDict, type SimObject } from '../types.ts';
import { type CrdSpec, specOfCrd } from './structural.ts';

export type Names = CrdSpec['names'];

/** Names that others of the group have. */
export interface Claims {
  resources: Set<string>;
  kinds: Set<string>;
}

/** What a definition has of its names, and what is written down of that: undefined where it is already. */
export interface Acceptance {
  names: Names;
  established: boolean;
  status: Dict | undefined;
}

const NONE: Names = { plural: '', singular: '', kind: '', listKind: '' };

export function acceptedNames(definition: SimObject): Names {
  const names = at(definition, 'status', 'acceptedNames');
  return { ...NONE, ...(isDict(names) ? (names as unknown as Names) : {}) };
}

export function claim(claims: Claims, { plural, singular, shortNames, kind, listKind }: Names): void {
  for (const name of [plural, singular, ...(shortNames ?? [])]) claims.resources.add(name);
  for (const name of [kind, listKind]) claims.kinds.add(name);
}

const PARTS = [
  ['plural', 'PluralConflict', 'resources'],
  ['singular', 'SingularConflict', 'resources'],
  ['shortNames', 'ShortNamesConflict', 'resources'],
  ['kind', 'KindConflict', 'kinds'],
  ['listKind', 'ListKindConflict', 'kinds'],
] as const;

const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;

/** Takes the names that are free; the last that isn't is told of. */
function take(wanted: Names, had: Names, claims: Claims): { names: Names; conflict?: Condition } {
  const names: Names = { ...had };
  let conflict: Condition | undefined;
  const refuse = (reason: string, message: string): void => {
    conflict = { type: 'NamesAccepted', status: 'False', reason, message };
  };
  for (const [part, reason, kind] of PARTS) {
    if (part === 'shortNames') {
      const taken = (wanted.shortNames ?? []).filter(
        (name) => !had.shortNames?.includes(name) && claims.resources.has(name),
      );
      if (taken.length === 0) {
        if (wanted.shortNames) names.shortNames = wanted.shortNames;
        else delete names.shortNames;
      } else refuse(reason, taken.length === 1 ? inUse(taken[0]!) : `[${taken.map(inUse).join(', ')}]`);
    } else if (wanted[part] === had[part] || !claims[kind].has(wanted[part])) names[part] = wanted[part];
    else refuse(reason, inUse(wanted[part]));
  }
  if (wanted.categories) names.categories = wanted.categories;
  else delete names.categories;
  return { names, ...(conflict ? { conflict } : {}) };
}

/** Without the parts that are empty; a plural and a kind are always told. */
function shown(names: Names): Dict {
  const { plural, kind, ...rest } = names;
  const parts = ['singular', 'listKind', 'shortNames', 'categories'] as const;
  return {
    plural,
    kind,
    ...Object.fromEntries(parts.map((part) => [part, rest[part]?.length ? rest[part] : null])),
  };
}

const withoutNull = (value: Dict): Dict => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null));

/** Whether a definition lacks some of its names. */
export function wantsNames(definition: SimObject): boolean {
  const conditions = (at(definition, 'status', 'conditions') ?? []) as Condition[];
  return conditions.some((one) => one.type === 'NamesAccepted' && one.status !== 'True');
}

/** `now` is the time of a condition that changes. */
export function accept(definition: SimObject, claims: Claims, now: string): Acceptance {
  const wanted = specOfCrd(definition).names;
  const before = (at(definition, 'status', 'conditions') ?? []) as Condition[];
  const had = acceptedNames(definition);
  const { names, conflict } = take(wanted, had, claims);
  const accepted: Condition = conflict ?? {
    type: 'NamesAccepted',
    status: 'True',
    reason: 'NoConflicts',
    message: 'no conflicts found',
  };
  const was = before.find((one) => one.type === 'Established');
  const established = was?.status === 'True' || !conflict;
  const state: Condition = established
    ? {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      }
    : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  const conditions = [accepted, state].map((one) => {
    const old = before.find(({ type }) => type === one.type);
    return { ...one, lastTransitionTime: (old?.status === one.status && old.lastTransitionTime) || now };
  });
  const others = before.filter((one) => one.type !== 'NamesAccepted' && one.type !== 'Established');
  const told = equal(withoutNull(shown(had)), withoutNull(shown(names))) && equal(before, [...conditions, ...others]);
  return {
    names,
    established,
    status: told ? undefined : { conditions: [...conditions, ...others], acceptedNames: shown(names) },
  };
}
