/**
 * The embedded cluster of the demo as a process sees it: a kubeconfig in a private folder, until it is stopped. The folder is this
 * thread's: it goes even where the cluster's own thread hangs or dies.
 */
import type { Worker } from 'node:worker_threads';
import { openRoot, type Root } from '../engine/sim/node/root.ts';
import { Unusable } from '../engine/sim/unusable.ts';
import { demoThread } from './demo-thread.ts';
import type { DemoRequest, FromDemo, ToDemo } from './demo-worker.ts';
import { EXIT, Refusal } from './exit.ts';

export interface DemoHost {
  /** Path of a file that goes when the demo stops. */
  kubeconfig: string;
  /** What a reshard of the demo's redis cluster can be asked with. */
  reshard: { from: string; to: string } | undefined;
  /** Breaks something of it; answers one sentence. */
  strike(name: string, cluster: string): Promise<string>;
  /** Resolves with the reason when the cluster ends before it was stopped. */
  died: Promise<string>;
  /** Ends it and removes what it has put on the disk. */
  stop(): Promise<void>;
}

/** Milliseconds that the cluster has to end by itself. */
const GRACE = 3_000;

/** Rejects with a Refusal that says in one line what is missing. */
export async function startDemoWorker(request: Omit<DemoRequest, 'root'> = {}): Promise<DemoHost> {
  const { worker, ended } = demoThread();
  const send = (message: ToDemo) => worker.postMessage(message);
  const answers = new Map<number, (text: string) => void>();
  let asked = 0;
  // Made while that thread loads.
  const root = openRootFor(worker);
  const { path, base } = root;
  send({ t: 'start', request: { ...request, root: { path, base } } });
  const first = await new Promise<FromDemo>((resolve) => {
    worker.on('message', (message: FromDemo) => {
      if (message.t === 'struck') answers.get(message.id)?.(message.text);
      else resolve(message);
    });
    void ended.then((why) => resolve({ t: 'failed', why, usage: false }));
  });
  if (first.t !== 'ready') {
    await worker.terminate();
    root.remove();
    throw first.t === 'failed' ? cantStart(first.why, first.usage) : cantStart(await ended, false);
  }
  return {
    kubeconfig: first.kubeconfig,
    reshard: first.reshard,
    died: ended,
    strike: (name, cluster) =>
      new Promise((resolve) => {
        const id = ++asked;
        answers.set(id, (text) => {
          answers.delete(id);
          resolve(text);
        });
        send({ t: 'strike', id, name, cluster });
      }),
    async stop() {
      send({ t: 'stop' });
      const timer = setTimeout(() => void worker.terminate(), GRACE);
      await ended;
      clearTimeout(timer);
      root.remove();
    },
  };
}

function openRootFor(worker: Worker): Root {
  try {
    return openRoot();
  } catch (error) {
    void worker.terminate();
    throw error instanceof Unusable ? cantStart(error.message, true) : error;
  }
}

const cantStart = (why: string, usage: boolean) =>
  new Refusal(`the embedded cluster can't start: ${why}`, usage ? EXIT.usage : EXIT.failed);
