import { expect, it } from 'vitest';
import { type Binding, clashes, find, type KeyContext, reachable } from '../../../../ui/keys/bindings.ts';
import { COMMANDS } from '../../../../ui/keys/commands.ts';
import { nearest } from '../../../../ui/keys/nearest.ts';
import { createTokenizer } from '../../../../ui/keys/tokenizer.ts';
import { views } from '../../../../ui/views/index.ts';

const table = views.bindings;

it('has no key claimed twice in one context, and no id twice', () => {
  expect(clashes(table)).toEqual([]);
});

it('notices clashes', () => {
  const b = (id: string, key: string): Binding => ({
    id,
    keys: [key],
    context: 'list',
    hint: '',
    description: '',
    run: () => undefined,
  });
  expect(clashes([b('a', 'x'), b('b', 'x')])).toEqual(['list x: a, b']);
  expect(clashes([b('a', 'x'), b('a', 'y')])).toEqual(['id a twice']);
});

it('names only keys that a terminal can send', () => {
  const bytes: Record<string, string> = {
    space: ' ',
    enter: '\r',
    tab: '\t',
    'shift-tab': '\x1b[Z',
    esc: '\x1b',
    up: '\x1b[A',
    down: '\x1b[B',
    right: '\x1b[C',
    left: '\x1b[D',
    home: '\x1b[H',
    end: '\x1b[F',
    pageup: '\x1b[5~',
    pagedown: '\x1b[6~',
    f1: '\x1bOP',
  };
  for (const binding of table) {
    for (const key of binding.keys) {
      const typed = /^ctrl-[a-z]$/.test(key) ? String.fromCharCode(key.charCodeAt(5) - 96) : (bytes[key] ?? key);
      const tokenizer = createTokenizer();
      const tokens = [...tokenizer.push(typed), ...(tokenizer.wait > 0 ? tokenizer.expire() : [])];
      expect(tokens, `${binding.id} ${key}`).toMatchObject([{ t: 'key', key }]);
    }
  }
});

it('never gives the keys of k9s and of the shell another meaning', () => {
  const global: Record<string, string> = {
    ':': 'global.command',
    '?': 'global.help',
    'ctrl-c': 'global.interrupt',
    'ctrl-z': 'global.suspend',
    'ctrl-l': 'global.repaint',
    '!': 'global.messages',
    '-': 'global.last',
    '[': 'global.previous',
    ']': 'global.next',
    q: 'global.quit',
  };
  const screens = new Set(table.map((b) => b.context).filter((c) => !['prompt', 'ask', 'field'].includes(c)));
  for (const [key, id] of Object.entries(global))
    for (const context of screens) {
      const found = find(table, [context, 'global'], key);
      expect(found?.id, `${key} on ${context}`).toBe(id);
    }
});

it('has no control key that changes the cluster', () => {
  for (const b of table) if (b.effect) for (const key of b.keys) expect(key, b.id).not.toMatch(/^(ctrl|alt)-/);
});

it('offers what can be reached: without keys taken by inner contexts, and without printable ones while typing', () => {
  const contexts: KeyContext[] = ['run', 'log', 'scroll', 'panes', 'global'];
  const offers = reachable(table, contexts, false);
  expect(offers.find((o) => o.binding.id === 'log.copy')).toBeUndefined();
  // Digits are ranges of time in a log and panes elsewhere.
  expect(offers.find((o) => o.binding.id === 'panes.1')).toBeUndefined();
  expect(reachable(table, ['list', 'panes'], false).find((o) => o.binding.id === 'panes.1')).toBeDefined();
  const typing = reachable(table, ['form', 'global'], true);
  expect(typing.find((o) => o.binding.id === 'global.help')?.keys).toEqual(['f1']);
  expect(typing.find((o) => o.binding.id === 'global.quit')).toBeUndefined();
});

it('describes every binding and command for the menu', () => {
  for (const b of table) {
    expect(b.description, b.id).not.toBe('');
    if (typeof b.hint === 'string') expect(b.hint.length, b.id).toBeLessThan(26);
  }
  const names = COMMANDS.flatMap((c) => c.names);
  expect(new Set(names).size).toBe(names.length);
  for (const wanted of ['q', 'ctx', 'ns', 'runs', 'ops', 'pods', 'clusters', 'roles']) expect(names).toContain(wanted);
});

it('knows what was probably meant', () => {
  const names = ['clusters', 'runs', 'pods', 'q'];
  expect(nearest('clustrs', names)).toBe('clusters');
  expect(nearest('rnus', names)).toBeNull();
  expect(nearest('run', names)).toBe('runs');
  expect(nearest('xyz', names)).toBeNull();
});
