/** Starts the engine in a worker thread and gives the ui its port. The worker runs the same bundled file (see main.ts). */
import { Worker } from 'node:worker_threads';
import type { EnginePort, FromEngine, ToEngine } from '../engine/protocol.ts';
import type { EngineOptions } from './worker.ts';

export interface EngineHost {
  port: EnginePort;
  /** Asks the engine to stop (release its Lease, close its streams) and ends the worker, at the latest after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/** An engine that dies by itself is told to the ui as an error notice; what it had started goes on in the cluster. */
export function startEngineWorker(options: EngineOptions): EngineHost {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { role: 'engine', options },
    // Pages of a list are garbage as soon as they are read: a large nursery only keeps more of them in memory at a time.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
    // The cockpit owns the terminal: what a library prints in the worker must not reach it.
    stdout: true,
    stderr: true,
  });
  const listeners = new Set<(message: FromEngine) => void>();
  /** What came before anybody listened. */
  let early: FromEngine[] | undefined = [];
  const tell = (message: FromEngine) => {
    early?.push(message);
    for (const listener of listeners) listener(message);
  };
  const died = (why: string) => {
    if (!stopping)
      tell({ t: 'notice', level: 'error', text: `the engine has failed: ${why}; leave and start opsdeck again` });
  };
  let stopping = false;
  let stopped: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    stopped = resolve;
  });

  worker.on('message', (message: FromEngine) => {
    if (message.t === 'stopped') stopped();
    tell(message);
  });
  worker.on('error', (error) => died(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => {
    stopped();
    died(`it ended with exit code ${code}`);
  });

  const send = (message: ToEngine) => worker.postMessage(message);
  return {
    port: {
      send,
      listen(listener) {
        listeners.add(listener);
        const missed = early ?? [];
        early = undefined;
        for (const message of missed) listener(message);
        return () => listeners.delete(listener);
      },
    },
    async stop(graceMs = 2_000) {
      stopping = true;
      send({ t: 'stop' });
      const timer = setTimeout(stopped, graceMs);
      await ended;
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}
