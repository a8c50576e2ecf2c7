/** Edits (insert, delete, replace; swap of neighbours where those count as one) between two words; gives up above `limit` and returns limit + 1. */
export function distance(a: string, b: string, { limit, swaps }: { limit: number; swaps: boolean }): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + cost);
      if (swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, older[j - 2]! + 1);
      row.push(best);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}

/** Words longer than this are nobody's typing mistake, and comparing them would cost. */
const LONGEST = 100;

/** Shorter beginnings than this say nothing. */
const BEGINNING = 3;

/** The known word that was probably meant: a few edits away, or the only one that begins so. Case counts for nothing. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    if (candidate.length > LONGEST) continue;
    const edits = distance(wanted, candidate.toLowerCase(), { limit, swaps: true });
    if (edits < least) [best, least] = [candidate, edits];
  }
  if (best !== undefined || wanted.length < BEGINNING) return best;
  const longer = [...known].filter((candidate) => candidate.toLowerCase().startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

/** `; did you mean "x"?`, or what there is to choose from: the end of a sentence about an unknown name. */
export function suggestion(word: string, known: Iterable<string>): string {
  const all = [...known];
  const near = nearest(word, all);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (all.length === 0) return '';
  const shown = all.slice(0, 8).join(', ');
  return `; known: ${shown}${all.length > 8 ? `, and ${all.length - 8} more` : ''}`;
}
