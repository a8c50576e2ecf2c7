/**
 * Programs as other people write them, on the official Go and Python clients and on controller-runtime, say the same on the embedded server
 * as on the real one, line by line.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realClock } from '../../../engine/sim/index.ts';
import { type LiveSim, startLive } from '../../../engine/sim/live.ts';
import { program } from '../../kit/program.ts';
import { ADMIN, kubectl, kubectlFails, namespace } from '../kit.ts';
import { DEVIATIONS } from './deviations.ts';

const HERE = import.meta.dirname;
const COMMANDS: Record<string, (built: string) => [string, ...string[]]> = {
  client: (built) => [join(built, 'client')],
  // Informers that begin with a watch, as they do by themselves from the next release on.
  watchlist: (built) => [join(built, 'client')],
  operator: (built) => [join(built, 'operator')],
  python: (built) => [join(built, 'python/bin/python'), join(HERE, 'python/client.py')],
};
const MORE: Record<string, { args: string[]; env: Record<string, string> }> = {
  watchlist: { args: ['informers'], env: { KUBE_FEATURE_WatchListClient: 'true' } },
};
const PROGRAMS = Object.keys(COMMANDS);
const LIMIT_MS = 600_000;

const home = mkdtempSync(join(tmpdir(), 'clients-'));
const embedded = join(home, 'embedded');
const names: Record<string, string> = {};
for (const name of PROGRAMS) names[name] = await namespace(`clients-${name}`);
let sim: LiveSim | undefined;
let built = '';

/** Takes away the definitions of a program that did not come to its end, and the finalizers that would keep their objects for ever. */
async function sweep() {
  const all = await kubectl(['get', 'crd', '-o', 'jsonpath={.items[*].metadata.name}']);
  const free = ['--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
  const objects = 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}';
  for (const crd of all.split(' ').filter((name) => name.endsWith('.clients.opsdeck.dev'))) {
    await kubectl(['delete', 'crd', crd, '--ignore-not-found', '--wait=false']);
    const { stdout } = await kubectlFails(['get', crd, '-A', '-o', objects]); // gone already, as a rule
    for (const line of stdout.split('\n').filter(Boolean)) {
      const [its = '', name = ''] = line.split(' ');
      await kubectlFails(['patch', crd, '-n', its, name, ...free]);
    }
  }
}

beforeAll(async () => {
  const { code, stdout, stderr } = await program(join(HERE, 'build'), [], { env: process.env, limit: 1_700_000 }).done;
  if (code !== 0) throw new Error(stderr);
  built = stdout.trim();
  await sweep();
  sim = await startLive({ clock: realClock(), nodes: ['node1'] });
  writeFileSync(embedded, sim.kubeconfig, { mode: 0o600 });
  for (const name of PROGRAMS) await kubectl(['--kubeconfig', embedded, 'create', 'namespace', names[name] ?? '']);
}, 1_800_000);

afterAll(async () => {
  await sim?.close();
  await sweep();
  rmSync(home, { recursive: true, force: true });
});

/** What a program said, one line for each of its assertions, without the name of its namespace. */
async function lines(name: string, kubeconfig: string): Promise<string[]> {
  const [file, ...args] = COMMANDS[name]?.(built) ?? [''];
  const own = names[name] ?? '';
  const more = MORE[name];
  const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', KUBECONFIG: kubeconfig, ...more?.env };
  const { code, stdout, stderr } = await program(file, [...args, own, ...(more?.args ?? [])], { env, limit: LIMIT_MS })
    .done;
  expect(code, stderr).toBe(0);
  return stdout.trimEnd().replaceAll(own, 'NAMESPACE').split('\n');
}

test.concurrent.each(PROGRAMS)('%s says the same on both servers', { timeout: LIMIT_MS + 30_000 }, async (name) => {
  const [real, double] = await Promise.all([lines(name, ADMIN), lines(name, embedded)]);
  // What fails on both is no agreement.
  expect(real.filter((line) => line.includes(': ERROR '))).toEqual([]);
  if (name === 'watchlist') expect(real[0]).toMatch(/^requests of an informer: \[\[watch from the beginning\] /);

  const listed = Object.keys(DEVIATIONS[name] ?? {});
  const isListed = (line: string) => listed.some((one) => line.startsWith(`${one}: `));
  expect(double.filter((line) => !isListed(line))).toEqual(real.filter((line) => !isListed(line)));
  const different = listed.filter((one) => {
    const line = real.find((said) => said.startsWith(`${one}: `));
    return line !== undefined && !double.includes(line);
  });
  expect(different, 'what is listed as a deviation differs').toEqual(listed);
});
