/** What bad input gets: one line that says what is wrong and what to do, and a true exit code. Never a stack trace. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ADMIN, namespace, type Outcome, opsdeck, USERS } from '../kit.ts';

const ns = await namespace('refusals');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-refusals-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A kubeconfig like another, with a part of it exchanged. */
function kubeconfig(from: string, part: RegExp, replacement: string): string {
  const text = readFileSync(from, 'utf8');
  const changed = text.replace(part, replacement);
  if (changed === text) throw new Error(`${part} is not in ${from}`);
  const file = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(file, changed);
  return file;
}

/** The one line; fails when there is another, or something that only a programmer can read. */
function said({ stderr, stdout }: Outcome): string {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^opsdeck: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|Error:|undefined|\[object/);
  return stderr.trim();
}

describe('the way to the cluster', () => {
  test.each<[what: string, file: () => string, args: string[], code: number, line: RegExp]>([
    ['a kubeconfig that does not exist', () => '/nowhere/config', [], 2, /\/nowhere\/config.*KUBECONFIG/],
    ['one that is not YAML', () => kubeconfig(ADMIN, /users: \[/, 'users: [['), [], 2, /not valid YAML/],
    ['an unknown context', () => ADMIN, ['--context', 'mian'], 2, /"mian" is not in the kubeconfig.*main/],
    ['a port where nothing listens', () => kubeconfig(ADMIN, /:6443/, ':6444'), [], 1, /:6444 refuses the connection/],
    [
      'a host without an address',
      () => kubeconfig(ADMIN, /\/\/[^:]+:/, '//nowhere.invalid:'),
      [],
      1,
      /cannot be resolved/,
    ],
    [
      'an expired token',
      () => kubeconfig(USERS.bob, /token: \w+/, 'token: expired'),
      [],
      1,
      /refuses the credentials of user "bob"/,
    ],
    [
      'a server of another authority',
      () =>
        kubeconfig(
          ADMIN,
          /certificate-authority: "[^"]+"/,
          'certificate-authority: "/etc/ssl/certs/ca-certificates.crt"',
        ),
      [],
      1,
      /certificate/,
    ],
  ])('%s', async (_, file, args, code, line) => {
    const outcome = await opsdeck(['get', 'clusters', '-n', ns, ...args], { kubeconfig: file() });
    expect(said(outcome)).toMatch(line);
    expect(outcome.code).toBe(code);
  });
});

describe('names', () => {
  test.each<[args: string[], line: RegExp]>([
    [['get', 'clusters', 'nothing', '-n', ns], /no cluster "nothing"/],
    [['get', 'instancs'], /"instancs"; did you mean "instances"/],
    [['get', 'clusters', '--contxt', 'main'], /--contxt.*--context/],
    [['rn', 'x'], /no command "rn"; did you mean "run"/],
  ])('%j', async (args, line) => {
    const outcome = await opsdeck(args);
    expect(said(outcome)).toMatch(line);
    expect(outcome.code).toBe(2);
  });
});

describe('no terminal', () => {
  test('the cockpit says what to use instead', async () => {
    const outcome = await opsdeck([]);
    expect(said(outcome)).toMatch(/terminal/);
    expect(outcome.code).toBe(2);
  });
});
