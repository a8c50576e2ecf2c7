/** How a container's end is told in its status. Pure. */
import { wholeSeconds } from '../clock.ts';
import type { Container } from './container.ts';
import type { ProcessEnd } from './process.ts';
import type { ContainerSpec, Terminated } from './status.ts';

/** Of the log, for last words that a container has not left elsewhere. */
const FALLBACK = { lines: 80, bytes: 2048 };

interface Ended {
  spec: Pick<ContainerSpec, 'terminationMessagePolicy'>;
  container: Pick<Container, 'id' | 'lastWords' | 'log'> | undefined;
}

/** Of one that could not be started, `message` is why. */
export function terminatedBy(
  end: ProcessEnd,
  run: Ended,
  { startedAt, now }: { startedAt: number; now: number },
): Terminated {
  const failed = 'error' in end;
  const message = failed ? createFailed(end.error) : lastWords(end.code, run);
  return {
    containerID: `containerd://${run.container?.id}`,
    exitCode: failed ? 128 : end.code,
    reason: failed ? 'StartError' : end.code === 0 ? 'Completed' : 'Error',
    ...(message ? { message } : {}),
    startedAt: wholeSeconds(failed ? 0 : startedAt),
    finishedAt: wholeSeconds(now),
  };
}

/** Its node stopped with it: it is known to have ended, no more. */
export const unseen = (ended: Terminated): Terminated => ({ ...ended, exitCode: 255, reason: 'Unknown' });

/** It was never made, and its pod is at its end: told as a kubelet does that looked for it in vain. */
export const UNMADE: Terminated = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was terminated',
  startedAt: null,
  finishedAt: null,
};

const createFailed = (why: string): string =>
  `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${why}: unknown`;

/** What it has left for its status; where its spec wants that, the end of its log. */
function lastWords(code: number, { container, spec }: Ended): string {
  if (!container) return '';
  const fallback = spec.terminationMessagePolicy === 'FallbackToLogsOnError' && code !== 0;
  return container.lastWords || (fallback ? container.log.tail(FALLBACK.lines, FALLBACK.bytes) : '');
}
