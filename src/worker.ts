/** The engine's side of the worker boundary: one engine, its messages to and from the parent thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { startEngine } from '../engine/engine.ts';
import type { ToEngine } from '../engine/protocol.ts';
import type { GlobalOptions } from './options.ts';

export interface EngineOptions extends GlobalOptions {
  /** The environment as the program got it. */
  env: Record<string, string | undefined>;
}

export function runEngineWorker(): void {
  const port = parentPort;
  if (!port) throw new Error('the engine worker was started outside a worker thread');
  const { options } = workerData as { options: EngineOptions };
  const engine = startEngine(options, (message) => port.postMessage(message));
  port.on('message', (message: ToEngine) => {
    if (message.t !== 'stop') return engine.receive(message);
    void engine.stop().finally(() => {
      port.postMessage({ t: 'stopped' });
      port.close();
    });
  });
}
