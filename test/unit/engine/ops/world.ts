/**
 * A cluster small enough to be made to fail in every way: ConfigMaps and OpsRequests with compare-and-set, and pods whose
 * containers are directories of this machine in which the real wrapper runs under a real shell.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../../../engine/api/types.ts';
import {
  type ExecOutcome,
  type ExecRequest,
  type KubeClient,
  KubeError,
  type RequestOptions,
} from '../../../../engine/kube/types.ts';
import { Seals } from '../../../../engine/ops/seal.ts';

/** What becomes of one call: it works, it fails without or with its effect, or it never comes back (until it is given up). */
export type Fault = 'ok' | 'error-not-done' | 'error-but-done' | 'hang';

export interface Call {
  what: 'exec' | 'request';
  /** `GET configmaps`, `exec attempt`, … */
  name: string;
}

interface Pod {
  uid: string;
  containerId: string;
  home: string;
  restarted?: string;
}

export class World {
  readonly root = mkdtempSync(join(tmpdir(), 'world-'));
  readonly objects = new Map<string, KubeObject>();
  readonly pods = new Map<string, Pod>();
  readonly calls: Call[] = [];
  /** Of the user of every engine here. */
  readonly seals = new Seals();
  readonly #children = new Set<ChildProcess>();
  #version = 0;
  #made = 0;
  /** Decides each call; `ok` unless told otherwise. */
  fault: (call: Call, nth: number) => Fault = () => 'ok';
  /** The first bytes of an exec's answer after which its connection is cut. */
  cutAfter: ((call: Call) => number | undefined) | undefined;

  addPod(name: string): Pod {
    const home = join(this.root, `${name}.${++this.#made}`);
    mkdirSync(home);
    const pod = { uid: `uid-${name}`, containerId: `id-${name}-${this.#made}`, home };
    this.pods.set(name, pod);
    return pod;
  }

  /** Its processes die and its files are gone, as in a container without volumes. */
  restart(name: string): void {
    const before = this.pods.get(name);
    if (!before) throw new Error(name);
    this.killAll(name);
    rmSync(before.home, { recursive: true, force: true });
    const after = this.addPod(name);
    after.uid = before.uid;
    after.restarted = '2026-01-01T00:00:09Z';
  }

  remove(name: string): void {
    this.killAll(name);
    this.pods.delete(name);
  }

  /** Every process that works in the pod's directory. */
  killAll(name: string): void {
    const home = this.pods.get(name)?.home;
    if (!home) return;
    const inside = readdirSync('/proc').filter((pid) => {
      try {
        return (
          /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`TMPDIR=${home}`)
        );
      } catch {
        return false;
      }
    });
    // All at once, as a kernel ends a container: none lives to see another one's end.
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
      for (const pid of inside) {
        try {
          process.kill(Number(pid), signal);
        } catch {
          // It has ended by itself.
        }
      }
    }
  }

  /** Lets the commands go on that stand still. */
  go(): void {
    writeFileSync(join(this.root, 'go'), '');
  }

  starts(name: string): number {
    try {
      return readFileSync(join(this.root, name), 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const name of this.pods.keys()) this.killAll(name);
    rmSync(this.root, { recursive: true, force: true });
  }

  /** One engine's connection. When `dead` fires its calls hang for ever, as of a process that was killed. */
  client(dead?: AbortSignal): KubeClient {
    const gone = () => dead?.aborted === true;
    const forever = () => new Promise<never>(() => {});
    return {
      target: { context: 'test', cluster: 'test', user: 'test', server: 'https://test', namespace: 'data' },
      request: async <T>(path: string, options: RequestOptions = {}): Promise<T> => {
        if (gone()) return forever();
        const call: Call = {
          what: 'request',
          name: `${options.method ?? 'GET'} ${/(configmaps|opsrequests|pods)/.exec(path)?.[1] ?? path}`,
        };
        const answer = await this.#under(call, options.signal, async () => structuredClone(this.#serve(path, options)));
        if (gone()) return forever();
        return answer as T;
      },
      exec: async (request) => {
        if (gone()) return forever();
        const outcome = await this.#exec(request, dead);
        if (gone()) return forever();
        return outcome;
      },
      stream: async () => {
        throw new KubeError('no streams here', { status: 404, reason: 'NotFound' });
      },
      resources: async () => [],
      may: async () => true,
      close: async () => {},
    };
  }

  async #under<T>(call: Call, signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
    this.calls.push(call);
    const lost = new KubeError('the connection broke off', { status: 0, reason: 'Connection', sent: true });
    const fault = this.fault(call, this.calls.filter((c) => c.name === call.name).length);
    if (fault === 'error-not-done') throw lost;
    if (fault === 'hang') {
      await new Promise<void>((resolve) => {
        signal?.addEventListener('abort', () => resolve(), { once: true });
        setTimeout(resolve, 50);
      });
      throw new KubeError('timeout', { status: 0, reason: 'Timeout', sent: true });
    }
    const value = await act();
    if (fault === 'error-but-done') throw lost;
    return value;
  }

  #serve(path: string, { method = 'GET', body, query }: RequestOptions): unknown {
    const [, namespace = '', plural = '', name, sub] =
      /namespaces\/([^/]+)\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    const no = (status: number, reason: string) => new KubeError(`${reason}: ${path}`, { status, reason });
    if (plural === 'pods') {
      const pod = this.pods.get(name ?? '');
      if (!pod) throw no(404, 'NotFound');
      return {
        metadata: { name, namespace, uid: pod.uid },
        status: {
          containerStatuses: [
            { name: 'main', containerID: pod.containerId, state: { running: { startedAt: pod.restarted ?? '' } } },
          ],
        },
      };
    }
    const key = (of: string) => `${plural}/${namespace}/${of}`;
    if (!name && method === 'GET') {
      const wanted = String(query?.labelSelector ?? '')
        .split(',')
        .filter(Boolean)
        .map((part) => part.split('='));
      const items = [...this.objects.entries()].filter(
        ([id, object]) =>
          id.startsWith(`${plural}/${namespace}/`) && wanted.every(([k = '', v]) => object.metadata.labels?.[k] === v),
      );
      return { items: items.map(([, object]) => object), metadata: {} };
    }
    const given = body as KubeObject;
    if (method === 'POST') {
      const id = key(given.metadata.name);
      if (this.objects.has(id)) throw no(409, 'AlreadyExists');
      const made = {
        ...given,
        metadata: {
          ...given.metadata,
          namespace,
          uid: `uid-${++this.#version}`,
          resourceVersion: `${this.#version}`,
          generation: 1,
          creationTimestamp: '2026-01-01T00:00:00Z',
        },
      };
      this.objects.set(id, structuredClone(made));
      return made;
    }
    const present = this.objects.get(key(name ?? ''));
    if (!present) throw no(404, 'NotFound');
    if (method === 'GET') return present;
    if (method === 'DELETE') {
      this.objects.delete(key(name ?? ''));
      return {};
    }
    if (method === 'PUT') {
      if (given.metadata.resourceVersion !== present.metadata.resourceVersion) throw no(409, 'Conflict');
      const base =
        sub === 'status'
          ? { ...present, status: given.status }
          : { ...given, metadata: { ...present.metadata, ...given.metadata } };
      const next = { ...base, metadata: { ...base.metadata, resourceVersion: `${++this.#version}` } };
      this.objects.set(key(name ?? ''), structuredClone(next) as KubeObject);
      return next;
    }
    const patch = given as { metadata?: { annotations?: Record<string, string> }; spec?: object };
    const next = {
      ...present,
      ...(patch.spec ? { spec: { ...(present.spec as object), ...patch.spec } } : {}),
      metadata: {
        ...present.metadata,
        annotations: { ...present.metadata.annotations, ...patch.metadata?.annotations },
        resourceVersion: `${++this.#version}`,
      },
    };
    this.objects.set(key(name ?? ''), next);
    return next;
  }

  async #exec(request: ExecRequest, dead?: AbortSignal): Promise<ExecOutcome> {
    const script = request.command[2] ?? '';
    const kind = script.includes('nowhere')
      ? 'contact'
      : script.includes('kill -TERM')
        ? 'kill'
        : (request.command[4] ?? '');
    const call: Call = { what: 'exec', name: `exec ${kind}` };
    const pod = this.pods.get(request.pod);
    this.calls.push(call);
    if (!pod) throw new KubeError(`pods "${request.pod}" not found`, { status: 404, reason: 'NotFound' });
    const fault = this.fault(call, this.calls.filter((c) => c.name === call.name).length);
    if (fault === 'error-not-done') return { kind: 'unknown', why: 'the connection broke off' };
    const [file = '', ...args] = request.command;
    const child = spawn(file, args, {
      cwd: pod.home,
      env: { PATH: process.env.PATH, TMPDIR: pod.home, HOME: pod.home, ROOT: this.root },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    const cut = this.cutAfter?.(call);
    return new Promise((resolve) => {
      let given = 0;
      let over = false;
      const finish = (outcome: ExecOutcome) => {
        if (over) return;
        over = true;
        resolve(outcome);
      };
      const drop = (why: string) => {
        // The link is gone; the follower dies with its pipe, the detached command does not.
        child.kill('SIGKILL');
        finish({ kind: 'unknown', why });
      };
      request.signal?.addEventListener('abort', () => drop('given up'), { once: true });
      dead?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
      if (fault === 'error-but-done') {
        // Everything that was sent takes effect; nothing of the answer arrives.
        setTimeout(() => finish({ kind: 'unknown', why: 'the connection broke off' }), 120);
      }
      if (fault === 'hang') setTimeout(() => finish({ kind: 'unknown', why: 'silence' }), 200);
      const deliver = fault === 'ok';
      child.stdout.on('data', (chunk: Buffer) => {
        if (over || !deliver || dead?.aborted) return;
        const bytes = cut === undefined ? chunk : chunk.subarray(0, Math.max(0, cut - given));
        given += chunk.length;
        if (bytes.length > 0) request.onStdout?.(bytes);
        if (cut !== undefined && given >= cut) drop('cut');
      });
      child.stderr.on('data', (chunk: Buffer) => deliver && !over && request.onStderr?.(chunk));
      child.on('close', (code) => {
        this.#children.delete(child);
        if (deliver) finish(code === null ? { kind: 'unknown', why: 'killed' } : { kind: 'exit', code });
      });
    });
  }
}
