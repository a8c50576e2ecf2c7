/** A namespace-wide list of pods on a real API server: time, memory, processor at rest, and what a cursor key costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { environment, k9s, OPSDECK } from '../peers.ts';
import { open, type Screen } from '../screen.ts';
import { quantile, type Row, row } from '../table.ts';
import type { Bench } from './index.ts';

const STARTS = 3;
const SETTLE_SECONDS = 5;
const IDLE_SECONDS = 20;
const KEYS = 60;
const KEY_GAP_MS = 200;

interface Subject {
  name: string;
  file: string;
  args: string[];
  /** A row of the list is on the screen. */
  first: RegExp;
  /** The screen says that all of them are there. */
  complete: RegExp;
}

/** Seconds from the start. */
interface Loading {
  frame: number | undefined;
  first: number | undefined;
  complete: number | undefined;
}

interface Figures extends Loading {
  rss: number;
  peak: number;
  idle: Awaited<ReturnType<Screen['idle']>>;
  keys: Awaited<ReturnType<Screen['keys']>>;
}

async function load(screen: Screen, subject: Subject): Promise<Loading> {
  const frame = await screen.frame(20);
  const first = await screen.shown(subject.first, 60);
  if (first === undefined) throw new Error(`${subject.name} showed no pod within 60 s\n${screen.terminal.screen()}`);
  const complete = await screen.shown(subject.complete, 60);
  return { frame, first, complete };
}

/** Times of loading are medians of several starts; the rest is of the last one. */
async function measure(subject: Subject, kubeconfig: string): Promise<Figures> {
  const loads: Loading[] = [];
  const median = (name: keyof Loading) =>
    quantile(
      loads.map((one) => one[name] ?? Number.POSITIVE_INFINITY),
      0.5,
    );
  for (;;) {
    const screen = open(subject.file, subject.args, { env: environment(kubeconfig) });
    try {
      loads.push(await load(screen, subject));
      await sleep(SETTLE_SECONDS * 1000);
      if (loads.length < STARTS) continue;
      const idle = await screen.idle(IDLE_SECONDS);
      const keys = await screen.keys('j', KEYS, KEY_GAP_MS);
      const { rss, peak } = screen.usage();
      return { frame: median('frame'), first: median('first'), complete: median('complete'), rss, peak, idle, keys };
    } finally {
      await screen.close();
    }
  }
}

/** As a screen writes a count: 10000, or 10,000. */
const count = (pods: number) => `${pods}|${pods.toLocaleString('en-US')}`;

export async function cockpitPods({ clusters, pods, peer }: Bench): Promise<Row[]> {
  const kubeconfig = await clusters.withPods(pods);
  const ours = await measure(
    {
      name: 'opsdeck',
      file: OPSDECK,
      args: ['-A', '-c', 'pods'],
      first: /db-\d+-\w+-\d/,
      complete: new RegExp(`Pods (${count(pods)}) `),
    },
    kubeconfig,
  );
  const other = peer
    ? await measure(
        {
          name: 'k9s',
          file: await k9s(),
          args: ['-A', '-c', 'pods', '--logLevel', 'error'],
          first: /db-\d+-\w+-\d/,
          complete: new RegExp(`\\[(${count(pods)})\\]`),
        },
        kubeconfig,
      )
    : undefined;
  const beside = (value: (figures: Figures) => number | undefined) => other && { name: 'k9s', value: value(other) };
  const title = `${pods} pods`;
  return [
    row(
      `${title}: first frame`,
      's',
      0.2,
      ours.frame,
      beside((f) => f.frame),
    ),
    row(
      `${title}: first rows`,
      's',
      0.5,
      ours.first,
      beside((f) => f.first),
    ),
    row(
      `${title}: complete`,
      's',
      3,
      ours.complete,
      beside((f) => f.complete),
    ),
    row(
      `${title}: memory of all processes`,
      'MiB',
      350,
      ours.rss,
      beside((f) => f.rss),
      { digits: 0, counts: true },
    ),
    row(
      `${title}: highest memory`,
      'MiB',
      undefined,
      ours.peak,
      beside((f) => f.peak),
      { digits: 0 },
    ),
    row(
      `${title}: processor at rest`,
      '%',
      1,
      ours.idle.cpuPercent,
      beside((f) => f.idle.cpuPercent),
      { digits: 1 },
    ),
    row(
      `${title}: bytes a minute at rest`,
      'B',
      1000,
      ours.idle.bytesPerMinute,
      beside((f) => f.idle.bytesPerMinute),
      { digits: 0 },
    ),
    row(
      `cursor key at 160x48: p50 to first byte`,
      'ms',
      10,
      ours.keys.p50,
      beside((f) => f.keys.p50),
      { digits: 1 },
    ),
    row(
      `cursor key at 160x48: p99 to first byte`,
      'ms',
      33,
      ours.keys.p99,
      beside((f) => f.keys.p99),
      { digits: 1 },
    ),
    row(
      `cursor key at 160x48: bytes p50`,
      'B',
      1100,
      ours.keys.bytes,
      beside((f) => f.keys.bytes),
      { digits: 0, counts: true },
    ),
    row(
      `cursor key at 160x48: not answered`,
      `of ${KEYS}`,
      0,
      KEYS - ours.keys.answered,
      beside((f) => KEYS - f.keys.answered),
      { digits: 0 },
    ),
  ];
}
