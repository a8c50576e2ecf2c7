/** What a shell may start it with: folders where nothing can be kept, and an output that nobody has opened. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { program } from '../kit/program.ts';

const OPSDECK = new URL('../../dist/opsdeck', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-e2e-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const link = join(folder, 'link');
symlinkSync('/proc/1', link);

const run = (HOME: string, file = OPSDECK, args = ['get', 'clusters']) => {
  const { XDG_STATE_HOME: _s, XDG_CACHE_HOME: _c, XDG_CONFIG_HOME: _g, NODE_COMPILE_CACHE: _n, ...rest } = process.env;
  return program(file, args, { env: { ...rest, HOME, KUBECONFIG: '/nowhere' }, cwd: folder, limit: 60_000 }).done;
};

test.each(['/proc/1', '/proc/self/', '/proc/nosuch', '/sys', link, join(link, 'a', 'b')])(
  'a home in %s is refused before anything is made there',
  async (home) => {
    const { code, stderr } = await run(home);
    expect(stderr).toBe(`opsdeck: HOME is ${home}, where nothing can be kept; set it to a folder of yours\n`);
    expect(code).toBe(2);
  },
);

test.each(['/dev/null', '/nonexistent/a', 'not/there', ''])(
  'a home "%s" that is not there does no harm',
  async (home) => {
    const { code, stderr } = await run(home);
    expect(stderr).toMatch(/^opsdeck: no kubeconfig found/);
    expect(code).toBe(2);
  },
);

test('an output that is closed is no success', async () => {
  const closed = (words: string) => run(folder, '/bin/sh', ['-c', `"$0" ${words} >&-`, OPSDECK]);
  const { code, stderr } = await closed('install --crds');
  expect(stderr).toBe("opsdeck: the output can't be written: it is closed\n");
  expect(code).toBe(1);
  // What writes nothing to it is as it was.
  expect(await closed('get clusters')).toMatchObject({ code: 2, stderr: expect.stringContaining('no kubeconfig') });
});

test('a directory is no definition, in the words of validate', async () => {
  const why = "can't be read: it is a directory; name the files in it\n";
  expect(await run(folder, OPSDECK, ['validate', folder])).toMatchObject({
    code: 2,
    stderr: `opsdeck: ${folder}: ${why}`,
  });
  expect(await run(folder, OPSDECK, ['run', '--cluster', 'c', '-f', folder])).toMatchObject({
    code: 2,
    stderr: `opsdeck: ${folder}: ${why}`,
  });
  writeFileSync(join(folder, 'text'), '');
  const below = join(folder, 'text', 'x');
  expect(await run(folder, OPSDECK, ['run', '--cluster', 'c', '-f', below])).toMatchObject({
    code: 2,
    stderr: `opsdeck: ${below}: can't be read: no such file\n`,
  });
});

test('a login plugin that hangs ends with the program that is told to', async () => {
  const config = join(folder, 'hanging.json');
  const pid = join(folder, 'pid');
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: '/bin/sh',
    args: ['-c', `sleep 1000 & echo $! > ${pid}; wait`],
  };
  const parts = {
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { exec } }],
  };
  writeFileSync(config, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'x', ...parts }));
  const running = program(OPSDECK, ['get', 'clusters', '--kubeconfig', config], {
    env: { ...process.env, HOME: folder },
  });
  const child = await vi.waitFor(() => Number(readFileSync(pid, 'utf8').trim() || expect.unreachable()), 20_000);
  running.kill('SIGINT');
  expect(await running.done).toMatchObject({ signal: 'SIGINT' });
  await vi.waitFor(() => {
    const stat = existsSync(`/proc/${child}/stat`) ? readFileSync(`/proc/${child}/stat`, 'utf8') : ') Z';
    expect(stat.split(') ')[1]?.[0]).toBe('Z');
  }, 20_000);
});

/** Answers all requests with this, as a gateway would. */
async function gateway(answer: http.RequestListener) {
  const server = http.createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const config = join(folder, `gateway-${port}.json`);
  const parts = {
    contexts: [{ name: 'x', context: { cluster: 'x', user: '' } }],
    clusters: [{ name: 'x', cluster: { server: `http://127.0.0.1:${port}` } }],
  };
  writeFileSync(config, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'x', ...parts }));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), KUBECONFIG: config };
  return { env, close };
}

test.each(['', 'null', '{}', '[]'])('a server that answers with "%s" is told of in one line', async (body) => {
  const { env, close } = await gateway((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(body),
  );
  const line = /^opsdeck: GET \/apis? was answered with [^\n]*\n$/;
  const get = await program(OPSDECK, ['get', 'clusters'], { env }).done;
  expect(get).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(line) });
  const run = await program(OPSDECK, ['run', 'restart', '--cluster', 'a'], { env }).done;
  expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(line) });
  expect(run.stderr).toMatch(/; nothing was started\n$/);
  close();
});

const preload = (script: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` });
const LINE = 'opsdeck: that should not happen, please report it: odd; the details are in ';

test('what no command expects is one line, and its stack is in a file', async () => {
  const state = join(folder, 'state');
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: state };
  const thrown = preload('process.stdout.write = () => { throw new TypeError("odd"); }');
  const outcome = await program(OPSDECK, ['install', '--crds'], { env: { ...env, ...thrown } }).done;
  const file = join(state, 'opsdeck', 'opsdeck.log');
  expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: `${LINE}${file}\n` });
  expect(readFileSync(file, 'utf8')).toMatch(/TypeError: odd\n {4}at /);
});

test.each([
  ['get', ['get', 'clusters'], 1, ''],
  ['run', ['run', 'restart', '--cluster', 'a'], 2, '; nothing was started'],
])('an exception that nobody awaits ends %s in the same way', async (_, args, code, more) => {
  const { env, close } = await gateway(() => process.kill(running.pid, 'SIGUSR2'));
  const thrown = preload('process.on("SIGUSR2", () => void Promise.reject(new TypeError("odd")))');
  const running = program(OPSDECK, args, { env: { ...env, ...thrown } });
  const file = join(folder, 'state', 'opsdeck', 'opsdeck.log');
  expect(await running.done).toMatchObject({ code, stdout: '', stderr: `${LINE}${file}${more}\n` });
  close();
});
