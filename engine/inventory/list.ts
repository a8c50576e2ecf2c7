/** Everything of a kind, read once. */
import { pagesOf } from '../kube/pages.ts';
import type { Message } from '../kube/protobuf.ts';
import { type KubeClient, KubeError } from '../kube/types.ts';

const PAGE = 500;
const TRIES = 3;

/** Calls `each` for every item; where the pages outlive the server's memory of them, it starts again and may repeat items. */
export async function listAll<T>(
  client: Pick<KubeClient, 'request'>,
  path: string,
  each: (item: T) => void,
  options: {
    labelSelector?: string | undefined;
    signal?: AbortSignal | undefined;
    /** Of the list. */
    protobuf?: Message | undefined;
  } = {},
): Promise<void> {
  const { labelSelector, signal, protobuf } = options;
  for (let tried = 1; ; tried++) {
    try {
      const query = { limit: PAGE, labelSelector };
      for await (const page of pagesOf<T>(client, path, { query, signal, protobuf }))
        for (const item of page.items ?? []) each(item);
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
