/** The embedded cluster: how soon it is there, what it does in a second, what it holds; beside a real API server where that has a figure. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, api } from '../api.ts';
import { type Served, serve } from '../demo.ts';
import { environment, OPSDECK } from '../peers.ts';
import { open } from '../screen.ts';
import { quantile, type Row, row } from '../table.ts';
import { usage } from '../usage.ts';
import type { Bench } from './index.ts';

const STARTS = 3;
const WARM = 1000;
const OBJECTS = 5000;
const WATCHES = 10;
const WATCHED_WRITES = 1000;
const PAGE = 500;
const NAMESPACE = 'bench-api';
const COLLECTION = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const MERGE = 'application/merge-patch+json';

const configMap = (name: string) => ({
  metadata: { name, labels: { app: 'bench' } },
  data: { a: 'x'.repeat(300), b: 'y'.repeat(300), c: '' },
});

interface Speeds {
  /** A second. */
  creates: number;
  patches: number;
  events: number;
  /** Bytes of resident memory an object more costs. */
  perObject: number;
}

/** Takes the time of writes by 16 clients at a time to objects of 1 KB. `rss` is the server's, in MiB. */
async function speeds(server: Api, rss: () => number): Promise<Speeds> {
  const create = (prefix: string, count: number) =>
    server.drive(count, (i) => ({ method: 'POST', path: COLLECTION, body: configMap(`${prefix}-${i}`) }));
  const patch = (count: number) =>
    server.drive(count, (i) => ({
      method: 'PATCH',
      path: `${COLLECTION}/c-${i % OBJECTS}`,
      type: MERGE,
      body: { data: { c: `${performance.now()}` } },
    }));
  await server.drive(1, () => ({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: NAMESPACE } },
  }));
  try {
    await create('warm', WARM);
    const before = rss();
    const creates = await create('c', OBJECTS);
    const perObject = ((rss() - before) * 2 ** 20) / OBJECTS;
    const patches = await patch(OBJECTS);
    let seen = 0;
    for (let i = 0; i < WATCHES; i++)
      await server.watch(`${COLLECTION}?watch=true&resourceVersion=${await revision(server)}`, (events) => {
        seen += events;
      });
    const began = performance.now();
    await patch(WATCHED_WRITES);
    while (seen < WATCHES * WATCHED_WRITES) await sleep(1);
    return { creates, patches, events: (seen * 1000) / (performance.now() - began), perObject };
  } finally {
    await server.drive(1, () => ({ method: 'DELETE', path: `/api/v1/namespaces/${NAMESPACE}`, body: {} }));
  }
}

async function revision(server: Api): Promise<string> {
  const { body } = await server.get(`${COLLECTION}?limit=1`);
  return (JSON.parse(body.toString()) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}

interface Lists {
  pods: number;
  /** Seconds. */
  table: number;
  pages: number;
  /** Bytes of a pod. */
  size: number;
}

/** All pods: as rows in one answer, and whole in pages. */
async function lists(server: Api): Promise<Lists> {
  const table = await server.get('/api/v1/pods?includeObject=None&resourceVersion=0', TABLE);
  const again = await server.get('/api/v1/pods?includeObject=None&resourceVersion=0', TABLE);
  const { rows } = JSON.parse(table.body.toString()) as { rows: unknown[] };
  const began = performance.now();
  let bytes = 0;
  for (let token: string | undefined = ''; token !== undefined; ) {
    const { body } = await server.get(`/api/v1/pods?limit=${PAGE}&continue=${encodeURIComponent(token)}`);
    bytes += body.length;
    // At the beginning of the page, behind the revision: parsing all of it would be the client's time, not the server's.
    token = /"continue":"([^"]+)"/.exec(body.subarray(0, 1000).toString())?.[1];
  }
  const pages = (performance.now() - began) / 1000;
  return { pods: rows.length, table: again.ms / 1000, pages, size: bytes / rows.length };
}

async function withServed<T>(args: string[], act: (served: Served, server: Api) => Promise<T>): Promise<T> {
  const served = await serve(...args);
  const server = api(served.kubeconfig);
  try {
    return await act(served, server);
  } finally {
    await server.close();
    await served.stop();
  }
}

/** Median seconds to the kubeconfig's line. */
async function ready(...args: string[]): Promise<number | undefined> {
  const taken: number[] = [];
  for (let i = 0; i < STARTS; i++) taken.push(await withServed(args, async ({ seconds }) => seconds));
  return quantile(taken, 0.5);
}

/** Median seconds until the cockpit of the demo shows a cluster. */
async function shown(): Promise<number | undefined> {
  const taken: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const screen = open(OPSDECK, ['demo'], { env: environment('') });
    const at = await screen.shown(/\bsessions\b/, 60);
    if (at !== undefined) taken.push(at);
    await screen.close();
  }
  return quantile(taken, 0.5);
}

/** The pid of the API server that belongs to a kubeconfig of test/real. */
const apiserverOf = (kubeconfig: string) =>
  Number(readFileSync(join(dirname(kubeconfig), 'run/apiserver'), 'utf8').split(' ')[0]);

export async function embeddedApi({ clusters, pods, peer }: Bench): Promise<Row[]> {
  const empty = await ready('--empty');
  const estate = await ready();
  const screen = await shown();
  const ours = await withServed(['--empty'], (served, server) => speeds(server, served.rss));
  const small = await withServed(['--size', `${Math.ceil(pods / 1000)}k`], (_served, server) => lists(server));
  const large = await withServed(['--size', '100k'], async (served, server) => {
    const found = await lists(server);
    return { ...found, ready: served.seconds, rss: served.rss() };
  });
  const real = peer ? await clusters.withPods(pods) : undefined;
  const theirs = real === undefined ? undefined : api(real);
  try {
    const speed = theirs && (await speeds(theirs, () => usage(apiserverOf(real!)).rss));
    const list = theirs && (await lists(theirs));
    const beside = (value: number | undefined) => (value === undefined ? undefined : { name: 'kube-apiserver', value });
    const kilobytes = (size: number) => `${(size / 1000).toFixed(0)} KB`;
    const sizes = `${kilobytes(small.size)}${list ? `; there ${kilobytes(list.size)}` : ''}`;
    return [
      row('demo --serve --empty: ready', 's', 1, empty),
      row('demo --serve: ready', 's', 1, estate),
      row('demo: clusters on the screen', 's', undefined, screen),
      row('creates of 1 KB, 16 in flight', '/s', 4000, ours.creates, beside(speed?.creates), { digits: 0, more: true }),
      row('merge patches, 16 in flight', '/s', 8000, ours.patches, beside(speed?.patches), { digits: 0, more: true }),
      row(`events to ${WATCHES} watches`, '/s', 10_000, ours.events, beside(speed?.events), { digits: 0, more: true }),
      row('memory of an object of 1 KB', 'B', undefined, ours.perObject, beside(speed?.perObject), { digits: 0 }),
      row(`${small.pods} pods: Table of all`, 's', undefined, small.table, beside(list?.table)),
      row(`${small.pods} pods (${sizes}) in pages`, 's', undefined, small.pages, beside(list?.pages)),
      row('100k pods: ready', 's', undefined, large.ready),
      row('100k pods: memory', 'MiB', 1200, large.rss, undefined, { digits: 0, counts: true }),
      row(`${large.pods} pods: Table of all`, 's', undefined, large.table),
      row(`${large.pods} pods (${kilobytes(large.size)}) in pages of ${PAGE}`, 's', undefined, large.pages),
    ];
  } finally {
    await theirs?.close();
  }
}
