/** Lists read once, page by page. */
import { type KubeClient, KubeError } from '../kube/types.ts';

const PAGE = 500;
const TRIES = 3;

interface Page<T> {
  items?: T[];
  metadata?: { continue?: string };
}

/** Calls `each` for every item; where the pages outlive the server's memory of them, it starts again and may repeat items. */
export async function listAll<T>(
  client: Pick<KubeClient, 'request'>,
  path: string,
  each: (item: T) => void,
  options: { labelSelector?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { labelSelector, signal } = options;
  for (let tried = 1; ; tried++) {
    try {
      let from: string | undefined;
      do {
        const query = { limit: PAGE, labelSelector, continue: from };
        const page: Page<T> = await client.request(path, { query, ...(signal ? { signal } : {}) });
        for (const item of page.items ?? []) each(item);
        const next = page.metadata?.continue || undefined;
        if (next !== undefined && next === from) {
          throw new KubeError(`the list of ${path} does not go on`, { status: 0, reason: 'InternalError' });
        }
        from = next;
      } while (from !== undefined);
      return;
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 410 || tried === TRIES) throw error;
    }
  }
}

/** `a=b,c=d`. */
export const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
