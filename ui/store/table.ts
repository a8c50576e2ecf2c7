/** Rows of one topic by uid, and listings of them: sorted, filtered, kept up to date by merging what changed. */
import type { Column } from '../rows/columns.ts';
import { naturalKey } from '../rows/columns.ts';
import type { Filter } from '../rows/filter.ts';

interface Identified {
  uid: string;
}

/** Changes further back than this are not replayed; a listing that fell behind is built anew. */
const JOURNAL = 4_096;

export interface Table<R extends Identified> {
  readonly byUid: ReadonlyMap<string, R>;
  /** Grows with every change. */
  readonly version: number;
  apply(change: { reset: boolean; upsert: readonly R[]; remove: readonly string[] }): void;
  /** uids touched since a version, or null when that is no longer known. */
  touchedSince(version: number): Set<string> | null;
}

export function createTable<R extends Identified>(): Table<R> {
  const byUid = new Map<string, R>();
  let version = 0;
  let journal: { version: number; uid: string }[] = [];
  let knownFrom = 0;
  return {
    byUid,
    get version() {
      return version;
    },
    apply({ reset, upsert, remove }) {
      version++;
      if (reset) {
        byUid.clear();
        journal = [];
        knownFrom = version;
      }
      for (const row of upsert) {
        byUid.set(row.uid, row);
        journal.push({ version, uid: row.uid });
      }
      for (const uid of remove) {
        if (byUid.delete(uid)) journal.push({ version, uid });
      }
      if (journal.length > JOURNAL) {
        const cut = journal[journal.length - JOURNAL / 2];
        knownFrom = cut?.version ?? version;
        journal = journal.filter((entry) => entry.version > knownFrom);
      }
    },
    touchedSince(since) {
      if (since < knownFrom) return null;
      const touched = new Set<string>();
      for (let i = journal.length - 1; i >= 0; i--) {
        const entry = journal[i];
        if (!entry || entry.version <= since) break;
        touched.add(entry.uid);
      }
      return touched;
    },
  };
}

export interface Sort {
  /** A column's id. */
  id: string;
  down: boolean;
}

export interface Listing<R> {
  /** The rows to show, in order. The same array as long as nothing changed. */
  rows(sort: Sort, filter: Filter | null, only?: ((row: R) => boolean) | null): readonly R[];
  /** The row of a uid whether the filter lets it through or not. */
  get(uid: string): R | undefined;
  /** Length of the longest value of each measured column. */
  longest(): ReadonlyMap<string, number>;
  /** All rows, the filtered ones too. */
  readonly total: number;
}

interface Keyed<R> {
  row: R;
  key: string | number;
  /** Breaks ties, so that equal rows never change places. */
  name: string;
}

const compare = <R>(a: Keyed<R>, b: Keyed<R>, down: boolean): number => {
  if (a.key !== b.key) return (a.key < b.key ? -1 : 1) * (down ? -1 : 1);
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
};

/** `name` gives the tie-breaking text; `haystack` what a filter looks at. */
export function createListing<R extends Identified>(
  table: Table<R>,
  columns: readonly Column<R>[],
  name: (row: R) => string,
  haystack: (row: R) => string,
): Listing<R> {
  const names = new WeakMap<R, string>();
  const haystacks = new WeakMap<R, string>();
  const nameOf = (row: R) => {
    let known = names.get(row);
    if (known === undefined) {
      known = naturalKey(name(row));
      names.set(row, known);
    }
    return known;
  };
  const haystackOf = (row: R) => {
    let known = haystacks.get(row);
    if (known === undefined) {
      known = haystack(row);
      haystacks.set(row, known);
    }
    return known;
  };

  let sorted: Keyed<R>[] = [];
  let sortedAt = -1;
  let sortedBy = '';
  let shown: readonly R[] = [];
  let shownOf = '';
  let shownOnly: unknown = null;
  let longest: Map<string, number> = new Map();
  let longestAt = -1;

  function sync(sort: Sort): boolean {
    const by = `${sort.id} ${sort.down}`;
    if (sortedAt === table.version && sortedBy === by) return false;
    const spec = columns.find((c) => c.id === sort.id)?.sort;
    const keyed = (row: R): Keyed<R> => {
      const key = spec?.(row) ?? '';
      return { row, key: typeof key === 'string' ? naturalKey(key) : key, name: nameOf(row) };
    };
    const order = (a: Keyed<R>, b: Keyed<R>) => compare(a, b, sort.down);
    const touched = sortedBy === by ? table.touchedSince(sortedAt) : null;
    if (touched === null || touched.size > table.byUid.size / 4) {
      sorted = Array.from(table.byUid.values(), keyed).sort(order);
    } else {
      const fresh: Keyed<R>[] = [];
      for (const uid of touched) {
        const row = table.byUid.get(uid);
        if (row) fresh.push(keyed(row));
      }
      fresh.sort(order);
      sorted = merge(
        sorted.filter((k) => !touched.has(k.row.uid)),
        fresh,
        order,
      );
    }
    sortedAt = table.version;
    sortedBy = by;
    return true;
  }

  return {
    rows(sort, filter, only = null) {
      const changed = sync(sort);
      const of = filter?.text ?? '';
      if (changed || of !== shownOf || only !== shownOnly) {
        const kept = sorted.filter((k) => (!only || only(k.row)) && (!filter || filter.matches(haystackOf(k.row))));
        shown = kept.map((k) => k.row);
        shownOf = of;
        shownOnly = only;
      }
      return shown;
    },
    get: (uid) => table.byUid.get(uid),
    longest() {
      if (longestAt === table.version) return longest;
      // Widths only grow between resets: a column that shrank while rows come and go would make the whole list jump.
      const touched = table.touchedSince(longestAt);
      if (touched === null) longest = new Map();
      for (const column of columns) {
        if (!column.measure) continue;
        let most = longest.get(column.id) ?? 0;
        for (const uid of touched ?? table.byUid.keys()) {
          const row = table.byUid.get(uid);
          if (row) most = Math.max(most, column.measure(row));
        }
        longest.set(column.id, most);
      }
      longestAt = table.version;
      return longest;
    },
    get total() {
      return table.byUid.size;
    },
  };
}

function merge<T>(a: T[], b: T[], order: (x: T, y: T) => number): T[] {
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i] as T;
    const y = b[j] as T;
    if (order(x, y) <= 0) {
      out.push(x);
      i++;
    } else {
      out.push(y);
      j++;
    }
  }
  while (i < a.length) out.push(a[i++] as T);
  while (j < b.length) out.push(b[j++] as T);
  return out;
}
