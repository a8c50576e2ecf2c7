/** The heartbeat of the link: without it a cut cable looks like a quiet cluster until a watch's own silence limit. */
import type { KubeClient } from '../kube/types.ts';
import type { Clock } from './clock.ts';

export interface PulseOptions {
  client: Pick<KubeClient, 'request'>;
  clock: Clock;
  /** After each answer: its round trip, milliseconds. Being refused is an answer too. */
  onBeat: (latencyMs: number) => void;
  /** After each beat that got none. */
  onMiss: (why: string) => void;
}

const EVERY_MS = 5_000;
/** While the link is down it is tried more often, so that its return is seen at once. */
const DOWN_EVERY_MS = 2_000;
const PATIENCE_MS = 4_000;

/** Returns the way to stop it. */
export function startPulse({ client, clock, onBeat, onMiss }: PulseOptions): () => void {
  let cancel: () => void = () => {};
  let stopped = false;
  const stopping = new AbortController();

  async function beat(): Promise<void> {
    const began = clock.monotonic();
    let next = EVERY_MS;
    try {
      await client.request('/version', { timeoutMs: PATIENCE_MS, signal: stopping.signal });
      if (!stopped) onBeat(clock.monotonic() - began);
    } catch (error) {
      if (stopped) return;
      const { status, message } = error as { status?: number; message?: string };
      if (status) onBeat(clock.monotonic() - began);
      else {
        next = DOWN_EVERY_MS;
        onMiss(message ?? String(error));
      }
    }
    if (!stopped) cancel = clock.after(next, () => void beat());
  }

  void beat();
  return () => {
    stopped = true;
    stopping.abort();
    cancel();
  };
}
