/** Logs of containers, followed over broken links and restarts until the container has ended for good. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LogContent, LogReader } from './log-reader.ts';
import { type ContainerName, type ContainerRun, containerRun, NO_CONTAINER, podPath } from './pod-container.ts';
import { type KubeClient, KubeError } from './types.ts';

type Client = Pick<KubeClient, 'request' | 'stream'>;

export interface FollowLogOptions {
  /** At least 1. */
  tailLines?: number;
  /** RFC 3339; whole seconds count. */
  sinceTime?: string;
  /** Bytes at the beginning of the log that are known already: it goes on after them. Not with the two above. */
  knownBytes?: number;
  /** What an earlier follow of the same run of the container has read with: it goes on after that. Not with the three above. */
  reader?: LogReader;
  /** The container's bytes word for word instead of lines for the screen. */
  raw?: boolean;
  /** Go on with the next run of the container after a restart; else the first run's end is the end. */
  acrossRestarts?: boolean;
  signal?: AbortSignal;
  timing?: Partial<FollowTiming>;
}

export interface FollowTiming {
  /** Before a link that broke is tried again: first and longest, doubling. */
  retryMs: number;
  maxRetryMs: number;
  /** A stream silent for this long is opened anew: something between may have dropped it without a word. */
  idleMs: number;
  /** How long a look at the pod may take: over a link that died without a word it never ends. */
  lookMs: number;
}

export type LogEvent =
  | LogContent
  /** Nothing to read yet. Told once for each reason. */
  | { kind: 'waiting'; why: string }
  /** The link is down; lines are not lost, they come when it is back. */
  | { kind: 'broken'; why: string }
  /** `code`: of the run that ended, where it is known. */
  | { kind: 'restarted'; code: number | undefined }
  /** `code`: the container's exit code where it is known. */
  | { kind: 'ended'; code: number | undefined; why: 'exited' | 'restarted' | 'gone' };

const TIMING: FollowTiming = { retryMs: 250, maxRetryMs: 5_000, idleMs: 60_000, lookMs: 10_000 };
/** Of a container that has ended a log that is refused so often will not come. */
const ABSENT = 4;

/**
 * Follows from the beginning, from `tailLines` back, from `sinceTime` or after `knownBytes`. Waits for a container that has not
 * started. Content comes once and in order, whatever happens to the link; what can't be had is told as a gap. Throws a KubeError
 * only for what waiting can't mend: no such container, no right to read it.
 */
export async function* followLog(
  client: Client,
  source: ContainerName,
  options: FollowLogOptions = {},
): AsyncGenerator<LogEvent, void> {
  const { signal, acrossRestarts = false, knownBytes = 0, raw = false } = options;
  const timing = { ...TIMING, ...options.timing };
  const reader = options.reader ?? new LogReader({ raw, known: knownBytes });
  const log: Log = { client, source, options, timing, reader, first: true, cut: options.reader !== undefined };
  let run: ContainerRun | undefined;
  /** The run that was read to its end. */
  let done = '';
  let waiting = '';
  /** In a row, failures, and looks that brought nothing: they become rarer. */
  let failures = 0;
  let quiet = 0;
  /** How often the log of a run that has ended was not there. */
  let absent = 0;

  while (!signal?.aborted) {
    let ended: ContainerRun | undefined;
    try {
      const now = await containerRun(client, source, { timeoutMs: timing.lookMs, ...(signal ? { signal } : {}) });
      if (now === undefined || (run && run.uid !== now.uid)) {
        if (log.cut) yield* reader.lose('the pod is gone');
        yield { kind: 'ended', code: undefined, why: 'gone' };
        return;
      }
      if (run && now.id !== '' && run.id !== now.id) {
        const { last } = now;
        // A kubelet may leave the last state out, when the pod has come to its end.
        const known: boolean = last.id === run.id || (last.id === '' && now.restarts === run.restarts + 1);
        const code: number | undefined = (known ? last.code : undefined) ?? run.code;
        if (run.id !== done) yield* rest(log, known);
        done = run.id;
        if (!acrossRestarts) {
          yield { kind: 'ended', code, why: 'restarted' };
          return;
        }
        log.first = false;
        const missed = known ? 0 : now.restarts - run.restarts - (last.id === '' ? 1 : 2);
        if (missed > 0) yield { kind: 'gap', text: `… the logs of ${missed} more runs of this container are missing` };
        if (!known && last.id !== '') {
          // Runs came and went unseen. The kubelet has the last of them, which is read like one that was followed.
          yield { kind: 'restarted', code };
          run = { ...now, id: last.id, code: last.code, restarts: now.restarts - 1 };
          log.cut = true;
          continue;
        }
        yield { kind: 'restarted', code };
      }
      if (now.id !== '' && now.id !== done) {
        run = now;
        const running = now.state === 'running';
        if (!running) ended = now;
        for await (const event of pass(log, running ? 'follow' : 'once')) {
          failures = 0;
          quiet = 0;
          waiting = '';
          yield event;
        }
        if (!running) {
          yield* reader.end();
          done = now.id;
        }
      }
      failures = 0;
      if (now.state === 'ended' && (now.final || !acrossRestarts)) {
        yield { kind: 'ended', code: now.code, why: 'exited' };
        return;
      }
      if (now.state !== 'running' && now.why !== waiting) {
        waiting = now.why;
        yield { kind: 'waiting', why: now.why };
      }
      if (now.state === 'waiting' && now.final) {
        yield { kind: 'ended', code: undefined, why: 'gone' };
        return;
      }
      // A stream that ended after it brought something: how the container stands is looked at without delay.
      if (quiet++ === 0 && now.state === 'running') continue;
    } catch (error) {
      if (signal?.aborted) return;
      const broken =
        error instanceof KubeError ? error : new KubeError(String(error), { status: 0, reason: 'Connection' });
      if (broken.status === 401 || broken.status === 403 || broken.reason === NO_CONTAINER) throw broken;
      // 400 and 404: the kubelet has not made the container yet, or has just removed it; the pod says which.
      if (broken.status !== 400 && broken.status !== 404) {
        if (failures === 0) yield { kind: 'broken', why: broken.message };
        failures++;
      } else if (ended && ++absent >= ABSENT) {
        yield* reader.lose('its node no longer has it');
        done = ended.id;
      } else quiet++;
    }
    const delay = Math.min(timing.maxRetryMs, timing.retryMs * 2 ** Math.min(Math.max(failures, quiet - 1, 0), 10));
    await sleep(delay * (0.5 + Math.random() / 2), undefined, signal ? { signal } : {}).catch(() => {});
  }
}

interface Log {
  client: Client;
  source: ContainerName;
  options: FollowLogOptions;
  timing: FollowTiming;
  reader: LogReader;
  /** Nothing of the first run was read yet: `tailLines` and `sinceTime` count. */
  first: boolean;
  /** The last stream did not come to its end: there may be more. */
  cut: boolean;
}

/** One stream from where the last one ended to its own end. */
async function* pass(log: Log, how: 'follow' | 'once' | 'previous'): AsyncGenerator<LogContent, void> {
  const { client, source, options, timing, reader } = log;
  const idle = new AbortController();
  const give = () => idle.abort();
  options.signal?.addEventListener('abort', give, { once: true });
  let timer = setTimeout(give, timing.idleMs);
  const { since } = reader;
  if (since !== undefined) log.first = false;
  reader.resume();
  log.cut = true;
  try {
    const body = await client.stream(`${podPath(source)}/log`, {
      query: {
        container: source.container,
        timestamps: true,
        follow: how === 'follow' || undefined,
        previous: how === 'previous' || undefined,
        sinceTime: since ?? (log.first ? options.sinceTime : undefined),
        tailLines: log.first ? options.tailLines : undefined,
      },
      accept: '*/*',
      // The answer of a container that says nothing begins with its first line.
      headersTimeoutMs: 0,
      signal: idle.signal,
    });
    for await (const chunk of body) {
      clearTimeout(timer);
      timer = setTimeout(give, timing.idleMs);
      yield* reader.push(chunk);
    }
    log.cut = false;
  } catch (error) {
    // A stream given up for its silence is not a fault.
    if (how !== 'follow' || !idle.signal.aborted || options.signal?.aborted) throw error;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', give);
  }
}

/** What a run wrote after its last stream until another followed, as far as the kubelet still has it. */
async function* rest(log: Log, kept: boolean): AsyncGenerator<LogContent, void> {
  const { cut } = log;
  try {
    if (kept) {
      yield* pass(log, 'previous');
      yield* log.reader.end();
      return;
    }
  } catch (error) {
    if (!(error instanceof KubeError) || (error.status !== 400 && error.status !== 404)) throw error;
  }
  yield* cut ? log.reader.lose('the container was restarted meanwhile') : log.reader.end();
}
