import { badRequest, expired, tooLargeResourceVersion } from '../errors.ts';
import { goJsonError } from '../gojson.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { lowerBound, type Snapshot } from '../store/collection.ts';
import type { Entry } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import { denied, type FieldError, invalidObject, unsupported } from '../validation/fielderror.ts';
import { isRestricted, type Selection, selects } from './select.ts';

export interface ListOptions {
  selection: Selection;
  limit: number;
  continueToken: string;
  resourceVersion: string;
  resourceVersionMatch: string;
  /** As the query has it; null where it isn't there. */
  sendInitialEvents?: string | null;
}

export interface ListResult {
  entries: Entry[];
  /** The revision the list shows. */
  rev: number;
  continueToken: string;
  /** Known only without selectors. */
  remaining: number | undefined;
}

interface Position {
  rev: number;
  start: string;
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** The position as the real server writes it: its version, the revision and the key to start at (after a zero byte: just behind it). */
const encodeToken = (rev: number, after: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: rev, start: `${after}\u0000` })).toString('base64url');

function decodeToken(token: string): Position {
  const wrong = (why: string): Error => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const odd = token.search(/[^A-Za-z0-9_-]/);
  if (odd >= 0 || token.length % 4 === 1) throw wrong(`illegal base64 data at input byte ${Math.max(0, odd)}`);
  const text = Buffer.from(token, 'base64url').toString('utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw wrong(goJsonError(text));
  }
  const { v, rv, start } = data as Record<string, unknown>;
  if (v !== 'meta.k8s.io/v1') throw wrong(`server does not recognize this encoded version ${String(v ?? '')}`);
  if (typeof rv !== 'number' || rv === 0)
    throw wrong('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw wrong('encoded start key empty (version meta.k8s.io/v1)');
  return { rev: rv, start };
}

/** A resourceVersion as a number; undefined for what is none. */
export const revisionOf = (value: string): number | undefined => (/^\d+$/.test(value) ? Number(value) : undefined);

export const badRevision = (value: string): string =>
  `resourceVersion: Invalid value: "${value}": strconv.ParseUint: parsing "${value}": invalid syntax`;

function parseRevision(value: string): number {
  const revision = revisionOf(value);
  if (revision === undefined) throw badRequest(`invalid resource version: ${badRevision(value)}`);
  return revision;
}

/** Options that contradict each other; 422 with the fields. */
export function checkListOptions(options: Omit<ListOptions, 'selection'>, watch: boolean): void {
  const { resourceVersionMatch: match, resourceVersion, continueToken, sendInitialEvents } = options;
  const initial = sendInitialEvents !== undefined && sendInitialEvents !== null;
  const MATCH = 'resourceVersionMatch';
  const errors: FieldError[] = [];
  if (watch) {
    if (initial && match !== 'NotOlderThan')
      errors.push(denied(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
    if (match && !initial)
      errors.push(denied(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match && match !== 'NotOlderThan') errors.push(unsupported(MATCH, match, ['NotOlderThan']));
    if (match && continueToken)
      errors.push(denied(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  } else {
    if (match && !resourceVersion)
      errors.push(denied(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (match && continueToken)
      errors.push(denied(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match && match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(unsupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(denied(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    if (initial) errors.push(denied('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw invalidObject('meta.k8s.io', 'ListOptions', '', errors);
}

/** Which revision a list without a token shows; 504 for one that hasn't been reached, 410 for one that is forgotten. */
function listRevision(store: Store, options: ListOptions): number {
  if (!options.resourceVersion || options.resourceVersion === '0') return store.current;
  const asked = parseRevision(options.resourceVersion);
  if (asked > store.current) throw tooLargeResourceVersion(options.resourceVersion, store.current);
  const exact = options.resourceVersionMatch === 'Exact' || (options.resourceVersionMatch === '' && options.limit > 0);
  return exact ? asked : store.current;
}

export function list(store: Store, info: ResourceInfo, options: ListOptions): ListResult {
  const { selection } = options;
  const collection = store.collection(info.storageKey);
  const prefix = selection.namespace ? `${selection.namespace}/` : '';
  let rev: number;
  let start = prefix;
  let snapshot: Snapshot | undefined;
  if (options.continueToken) {
    const position = decodeToken(options.continueToken);
    if (options.resourceVersion && options.resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    // A token holds the key behind the prefix of the list, with a leading slash.
    start = `${prefix}${position.start.replace(/^\//, '')}`;
    rev = position.rev < 0 ? store.current : position.rev;
    snapshot = position.rev < 0 ? collection.live() : collection.at(rev);
    if (!snapshot || rev > store.current)
      throw expired(TOO_OLD, encodeToken(-1, position.start.replace(/\u0000$/, '')));
  } else {
    rev = listRevision(store, options);
    snapshot = rev === store.current ? collection.live() : collection.at(rev);
    if (!snapshot) throw expired('The resourceVersion for the provided list is too old.');
  }
  return page(snapshot, rev, prefix, start, options);
}

function page(snapshot: Snapshot, rev: number, prefix: string, start: string, options: ListOptions): ListResult {
  const { selection, limit } = options;
  const { keys } = snapshot;
  const end = prefix ? lowerBound(keys, `${prefix.slice(0, -1)}0`) : keys.length;
  const entries: Entry[] = [];
  let index = lowerBound(keys, start);
  for (; index < end; index++) {
    if (limit > 0 && entries.length === limit) break;
    const entry = snapshot.get(keys[index]!);
    if (entry && selects(selection, entry)) entries.push(entry);
  }
  if (index >= end || limit === 0) return { entries, rev, continueToken: '', remaining: undefined };
  const last = `/${keys[index - 1]!.slice(prefix.length)}`;
  const remaining = isRestricted(selection) ? undefined : end - index;
  return { entries, rev, continueToken: encodeToken(rev, last), remaining };
}
