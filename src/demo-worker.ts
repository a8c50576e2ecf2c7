/** The embedded cluster of the demo, in a worker of its own: the screen's thread stays free. */
import { parentPort } from 'node:worker_threads';
import { customResourceDefinitions } from '../engine/api/crd.ts';
import { type Estate, startEstate } from '../engine/sim/estate/index.ts';
import { Unusable } from '../engine/sim/unusable.ts';

export interface DemoRequest {
  /** The private directory; whoever started this removes it. */
  root: { path: string; base: string };
  port?: number;
  empty?: boolean;
  /** Pods in all. */
  size?: number;
  /** Asks for a run that the engine of this process begins with. */
  live?: boolean;
}

export type ToDemo =
  | { t: 'start'; request: DemoRequest }
  | { t: 'strike'; id: number; name: string; cluster: string }
  | { t: 'stop' };

export type FromDemo =
  | { t: 'ready'; kubeconfig: string; reshard: { from: string; to: string } | undefined }
  /** `usage`: the machine or the request is at fault, not this program. */
  | { t: 'failed'; why: string; usage: boolean }
  | { t: 'struck'; id: number; text: string };

export async function runDemoWorker(): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('the demo worker was started outside a worker thread');
  const say = (message: FromDemo) => port.postMessage(message);
  const request = await new Promise<DemoRequest>((resolve) => {
    port.once('message', (message: ToDemo) => message.t === 'start' && resolve(message.request));
  });
  let estate: Estate;
  try {
    estate = await startEstate({ ...request, crds: customResourceDefinitions(__VERSION__) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    say({ t: 'failed', why, usage: error instanceof Unusable });
    port.close();
    return;
  }
  port.on('message', (message: ToDemo) => {
    if (message.t === 'stop') void estate.close().finally(() => port.close());
    else if (message.t === 'strike')
      say({ t: 'struck', id: message.id, text: strike(estate, message.name, message.cluster) });
  });
  say({ t: 'ready', kubeconfig: estate.kubeconfigFile, reshard: estate.reshard });
}

function strike(estate: Estate, name: string, cluster: string): string {
  try {
    return estate.breaks.run(name, cluster || undefined);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
