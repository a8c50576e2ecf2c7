import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { safe } from '../../../src/tell.ts';

test('text for people moves no cursor, hides nothing, and keeps its lines however long', () => {
  const line = 'x'.repeat(100_000);
  expect(safe(`evil \x1b[2J\x1b]0;pwned\x07 \u202etxet\n${line}\n`)).toBe(`evil  <U+202E>txet\n${line}\n`);
});

/** Written word for word: documents for programs, bytes of a command to a pipe, and what has no foreign text. */
const RAW = [/JSON\.stringify/, /toYaml/, /target\[stream\]/, /documents\.join/, /safe\(/];

test('no command writes past it', () => {
  const src = join(import.meta.dirname, '../../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && file !== 'tell.ts',
  );
  const past = files.flatMap((file) =>
    readFileSync(join(src, file), 'utf8')
      .split('\n')
      .filter((line) => /\.write\(/.test(line) && !RAW.some((form) => form.test(line)))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(past).toEqual([]);
});
