/**
 * Requests that a seed determines, sent to the embedded API and to the real one: what they answer must be the same, word for word. By
 * hand: DRIFT_SEED and DRIFT_COUNT choose others and more, DRIFT_ONLY=create,read their ways, DRIFT_REPORT=FILE has every difference.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN } from '../kit.ts';
import { comparable, difference } from './drift/compare.ts';
import { KNOWN } from './drift/known.ts';
import { Random } from './drift/random.ts';
import { type Request, Requests, type Way } from './drift/requests.ts';
import { openWorld, type World } from './drift/world.ts';

const SEED = Number(process.env.DRIFT_SEED ?? 1);
const COUNT = Number(process.env.DRIFT_COUNT ?? 300);
const ONLY = process.env.DRIFT_ONLY?.split(',') as Way[] | undefined;
const REPORT = process.env.DRIFT_REPORT;

let world: World;
beforeAll(async () => {
  world = await openWorld(process.env.DRIFT_KUBECONFIG ?? ADMIN, `drift-${process.pid}`);
});

afterAll(() => world.close());

interface Found {
  request: Request;
  difference: string;
  real: string;
  embedded: string;
}

test(`${COUNT} requests of seed ${SEED} get the same answers`, { timeout: 3_600_000 }, async () => {
  const requests = new Requests(world.schemas, world.samples, new Random(SEED));
  const found: Found[] = [];
  for (let left = COUNT; left > 0; left--) {
    const request = requests.next(ONLY);
    const { real, embedded } = await world.ask(request);
    const text = difference(comparable(real, world.namespace), comparable(embedded, world.namespace));
    if (text)
      found.push({ request, difference: text, real: real.text.slice(0, 600), embedded: embedded.text.slice(0, 600) });
  }
  if (REPORT)
    writeFileSync(
      REPORT,
      found
        .map(
          (one) => `${JSON.stringify(one)}
`,
        )
        .join(''),
    );
  const met = new Set<string>();
  const fresh = found.filter((one) => {
    const known = KNOWN.find(({ pattern }) => pattern.test(`${one.difference} ${one.real} || ${one.embedded}`));
    if (known) met.add(known.why);
    return !known;
  });
  expect(fresh).toEqual([]);
  // What isn't met any more leaves the list; other seeds than the first needn't meet all.
  if (SEED === 1 && COUNT === 300) expect([...met].sort()).toEqual(KNOWN.map(({ why }) => why).sort());
});
