import type { VirtualClock } from '../../../../../engine/sim/clock.ts';
import type { Host, Image, Tool, ToolCall } from '../../../../../engine/sim/node/tool.ts';

export interface Ran {
  out: string;
  err: string;
  code: number;
}

/** What a tool printed, as it was recorded: what is empty or 0 is left out. */
export const printed = (
  { out, err = '', code = 0 }: Partial<Ran> & { out: string },
  plain: (text: string) => string,
): Ran => ({
  out: plain(out),
  err: plain(err),
  code,
});

/** Pods without containers: runs the tools of images on a driven clock. */
export interface ToolBench {
  /** Made when first asked for. */
  host(name: string): Host;
  /** Starts what runs in a pod until `stop`; what it prints is its log. */
  start(host: Host, image: string, argv: string[], env?: Record<string, string>): void;
  stop(name: string, signal?: string): Promise<void>;
  log(name: string): string;
  /** Runs a tool to its end, letting time pass; `killAfter` milliseconds it is killed. */
  run(from: string, image: string, argv: string[], stdin?: string, killAfter?: number): Promise<Ran>;
  /** The same on a terminal, where these lines are typed one after the other. */
  type(from: string, image: string, argv: string[], lines: string[]): Promise<Ran>;
  /** What readFile finds, by path. */
  files: Map<string, string>;
  live(ms: number): Promise<void>;
  settle(): Promise<void>;
}

export function bench(clock: VirtualClock, images: readonly Image[], labels: Record<string, string> = {}): ToolBench {
  const hosts = new Map<string, Host>();
  const running = new Map<string, { abort: AbortController; done: Promise<number> }>();
  const logs = new Map<string, string>();
  const disks = new Map<string, Map<string, unknown>>();
  const files = new Map<string, string>();
  const settle = async () => {
    for (let i = 0; i < 5; i++) await new Promise((done) => setImmediate(done));
  };
  const live = async (ms: number) => {
    await settle();
    const end = clock.now() + ms;
    while (clock.now() < end) {
      clock.advance(Math.min(10, end - clock.now()));
      await settle();
    }
  };
  const find = (image: string, name: string): { tool: Tool; argv0: string } => {
    const found = images.find((one) => one.match.test(image.replace(/:[^/]*$/, '')));
    const argv0 = name || found?.entrypoint?.[0] || '';
    const tool = found?.tools[argv0];
    if (!tool) throw new Error(`no tool ${argv0} in ${image}`);
    return { tool, argv0 };
  };
  const callOf = (
    host: Host,
    tool: string,
    args: string[],
    env: Record<string, string>,
    abort: AbortController,
    sink: { out(text: string): void; err(text: string): void },
    stdin = '',
    typed?: string[],
  ): ToolCall => ({
    tool,
    args,
    cwd: '/',
    env,
    host,
    signal: abort.signal,
    disk: disks.get(host.name) ?? disks.set(host.name, new Map()).get(host.name)!,
    ...sink,
    stdin: async () => stdin,
    terminal: typed !== undefined,
    line: async () => typed?.shift(),
    readFile: (path) => files.get(path),
    own: async () => 127,
    sleep: (ms) =>
      new Promise((done) => {
        const cancel = clock.after(ms, done);
        abort.signal.addEventListener('abort', () => {
          cancel();
          done();
        });
        if (abort.signal.aborted) done();
      }),
    resolve: (name) =>
      /^(localhost|127\.)/.test(name)
        ? host
        : [...hosts.values()].find((one) => one.ip === name || one.name === name || name.startsWith(`${one.name}.`)),
  });
  const bench: ToolBench = {
    host(name) {
      const known = hosts.get(name);
      if (known) return known;
      const made = {
        namespace: 'lab',
        name,
        uid: `uid-${name}`,
        ip: `10.244.0.${hosts.size + 10}`,
        container: 'main',
        labels,
      };
      hosts.set(name, made);
      return made;
    },
    start(host, image, argv, env = {}) {
      const { tool, argv0 } = find(image, argv[0] ?? '');
      const abort = new AbortController();
      const say = (text: string) => void logs.set(host.name, (logs.get(host.name) ?? '') + text);
      const done = Promise.resolve(tool(callOf(host, argv0, argv.slice(1), env, abort, { out: say, err: say })));
      running.set(host.name, { abort, done });
    },
    async stop(name, signal = 'SIGTERM') {
      running.get(name)?.abort.abort(signal);
      await running.get(name)?.done;
      running.delete(name);
    },
    log: (name) => logs.get(name) ?? '',
    run: (from, image, argv, stdin, killAfter) => started(from, image, argv, { stdin, killAfter }),
    type: (from, image, argv, typed) => started(from, image, argv, { typed }),
    files,
    live,
    settle,
  };
  return bench;

  async function started(
    from: string,
    image: string,
    argv: string[],
    { stdin, killAfter, typed }: { stdin?: string | undefined; killAfter?: number | undefined; typed?: string[] },
  ): Promise<Ran> {
    const { tool, argv0 } = find(image, argv[0] ?? '');
    const abort = new AbortController();
    const got = { out: '', err: '' };
    let code: number | undefined;
    const call = callOf(
      bench.host(from),
      argv0,
      argv.slice(1),
      {},
      abort,
      {
        out: (text) => {
          got.out += text;
        },
        err: (text) => {
          got.err += text;
        },
      },
      stdin,
      typed,
    );
    Promise.resolve(tool(call)).then((end) => {
      code = end;
    });
    const began = clock.now();
    await settle();
    while (code === undefined) {
      clock.advance(20);
      await new Promise((done) => setImmediate(done));
      if (killAfter !== undefined && clock.now() - began >= killAfter) abort.abort('SIGKILL');
      if (clock.now() - began > 3_600_000) throw new Error(`${argv.join(' ')} never ends`);
    }
    return { ...got, code };
  }
}
