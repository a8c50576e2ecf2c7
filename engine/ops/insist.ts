/** Questions that may be asked any number of times: what goes wrong on the way must not end a run, or who waits for it. */
import { KubeError } from '../kube/types.ts';
import { type BackoffOptions, backoff, type Clock, sleep } from '../runtime/clock.ts';

/** Whether the same request may well go right later: the link, the server or a proxy was at fault, not what was asked. */
export function passes(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  if (error.status === 0) return !['Pruned', 'Config', 'Aborted'].includes(error.reason);
  return error.status >= 500 || [401, 408, 409, 425, 429].includes(error.status);
}

/** A request that had no effect and never will have one. */
export const isRefused = (error: KubeError): boolean => error.status >= 400 && error.status < 500 && !passes(error);

export interface Insisting {
  clock: Clock;
  signal: AbortSignal;
  onTrouble?: ((why: string) => void) | undefined;
  retry?: BackoffOptions;
  random?: (() => number) | undefined;
}

const RETRY: BackoffOptions = { base: 300, cap: 10_000 };

/** Asks until there is an answer. Rejects with what no repetition mends, and once `signal` has fired. */
export async function insist<T>(
  ask: () => Promise<T>,
  { clock, signal, onTrouble, retry, random }: Insisting,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !passes(error)) throw error;
      onTrouble?.((error as Error).message);
      await sleep(clock, backoff(failures, retry ?? RETRY, random), signal);
      if (signal.aborted) throw error;
    }
  }
}
