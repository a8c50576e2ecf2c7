import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wrap } from '../../../../ui/rows/fit.ts';
import { commandLines, shellQuote } from '../../../../ui/views/quote.ts';

it('quotes so that a shell reads the same words', () => {
  const words = fc
    .sample(fc.string({ unit: 'grapheme-ascii', minLength: 0, maxLength: 12 }), 100)
    .filter((w) => !w.includes('\0'));
  const all = ['', "it's", 'a b', '$(x)', '--flag=1', 'two\nlines', ...words];
  const out = execFileSync('sh', ['-c', `printf '%s\\0' ${all.map(shellQuote).join(' ')}`], { encoding: 'utf8' });
  expect(out.split('\0').slice(0, -1)).toEqual(all);
});

it('lays a command out on lines of the pane’s width, scripts with their own lines', () => {
  expect(commandLines(['redis-cli', '--cluster', 'reshard', '10.0.0.1:6379'], 20, wrap)).toEqual([
    'redis-cli --cluster',
    'reshard',
    '10.0.0.1:6379',
  ]);
  expect(commandLines(['sh', '-c', 'set -e\n  echo ok'], 30, wrap)).toEqual(["sh -c 'set -e", "  echo ok'"]);
  expect(commandLines(['sh', '-c', 'for i in 1 2 3; do echo $i; done'], 24, wrap)).toEqual([
    "sh -c 'for i in 1 2 3;",
    "do echo $i; done'",
  ]);
  for (const line of commandLines(['x'.repeat(95), 'y'], 20, wrap)) expect(line.length).toBeLessThanOrEqual(20);
});
