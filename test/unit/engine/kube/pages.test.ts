import { expect, test } from 'vitest';
import { type ListOf, pagesOf } from '../../../../engine/kube/pages.ts';
import type { RequestOptions } from '../../../../engine/kube/types.ts';

interface Item {
  metadata: { name: string };
}
const item = (name: string): Item => ({ metadata: { name } });

/** A server that answers with these pages, one after the other. */
function server(...pages: (ListOf<Item> & { kind?: string })[]) {
  const asked: RequestOptions['query'][] = [];
  const request = async (_path: string, { query }: RequestOptions = {}) => {
    asked.push(query);
    return pages[asked.length - 1] as never;
  };
  return { request, asked };
}

test('each page is asked for where the one before ended, and none after the last', async () => {
  const api = server(
    { items: [item('a'), item('b')], metadata: { continue: 'a' } },
    { kind: 'ThingList', items: null },
    { items: [item('z')] },
  );
  const seen: Item[][] = [];
  for await (const page of pagesOf<Item>(api, '/things', { query: { limit: 2 } })) seen.push(page.items);
  expect(seen).toEqual([[item('a'), item('b')], []]);
  expect(api.asked).toEqual([{ limit: 2 }, { limit: 2, continue: 'a' }]);
});

test('nothing more is asked for once nobody reads on', async () => {
  const api = server({ items: [item('a')], metadata: { continue: 'a' } });
  for await (const _ of pagesOf<Item>(api, '/things', { query: { limit: 1 } })) break;
  expect(api.asked).toHaveLength(1);
});

test('a list that always names the same next page ends with an error', async () => {
  const again = { items: [], metadata: { continue: 'again' } };
  const read = async () => {
    for await (const _ of pagesOf<Item>(server(again, again, again), '/things', { query: { limit: 1 } }));
  };
  await expect(read()).rejects.toThrow('the list of /things does not go on');
});
