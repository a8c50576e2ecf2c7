/** What a shell may start it with: folders where nothing can be kept, and an output that nobody has opened. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
