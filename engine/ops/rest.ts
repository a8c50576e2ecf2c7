/** The end of a log that was not heard live, as the journal keeps it: no line is told twice, and what is missing is said once. */
import { MAX_LINE } from '../kube/sanitise.ts';
import type { RunEvents, Whereabouts } from './events.ts';
import type { OutputTail, TailLine } from './journal.ts';
import type { Output, Stream } from './output.ts';
import { linesIn, type ToldAttempt } from './told.ts';

const STREAMS = ['out', 'err'] as const;

/** Whether more was printed than is told. */
export function isMissing(kept: OutputTail, output: Output): boolean {
  const told = output.tail();
  return told.outBytes < kept.outBytes || told.errBytes < kept.errBytes;
}

interface Overlap {
  /** All of the stream is told. */
  whole: boolean;
  /** Of the kept lines so many are told already. */
  known: number;
  /** Lines between what is told and the first kept one. */
  lost: number;
}

/** What is told is the beginning of a stream, what is kept its end: both are counted in lines. */
function overlap(stream: Stream, kept: OutputTail, told: OutputTail, shown: number): Overlap {
  const here = kept.lines.filter((line) => line.stream === stream).length;
  if (told[`${stream}Bytes`] >= kept[`${stream}Bytes`]) return { whole: true, known: here, lost: 0 };
  const before = linesIn(kept, stream) - here;
  const past = Math.max(told[`${stream}Lines`] ?? 0, shown) - before;
  return { whole: false, known: Math.min(here, Math.max(0, past)), lost: Math.max(0, -past) };
}

/** Tells of the kept lines those that are new: the target tells no more. */
export function tellKeptRest(kept: OutputTail, at: Whereabouts, state: ToldAttempt, events: RunEvents): void {
  const { output, shown } = state;
  const told = output.tail();
  const some = told.outBytes + told.errBytes > 0 || shown.out + shown.err > 0;
  const of = overlaps(kept, state);
  const begun: Begun = {};
  for (const stream of STREAMS) {
    const open = output.unfinished(stream);
    if (open && !state.ahead(stream)) begun[stream] = { ...open, lost: of[stream].lost > 0 };
    // The kept line is the whole of it; where that one is lost, its beginning is all there is.
    if (!of[stream].whole && of[stream].lost === 0) output.forgo(stream);
  }
  output.end();
  tellNew(kept, of, some, at, state, events, begun);
}

/** Of a run that may only be looked at: what its journal keeps of the log, as it grows. */
export function tellKept(kept: OutputTail, at: Whereabouts, state: ToldAttempt, events: RunEvents): void {
  const { outBytes, errBytes } = state.output.tail();
  const some = outBytes + errBytes + state.shown.out + state.shown.err > 0;
  tellNew(kept, overlaps(kept, state), some, at, state, events, {});
}

const overlaps = (kept: OutputTail, { output, shown }: ToldAttempt): Record<Stream, Overlap> => {
  const told = output.tail();
  return { out: overlap('out', kept, told, shown.out), err: overlap('err', kept, told, shown.err) };
};

/** Lines whose beginning has gone to a pipe. */
type Begun = Partial<Record<Stream, { text: string; told: boolean; lost: boolean }>>;

function tellNew(
  kept: OutputTail,
  of: Record<Stream, Overlap>,
  some: boolean,
  at: Whereabouts,
  state: ToldAttempt,
  events: RunEvents,
  begun: Begun,
): void {
  const note = (text: string) => events.onLine?.('note', text, at, false);
  const lost = of.out.lost + of.err.lost;
  if (lost > 0) note(some ? `${lost} lines were lost here` : `${lost} earlier lines were not kept`);
  const fresh = unheard(kept.lines, { out: of.out.known, err: of.err.known }, state);
  state.show(kept);
  for (const { stream, text } of fresh) {
    events.onLine?.(stream, text, at, false);
    if (stream === 'note') continue;
    events.onRaw?.(stream, Buffer.from(`${continued(begun[stream], text)}\n`), at);
    delete begun[stream];
  }
  const cut = fresh.filter(({ stream, text }) => stream !== 'note' && text.length > MAX_LINE).length;
  if (cut > 0) note(`${cut} of these lines ${cut === 1 ? 'is' : 'are'} cut: of a line ${MAX_LINE} characters are kept`);
}

function unheard(lines: readonly TailLine[], known: Record<Stream, number>, state: ToldAttempt): TailLine[] {
  const left = { ...known };
  const told = state.output.tail().lines.filter(({ stream }) => stream === 'note');
  const remarks = new Set([...state.remarks, ...told.map(({ text }) => text)]);
  return lines.filter(({ stream, text }) => (stream === 'note' ? !remarks.has(text) : left[stream]-- <= 0));
}

/** To a pipe the beginning of a line has gone already. */
function continued(begun: Begun[Stream], text: string): string {
  if (!begun) return text;
  return !begun.lost && !begun.told && text.startsWith(begun.text) ? text.slice(begun.text.length) : `\n${text}`;
}
