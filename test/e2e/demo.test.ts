import { execFile, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import { rootsParent } from '../../engine/sim/node/root.ts';

const OPSDECK = new URL('../../dist/opsdeck', import.meta.url).pathname;

interface Ran {
  out: string;
  err: string;
  code: number;
}

function opsdeck(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((done) => {
    execFile(OPSDECK, args, { env: { ...process.env, TMPDIR, ...env } }, (error, out, err) =>
      done({ out, err, code: error ? Number(error.code ?? 1) : 0 }),
    );
  });
}

/** Other demos of the same user, on the same machine, are none of these tests' business. */
const TMPDIR = mkdtempSync(join(tmpdir(), 'opsdeck-e2e-'));
afterAll(() => rmSync(TMPDIR, { recursive: true, force: true }));

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});

/** A served demo: the path of its kubeconfig, and how long its start took. */
const serve = (...args: string[]) => serveWith(OPSDECK, ['demo', '--serve', ...args]);

async function serveWith(
  file: string,
  args: string[],
): Promise<{ kubeconfig: string; pid: number; stop(signal?: NodeJS.Signals): Promise<number | null> }> {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR },
  });
  const gone = new Promise<number | null>((done) => child.once('exit', done));
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return gone;
  };
  stops.push(async () => void (await stop()));
  const kubeconfig = await new Promise<string>((done, fail) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes('\n')) done(out.split('\n')[0]!);
    });
    child.once('exit', () => fail(new Error(`ended before it served: ${out}`)));
  });
  return { kubeconfig, pid: child.pid ?? -1, stop };
}

const served = (kubeconfig: string) => (args: string[]) => opsdeck([...args, '--kubeconfig', kubeconfig]);

describe('opsdeck demo', () => {
  it('without a terminal carries one operation out and tells its story', async () => {
    const { out, err, code } = await opsdeck(['demo']);
    expect(code).toBe(0);
    expect(err).toMatch(/^a simulated cluster; /);
    expect(err).toContain('Succeed');
    expect(out.match(/^Moving slot \d+ from \S+ to \S+: \.*$/gm)).toHaveLength(16);
  });

  it('serves an estate of several operators until it is stopped, and leaves nothing behind', async () => {
    const { kubeconfig, stop } = await serve();
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(kubeconfig)).mode & 0o777).toBe(0o700);
    expect(
      (parse(readFileSync(kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] }).clusters[0]?.cluster
        .server,
    ).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const run = served(kubeconfig);
    const clusters = JSON.parse((await run(['get', 'clusters', '-A', '-o', 'json'])).out) as {
      items: { metadata: { namespace: string; name: string } }[];
    };
    expect(clusters.items.length).toBeGreaterThanOrEqual(12);
    expect(new Set(clusters.items.map(({ metadata }) => metadata.namespace)).size).toBe(4);
    const table = (await run(['get', 'clusters', '-A'])).out;
    expect(table).toMatch(/analytics +reports +bad +kubeblocks/);
    expect(table).toMatch(/shop +sessions +ok +plain +3 master, 3 slave/);
    expect((await run(['get', 'runs', '-A'])).out).toMatch(/redis-reshard-k8w2p .* Failed/);
    expect((await run(['describe', 'run', 'redis-reshard-k8w2p', '-n', 'shop'])).out).toContain(
      'is not known or not a master',
    );
    await stop();
    stops = [];
    expect(existsSync(dirname(kubeconfig))).toBe(false);
  });

  it('breaks what it is told to, and refuses what it does not know', async () => {
    expect(await opsdeck(['demo', 'break', 'kill-primary'])).toEqual({
      out: '',
      err: 'opsdeck: no demo of yours is running; start one with: opsdeck demo\n',
      code: 2,
    });
    const { kubeconfig } = await serve();
    const run = served(kubeconfig);
    expect(await opsdeck(['demo', 'break', 'kill-primary', '--cluster', 'shop/orders'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('killed shop/orders-1'),
    });
    await expect.poll(async () => (await run(['get', 'instances', '-n', 'shop'])).out).toMatch(/orders-1 +0\/1/);
    expect(await opsdeck(['demo', 'break', 'kill-primary', '--cluster', 'analytics/reports'])).toMatchObject({
      code: 2,
      err: 'opsdeck: analytics/reports has no primary now\n',
    });
    expect(await opsdeck(['demo', 'break', 'mend'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^mended 3 pods/),
    });
    expect(await opsdeck(['demo', 'break', 'nope'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nope is unknown; there is:'),
    });
    expect(await opsdeck(['demo', 'break', 'fill-disk', '--cluster', 'x'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no cluster x in the demo'),
    });
  });

  it('empty has nothing on it; a taken port, no shell and no place to write are one line each', async () => {
    const { kubeconfig } = await serve('--empty');
    expect((await served(kubeconfig)(['get', 'clusters', '-A'])).out).not.toContain('redis');
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const { port } = taken.address() as { port: number };
    const refused = await opsdeck(['demo', '--serve', '--port', String(port)]);
    taken.close();
    expect(refused).toEqual({
      out: '',
      err: `opsdeck: the embedded cluster can't start: port ${port} is taken: choose another\n`,
      code: 2,
    });
    const node = new URL('../../node_modules/node/bin/node', import.meta.url).pathname;
    const bundle = new URL('../../dist/opsdeck.mjs', import.meta.url).pathname;
    const bare = await new Promise<{ err: string; code: unknown }>((done) =>
      execFile(
        node,
        [bundle, 'demo', '--serve'],
        { env: { PATH: '/nonexistent', HOME: '', TMPDIR } },
        (error, _out, err) => done({ err, code: error?.code }),
      ),
    );
    expect(bare).toEqual({
      err: "opsdeck: the embedded cluster can't start: no sh on the PATH; simulated containers need it\n",
      code: 2,
    });
    const deep = join(TMPDIR, 'd'.repeat(90));
    mkdirSync(deep);
    expect(await opsdeck(['demo', '--serve', '--empty'], { TMPDIR: deep })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^opsdeck: the embedded cluster can't start: .* is too long a path .*\n$/),
    });
    expect(readdirSync(rootsParent(deep))).toEqual([]);
    const nowhere = await opsdeck(['demo', '--serve'], { TMPDIR: '/proc' });
    expect(nowhere).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /^opsdeck: the embedded cluster can't start: can't write to .*; set TMPDIR to a directory you can write to\n$/,
      ),
    });
    for (const wrong of ['many', '0', '5', '200k'])
      expect((await opsdeck(['demo', '--serve', '--size', wrong])).err).toContain('--size takes a number of pods');
    await serve('--size', '10000');
  });

  it('leaves nothing running and nothing on the disk, however it ends', async () => {
    const files = () => (existsSync(rootsParent(TMPDIR)) ? readdirSync(rootsParent(TMPDIR)) : []);
    const inPod = async (kubeconfig: string, command: string) => {
      const access = parse(readFileSync(kubeconfig, 'utf8')) as Access;
      return exec(access, '/api/v1/namespaces/work/pods/box/exec', command);
    };
    const withPod = async () => {
      const demo = await serve('--empty');
      const access = parse(readFileSync(demo.kubeconfig, 'utf8')) as Access;
      await call(access, 'POST', '/api/v1/namespaces', { metadata: { name: 'work' } });
      const containers = [{ name: 'box', image: 'box', command: ['sh', '-c', 'sleep 600'] }];
      await call(access, 'POST', '/api/v1/namespaces/work/pods', { metadata: { name: 'box' }, spec: { containers } });
      await expect
        .poll(async () => (await call(access, 'GET', '/api/v1/namespaces/work/pods/box')).body)
        .toContain('"phase":"Running"');
      return demo;
    };
    // Out of its group, out of its session, its environment emptied, its directory locked.
    const stray = 'cd; mkdir -p d/d; touch d/d/f; chmod 0 d/d d; env -i setsid sleep 600 >/dev/null 2>&1 & echo $!';
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
      const demo = await withPod();
      const pids = [
        await inPod(demo.kubeconfig, stray),
        await inPod(demo.kubeconfig, 'setsid sleep 600 >/dev/null 2>&1 & echo $!'),
      ];
      expect(pids.map((pid) => lives(pid.trim()))).toEqual([true, true]);
      expect(await demo.stop(signal)).toBe(signal === 'SIGKILL' ? null : 0);
      // Nobody is left to clear up after a SIGKILL but who waits for it.
      if (signal !== 'SIGKILL') expect(files()).toEqual([]);
      await expect.poll(files).toEqual([]);
      await expect.poll(() => pids.filter((pid) => lives(pid.trim()))).toEqual([]);
    }
    // Where that one is killed too, the next start clears up.
    const killed = await withPod();
    const pid = (await inPod(killed.kubeconfig, 'setsid sleep 600 >/dev/null 2>&1 & echo $!')).trim();
    for (const child of childrenOf(killed.pid))
      if (child.command.includes('while read')) process.kill(child.pid, 'SIGKILL');
    await killed.stop('SIGKILL');
    expect(files()).toHaveLength(1);
    expect(lives(pid)).toBe(true);
    await serve('--empty');
    expect(files()).toHaveLength(1);
    expect(existsSync(killed.kubeconfig)).toBe(false);
    await expect.poll(() => lives(pid)).toBe(false);
  });

  it('as a single file has no terminals, says so in one line, and does all else', async () => {
    const alone = join(TMPDIR, 'opsdeck.mjs');
    copyFileSync(new URL('../../dist/opsdeck.mjs', import.meta.url).pathname, alone);
    const node = new URL('../../node_modules/node/bin/node', import.meta.url).pathname;
    const { kubeconfig } = await serveWith(node, [alone, 'demo', '--serve']);
    const access = parse(readFileSync(kubeconfig, 'utf8')) as Access;
    const pod = '/api/v1/namespaces/shop/pods/sessions-0/exec';
    expect(await exec(access, pod, 'redis-cli ping')).toBe('PONG\n');
    expect(await exec(access, `${pod}?tty=1`, 'redis-cli ping')).toMatch(
      /"message":"simulated containers have no terminals here: the package @lydell\/node-pty is missing [^"]*"/,
    );
  });

  it('answers nobody without the token, no web page, and nothing that a container puts in its way', async () => {
    const { kubeconfig } = await serve();
    const access = parse(readFileSync(kubeconfig, 'utf8')) as Access;
    const stranger = { ...access, users: [{ user: { token: 'none' } }] };
    for (const path of ['/', '/version', '/healthz', '/api/v1/pods', '/openapi/v2'])
      expect((await call(stranger, 'GET', path)).status).toBe(401);
    expect((await call(access, 'GET', '/version')).status).toBe(200);
    const page = await call(access, 'GET', '/version', undefined, { origin: 'https://example.com' });
    expect(page).toMatchObject({
      status: 403,
      headers: expect.not.objectContaining({ 'access-control-allow-origin': '*' }),
    });
    expect((await call(access, 'GET', '/version', undefined, { host: 'example.com' })).status).toBe(403);
    const pod = '/api/v1/namespaces/shop/pods/sessions-0/exec';
    await expect(exec(stranger, pod, 'id')).rejects.toThrow('401');
    await expect(exec(access, pod, 'id', { origin: 'https://example.com' })).rejects.toThrow('403');
    const env = await exec(access, pod, 'env');
    expect(env).not.toMatch(/KUBECONFIG|SSH_|npm_|VITEST/);
    expect(env).toContain(`HOME=${dirname(kubeconfig)}/c/`);
    // Devices and pipes where a tool expects a file, calls of tools that don't exist, links to what isn't the container's.
    expect(await exec(access, pod, 'redis-server /dev/zero --port 7777 & sleep 0.2; kill $!; echo over')).toContain(
      'over',
    );
    const aim = join(TMPDIR, 'aim');
    await exec(
      access,
      pod,
      `cd "$OPSDECK_RUN"; r=$PWD
       printf 'redis-cli\\0/\\0\\0ping\\0' >x.argv; echo $r/x >$OPSDECK_CALLS
       printf 'redis-cli\\0/\\0\\0ping\\0' >y.argv; : >y.live; echo $r/y >$OPSDECK_CALLS
       printf 'redis-cli\\0/\\0\\0ping\\0' >z.argv; mkfifo z.live z.ask; : >z.out; ln -s '${aim}' z.code; echo $r/z >$OPSDECK_CALLS
       mkfifo w.argv; echo $r/w >$OPSDECK_CALLS; sleep 0.3`,
    );
    expect((await exec(access, pod, 'redis-cli ping')).trim()).toBe('PONG');
    expect(existsSync(aim)).toBe(false);
  });
});

function childrenOf(parent: number): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== parent) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
      } catch {
        return []; // ended meanwhile
      }
    });
}

interface Access {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

const how = (access: Access, headers: Record<string, string> = {}) => ({
  ca: Buffer.from(access.clusters[0]!.cluster['certificate-authority-data'], 'base64'),
  // The name that the Host header gives is not what is verified here.
  checkServerIdentity: () => undefined,
  headers: { authorization: `Bearer ${access.users[0]!.user.token}`, ...headers },
});

function call(access: Access, method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; body: string; headers: object }>((done, fail) => {
    const { headers: own, ...trust } = how(access, headers);
    const more = body ? { 'content-type': 'application/json' } : {};
    const asked = request(
      `${access.clusters[0]!.cluster.server}${path}`,
      { method, ...trust, headers: { ...own, ...more } },
      async (answer) => done({ status: answer.statusCode ?? 0, body: await text(answer), headers: answer.headers }),
    );
    asked.on('error', fail);
    asked.end(body && JSON.stringify(body));
  });
}

/** What a shell command prints in the pod's only container, or in its container of redis; where it fails to start, why. */
function exec(access: Access, path: string, command: string, headers: Record<string, string> = {}): Promise<string> {
  const query = new URLSearchParams({ stdout: '1' });
  for (const word of ['sh', '-c', command]) query.append('command', word);
  const url = `${access.clusters[0]!.cluster.server.replace('https', 'wss')}${path}${path.includes('?') ? '&' : '?'}${query}`;
  return new Promise((done, fail) => {
    let out = '';
    const socket = new WebSocket(url, ['v5.channel.k8s.io'], how(access, headers));
    socket.on('message', (data: Buffer) => {
      if (data[0] === 1 || (data[0] === 3 && data.includes('"InternalError"'))) out += data.subarray(1);
    });
    socket.on('error', fail);
    socket.on('close', () => done(out));
  });
}

/** A dead process stays a zombie where nothing reaps it. */
function lives(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
