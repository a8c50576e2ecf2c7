import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { realClock } from '../../../../../engine/sim/clock.ts';
import { makeCluster, type SimCluster } from '../../../../../engine/sim/cluster.ts';
import type { Image } from '../../../../../engine/sim/node/index.ts';
import { type SimNodes, startNodes } from '../../../../../engine/sim/node/index.ts';

/** A cluster with one node whose containers run. Everything is real but the API server's network. */
let nodes: SimNodes | undefined;
afterEach(() => nodes?.close());

const echo: Image = {
  match: /^tools\/echo$/,
  entrypoint: ['serve'],
  tools: {
    say: (call) => {
      call.out(`${call.args.join('|')}\n`);
      return 3;
    },
    grumble: (call) => {
      call.err('no\n');
      return 0;
    },
    upper: async (call) => {
      call.out((await call.stdin()).toUpperCase());
      return 0;
    },
    confirm: async (call) => {
      call.out('Sure? ');
      call.out(`${await call.stdin()}|${await call.stdin()}|`);
      return 4;
    },
    slow: async (call) => {
      for (let i = 0; i < 3; i++) {
        call.out(`${i}\n`);
        await call.sleep(5);
      }
      return 0;
    },
    serve: async (call) => {
      call.out('serving\n');
      await new Promise((done) => call.signal.addEventListener('abort', done, { once: true }));
      call.out('bye\n');
      return 0;
    },
  },
};

function begin(): SimCluster {
  const cluster = makeCluster({ clock: realClock() });
  cluster.create('nodes', { metadata: { name: 'n1' } });
  nodes = startNodes(cluster, { images: [echo] });
  return cluster;
}

function pod(cluster: SimCluster, name: string, container: object, spec: object = {}) {
  cluster.create('pods', {
    metadata: { name, namespace: 'default' },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'tools/echo', ...container }], ...spec },
  });
}

const status = (cluster: SimCluster, name: string) =>
  cluster.get('pods', 'default', name)?.status as
    | {
        phase: string;
        podIP?: string;
        containerStatuses: { state: Record<string, { reason?: string }>; ready: boolean; restartCount: number }[];
      }
    | undefined;

/** Waits for the pod to be as wanted, by its watch. */
function until(cluster: SimCluster, name: string, wanted: (s: NonNullable<ReturnType<typeof status>>) => boolean) {
  return new Promise<void>((done) => {
    const stop = cluster.watch('pods', {}, (_type, object) => {
      if (object.metadata.name !== name || !object.status || !wanted(status(cluster, name)!)) return;
      stop();
      done();
    });
  });
}
const ready = (s: { containerStatuses?: { ready: boolean }[] }) => s.containerStatuses?.every((c) => c.ready) ?? false;

/** A dead process stays a zombie where nothing reaps it. */
function lives(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

interface Result {
  out: string;
  err: string;
  end: { code: number } | { error: string };
}

function exec(
  name: string,
  command: string[],
  { stdin, tty = false }: { stdin?: string; tty?: boolean } = {},
): Promise<Result> {
  return new Promise((done) => {
    const result = { out: '', err: '' };
    const process = nodes!.exec({
      namespace: 'default',
      pod: name,
      container: 'c',
      command,
      stdin: stdin !== undefined,
      tty,
      onStdout: (chunk) => {
        result.out += Buffer.from(chunk).toString();
      },
      onStderr: (chunk) => {
        result.err += Buffer.from(chunk).toString();
      },
      onExit: (end) => done({ ...result, end }),
    });
    if (stdin !== undefined) {
      process.write(Buffer.from(stdin));
      process.endInput();
    }
  });
}

describe('a simulated container', () => {
  it('runs real shells and simulated tools in a private directory', async () => {
    process.env.OPSDECK_TEST_SECRET = 'mine';
    const cluster = begin();
    pod(cluster, 'p', { env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] });
    await until(cluster, 'p', ready);
    const ip = status(cluster, 'p')!.podIP;
    expect(ip).toMatch(/^10\.244\./);

    const [one, two, input, tool, grumble, missing, killed] = await Promise.all([
      exec('p', ['sh', '-c', 'echo "$IP $HOSTNAME ${OPSDECK_TEST_SECRET-unset}"; echo oops >&2; exit 7']),
      exec('p', ['sh', '-c', 'cd "$TMPDIR" && pwd && umask && ls -ld . | cut -c1-10']),
      exec('p', ['sh', '-c', 'cat; echo .'], { stdin: 'x\ny' }),
      exec('p', ['sh', '-c', 'say a "b c" ""; echo $?; slow | tail -n 1; printf "q\\n" | upper']),
      exec('p', ['grumble']),
      exec('p', ['kubectl']),
      exec('p', ['sh', '-c', 'kill -9 $$']),
    ]);
    expect(one).toEqual({ out: `${ip} p unset\n`, err: 'oops\n', end: { code: 7 } });
    expect(two.out).toContain(nodes!.root.path);
    expect(two.out).toContain('drwx------');
    expect(input.out).toBe('x\ny.\n');
    expect(tool).toEqual({ out: 'a|b c|\n3\n2\nQ\n', err: '', end: { code: 0 } });
    expect(grumble).toEqual({ out: '', err: 'no\n', end: { code: 0 } });
    expect('error' in missing.end && missing.end.error).toContain('"kubectl": executable file not found in $PATH');
    expect(killed.end).toEqual({ code: 137 });
    expect(statSync(nodes!.root.path).mode & 0o777).toBe(0o700);
  });

  it('says of a container what it was resized to', async () => {
    const cluster = begin();
    pod(cluster, 'r', { resources: { requests: { cpu: '10m' } } });
    await until(cluster, 'r', ready);
    const resources = { requests: { cpu: '20m' } };
    const containers = [{ name: 'c', resources }];
    cluster.patch('pods', 'default', 'r', { spec: { containers } }, { subresource: 'resize' });
    await expect
      .poll(() => status(cluster, 'r')?.containerStatuses[0])
      .toMatchObject({ allocatedResources: resources.requests, resources, restartCount: 0 });
  });

  it('a tool may ask for input after its first words; one that is killed lets its caller end', async () => {
    const cluster = begin();
    pod(cluster, 'p', {});
    await until(cluster, 'p', ready);
    const [asked, cut] = await Promise.all([
      exec('p', ['sh', '-c', 'printf yes | confirm; echo $?; confirm']),
      exec('p', ['sh', '-c', 'serve & sleep 0.2; kill -9 $!; echo over']),
    ]);
    expect(asked).toEqual({ out: 'Sure? yes||4\nSure? ||', err: '', end: { code: 4 } });
    expect(cut).toMatchObject({ out: expect.stringMatching(/^(serving\n)?over\n$/), end: { code: 0 } });
  });

  it('kills what it started, detached or not, and removes its directory', async () => {
    const cluster = begin();
    pod(cluster, 'p', {});
    await until(cluster, 'p', ready);
    const { out } = await exec('p', [
      'sh',
      '-c',
      'setsid sh -c "sleep 300" >/dev/null 2>&1 & echo $!; sh -c "sleep 301" >/dev/null 2>&1 & echo $!',
    ]);
    const pids = out.trim().split('\n').map(Number);
    const long = exec('p', ['sleep', '302']);
    expect(readdirSync(`${nodes!.root.path}/c`)).toHaveLength(1);
    cluster.delete('pods', 'default', 'p', { gracePeriodSeconds: 0 });
    expect((await long).end).toEqual({ code: 137 });
    expect(readdirSync(`${nodes!.root.path}/c`)).toHaveLength(0);
    await expect.poll(() => pids.filter(lives)).toEqual([]);
  });

  it('keeps two containers apart, and leaves nothing behind at the end', async () => {
    const cluster = begin();
    pod(cluster, 'p', {});
    pod(cluster, 'q', {});
    await Promise.all([until(cluster, 'p', ready), until(cluster, 'q', ready)]);
    const claim = ['sh', '-c', 'mkdir "${TMPDIR:-/tmp}/claim" && echo mine'];
    expect((await exec('p', claim)).out).toBe('mine\n');
    expect((await exec('q', claim)).out).toBe('mine\n');
    expect((await exec('p', claim)).out).toBe('');
    const { path } = nodes!.root;
    nodes!.close();
    nodes = undefined;
    expect(existsSync(path)).toBe(false);
  });
});

it('a terminal brings all that was said on it, to the last word', async () => {
  const cluster = begin();
  pod(cluster, 'p', {});
  await until(cluster, 'p', ready);
  const all = await Promise.all(
    Array.from({ length: 30 }, () =>
      exec('p', ['sh', '-c', 'echo out; echo err >&2; printf end; exit 5'], { tty: true }),
    ),
  );
  for (const one of all) expect(one).toEqual({ out: 'out\r\nerr\r\nend', err: '', end: { code: 5 } });
  const [missing, killed] = await Promise.all([
    exec('p', ['nothing-there'], { tty: true }),
    exec('p', ['sh', '-c', 'kill -9 $$'], { tty: true }),
  ]);
  expect('error' in missing.end && missing.end.error).toContain('"nothing-there": executable file not found in $PATH');
  expect(killed.end).toEqual({ code: 137 });
  expect((await exec('p', ['say', 'a tool'], { tty: true })).out).toBe('a tool\r\n');
});

describe('the end of a container', () => {
  const ended = (cluster: SimCluster, name: string) =>
    (status(cluster, name) as unknown as { containerStatuses: { state: Record<string, object> }[] })
      .containerStatuses[0]?.state.terminated;
  const over = (s: { containerStatuses?: { state: object }[] }) =>
    s.containerStatuses?.every((one) => 'terminated' in one.state) ?? false;
  const once = { restartPolicy: 'Never' };

  it('has its last words in its status, and writes them nowhere else', async () => {
    const cluster = begin();
    const path = `/dev/last-words-${process.pid}`;
    const script = (text: string) => ['sh', '-c', text];
    pod(cluster, 'plain', { command: script('echo bye >/dev/termination-log; exit 3') }, once);
    pod(
      cluster,
      'own',
      {
        command: script(`printf %s "$WHERE" >"$WHERE"`),
        terminationMessagePath: path,
        env: [{ name: 'WHERE', value: path }],
      },
      once,
    );
    pod(
      cluster,
      'log',
      { command: script('echo one; printf two; exit 1'), terminationMessagePolicy: 'FallbackToLogsOnError' },
      once,
    );
    pod(cluster, 'fine', { command: script('echo one'), terminationMessagePolicy: 'FallbackToLogsOnError' }, once);
    pod(cluster, 'long', { command: script('yes 0123456789 | head -n 1000 >/dev/termination-log') }, once);
    await Promise.all(['plain', 'own', 'log', 'fine', 'long'].map((name) => until(cluster, name, over)));
    expect(ended(cluster, 'plain')).toMatchObject({ exitCode: 3, message: 'bye\n' });
    expect(ended(cluster, 'own')).toMatchObject({ message: expect.stringContaining(nodes!.root.path) });
    expect(ended(cluster, 'log')).toMatchObject({ message: 'one\ntwo' });
    expect(ended(cluster, 'fine')).not.toHaveProperty('message');
    expect((ended(cluster, 'long') as { message: string }).message).toHaveLength(4096);
    expect(existsSync(path)).toBe(false);
  });

  it('that could not be started is tried again, and says why meanwhile', async () => {
    const cluster = begin();
    const states: string[] = [];
    const stop = cluster.watch('pods', {}, (_type, object) => {
      const [one] = (object.status as { containerStatuses?: { state: Record<string, { reason?: string }> }[] })
        ?.containerStatuses ?? [{ state: {} }];
      const [[name, detail] = []] = Object.entries(one?.state ?? {});
      const now = `${name} ${detail?.reason ?? ''}`;
      if (states.at(-1) !== now) states.push(now);
    });
    pod(cluster, 'p', { command: ['nothing-of-that-name'] });
    await until(cluster, 'p', (s) => s.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff');
    stop();
    expect(states.slice(-3)).toEqual([
      'waiting ContainerCreating',
      'waiting RunContainerError',
      'waiting CrashLoopBackOff',
    ]);
    expect(status(cluster, 'p')?.phase).toBe('Running');
    const { lastState } = status(cluster, 'p')!.containerStatuses[0] as unknown as {
      lastState: { terminated: { exitCode: number; reason: string; message: string } };
    };
    expect(lastState.terminated).toMatchObject({ exitCode: 128, reason: 'StartError' });
    expect(lastState.terminated.message).toContain('exec: "nothing-of-that-name": executable file not found in $PATH');
    const events = cluster.list('events').map((event) => (event as unknown as { reason: string }).reason);
    expect(events).not.toContain('Started');
  });

  it.each(['../../escape', '/bin/sh', '/', '/tmp'])('last words at %s harm nobody', async (terminationMessagePath) => {
    const cluster = begin();
    pod(cluster, 'p', { terminationMessagePath });
    await until(cluster, 'p', ready);
    expect((await exec('p', ['sh', '-c', 'say fine'])).out).toBe('fine\n');
    expect(readdirSync(nodes!.root.path).filter((name) => name === 'escape')).toEqual([]);
  });
});

describe('logs', () => {
  it('are bytes, whatever they say', async () => {
    const cluster = begin();
    pod(cluster, 'p', {
      command: ['sh', '-c', 'printf "\\377\\n\\303"; sleep 0.1; printf "\\244 ä\\n"; exec sleep 60'],
    });
    await until(cluster, 'p', ready);
    const read = () => {
      const bytes: Uint8Array[] = [];
      const call = {
        namespace: 'default',
        pod: 'p',
        container: 'c',
        previous: false,
        follow: false,
        timestamps: false,
      };
      nodes!.logs({ ...call, onBytes: (more) => void bytes.push(more), onEnd: () => {} });
      return Buffer.concat(bytes).toString('hex');
    };
    await expect.poll(read).toBe('ff0ac3a420c3a40a');
  });

  const read = (name: string, options: object = {}) =>
    new Promise<string>((done) => {
      let text = '';
      nodes!.logs({
        namespace: 'default',
        pod: name,
        container: 'c',
        previous: false,
        follow: false,
        timestamps: false,
        ...options,
        onBytes: (more) => {
          text += Buffer.from(more).toString();
        },
        onEnd: () => done(text),
      });
    });

  it('follow to the end, tail, previous, and refuse with a kubelet’s words', async () => {
    const cluster = begin();
    pod(
      cluster,
      'p',
      { command: ['sh', '-c', 'echo one; echo two >&2; test -e "$HOME/../../x" ; printf end; exit 1'] },
      { restartPolicy: 'OnFailure' },
    );
    pod(cluster, 'bad', { image: 'local/nope:1' });
    await until(cluster, 'bad', (s) => s.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff');
    await until(cluster, 'p', (s) => (s.containerStatuses?.[0]?.restartCount ?? 0) === 1);
    await until(cluster, 'p', (s) => s.containerStatuses?.[0]?.state.waiting?.reason === 'CrashLoopBackOff');
    expect(await read('p', { follow: true })).toBe('one\ntwo\nend');
    expect(await read('p', { tailLines: 2 })).toBe('two\nend');
    expect(await read('p', { previous: true, timestamps: true, tailLines: 1 })).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z end$/,
    );
    await expect(read('bad')).rejects.toThrow(
      'container "c" in pod "bad" is waiting to start: trying and failing to pull image',
    );
    await expect(exec('bad', ['true'])).rejects.toThrow('container not found ("c")');
  });

  it('follow a simulated server until it is stopped', async () => {
    const cluster = begin();
    pod(cluster, 'p', {});
    await until(cluster, 'p', ready);
    const text = read('p', { follow: true });
    cluster.delete('pods', 'default', 'p');
    expect(await text).toMatch(/^serving\n/);
  });
});
