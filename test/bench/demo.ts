/** The embedded cluster as it is served to others: a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { environment, OPSDECK } from './peers.ts';
import { usage } from './usage.ts';

export interface Served {
  kubeconfig: string;
  /** Seconds from the start to the line that says where the kubeconfig is. */
  seconds: number;
  /** Resident memory now, MiB. */
  rss(): number;
  stop(): Promise<void>;
}

export async function serve(...args: string[]): Promise<Served> {
  const began = performance.now();
  const child = spawn(OPSDECK, ['demo', '--serve', ...args], {
    env: environment(''),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = once(child, 'exit');
  const line = await Promise.race([once(child.stdout, 'data'), gone.then(() => undefined)]);
  if (!line) throw new Error(`opsdeck demo --serve ${args.join(' ')} ended at once`);
  const seconds = (performance.now() - began) / 1000;
  return {
    kubeconfig: String(line[0]).split('\n')[0]!,
    seconds,
    rss: () => usage(child.pid!).rss,
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
