/** A pod and its kubelet by script, as far as logs go: whole seconds, rotation, restarts, and streams that are cut at any byte. */
import { KubeError, type RequestOptions } from '../../../../engine/kube/types.ts';

export interface LoggedLine {
  /** Nanoseconds since the beginning. */
  at: number;
  /** With its line feed, if it has one. */
  text: string;
}

interface Run {
  lines: LoggedLine[];
  /** Older lines were rotated away. */
  kept: number;
  /** Lines written so far. */
  written: number;
  code?: number;
}

/** What happens to the next stream: how much is written before it, and after how many bytes it is cut. */
export interface Passage {
  written?: number;
  cutAfter?: number;
  /** Cut without an error, as a proxy does. */
  clean?: boolean;
  /** The stream says nothing more and stays open. */
  stall?: boolean;
  refuse?: KubeError;
}

const BEGINNING = Date.UTC(2026, 0, 1);
const stampText = (at: number) =>
  `${new Date(BEGINNING + Math.floor(at / 1e9) * 1000).toISOString().slice(0, 19)}.${String(at % 1e9).padStart(9, '0')}Z`;

export const lineAt = (seconds: number, text: string): LoggedLine => ({
  at: Math.round(seconds * 1e9),
  text: `${text}\n`,
});

export class FakeKubelet {
  runs: Run[] = [];
  policy = 'Never';
  waiting: { reason: string; message?: string } | undefined;
  phase = 'Running';
  exists = true;
  /** The kubelet leaves the last state out. */
  forgetful = false;
  uid = 'pod-1';
  /** Streams still to be disturbed, in order; later ones go well. */
  passages: Passage[] = [];
  /** How the pod changes between looks. */
  onLook: (looks: number) => void = () => {};
  looks = 0;
  /** Bytes a chunk. */
  chunk = 7;
  queries: Record<string, unknown>[] = [];

  start(lines: LoggedLine[], written = lines.length): Run {
    const run: Run = { lines, kept: 0, written };
    this.runs.push(run);
    return run;
  }

  async request<T>(_path: string, _options: RequestOptions = {}): Promise<T> {
    this.onLook(++this.looks);
    if (!this.exists) throw new KubeError('pods "p" not found', { status: 404, reason: 'NotFound' });
    const state = (run: Run | undefined, index: number) => {
      if (!run) return this.waiting ? { waiting: this.waiting } : {};
      const containerID = `containerd://${index}`;
      return run.code === undefined ? { running: {} } : { terminated: { exitCode: run.code, containerID } };
    };
    const index = this.runs.length - 1;
    const backOff = this.waiting !== undefined && this.runs.length > 0;
    const own = {
      name: 'c',
      restartCount: Math.max(0, index),
      ...(index >= 0 ? { containerID: `containerd://${index}` } : {}),
      state: backOff ? { waiting: this.waiting } : state(this.runs[index], index),
      lastState: backOff
        ? state(this.runs[index], index)
        : index > 0 && !this.forgetful
          ? state(this.runs[index - 1], index - 1)
          : {},
    };
    return {
      metadata: { uid: this.uid },
      spec: { restartPolicy: this.policy, containers: [{ name: 'c' }, { name: 'sidecar' }] },
      status: { phase: this.phase, containerStatuses: [own] },
    } as T;
  }

  async stream(_path: string, options: RequestOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const query = options.query ?? {};
    this.queries.push(query);
    const run = this.runs.at(query.previous ? -2 : -1);
    const passage = query.follow ? (this.passages.shift() ?? {}) : {};
    if (passage.refuse) throw passage.refuse;
    if (!run) throw new KubeError('previous terminated container "c" not found', { status: 400, reason: 'BadRequest' });
    if (passage.written !== undefined) run.written = Math.max(run.written, passage.written);
    else if (query.follow) run.written = run.lines.length;
    const since = query.sinceTime === undefined ? 0 : (Date.parse(String(query.sinceTime)) - BEGINNING) * 1e6;
    let lines = run.lines.slice(run.kept, run.written).filter(({ at }) => at >= since);
    if (query.tailLines !== undefined) lines = lines.slice(-Number(query.tailLines));
    const bytes = Buffer.from(lines.map(({ at, text }) => `${stampText(at)} ${text}`).join(''));
    return this.#body(bytes, passage, options.signal);
  }

  async *#body(bytes: Buffer, passage: Passage, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const end = Math.min(bytes.length, passage.cutAfter ?? bytes.length);
    for (let at = 0; at < end; at += this.chunk) yield bytes.subarray(at, Math.min(end, at + this.chunk));
    if (passage.stall)
      await new Promise((_, failed) => signal?.addEventListener('abort', () => failed(new Error('aborted'))));
    if (passage.cutAfter !== undefined && !passage.clean)
      throw new KubeError('the connection broke off (ECONNRESET)', { status: 0, reason: 'Connection' });
  }
}
