/** Pods that run, for the files that need a node. */
import { eventually } from './eventually.ts';
import { type Api, pick } from './server.ts';

/** Has a shell, and both clusters run it. */
const IMAGE = 'local/redis:7';
/** The first start on a loaded machine. */
export const STARTS_MS = 60_000;

/** A container that runs the script and then goes on until it is told to end. */
export const stays = (script = '') => `trap 'exit 0' TERM; ${script} while :; do sleep 0.1; done`;

export interface PodOptions {
  labels?: Record<string, string>;
  image?: string;
  pull?: string;
  init?: boolean;
}

export const podOf = (
  name: string,
  script: string,
  { labels, image = IMAGE, pull = 'IfNotPresent', init }: PodOptions = {},
) => ({
  metadata: { name, ...(labels ? { labels } : {}) },
  spec: {
    terminationGracePeriodSeconds: 1,
    restartPolicy: 'Never',
    ...(init ? { initContainers: [{ name: 'init', image, command: ['sh', '-c', 'echo prepared'] }] } : {}),
    containers: [{ name: 'main', image, imagePullPolicy: pull, command: ['sh', '-c', script] }],
  },
});

/** Waits until the pod is in the phase, and ready where it runs. */
export async function reaches(api: Api, path: string, phase: string): Promise<void> {
  await eventually(async () => {
    const { body } = await api.get(path);
    const ready = pick(body, 'status', 'containerStatuses', 0, 'ready');
    const found = `${pick(body, 'status', 'phase')} ${phase === 'Running' ? ready : false}`;
    if (found !== `${phase} ${phase === 'Running'}`)
      throw new Error(`${path} is ${found}: ${JSON.stringify(body.status)}`);
  }, STARTS_MS);
}
