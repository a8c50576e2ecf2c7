/** The thread of the embedded cluster. It takes half of a start to load, so it begins before the command line is read. */
import { Worker } from 'node:worker_threads';

export interface DemoThread {
  worker: Worker;
  /** Resolves with the reason when it is no more. */
  ended: Promise<string>;
}

let early: DemoThread | undefined;

function begin(): DemoThread {
  const worker = new Worker(new URL(import.meta.url), { workerData: { role: 'demo' }, stdout: true, stderr: true });
  let why = 'it ended';
  worker.on('error', (error) => {
    why = error instanceof Error ? error.message : String(error);
  });
  return { worker, ended: new Promise((resolve) => worker.once('exit', () => resolve(why))) };
}

/** Begins one that waits for demoThread. Where nobody asks for it, the program ends without it. */
export function warmUp(): void {
  early = begin();
  early.worker.unref();
}

export function demoThread(): DemoThread {
  const thread = early ?? begin();
  early = undefined;
  thread.worker.ref();
  return thread;
}
