/** A container's hooks: what it wants done when it starts, and before it is told to end. */
import type { Clock } from '../clock.ts';
import type { Container } from './container.ts';
import type { EventNote } from './events.ts';
import type { ContainerSpec, Hook } from './status.ts';

export interface Hooked {
  podName: string;
  note(type: EventNote['type'], reason: string, message: string): void;
  /** Forgotten when the container ends. */
  after(ms: number, work: () => void): void;
}

/** Milliseconds that a hook leaves a container at least to end by itself. */
const LEAST_GRACE = 2000;

/** What is left of the time to end once a hook has taken its share. */
const graceAfter = (grace: number, spent: number): number =>
  spent === 0 ? grace : Math.max(grace - spent, Math.min(grace, LEAST_GRACE));

/** Runs what a container wants done when it starts or stops. Why it has failed; undefined where it has not. */
export async function runHook(
  hook: Hook,
  container: Container,
  { name }: Pick<ContainerSpec, 'name'>,
  { podName, after }: Pick<Hooked, 'podName' | 'after'>,
): Promise<string | undefined> {
  const { exec, sleep } = hook;
  if (sleep) await new Promise<void>((done) => after(sleep.seconds * 1000, done));
  if (!exec) return undefined;
  const words = exec.command.join(' ');
  const { code, text } = await container.check(exec.command);
  if (code === 0) return undefined;
  return `Exec lifecycle hook ([${words}]) for Container "${name}" in Pod "${podName}" failed - error: command '${words}' exited with ${code}: , message: ${JSON.stringify(text)}`;
}

/** Tells it to end once its hook has been run, and kills it `grace` milliseconds after it was asked to. */
export function stopGently(
  container: Container,
  spec: ContainerSpec,
  grace: number,
  { clock, running, ...hooked }: Hooked & { clock: Clock; running(): boolean },
): void {
  const since = clock.now();
  let told = false;
  const end = () => {
    if (told) return;
    told = true;
    container.signal('SIGTERM');
    hooked.after(graceAfter(grace, clock.now() - since), () => container.signal('SIGKILL'));
  };
  const hook = spec.lifecycle?.preStop;
  if (!hook) {
    end();
    return;
  }
  hooked.after(grace, end);
  runHook(hook, container, spec, hooked).then((failed) => {
    if (failed !== undefined && !told && running()) hooked.note('Warning', 'FailedPreStopHook', 'PreStopHook failed');
    end();
  });
}
