/** An embedded cluster for one test file, and the program run against it: without a terminal, or in one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../engine/api/types.ts';
import { makeEngines } from '../../engine/sim/engines/index.ts';
import { realClock, type SimUser } from '../../engine/sim/index.ts';
import { type LiveSim, startLive } from '../../engine/sim/live.ts';
import { program, type Running } from './program.ts';
import { type LaunchOptions, launch, type Terminal } from './pty.ts';

export const OPSDECK = resolve(import.meta.dirname, '../../dist/opsdeck');

export interface Embedded {
  sim: LiveSim;
  /** A folder of its own: kubeconfig, home, caches. */
  dir: string;
  kubeconfig: string;
  /** Creates every document; `namespace` is given to those that need one and say none. */
  apply(yaml: string, namespace?: string): void;
  /** Resolves when that many pods with the label are ready. */
  ready(namespace: string, labelSelector: string, count: number): Promise<void>;
  /** The output of a command in a container; rejects where it fails. */
  exec(namespace: string, pod: string, container: string, command: string[]): Promise<string>;
  run(args: string[], env?: Record<string, string>): Running;
  open(args: string[], options?: LaunchOptions): Terminal;
  /** A kubeconfig of another of its users. */
  kubeconfigOf(user: string): string;
  close(): Promise<void>;
}

interface PodStatus {
  containerStatuses?: { ready: boolean }[];
}

export async function embedded(users: SimUser[] = []): Promise<Embedded> {
  const clock = realClock();
  const dir = mkdtempSync(join(tmpdir(), 'opsdeck-e2e-'));
  const sim = await startLive({ users, clock, images: makeEngines(clock, { pace: 0.1 }).images });
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, sim.kubeconfig, { mode: 0o600 });
  const env = {
    KUBECONFIG: kubeconfig,
    HOME: dir,
    XDG_STATE_HOME: join(dir, 'state'),
    XDG_CACHE_HOME: join(dir, 'cache'),
  };
  return {
    sim,
    dir,
    kubeconfig,
    apply(yaml, namespace = 'default') {
      for (const document of parseAllDocuments(yaml)) {
        const object = document.toJS() as KubeObject;
        const info = [...sim.cluster.kernel.registry.all()].find(({ kind }) => kind === object.kind);
        if (!info) throw new Error(`the embedded cluster does not serve ${object.kind}`);
        if (info.namespaced) object.metadata.namespace ??= namespace;
        sim.cluster.create(info.group === '' ? info.plural : `${info.plural}.${info.group}`, object);
      }
    },
    async ready(namespace, labelSelector, count) {
      const filter = { namespace, labelSelector };
      const isReady = (pod: object) => {
        const { containerStatuses = [] } = (pod as { status?: PodStatus }).status ?? {};
        return containerStatuses.length > 0 && containerStatuses.every((each) => each.ready);
      };
      await new Promise<void>((done) => {
        const stop = sim.cluster.watch('pods', filter, () => {
          if (sim.cluster.list('pods', filter).filter(isReady).length < count) return;
          stop();
          done();
        });
      });
    },
    exec: (namespace, pod, container, command) =>
      new Promise((resolve, reject) => {
        let out = '';
        let err = '';
        const text = (chunk: Uint8Array) => Buffer.from(chunk).toString();
        sim.nodes.exec({
          namespace,
          pod,
          container,
          command,
          stdin: false,
          tty: false,
          onStdout(chunk) {
            out += text(chunk);
          },
          onStderr(chunk) {
            err += text(chunk);
          },
          onExit: (end) =>
            'code' in end && end.code === 0 ? resolve(out) : reject(new Error(`${JSON.stringify(end)} ${out}${err}`)),
        });
      }),
    run: (args, more = {}) => program(OPSDECK, args, { env: { PATH: process.env.PATH ?? '', ...env, ...more } }),
    open: (args, options = {}) => launch(OPSDECK, args, { ...options, env: { ...env, ...options.env } }),
    kubeconfigOf(user) {
      const file = join(dir, `kubeconfig-${user}`);
      writeFileSync(file, sim.kubeconfig.replace(/^current-context: .*$/m, `current-context: sim-${user}`), {
        mode: 0o600,
      });
      return file;
    },
    async close() {
      await sim.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
