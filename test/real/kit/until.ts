import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is something (not undefined, null or false) and resolves with it. A probe that throws has not
 * answered yet. Rejects after `seconds`, with what the last try said.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T> | T,
  { seconds = 180, everyMs = 200 }: { seconds?: number; everyMs?: number } = {},
): Promise<Exclude<T, null | undefined | false>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let last: unknown;
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as Exclude<T, null | undefined | false>;
      }
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`, { cause: last });
    await sleep(everyMs);
  }
}
