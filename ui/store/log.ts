/** The lines of one log, bounded. What was left out, here or by the engine, stands in it as a line of its own. */
import type { LogLine } from '../../engine/protocol.ts';

const KEEP = 50_000;
const SLACK = 5_000;

export interface LogBuffer {
  readonly version: number;
  readonly length: number;
  /** Lines received, the left-out ones included. */
  readonly total: number;
  readonly dropped: number;
  readonly ended: boolean;
  /** Index of the first kept line in the count of all lines: positions survive the trimming of old ones. */
  readonly first: number;
  /** By position in the count of all lines; undefined when trimmed or not yet there. */
  at(position: number): LogLine | undefined;
  push(message: { lines: readonly LogLine[]; dropped: number; reset: boolean; ended: boolean }): void;
}

export function createLogBuffer(): LogBuffer {
  let lines: LogLine[] = [];
  let first = 0;
  let total = 0;
  let dropped = 0;
  let version = 0;
  let ended = false;
  return {
    get version() {
      return version;
    },
    get length() {
      return lines.length;
    },
    get total() {
      return total;
    },
    get dropped() {
      return dropped;
    },
    get ended() {
      return ended;
    },
    get first() {
      return first;
    },
    at: (position) => lines[position - first],
    push(message) {
      version++;
      if (message.reset) {
        lines = [];
        first = 0;
        total = 0;
        dropped = 0;
      }
      ended = message.ended;
      if (message.dropped > 0) {
        dropped += message.dropped;
        total += message.dropped;
        const seq = message.lines[0]?.seq ?? 0;
        lines.push({ seq, step: '', instance: '', stream: 'note', text: `… ${message.dropped} lines left out …` });
      }
      for (const line of message.lines) lines.push(line);
      total += message.lines.length;
      if (lines.length > KEEP + SLACK) {
        const cut = lines.length - KEEP;
        lines = lines.slice(cut);
        first += cut;
      }
    },
  };
}
