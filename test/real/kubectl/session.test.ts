/**
 * The same session with kubectl on the real server and on the embedded one, compared line by line with the recording of a real one, exit
 * codes included. A changed session.txt is recorded anew with SESSION_RECORD=1.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realClock } from '../../../engine/sim/index.ts';
import { type LiveSim, startLive } from '../../../engine/sim/live.ts';
import { program } from '../../kit/program.ts';
import { ADMIN, KUBECTL, kubectl } from '../kit.ts';
import { DEVIATIONS } from './deviations.ts';
import { play, readRecording, readSteps, type Said, writeRecording } from './session.ts';

const RECORDING = new URL('./recorded.txt', import.meta.url).pathname;
const RECORD = process.env.SESSION_RECORD === '1';
const steps = readSteps(new URL('./session.txt', import.meta.url).pathname);
const name = `kubectl-${randomBytes(4).toString('hex').replace(/\d/g, 'x')}`;
const dir = mkdtempSync(join(tmpdir(), 'kubectl-session-'));
const said: { real: Said[]; embedded: Said[] } = { real: [], embedded: [] };
let recorded: Said[] = [];
let sim: LiveSim | undefined;

async function session(cluster: string, kubeconfig: string): Promise<Said[]> {
  const own = join(dir, cluster);
  writeFileSync(own, kubeconfig, { mode: 0o600 });
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await program(KUBECTL, ['--kubeconfig', own, ...args], { env: process.env }).done;
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  await ask('create', 'namespace', name);
  await ask('label', 'namespace', name, 'opsdeck.dev/test=true');
  await ask('config', 'set-context', '--current', `--namespace=${name}`);
  const server = await ask('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}');
  return play(steps, { kubeconfig: own, bin: dirname(KUBECTL), server, namespace: name });
}

beforeAll(async () => {
  const clock = realClock();
  sim = await startLive({ clock, nodes: ['node1'], pace: 0.1 });
  // Side by side: most of a session is waiting.
  [said.real, said.embedded] = await Promise.all([
    session('real', readFileSync(ADMIN, 'utf8')),
    session('embedded', sim.kubeconfig),
  ]);
  if (RECORD) writeRecording(RECORDING, said.real);
  recorded = readRecording(RECORDING);
}, 900_000);

afterAll(async () => {
  await sim?.close();
  rmSync(dir, { recursive: true, force: true });
  await kubectl(['delete', 'namespace', name, '--ignore-not-found', '--wait=false']);
  await kubectl(['delete', 'crd', 'gadgets.session.opsdeck.dev', '--ignore-not-found', '--wait=false']);
});

test('the recording is of this session, and the list of deviations too', () => {
  const commands = steps.map((step) => step.command);
  expect(recorded.map((step) => step.command)).toEqual(commands);
  expect(Object.keys(DEVIATIONS).filter((command) => !commands.includes(command))).toEqual([]);
});

const numbered = steps.map((step, i) => [`${i + 1} ${step.command.split('\n')[0]}`, i] as const);

describe('the real server', () => {
  test.for(numbered)('%s', ([, i]) => expect(said.real[i]).toEqual(recorded[i]));
});

describe('the embedded server', () => {
  test.for(numbered)('%s', ([, i]) => {
    const deviation = DEVIATIONS[steps[i]?.command ?? ''];
    if (deviation) expect(said.embedded[i], `listed as a deviation (${deviation}) but equal`).not.toEqual(recorded[i]);
    else expect(said.embedded[i]).toEqual(recorded[i]);
  });
});
