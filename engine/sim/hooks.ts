/** What the API server asks of the node: exec, attach, logs and ports of pods. Types only. */
import type { Duplex } from 'node:stream';

/** One attach, as the API server hands it over once the pod and its container are known to exist. */
export interface AttachCall {
  namespace: string;
  pod: string;
  container: string;
  stdin: boolean;
  tty: boolean;
  onStdout(chunk: Uint8Array): void;
  onStderr(chunk: Uint8Array): void;
  /** Called once, after the last output. `signal` of the process that ended so becomes exit code 128 + n, as in a container. */
  onExit(end: { code: number } | { error: string }): void;
}

export interface ExecCall extends AttachCall {
  command: string[];
}

export interface ExecProcess {
  write(chunk: Uint8Array): void;
  endInput(): void;
  /** The client went away. The command goes on, as it does on a real node; its output is dropped. */
  detach(): void;
  /** Stops reading the command's output, which makes it wait, or goes on. */
  pause(on: boolean): void;
  /** Of its terminal, where it has one. */
  resize(size: { columns: number; rows: number }): void;
}

export interface LogCall {
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
  follow: boolean;
  timestamps: boolean;
  tailLines?: number;
  /** Epoch milliseconds. */
  since?: number;
  limitBytes?: number;
  /** Whole lines, each ended; the last may lack its newline where the container's output does. */
  onBytes(bytes: Uint8Array): void;
  /** After the last line: at once without follow, else when the container has ended. */
  onEnd(): void;
}

/** What a kubelet answers. They throw ApiError (400, 404, 500 with a real kubelet's words) where they can't begin. */
export interface NodeHooks {
  exec(call: ExecCall): ExecProcess;
  /** Joins the container's main process. */
  attach(call: AttachCall): ExecProcess;
  /** Returns the way to stop following. */
  logs(call: LogCall): () => void;
  /** A connection to a port of the pod. Throws an Error with a container runtime's words where nothing listens. */
  dial(call: { namespace: string; pod: string; port: number }): Duplex;
  /** A pod's containers die as by SIGKILL. False where none of it runs. */
  crash(namespace: string, pod: string): boolean;
  /** The node stops without a word, and is back after so long. False where there is none of that name. */
  crashNode(node: string, ms: number): boolean;
}
