/** Logs of containers: which part of them, from when, of which run, followed, and refused. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { Golden, normalise } from './golden.ts';
import { podOf, reaches, STARTS_MS, stays } from './pods.ts';
import { openLive, pick } from './suite.ts';

const api = openLive();
const golden = new Golden('logs.txt');
let pods = '';
let ns = '';

type Query = Record<string, string | number>;
const log = (query: Query = {}, pod = 'p') => api.get(`${pods}/${pod}/log`, { query });
const text = async (query: Query = {}, pod = 'p') => (await log(query, pod)).text;

/** Makes the file that a pod's script waits for. */
async function tell(pod: string): Promise<void> {
  const command = ['touch', 'told'].map((word) => ['command', word] as const);
  const socket = api.socket(`${pods}/${pod}/exec`, ['v5.channel.k8s.io'], [...command, ['stdout', 'true']]);
  await once(socket, 'close');
}

const WAITS = 'until [ -e told ]; do sleep 0.1; done;';

beforeAll(async () => {
  ns = await api.namespace();
  pods = `/api/v1/namespaces/${ns}/pods`;
  await api.post(pods, podOf('p', stays(`echo one; echo two; ${WAITS} echo three;`), { init: true }));
  await api.post(pods, podOf('ends', `echo begun; ${WAITS} echo ended; exit 3`));
  await api.post(pods, podOf('never', 'true', { image: 'local/none:1', pull: 'Never' }));
  await Promise.all(['p', 'ends'].map((name) => reaches(api, `${pods}/${name}`, 'Running')));
  await eventually(async () => {
    const { body } = await api.get(`${pods}/never`);
    expect(pick(body, 'status', 'containerStatuses', 0, 'state', 'waiting', 'reason')).toBe('ErrImageNeverPull');
  }, STARTS_MS);
  await eventually(async () => expect(await text()).toBe('one\ntwo\n'), STARTS_MS);
}, STARTS_MS * 2);
afterAll(() => golden.save());

describe('a part', () => {
  test('is plain text', async () => {
    const answer = await log();
    expect([answer.code, answer.headers['content-type']]).toEqual([200, 'text/plain']);
  });

  test.each<[Query, string]>([
    [{}, 'one\ntwo\n'],
    [{ container: 'main' }, 'one\ntwo\n'],
    [{ container: 'init' }, 'prepared\n'],
    [{ tailLines: 1 }, 'two\n'],
    [{ tailLines: 0 }, ''],
    [{ tailLines: 100 }, 'one\ntwo\n'],
    [{ limitBytes: 5 }, 'one\nt'],
    [{ limitBytes: 1000 }, 'one\ntwo\n'],
    [{ tailLines: 1, limitBytes: 2 }, 'tw'],
    [{ sinceSeconds: 3600 }, 'one\ntwo\n'],
    [{ sinceTime: '2020-01-02T03:04:05Z' }, 'one\ntwo\n'],
    [{ sinceTime: '2020-01-02T05:04:05.5+02:00', tailLines: 1 }, 'two\n'],
  ])('%j', async (query, expected) => expect(await text(query)).toBe(expected));

  test('each line has its time where it is asked for, to the nanosecond', async () => {
    const lines = (await text({ timestamps: 'true' })).trim().split('\n');
    expect(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /, 'TIME '))).toEqual([
      'TIME one',
      'TIME two',
    ]);
  });

  test('times count towards the limit of bytes', async () =>
    expect((await text({ timestamps: 'true', limitBytes: 34 })).slice(30)).toBe(' one'));
});

describe('refused', () => {
  test.each<[string, Query, string]>([
    ['previous, where there is none', { previous: 'true' }, 'p'],
    ['another container', { container: 'other' }, 'p'],
    ['another pod', {}, 'other'],
    ['a container that has not started', { container: 'main' }, 'never'],
    ['two beginnings', { sinceSeconds: 5, sinceTime: '2020-01-02T03:04:05Z' }, 'p'],
    ['seconds of none', { sinceSeconds: 0 }, 'p'],
    ['a time that is none', { sinceTime: 'yesterday' }, 'p'],
    ['fewer than no lines', { tailLines: -1 }, 'p'],
    ['lines that are no number', { tailLines: 'many' }, 'p'],
    ['no byte', { limitBytes: 0 }, 'p'],
    ['one output of a kind that is not known', { stream: 'Other' }, 'p'],
  ])('%s', async (name, query, pod) => {
    const answer = await log(query, pod);
    const made = { code: answer.code, body: JSON.parse(normalise(answer.text, ns)) as unknown };
    expect(made).toEqual(golden.expected(name, made));
  });
});

describe('in time', () => {
  test('since seconds, since a time, and followed past what is there', async () => {
    // Two whole seconds lie between the second line and the third, so that no rounding meets both.
    await eventually(async () => expect(await text({ sinceSeconds: 2 })).toBe(''), 30_000);
    const followed = log({ follow: 'true', tailLines: 1, limitBytes: 7 });
    await tell('p');
    expect((await followed).text).toBe('two\nthr');
    await eventually(async () => expect(await text({ tailLines: 1 })).toBe('three\n'));
    const [time = ''] = (await text({ tailLines: 1, timestamps: 'true' })).split(' ');
    expect(await text({ sinceTime: time })).toBe('three\n');
    // A time is cut to its second.
    expect(await text({ sinceTime: time.replace(/\.\d+Z/, '.999999999Z') })).toBe('three\n');
    expect(await text({ sinceTime: '2099-01-02T03:04:05Z' })).toBe('');
  });

  test('followed to the end of its container, which leaves it', async () => {
    const followed = log({ follow: 'true' }, 'ends');
    await tell('ends');
    expect((await followed).text).toBe('begun\nended\n');
    await reaches(api, `${pods}/ends`, 'Failed');
    expect(await text({}, 'ends')).toBe('begun\nended\n');
    expect(await text({ follow: 'true', tailLines: 1 }, 'ends')).toBe('ended\n');
  });
});
