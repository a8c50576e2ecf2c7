/** When and as what a container is started again. */
import type { Hooked } from './lifecycle.ts';
import type { ContainerKind } from './runContext.ts';
import type { ContainerSpec, PodSpec, Terminated, Waiting } from './status.ts';
import { BACKOFF, longer } from './timing.ts';

interface Restarted {
  kind: ContainerKind;
  spec: Pick<ContainerSpec, 'restartPolicy'>;
  init: boolean;
}

/** Whether one that ended is to be started again. */
export function runsAgain(
  { kind, spec, init }: Restarted,
  exitCode: number,
  policy: PodSpec['restartPolicy'],
): boolean {
  if (kind === 'ephemeralContainers') return false;
  if (spec.restartPolicy === 'Always') return true;
  if (init) return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** One that has ended, and the ways to go on with it. */
interface EndedRun extends Hooked {
  name: string;
  ended: Terminated | undefined;
  /** For how long, in milliseconds. */
  ran: number;
  /** Until its kubelet looks again. */
  sync: number;
  /** Says why it waits, the end of the run before it beside. */
  wait(waiting: Waiting): void;
  changed(): void;
  restart(): void;
}

/** Of one container: the pauses grow with every restart. */
export class Restarts {
  #pause = 0;
  /** A probe has failed: it is started again at once. */
  condemned = false;
  /** Why its hook has failed that is run when it starts. */
  hookFailed: string | undefined;

  /** Whether it is killed and made anew in one go: nobody sees it ended. */
  get unseen(): boolean {
    return this.condemned && this.#pause === 0;
  }

  again({ name, podName, ended, ran, sync, after, note, wait, changed, restart }: EndedRun): void {
    if (ran > BACKOFF.forgetAfter) this.#pause = 0;
    const atOnce = this.unseen;
    const pause = this.#pause;
    this.#pause = longer(pause);
    this.condemned = false;
    if (this.hookFailed !== undefined && ended) wait({ reason: 'PostStartHookError', message: this.hookFailed });
    else if (ended?.reason === 'StartError') wait({ reason: 'RunContainerError', message: ended.message ?? '' });
    if (atOnce) {
      restart();
      return;
    }
    after(sync, () => {
      if (pause === 0) {
        restart();
        return;
      }
      note('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podName}`);
      const message = `back-off ${duration(pause)} restarting failed container=${name} pod=${podName}`;
      wait({ reason: 'CrashLoopBackOff', message });
      changed();
      after(pause, restart);
    });
  }
}

/** Go's way to print whole seconds: 10s, 1m20s, 5m0s. */
function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
}
