import { describe, expect, it, test } from 'vitest';
import { pagesOf } from '../../../../engine/kube/pages.ts';
import { startReflector } from '../../../../engine/kube/reflector.ts';
import { KubeError } from '../../../../engine/kube/types.ts';
import { systemClock } from '../../../../engine/runtime/clock.ts';
import { json, serve } from './server.ts';

const PODS = '/api/v1/pods';
const NO_OBJECT = [
  ['nothing', '', 'nothing where an object belongs'],
  ['null', 'null', 'null where an object belongs'],
  ['an array', '[]', 'an array where an object belongs'],
  ['a text', '"x"', 'a string where an object belongs'],
] as const;
const NO_LIST = [
  ...NO_OBJECT,
  ['an empty object', '{}', 'an object without items where a list belongs'],
  ['one object', '{"kind":"Pod","metadata":{"name":"a"}}', 'kind "Pod" without items where a list belongs'],
  ['items that are none', '{"kind":"PodList","items":{}}', 'kind "PodList" without items where a list belongs'],
  ['an item that is null', '{"kind":"PodList","items":[null]}', 'kind "PodList" with an item that has no metadata'],
  ['an item without metadata', '{"kind":"PodList","items":[{}]}', 'kind "PodList" with an item that has no metadata'],
] as const;

const saying = (body: string) =>
  serve({ answer: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body) });

async function failure(work: Promise<unknown>): Promise<KubeError> {
  const error = await work.then(
    (value) => expect.fail(`resolved with ${JSON.stringify(value)}`),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error;
}

async function read(client: Parameters<typeof pagesOf>[0]): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const page of pagesOf(client, PODS, { query: { limit: 5 } })) items.push(...page.items);
  return items;
}

describe('a list that is answered with', () => {
  it.each(NO_LIST)('%s is no empty list', async (_, body, what) => {
    const error = await failure(read((await saying(body)).client()));
    expect(error).toMatchObject({ status: 200, reason: 'NotKubernetes' });
    expect(error.message).toBe(
      `GET ${PODS} was answered with ${what}; is it an API server, or does something stand before it that answers for it?`,
    );
  });

  it.each(['{"kind":"PodList","metadata":{},"items":null}', '{"kind":"PodList"}', '{"items":[]}'])(
    '%s is empty',
    async (body) => {
      expect(await read((await saying(body)).client())).toEqual([]);
    },
  );
});

describe('a request that is answered with', () => {
  it.each(NO_OBJECT)('%s has no object', async (_, body, what) => {
    const client = (await saying(body)).client();
    expect((await failure(client.request(`${PODS}/a`))).message).toContain(`GET ${PODS}/a was answered with ${what};`);
    const made = client.request(PODS, { method: 'POST', body: {} });
    expect(await failure(made)).toMatchObject({ message: expect.stringContaining(`POST ${PODS} `), sent: true });
    await client.request(`${PODS}/a`, { method: 'DELETE' });
  });
});

test('a Status of a failure is that failure, with status 200 too', async () => {
  const said = {
    kind: 'Status',
    status: 'Failure',
    message: 'the gateway’s quota is used up',
    reason: 'Forbidden',
    code: 403,
  };
  const server = await serve({
    answer: (response, { url }) => json(response, 200, url.pathname === '/odd' ? { ...said, code: 'x' } : said),
  });
  const client = server.client();
  expect(await failure(read(client))).toMatchObject({ status: 403, reason: 'Forbidden', message: said.message });
  expect(await failure(client.request('/x', { method: 'DELETE' }))).toMatchObject({ status: 403 });
  expect(await failure(client.request('/odd'))).toMatchObject({ status: 500, message: said.message });
});

test('kinds that are answered with no API versions are not none', async () => {
  const client = (await saying('{}')).client();
  expect((await failure(client.resources())).message).toMatch(
    /^GET \/apis? was answered with an object that tells no /,
  );
});

test.each(NO_LIST)('a reflector that is answered with %s says why it has nothing', async (_, body, what) => {
  const client = (await saying(body)).client();
  const whys: string[] = [];
  const reflector = startReflector({
    client,
    path: PODS,
    project: (raw) => raw,
    onChange: () => expect.fail('there is nothing to tell'),
    onState: (state) => whys.push('why' in state ? `${state.state}: ${state.why}` : state.state),
    clock: systemClock,
  });
  try {
    await expect
      .poll(() => whys.find((why) => why.startsWith('down')))
      .toContain(`GET ${PODS} was answered with ${what}`);
  } finally {
    reflector.stop();
  }
});
