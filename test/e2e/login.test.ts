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
const waiting = (go: string) =>
  `echo $$ >${go}.pid; echo "open https://login.example in a browser" >&2; until [ -e ${go} ]; do sleep 0.1; done`;

function config(go: string, script = waiting(go), interactiveMode = 'Never'): string {
  const parsed = parse(readFileSync(cluster.kubeconfig, 'utf8')) as Config;
  for (const each of parsed.users) {
    const status = { token: each.user.token };
    const apiVersion = 'client.authentication.k8s.io/v1';
    const answer = JSON.stringify({ kind: 'ExecCredential', apiVersion, status });
    const exec = {
      apiVersion,
      command: '/bin/sh',
      args: ['-c', `${script}; echo "$ANSWER"`],
      env: [{ name: 'ANSWER', value: answer }],
      interactiveMode,
    };
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
  await expect.poll(() => runs(readFileSync(`${go}.pid`, 'utf8')), LATE).toBe(false);
});

test('the cockpit ends what it has started however often it is told to go, and however often it was started', async () => {
  const go = join(cluster.dir, 'again');
  // The first one fails, the next hangs.
  const script = `echo $$ >>${go}.pids; [ -e ${go}.first ] || { touch ${go}.first; exit 1; }; sleep 1000`;
  const terminal = cluster.open(['--kubeconfig', config(go, script)]);
  const pids = () => (existsSync(`${go}.pids`) ? readFileSync(`${go}.pids`, 'utf8').trim().split('\n') : []);
  await expect.poll(() => pids().length, LATE).toBeGreaterThan(1);
  const hangUp = setInterval(() => terminal.kill('SIGHUP'), 1);
  await terminal.gone;
  clearInterval(hangUp);
  await expect.poll(() => pids().filter(runs), LATE).toEqual([]);
});

const LATE = { timeout: 20_000 };
const runs = (pid: string) => {
  const stat = `/proc/${pid.trim()}/stat`;
  return existsSync(stat) && readFileSync(stat, 'utf8').split(') ')[1]?.[0] !== 'Z';
};

const ASKS = 'stty -echo; printf "Password: " >&2; read -r word; stty echo; [ "$word" = right ] || exit 4';

test.each(['Always', 'IfAvailable'])('with interactiveMode %s it asks at the terminal', async (mode) => {
  const file = config(join(cluster.dir, mode), ASKS, mode);
  const terminal = cluster.open(['get', 'clusters', '--kubeconfig', file]);
  await terminal.until('Password: ');
  terminal.press('right\r');
  await terminal.until('No clusters');
  expect(await terminal.gone).toMatchObject({ exitCode: 0 });
});

test('ctrl-c ends a plugin that asks, which leaves the terminal as it was', async () => {
  const go = join(cluster.dir, 'asks');
  const asks = `echo $$ >${go}.pid; trap 'stty echo; exit 1' INT; ${ASKS}`;
  const terminal = cluster.open(['get', 'clusters', '--kubeconfig', config(go, asks, 'Always')]);
  await terminal.until('Password: ');
  terminal.press('\x03');
  expect(await terminal.gone).toMatchObject({ signal: 2 });
  await expect.poll(() => runs(readFileSync(`${go}.pid`, 'utf8')), LATE).toBe(false);
});

test('the cockpit shows where to log in, and goes on once that is done', async () => {
  const go = join(cluster.dir, 'device');
  const terminal = cluster.open(['--kubeconfig', config(go)], { cols: 80, rows: 24 });
  await terminal.until('open https://login.example in a browser');
  writeFileSync(go, '');
  await terminal.until('No clusters');
  terminal.press('q');
  expect(await terminal.gone).toMatchObject({ exitCode: 0 });
});

test('a login that has to be renewed says where to', async () => {
  const go = join(cluster.dir, 'renew');
  const end = `end=$(date -u -d @$(($(date +%s) + 3)) +%Y-%m-%dT%H:%M:%SZ)`;
  const short = `echo "$ANSWER" | sed 's/"status":{/&"expirationTimestamp":"'$end'",/'`;
  const first = `[ -e ${go}.first ] || { touch ${go}.first; ${end}; ${short}; exit; }`;
  const terminal = cluster.open(['--kubeconfig', config(go, `${first}; ${waiting(go)}`)]);
  await terminal.until('No clusters');
  await terminal.until('open https://login.example in a browser');
  terminal.press('q');
  expect(await terminal.gone).toMatchObject({ exitCode: 0 });
});
