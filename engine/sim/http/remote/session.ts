/** A command in a container, or its main process, and its client: the same whatever protocol lies between them. */
import { KubeletRefusal } from '../../errors.ts';
import { type Ends, Valve } from '../../faults/valve.ts';
import type { ExecProcess } from '../../hooks.ts';
import type { Kernel } from '../../kernel.ts';
import { containerOf, nodeOf } from '../containers.ts';
import { isTrue } from '../options.ts';
import type { Target } from '../request.ts';
import type { Call } from '../server.ts';

export type End = { code: number } | { error: string };

export type Output = 'stdout' | 'stderr';

/** The client's end of a session. */
export interface Wire extends Ends {
  output(name: Output, bytes: Uint8Array): void;
  /** How it ended. */
  status(bytes: Uint8Array): void;
  /** Bytes that it has not taken yet. */
  behind(): number;
}

/** A reader this far behind makes the command wait. */
const MAX_BEHIND = 1 << 20;
/** Milliseconds after which it is looked at again. */
const LOOK = 10;

const NOTHING: ExecProcess = {
  write: () => {},
  endInput: () => {},
  pause: () => {},
  resize: () => {},
  detach: () => {},
};

export interface Session {
  readonly wants: ReadonlySet<string>;
  /** What was said meanwhile follows. */
  connect(wire: Wire): void;
  input(chunk: Uint8Array): void;
  endInput(): void;
  resize(text: string): void;
  /** The client has left. */
  gone(): void;
}

/** What is said at the end, in the words of the protocol; `refusal` for what is refused once nothing else can be answered any more. */
export interface Words {
  end(end: End, command: readonly string[]): string;
  /** Throws where the protocol still has another answer. */
  refusal(error: unknown, container: string): string;
}

/** Begins what is asked for. Throws ApiError where it is refused before the client is connected. */
export function beginSession(kernel: Kernel, call: Call, target: Target, words: Words): Session {
  const node = nodeOf(kernel);
  const { query } = call;
  const attach = target.subresource === 'attach';
  const container = containerOf(kernel, call, target);
  const command = query.getAll('command');
  const wants = new Set(['stdin', 'stdout', 'stderr', 'tty'].filter((name) => isTrue(query.get(name))));

  let wire: Wire | undefined;
  // Begun before there is a wire: its first words wait for it.
  let early: (() => void)[] = [];
  let over = false;
  let held = false;
  const hold = (to: Wire) => {
    if (held) return;
    held = true;
    process.pause(true);
    const look = setInterval(() => {
      if (to.behind() > MAX_BEHIND / 2) return;
      clearInterval(look);
      held = false;
      process.pause(false);
    }, LOOK);
  };
  const valve = new Valve({
    end: () => wire?.end(),
    drop: () => wire?.drop(),
    halfClose: () => wire?.halfClose(),
    stall: () => wire?.stall(),
  });
  const say = (bytes: Uint8Array, how: (to: Wire, part: Uint8Array) => void) => {
    if (!wire) early.push(() => say(bytes, how));
    else {
      const to = wire;
      valve.pass(bytes, (part) => how(to, part));
      if (to.behind() > MAX_BEHIND) hold(to);
    }
  };
  const output = (name: Output) => (chunk: Uint8Array) => {
    if (wants.has(name)) say(chunk, (to, part) => to.output(name, part));
  };
  const finish = (status: string) => {
    over = true;
    const tell = () => {
      if (!valve.statusLost) say(Buffer.from(status), (to, part) => to.status(part));
    };
    // Whether it is lost is known when there is a wire.
    if (!wire) early.push(tell);
    else {
      tell();
      valve.end();
    }
  };
  const streams = {
    namespace: target.namespace,
    pod: target.name,
    container,
    stdin: wants.has('stdin'),
    tty: wants.has('tty'),
    onStdout: output('stdout'),
    onStderr: output('stderr'),
    onExit: (end: End) => finish(words.end(end, command)),
  };
  const begin = (): ExecProcess => {
    try {
      if (!['stdin', 'stdout', 'stderr'].some((name) => wants.has(name)))
        throw new KubeletRefusal(400, 'you must specify at least 1 of stdin, stdout, stderr');
      return attach ? node.attach(streams) : node.exec({ ...streams, command });
    } catch (error) {
      finish(words.refusal(error, container));
      return NOTHING;
    }
  };
  const process = begin();
  let forget = (): void => {};
  return {
    wants,
    connect(to) {
      wire = to;
      forget = kernel.faults.stream(call, valve);
      for (const said of early) said();
      early = [];
      if (over) valve.end();
    },
    input: (chunk) => process.write(chunk),
    endInput: () => process.endInput(),
    resize(text) {
      for (const line of text.split('\n')) {
        const size = sizeIn(line);
        if (size) process.resize(size);
      }
    },
    gone() {
      valve.over();
      forget();
      process.detach();
    },
  };
}

/** `{"Width":80,"Height":24}`, as a client's terminal tells its size. */
function sizeIn(line: string): { columns: number; rows: number } | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(line) as { Width?: unknown; Height?: unknown };
    const fits = (n: unknown): n is number => Number.isInteger(n) && (n as number) > 0 && (n as number) <= 0xffff;
    return fits(columns) && fits(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}
