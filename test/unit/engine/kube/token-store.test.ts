import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTokens, writeTokens } from '../../../../engine/kube/token-store.ts';

let folder: string;
let path: string;
const config = (id: string, refresh: string) => `# a comment
apiVersion: v1
users:
- {name: other, user: {token: x}}
- name: me
  user:
    auth-provider:
      config: {id-token: ${id}, refresh-token: ${refresh}} # inline
`;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokens-'));
  path = join(folder, 'config');
  writeFileSync(path, config('i1', 'r1'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const used = { idToken: 'i1', refreshToken: 'r1' };
const fresh = { idToken: 'i2', refreshToken: 'r2' };

it('changes the two tokens and nothing else, through a link too', () => {
  const link = join(folder, 'link');
  symlinkSync(path, link);
  expect(readTokens(link, 'me')).toEqual(used);
  expect(writeTokens(link, 'me', used, fresh)).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe(config('i2', 'r2'));
  expect(readTokens(path, 'me')).toEqual(fresh);
  expect(readdirSync(folder).sort()).toEqual(['config', 'link']);
});

it('leaves a file alone that kubectl holds, that has newer tokens, or that is broken', () => {
  const unchanged = (content: string) => {
    expect(writeTokens(path, 'me', used, fresh)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(content);
  };
  writeFileSync(`${path}.lock`, '');
  unchanged(config('i1', 'r1'));
  expect(existsSync(`${path}.lock`)).toBe(true);
  rmSync(`${path}.lock`);
  for (const content of [config('i9', 'r9'), 'users: [', 'users: {}', '']) {
    writeFileSync(path, content);
    unchanged(content);
  }
  expect(readTokens(path, 'me')).toBeUndefined();
  expect(writeTokens(join(folder, 'none'), 'me', used, fresh)).toBe(false);
  expect(readdirSync(folder)).toEqual(['config']);
});
