/** Runs by the real engine under each kind of fault: real HTTP, real shells. The promises are the same under all of them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../engine/runtime/clock.ts';
import type { Rule } from '../../engine/sim/index.ts';
import { type Asked, broken, type Done, openWorld, type World } from './world.ts';

let world: World;
const PLACES = 8;
const SCRIPT = 'for i in 1 2 3 4; do echo line $i; sleep 0.1; done';
const OUTPUT = 'line 1\nline 2\nline 3\nline 4\n';

beforeAll(async () => {
  world = await openWorld();
  await Promise.all(Array.from({ length: PLACES }, (_, i) => world.place(`place-${i}`)));
});
afterEach(() => void world.base.sim.faults.clear());
afterAll(() => world?.close());

/** Of the journal, in either store. */
const JOURNAL: string[] = ['configmaps', 'opsrequests.opsdeck.dev', 'opsrequests.opsdeck.dev/status'];
const EXEC = 'pods/exec';
const LOG = 'pods/log';
const once = { times: 1 };
const late = { afterEffect: true } as const;

/** What is to come of it; the others must end well. */
type Case = [what: string, faults: Rule[], phases?: string[]];

const CASES: Case[] = [
  [
    'the journal’s creation seems to fail',
    [{ do: 'error', status: 500, verb: 'create', resource: JOURNAL, ...once, ...late }],
  ],
  ['the journal’s creation fails', [{ do: 'error', status: 500, verb: 'create', resource: JOURNAL, ...once }]],
  [
    'the answer to the journal’s creation is lost',
    [{ do: 'drop', verb: 'create', resource: JOURNAL, ...once, ...late }],
  ],
  [
    'a write of the journal seems to fail',
    [{ do: 'error', status: 503, verb: 'update', resource: JOURNAL, times: 2, ...late }],
  ],
  [
    'a write of the journal seems to meet another',
    [{ do: 'error', status: 409, verb: 'update', resource: JOURNAL, ...once, ...late }],
  ],
  ['answers to the journal are lost', [{ do: 'drop', verb: 'update', resource: JOURNAL, times: 2, ...late }]],
  [
    'a gateway answers for the journal',
    [
      {
        do: 'error',
        status: 502,
        bare: true,
        verb: ['create', 'update'],
        resource: JOURNAL,
        skip: 1,
        ...once,
        ...late,
      },
    ],
  ],
  ['the server asks for patience', [{ do: 'error', status: 429, retryAfter: 0.2, every: 2, times: 5 }]],
  [
    'reading the journal fails, and writing seems to',
    [
      { do: 'error', status: 500, verb: 'update', resource: JOURNAL, ...once, ...late },
      { do: 'error', status: 500, verb: 'get', resource: JOURNAL, ...once },
    ],
  ],
  ['first contact is refused', [{ do: 'error', status: 500, resource: EXEC, ...once }]],
  ['first contact seems to be refused', [{ do: 'error', status: 500, resource: EXEC, ...once, ...late }]],
  ['the start is refused', [{ do: 'error', status: 500, resource: EXEC, skip: 1, ...once }]],
  ['the start seems to be refused', [{ do: 'error', status: 500, resource: EXEC, skip: 1, times: 2, ...late }]],
  ['the start is never heard of', [{ do: 'drop', resource: EXEC, skip: 1, ...once, ...late }]],
  [
    'a gateway answers for the start',
    [{ do: 'error', status: 504, bare: true, resource: EXEC, skip: 1, ...once, ...late }],
  ],
  ['exec loses its status each time', [{ do: 'lose-status', resource: EXEC }]],
  ['exec breaks off within first contact', [{ do: 'stream-drop', bytes: 2, resource: EXEC, ...once }]],
  ['exec breaks off before a word', [{ do: 'stream-drop', bytes: 0, resource: EXEC, skip: 1, times: 2 }]],
  ['exec breaks off in the middle of a line', [{ do: 'stream-drop', bytes: 14, resource: EXEC, skip: 1, times: 2 }]],
  ['exec breaks off again and again', [{ do: 'stream-drop', ms: 60, resource: EXEC, skip: 1, times: 3 }]],
  ['exec ends early without a status', [{ do: 'stream-end', bytes: 25, resource: EXEC, skip: 1, ...once }]],
  ['exec is closed on one side', [{ do: 'stream-half-close', bytes: 10, resource: EXEC, skip: 1, ...once }]],
  [
    'the pod crashes as the command begins',
    [{ do: 'crash-pod', resource: EXEC, skip: 1, ...once, ...late }],
    ['Unknown'],
  ],
  ['the pod crashes before the start', [{ do: 'crash-pod', resource: EXEC, skip: 1, ...once }], ['Failed', 'Unknown']],
  [
    'the node crashes as the command begins',
    [{ do: 'crash-node', ms: 900, resource: EXEC, skip: 1, ...once, ...late }],
    ['Unknown'],
  ],
  ['the cluster’s clock jumps forward', [{ do: 'clock-jump', ms: 3_600_000, resource: EXEC, skip: 1, ...once }]],
  ['the cluster’s clock jumps back', [{ do: 'clock-jump', ms: -3_600_000, resource: EXEC, skip: 1, ...once }]],
  ['history is forgotten', [{ do: 'compact', times: 10 }]],
  ['the link is cut', [{ do: 'cut-link', resource: EXEC, skip: 1, times: 1, ms: 600 }]],
];

const JOBS: Case[] = [
  [
    'its Job seems not to be made',
    [{ do: 'error', status: 500, verb: 'create', resource: 'jobs.batch', ...once, ...late }],
  ],
  ['the answer to its Job is lost', [{ do: 'drop', verb: 'create', resource: 'jobs.batch', ...once, ...late }]],
  [
    'its pods can’t be listed for a while',
    [{ do: 'error', status: 503, verb: 'list', resource: 'pods', skip: 1, times: 2 }],
  ],
  ['its log breaks off again and again', [{ do: 'stream-drop', bytes: 9, resource: LOG, times: 3 }]],
  [
    'its log breaks off and its rest is refused at first',
    [
      { do: 'stream-drop', bytes: 20, resource: LOG, ...once },
      { do: 'error', status: 500, resource: LOG, skip: 1, ...once },
    ],
  ],
  ['its log is refused at first', [{ do: 'error', status: 500, resource: LOG, ...once }]],
  ['its finalizer stays', [{ do: 'error', status: 500, verb: 'patch', resource: 'jobs.batch', ...once, ...late }]],
];

/** Each in a place of its own, so many at a time. */
async function together(cases: readonly Case[], more: Partial<Asked>): Promise<Map<string, Done>> {
  const left = [...cases];
  const done = new Map<string, Done>();
  const work = async (place: number) => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [what, faults] = next;
      done.set(what, await world.operate({ namespace: `place-${place}`, script: SCRIPT, faults, ...more }));
      if (next[2]) await world.base.ready(`place-${place}`, 'app=cart', 1);
    }
  };
  await Promise.all(Array.from({ length: PLACES }, (_, place) => work(place)));
  return done;
}

// Faults of the whole cluster strike the neighbours too: these go alone.
const isWide = ([, faults]: Case) => faults.some((rule) => ['crash-node', 'cut-link', 'compact'].includes(rule.do));
const isOfJournal = ([, faults]: Case) => faults.some((rule) => rule.resource === JOURNAL);

describe.each<[string, Case[], Partial<Asked>]>([
  ['a run that is kept in a ConfigMap', CASES, { kept: 'configmap' }],
  ['a run that is kept in an OpsRequest', CASES.filter(isOfJournal), { kept: 'opsrequest' }],
  ['a run by a Job', JOBS, { image: true }],
])('%s goes on, each attempt started once at most and told as it was, when', (_, cases, more) => {
  let done: Map<string, Done>;
  beforeAll(async () => {
    done = await together(
      cases.filter((one) => !isWide(one)),
      more,
    );
  });

  test.each(cases)('%s', async (what, faults, phases = ['Succeed']) => {
    const run = done.get(what) ?? (await world.operate({ namespace: 'place-0', script: SCRIPT, faults, ...more }));
    expect(broken(run, 0, OUTPUT), JSON.stringify(run.trouble)).toBeUndefined();
    expect(phases, run.stored.journal?.message).toContain(run.stored.journal?.phase);
    for (const hits of run.hits) expect(hits).toBeGreaterThan(0);
  });
});

test('a known failure is one under faults too, and only that is tried again', async () => {
  const run = await world.operate({
    namespace: 'place-1',
    script: SCRIPT,
    code: 7,
    retryTimes: 1,
    faults: [
      { do: 'lose-status', resource: EXEC },
      { do: 'stream-drop', bytes: 30, resource: EXEC, skip: 1, every: 2, times: 2 },
      { do: 'error', status: 503, verb: 'update', resource: JOURNAL, every: 2, times: 2, ...late },
    ],
  });
  expect(broken(run, 7, OUTPUT), JSON.stringify(run.trouble)).toBeUndefined();
  expect(run.attempts.map(({ phase, exitCode }) => [phase, exitCode])).toEqual([
    ['Failed', 7],
    ['Failed', 7],
  ]);
  expect(run.began).toEqual([1, 1]);
});

test('the engine’s own clock may jump by hours in mid-run', async () => {
  let offset = 0;
  const clock = { ...systemClock, now: () => Date.now() + offset };
  const jumps = setInterval(() => {
    offset = offset > 0 ? -7_200_000 : 7_200_000;
  }, 100);
  const run = await world.operate({ namespace: 'place-2', script: SCRIPT, clock });
  clearInterval(jumps);
  expect(broken(run, 0, OUTPUT)).toBeUndefined();
  expect(run.stored.journal?.phase).toBe('Succeed');
});
