/** A write as the versions of other shapes see it. */
import type { Dict, SimObject } from '../types.ts';
import type { FieldSet } from './fieldset.ts';
import type { Node } from './node.ts';
import { compare } from './walk.ts';

/** What the walks see: no managedFields, and no kind or apiVersion. */
export function content(object: Partial<SimObject>): Dict {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { managedFields: _managed, ...meta } = metadata ?? ({} as SimObject['metadata']);
  return { metadata: meta, ...rest };
}

/** A write as another version sees it: owners under that version are told by it what has changed. */
export interface Elsewhere {
  node: Node;
  live: SimObject;
  next: SimObject;
}

/** By apiVersion. */
export type Elsewheres = ReadonlyMap<string, Elsewhere>;

export interface Change {
  changed: FieldSet;
  removed: FieldSet;
}

function changeOf({ node, live, next }: Elsewhere, reset: FieldSet): Change {
  const difference = compare(node, content(live), content(next));
  return {
    changed: difference.modified.union(difference.added).without(reset),
    // What a request can't change it doesn't take away either.
    removed: difference.removed.without(reset),
  };
}

export const changesElsewhere = (elsewhere: Elsewheres | undefined, reset: FieldSet): Map<string, Change> =>
  new Map([...(elsewhere ?? [])].map(([apiVersion, seen]) => [apiVersion, changeOf(seen, reset)]));
