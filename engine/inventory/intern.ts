/**
 * One copy, made safe to draw, of texts that repeat over thousands of objects (label values, images, node names, states).
 * The table is emptied when it is full: what was handed out stays shared, only later copies are made anew.
 */
import { clean } from '../kube/sanitise.ts';

const LIMIT = 20_000;
/** Longer than any name or image reference that is valid. */
const LONGEST = 512;
const texts = new Map<string, string>();

export function intern(raw: string): string {
  const kept = texts.get(raw);
  if (kept !== undefined) return kept;
  if (texts.size >= LIMIT) texts.clear();
  const text = clean(raw, LONGEST);
  texts.set(raw, text);
  return text;
}
