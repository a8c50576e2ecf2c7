/** Lists read once, page by page. */
import { listIn } from './answers.ts';
import { type KubeClient, KubeError, type RequestOptions } from './types.ts';

export interface ListOf<T> {
  items?: T[] | null;
  metadata?: { resourceVersion?: string; continue?: string };
}

export type PageOf<T> = ListOf<T> & { items: T[] };

/** The server may forget a list between two pages: then this throws what it said, status 410. */
export async function* pagesOf<T>(
  client: Pick<KubeClient, 'request'>,
  path: string,
  {
    signal,
    ...options
  }: Omit<RequestOptions, 'signal'> & { query: { limit: number }; signal?: AbortSignal | undefined },
): AsyncGenerator<PageOf<T>, void> {
  for (let from: string | undefined; ; ) {
    const query = { ...options.query, continue: from };
    const answer = await client.request<ListOf<T>>(path, { ...options, query, ...(signal ? { signal } : {}) });
    const { items, ...rest } = listIn(answer, path);
    const page = { ...rest, items: items ?? [] };
    yield page;
    const next = page.metadata?.continue || undefined;
    if (next === undefined) return;
    if (next === from)
      throw new KubeError(`the list of ${path} does not go on`, { status: 0, reason: 'InternalError' });
    from = next;
  }
}
