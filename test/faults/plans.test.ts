/** Whatever plan of faults meets a run: an attempt is started once at most, and the journal's word on it is true. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NotBegun } from '../../engine/ops/contact.ts';
import type { Rule } from '../../engine/sim/index.ts';
import { broken, openWorld, type World } from './world.ts';

/** Plans at a time, each in a place of its own. */
const PLACES = 6;
const BATCHES = Number(process.env.PLANS_BATCHES ?? 4);
/** The same plans each time; PLANS_SEED and PLANS_BATCHES look for others. */
const SEED = Number(process.env.PLANS_SEED ?? 1);
const SCRIPT = 'echo one; sleep 0.15; echo two';
const OUTPUT = 'one\ntwo\n';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await Promise.all(Array.from({ length: PLACES }, (_, i) => world.place(`place-${i}`)));
});
afterAll(() => world?.close());

const often = { skip: fc.nat(3), times: fc.integer({ min: 1, max: 3 }) };
const afterEffect = fc.boolean();
const journal = fc.constantFrom('configmaps', 'opsrequests.opsdeck.dev,opsrequests.opsdeck.dev/status');
const record = (fields: object) => fc.record(fields) as unknown as fc.Arbitrary<Rule>;

/** Statuses that a server or a gateway may answer with although the request was carried out. */
const heard = fc.constantFrom(500, 502, 503, 504);
/** What happens to requests, streams and the pod; `exec` first: there it hurts most. */
const rule: fc.Arbitrary<Rule> = fc.oneof(
  {
    weight: 3,
    arbitrary: record({
      do: fc.constant('error'),
      status: heard,
      bare: fc.boolean(),
      resource: fc.constant('pods/exec'),
      afterEffect,
      ...often,
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: fc.constant('error'),
      status: heard,
      verb: fc.constantFrom('create', 'update', 'get'),
      resource: journal,
      afterEffect,
      ...often,
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      do: fc.constant('error'),
      status: fc.constant(409),
      verb: fc.constantFrom('create', 'update'),
      resource: journal,
      afterEffect,
      ...often,
    }),
  },
  {
    weight: 1,
    arbitrary: record({ do: fc.constant('error'), status: fc.constant(429), retryAfter: fc.constant(0.05), ...often }),
  },
  {
    weight: 2,
    arbitrary: record({
      do: fc.constant('drop'),
      resource: fc.constantFrom('pods/exec', 'configmaps', 'pods'),
      afterEffect,
      ...often,
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      do: fc.constant('delay'),
      ms: fc.integer({ min: 10, max: 250 }),
      resource: fc.constantFrom('pods/exec', 'configmaps'),
      ...often,
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: fc.constantFrom('stream-drop', 'stream-end', 'stream-half-close'),
      bytes: fc.nat(40),
      resource: fc.constant('pods/exec'),
      ...often,
    }),
  },
  { weight: 2, arbitrary: record({ do: fc.constant('lose-status'), resource: fc.constant('pods/exec'), ...often }) },
  {
    weight: 1,
    arbitrary: record({
      do: fc.constant('crash-pod'),
      resource: fc.constant('pods/exec'),
      afterEffect,
      skip: fc.nat(3),
      times: fc.constant(1),
    }),
  },
);

const plan = fc.record({
  faults: fc.array(rule, { minLength: 1, maxLength: 4 }),
  code: fc.constantFrom(0, 0, 7),
  retryTimes: fc.nat(1),
  kept: fc.constantFrom('configmap' as const, 'opsrequest' as const),
});

test('random plans of faults', async () => {
  const ends = new Map<string, number>();
  let struck = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: PLACES, maxLength: PLACES }), async (plans) => {
      await Promise.all(
        plans.map(async (one, i) => {
          const namespace = `place-${i}`;
          await world.base.ready(namespace, 'app=cart', 1);
          let done: Awaited<ReturnType<World['operate']>>;
          try {
            done = await world.operate({ namespace, script: SCRIPT, ...one });
          } catch (error) {
            // Refused in a sentence before anything was sent or kept.
            if (error instanceof NotBegun) return;
            throw new Error(`${(error as Error).message} under ${JSON.stringify(one)}`);
          }
          const phase = done.stored.journal?.phase ?? '';
          ends.set(phase, (ends.get(phase) ?? 0) + 1);
          struck += done.hits.reduce((sum, hits) => sum + hits, 0);
          expect(broken(done, one.code, OUTPUT), `${JSON.stringify(one)}\n${done.trouble.join('\n')}`).toBeUndefined();
        }),
      );
    }),
    // What chance has found is told as it is: making it smaller would take minutes.
    { numRuns: BATCHES, endOnFailure: true, seed: SEED },
  );
  expect(struck).toBeGreaterThan(PLACES * BATCHES);
  expect(ends.get('Succeed')).toBeGreaterThan(0);
  expect(ends.get('Failed')).toBeGreaterThan(0);
}, 180_000);
