/** A key as data. From these tables come dispatch, the hint bar, the `?` menu, and the clash test. */
import type { App } from '../app.ts';

/**
 * Where a key works. A screen names its contexts, innermost first; the first binding found wins.
 * `global` is the last of every screen.
 */
export type KeyContext =
  | 'global'
  | 'panes'
  | 'list'
  | 'scroll'
  | 'log'
  | 'field'
  | 'clusters'
  | 'roles'
  | 'operations'
  | 'form'
  | 'plan'
  | 'run'
  | 'question'
  | 'runs'
  | 'podlog'
  | 'messages'
  | 'help'
  | 'text'
  | 'choose'
  | 'prompt'
  | 'ask';

export interface Binding {
  /** Unique, `context.action`. */
  id: string;
  /** Canonical names as the tokenizer gives them; the first is the one shown. */
  keys: readonly string[];
  context: KeyContext;
  /** One or two words for the hint bar. */
  hint: string | ((app: App) => string);
  /** What it does, for the menu. */
  description: string;
  /** Place in the hint bar, low first; without one it stands in the menu only. */
  rank?: number;
  /** It changes something in the cluster: refused when read-only, at the dispatcher. */
  effect?: 'change' | 'destroy';
  /** true, or one sentence why not now. */
  when?(app: App): true | string;
  run(app: App): void;
}

/** The binding of a key in the innermost of `contexts` that has one. */
export function find(table: readonly Binding[], contexts: readonly KeyContext[], key: string): Binding | null {
  for (const context of contexts) {
    const found = table.find((b) => b.context === context && b.keys.includes(key));
    if (found) return found;
  }
  return null;
}

/** A key that types something where there is a field to type into. */
const printable = (key: string) => key === 'space' || [...key].length === 1;

export interface Offer {
  binding: Binding;
  /** Those of its keys that reach it here. */
  keys: string[];
}

/**
 * Every binding that can be reached from `contexts`: without the keys that inner contexts take, and, while `typing`,
 * without those that would be typed. A choice field (`field`) keeps its own.
 */
export function reachable(table: readonly Binding[], contexts: readonly KeyContext[], typing: boolean): Offer[] {
  const taken = new Set<string>();
  const out: Offer[] = [];
  for (const context of contexts) {
    const here = table.filter((b) => b.context === context);
    for (const binding of here) {
      const keys = binding.keys.filter((k) => !taken.has(k) && !(typing && context !== 'field' && printable(k)));
      if (keys.length > 0) out.push({ binding, keys });
    }
    for (const b of here) for (const k of b.keys) taken.add(k);
  }
  return out;
}

/** Whether it may run now: true, or the sentence why not. Read-only is judged here and nowhere else. */
export function allowed(binding: Binding, app: App): true | string {
  if (binding.effect && app.readonly()) return `Read-only: "${binding.description}" would change the cluster.`;
  return binding.when?.(app) ?? true;
}

const SHOWN: Record<string, string> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  space: 'space',
  pageup: 'pgup',
  pagedown: 'pgdn',
};

/** A key as it is written on the screen. */
export const keyName = (key: string, ascii: boolean): string => (ascii ? key : (SHOWN[key] ?? key));

/** Keys that two bindings of one context claim, as `context key: id, id`. Empty in a sound table. */
export function clashes(table: readonly Binding[]): string[] {
  const owners = new Map<string, string[]>();
  const ids = new Map<string, number>();
  for (const b of table) {
    ids.set(b.id, (ids.get(b.id) ?? 0) + 1);
    for (const key of b.keys) {
      const at = `${b.context} ${key}`;
      owners.set(at, [...(owners.get(at) ?? []), b.id]);
    }
  }
  return [
    ...[...owners].filter(([, list]) => list.length > 1).map(([at, list]) => `${at}: ${list.join(', ')}`),
    ...[...ids].filter(([, n]) => n > 1).map(([id]) => `id ${id} twice`),
  ];
}
