/** What a simulated tool (redis-cli, kafka-topics.sh …) is given and gives: the boundary between containers and scripted engines. */
import type { Duplex } from 'node:stream';

/** A pod as an engine sees it. */
export interface Host {
  namespace: string;
  name: string;
  uid: string;
  ip: string;
  /** Name of the container that the tool runs in. */
  container: string;
  labels: Record<string, string>;
}

export interface ToolCall {
  readonly tool: string;
  readonly args: readonly string[];
  /** Where it was started, a path of the machine; files are read relative to it. */
  readonly cwd: string;
  /** The container's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly host: Host;
  /** Aborted when the tool is killed or its container stops; a server returns its exit code then. */
  readonly signal: AbortSignal;
  /** What outlives a restart: the pod's first volume claim, or else this run of the container. */
  readonly disk: Map<string, unknown>;
  out(text: string): void;
  err(text: string): void;
  /** All of standard input; '' where there is none. */
  stdin(): Promise<string>;
  /** Whether somebody sits at its input, and is asked line by line. */
  readonly terminal: boolean;
  /** The next line that is typed, without its end; undefined where nothing more comes. */
  line(): Promise<string | undefined>;
  /** Runs the machine's own tool of that name in its place, with the same arguments. */
  own(): Promise<number>;
  /** Undefined where there is no such file. */
  readFile(path: string): string | undefined;
  /** Resolves after so long by the cluster's clock, or at once when aborted. */
  sleep(ms: number): Promise<void>;
  /** The running pod behind a host name or an address, as a resolver in this pod's namespace finds it. */
  resolve(host: string): Host | undefined;
}

/** Returns the exit code. */
export type Tool = (call: ToolCall) => number | Promise<number>;

/** A container image: what runs in it by itself, and which simulated tools it has. */
export interface Image {
  /** Against the reference without registry, tag and digest, e.g. `local/redis`. */
  match: RegExp;
  /** Run where the pod names no command. The first word may be one of the tools. */
  entrypoint?: readonly string[];
  tools: Readonly<Record<string, Tool>>;
  /** Serves connections to a port of a pod that runs it; undefined where nothing listens. */
  listener?(host: Host, port: number, resolve: (name: string) => Host | undefined): Listener | undefined;
}

export type Listener = (socket: Duplex) => void;
