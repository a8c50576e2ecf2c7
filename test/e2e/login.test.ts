/** A login plugin that wants a person: at a terminal it is waited for, and what it says is seen; ctrl-c ends both. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Embedded, embedded } from '../kit/embedded.ts';

let cluster: Embedded;
beforeAll(async () => {
  cluster = await embedded();
});
afterAll(() => cluster.close());

interface Config {
  users: { name: string; user: Record<string, unknown> }[];
}

/** Opens no browser: it says where to log in, and ends once the file `go` is there. */
function config(go: string): string {
  const parsed = parse(readFileSync(cluster.kubeconfig, 'utf8')) as Config;
  for (const each of parsed.users) {
    const status = { token: each.user.token };
    const answer = JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status });
    const script = `echo $$ >${go}.pid; echo "open https://login.example in a browser" >&2; until [ -e ${go} ]; do sleep 0.1; done; echo '${answer}'`;
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args: ['-c', script] };
    each.user = { exec };
  }
  const file = `${go}.json`;
  writeFileSync(file, JSON.stringify(parsed));
  return file;
}

test('the command goes on once the login is done', async () => {
  const go = join(cluster.dir, 'go');
  const terminal = cluster.open(['get', 'clusters', '--kubeconfig', config(go)], { cols: 120, rows: 24 });
  await terminal.until('open https://login.example in a browser');
  await terminal.until('(waits for the login plugin /bin/sh of user');
  writeFileSync(go, '');
  await terminal.until('No clusters');
  expect(await terminal.gone).toMatchObject({ exitCode: 0 });
});

test('ctrl-c ends the plugin and the command', async () => {
  const go = join(cluster.dir, 'never');
  const terminal = cluster.open(['get', 'clusters', '--kubeconfig', config(go)]);
  await terminal.until('open https://login.example');
  terminal.press('\x03');
  await terminal.gone;
  const pid = readFileSync(`${go}.pid`, 'utf8').trim();
  await expect
    .poll(
      () => !existsSync(`/proc/${pid}/stat`) || readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] === 'Z',
    )
    .toBe(true);
});
