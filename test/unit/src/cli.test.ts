import { afterEach, expect, test, vi } from 'vitest';
import { cli } from '../../../src/cli.ts';

afterEach(() => vi.restoreAllMocks());

test.each([
  ['run', 'op', 'more', '--cluster', 'c'],
  ['cancel', 'one', 'two'],
  ['get', 'runs', 'one', 'two'],
  ['--as', 'bob', '--as-group', 'sre', 'get', 'runs', 'one', 'two'],
])('a word too many is refused, not left out: %s %s %s', async (...args) => {
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  expect(await cli([...args, '--kubeconfig', '/nowhere'])).toBe(2);
  expect(said).toMatch(/^opsdeck: too many arguments.*\n$/);
});

test.each([[['\x1b]0;pwn\x07here']], [['get', '\x1b]0;pwn\x07clusters\x1b[2J']], [['get', 'runs', '--\x1b[2Jx']]])(
  'what was typed is said again without its escapes: %o',
  async (args) => {
    let said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
    expect(await cli([...args, '--kubeconfig', '/nowhere'])).toBe(2);
    expect(said).toMatch(/^opsdeck: [^\x00-\x09\x0b-\x1f]+\n$/);
  },
);
