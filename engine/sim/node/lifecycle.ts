import type { Container } from './container.ts';
import type { ContainerSpec, Hook } from './status.ts';

/** Milliseconds that a hook leaves a container at least to end by itself. */
const LEAST_GRACE = 2000;

/** What is left of the time to end once a hook has taken its share. */
export const graceAfter = (grace: number, spent: number): number =>
  spent === 0 ? grace : Math.max(grace - spent, Math.min(grace, LEAST_GRACE));

/** Runs what a container wants done when it starts or stops. Why it has failed; undefined where it has not. */
export async function runHook(
  hook: Hook,
  container: Container,
  { name }: Pick<ContainerSpec, 'name'>,
  podName: string,
  after: (ms: number, work: () => void) => void,
): Promise<string | undefined> {
  const { exec, sleep } = hook;
  if (sleep) await new Promise<void>((done) => after(sleep.seconds * 1000, done));
  if (!exec) return undefined;
  const words = exec.command.join(' ');
  const { code, text } = await container.check(exec.command);
  if (code === 0) return undefined;
  return `Exec lifecycle hook ([${words}]) for Container "${name}" in Pod "${podName}" failed - error: command '${words}' exited with ${code}: , message: ${JSON.stringify(text)}`;
}
