/** Commands in containers: what they exit with, what they read and say, and what is known when the link breaks. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ExecRequest, KubeClient } from '../../../engine/kube/types.ts';
import { kubectlFails, link, namespace, until } from '../kit.ts';
import { client, pod, ready } from './world.ts';

const ns = await namespace('exec');
await pod(ns, 'box', 'trap : TERM; sleep infinity & wait');
await ready(ns, 'box');
const kube = await client();

async function run(command: string[], more: Partial<ExecRequest> = {}, by: KubeClient = kube) {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const outcome = await by.exec({
    namespace: ns,
    pod: 'box',
    container: 'main',
    command,
    onStdout: (chunk) => out.push(chunk),
    onStderr: (chunk) => err.push(chunk),
    ...more,
  });
  return { outcome, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}
const sh = (script: string, more: Partial<ExecRequest> = {}, by?: KubeClient) => run(['sh', '-c', script], more, by);

test.each([0, 1, 3, 127, 255])('exit code %i comes back as it is', async (code) => {
  expect((await sh(`exit ${code}`)).outcome).toEqual({ kind: 'exit', code });
});

test('arguments arrive word for word, the two outputs apart', async () => {
  const words = ['', ' ', '"', "'", '$HOME', '*', '\\', 'ü€𝄞', 'a&b=c+d%20', '-n', '\n'];
  const { outcome, out } = await run(['printf', '%s\\0', ...words]);
  expect([outcome, out.toString()]).toEqual([{ kind: 'exit', code: 0 }, words.map((word) => `${word}\0`).join('')]);
  const both = await sh('echo to out; echo to err >&2');
  expect([both.out.toString(), both.err]).toEqual(['to out\n', 'to err\n']);
});

test('a container that is not named is the first one', async () => {
  expect((await sh('exit 4', { container: '' })).outcome).toEqual({ kind: 'exit', code: 4 });
});

test('5 MB of input and of output arrive whole', async () => {
  const bytes = randomBytes(5 << 20);
  const { outcome, out } = await run(['cat'], { stdin: bytes });
  expect(outcome).toEqual({ kind: 'exit', code: 0 });
  expect(out.equals(bytes)).toBe(true);
});

test('no input is the end of input', async () => {
  expect((await sh('cat; echo end', { stdin: new Uint8Array() })).out.toString()).toBe('end\n');
});

test('a command that is not there is refused, in the words that matter', async () => {
  const { outcome } = await run(['no-such-command']);
  expect(outcome).toEqual({
    kind: 'refused',
    message: expect.stringMatching(/^exec: "no-such-command": executable file not found in \$PATH$/),
  });
  const theirs = await kubectlFails(['exec', 'box', '--', 'no-such-command'], { namespace: ns });
  expect(theirs.stderr).toContain('executable file not found in $PATH');
});

test('a container, a pod or a namespace that is not there: one line each', async () => {
  const asked = (more: Partial<ExecRequest>) =>
    sh('true', more).then(
      ({ outcome }) => (outcome.kind === 'refused' ? outcome.message : outcome),
      (error: Error) => error.message,
    );
  expect(await asked({ container: 'x' })).toMatch(/container x (is )?not (valid for|found in) pod/);
  expect(await asked({ pod: 'gone' })).toBe('pods "gone" not found');
  expect(await asked({ namespace: 'gone' })).toMatch(/"gone" not found|pods "box" not found/);
});

test('a link that is cut in the middle leaves the outcome unknown, and the command runs on', async () => {
  const wire = await link();
  const by = await client({ kubeconfig: wire.kubeconfig });
  let started = false;
  const running = sh('echo started; sleep 2; echo whole > /kept/cut', { onStdout: () => (started = true) }, by);
  await until('it runs', () => started);
  wire.cut();
  expect((await running).outcome).toMatchObject({ kind: 'unknown', why: expect.stringContaining('no exit status') });
  await until('it ran to its end', async () => (await sh('cat /kept/cut')).out.toString() === 'whole\n');
});

test('a server that cannot be reached has started nothing', async () => {
  const wire = await link();
  const by = await client({ kubeconfig: wire.kubeconfig });
  wire.down();
  await expect(sh('true', {}, by)).rejects.toMatchObject({ reason: 'Connection', sent: false });
});

test('who gives up gets no outcome, and the command runs on', async () => {
  const controller = new AbortController();
  const running = sh('echo started; sleep 1; echo on > /kept/on', {
    signal: controller.signal,
    onStdout: () => controller.abort(),
  });
  expect((await running).outcome).toMatchObject({ kind: 'unknown' });
  await until('it ran to its end', async () => (await sh('cat /kept/on')).out.toString() === 'on\n');
});

test('a pod that is deleted meanwhile', async () => {
  await pod(ns, 'brief', 'trap : TERM; sleep infinity & wait');
  await ready(ns, 'brief');
  let started = false;
  const running = sh('echo started; sleep 60', { pod: 'brief', onStdout: () => (started = true) });
  await until('it runs', () => started);
  await kubectlFails(['delete', 'pod', 'brief', '--now', '--wait=false'], { namespace: ns });
  const { outcome } = await running;
  // The runtime may still tell that it was killed; success it is never.
  expect(outcome.kind === 'unknown' || (outcome.kind === 'exit' && outcome.code === 137)).toBe(true);
});
