/**
 * What workloads go through, played on the real and on the embedded server: the states, their order, the events and the ends must be the
 * same. TIMELINES_TIMES=3 plays each several times on the real server first, which must say the same each time.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../../../engine/sim/index.ts';
import { type LiveSim, startLive } from '../../../engine/sim/live.ts';
import { REAL_TIMING } from '../../../engine/sim/node/index.ts';
import { ADMIN } from '../kit.ts';
import { BATCH } from './batch.ts';
import { CONTROLLERS } from './controllers.ts';
import { DEVIATIONS } from './deviations.ts';
import { container, pod, podSpec, SERVER, SHELL, shell } from './objects.ts';
import { PLACES } from './places.ts';
import { PODS } from './pods.ts';
import { SCALERS } from './scalers.ts';
import { playOn, type Scenario } from './stage.ts';
import { agree } from './timeline.ts';

const TIMES = Number(process.env.TIMELINES_TIMES ?? 1);
const LIMIT_MS = 300_000;
const SCENARIOS = [...CONTROLLERS, ...BATCH, ...PODS, ...PLACES, ...SCALERS];
const home = mkdtempSync(join(tmpdir(), 'timelines-'));
const embedded = join(home, 'embedded');
let sim: LiveSim | undefined;

const place = (scenario: Scenario, time: number) => `timeline-${process.pid}-${SCENARIOS.indexOf(scenario)}-${time}`;

beforeAll(async () => {
  const clock = realClock();
  sim = await startLive({ clock, nodes: ['node1'], timing: REAL_TIMING });
  writeFileSync(embedded, sim.kubeconfig, { mode: 0o600 });
  // Images are on the real node already.
  await playOn(embedded, 'warm', {
    name: 'warm',
    async play(stage) {
      await stage.apply(
        pod('warm', podSpec([container('a', { image: SERVER }), shell('exec sleep 60', 'b', { image: SHELL })])),
      );
      await stage.when('Pod', 'warm', ({ status }) => status?.containerStatuses?.[1]?.ready);
    },
  });
});

afterAll(async () => {
  await sim?.close();
  rmSync(home, { recursive: true, force: true });
});

const differ = (real: readonly string[], double: readonly string[]) => ({
  'only on the real server': real.filter((line) => !double.some((other) => agree(line, other))),
  'only on the embedded server': double.filter((line) => !real.some((other) => agree(line, other))),
});
const NOTHING = differ([], []);

const same = (scenario: Scenario) => async () => {
  const [real, double] = await Promise.all([
    playOn(ADMIN, place(scenario, 0), scenario),
    playOn(embedded, place(scenario, 0), scenario),
  ]);
  for (let time = 1; time < TIMES; time++)
    expect(differ(real, await playOn(ADMIN, place(scenario, time), scenario)), 'a real server repeats itself').toEqual(
      NOTHING,
    );
  const listed = DEVIATIONS[scenario.name] ?? [];
  const found = differ(real, double);
  const all = Object.values(found).flat();
  const isListed = (line: string) => listed.some((one) => one.line.test(line));
  const fresh = Object.fromEntries(
    Object.entries(found).map(([where, lines]) => [where, lines.filter((l) => !isListed(l))]),
  );
  expect(fresh).toEqual(NOTHING);
  expect(
    listed.filter((one) => !all.some((line) => one.line.test(line))).map(({ why }) => why),
    'what is listed as a deviation differs',
  ).toEqual([]);
};

for (const scenario of SCENARIOS) test.concurrent(scenario.name, { timeout: LIMIT_MS * TIMES }, same(scenario));
