/** Times a full-screen program in a pseudo-terminal as its user meets it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, type Terminal, type Want } from '../kit/pty.ts';
import { quantile } from './table.ts';
import { type Usage, usage } from './usage.ts';

export interface Screen {
  readonly terminal: Terminal;
  /** Seconds from the start to the first text on a full screen; undefined when there is none within `limit` seconds. */
  frame(limit: number): Promise<number | undefined>;
  /** Seconds from the start until the screen shows it; undefined when it does not within `limit` seconds. */
  shown(want: Want, limit: number): Promise<number | undefined>;
  /** Presses a key so many times, `gap` ms apart. */
  keys(key: string, times: number, gap: number): Promise<KeyFigures>;
  idle(seconds: number): Promise<{ bytesPerMinute: number; cpuPercent: number }>;
  usage(): Usage;
  /** Ends it: SIGTERM, then SIGKILL. */
  close(): Promise<void>;
}

export interface KeyFigures {
  answered: number;
  pressed: number;
  /** Milliseconds from the key to the first byte of the answer. */
  p50: number | undefined;
  p99: number | undefined;
  /** Bytes of an answer. */
  bytes: number | undefined;
}

export interface ScreenOptions {
  cols?: number;
  rows?: number;
  env: Record<string, string>;
}

export function open(file: string, args: string[], { cols = 160, rows = 48, env }: ScreenOptions): Screen {
  const began = performance.now();
  let bytes = 0;
  let hear: ((at: number) => void) | undefined;
  const terminal = launch(file, args, {
    cols,
    rows,
    env,
    onData(data) {
      const at = performance.now();
      bytes += Buffer.byteLength(data);
      hear?.(at);
    },
  });
  const seconds = (at: number) => (at - began) / 1000;

  const shown = async (want: Want, limit: number) => {
    try {
      await terminal.until(want, limit * 1000 - (performance.now() - began));
      return seconds(performance.now());
    } catch {
      return undefined;
    }
  };

  return {
    terminal,
    // Before the alternate screen there may be text too: what was typed ahead, echoed by the terminal.
    frame: (limit) => shown((t) => t.alternate() && /\S/.test(t.screen()), limit),
    shown,
    async keys(key, times, gap) {
      const latencies: number[] = [];
      const sizes: number[] = [];
      for (let i = 0; i < times; i++) {
        const before = bytes;
        let answered: number | undefined;
        hear = (at) => {
          answered ??= at;
        };
        const pressed = performance.now();
        terminal.press(key);
        await sleep(gap);
        if (answered !== undefined) latencies.push(answered - pressed);
        sizes.push(bytes - before);
      }
      hear = undefined;
      const p50 = quantile(latencies, 0.5);
      return {
        answered: latencies.length,
        pressed: times,
        p50,
        p99: quantile(latencies, 0.99),
        bytes: quantile(sizes, 0.5),
      };
    },
    async idle(duration) {
      const before = { bytes, cpu: usage(terminal.pid).cpu, at: performance.now() };
      await sleep(duration * 1000);
      const elapsed = (performance.now() - before.at) / 1000;
      return {
        bytesPerMinute: ((bytes - before.bytes) * 60) / elapsed,
        cpuPercent: ((usage(terminal.pid).cpu - before.cpu) / elapsed) * 100,
      };
    },
    usage: () => usage(terminal.pid),
    async close() {
      terminal.kill('SIGTERM');
      const late = setTimeout(() => terminal.kill('SIGKILL'), 3000);
      await terminal.gone;
      clearTimeout(late);
    },
  };
}
