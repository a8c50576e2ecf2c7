/** A person who may write ConfigMaps and nothing else can't have anybody's engine execute what they wrote. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apply, grant, idle, kubectl, kubectlFails, namespace, opsdeck, startOpsdeck, USERS, until } from '../kit.ts';

const ns = await namespace('forged');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-forged-'));
afterAll(() => rmSync(folder, { recursive: true }));
const alice = { namespace: ns, kubeconfig: USERS.alice };

let file: string;
beforeAll(async () => {
  await apply(idle('one'), ns);
  await kubectl(['rollout', 'status', 'statefulset/one', '--timeout=60s'], { namespace: ns });
  await grant('alice', ns, [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'create', 'update', 'patch'] },
  ]);
  await until('the grant counts', async () => {
    await kubectl(['get', 'configmaps'], alice);
    return true;
  });
  file = join(folder, 'op.yaml');
  const container = {
    command: ['sh', '-c', 'echo x >>/tmp/starts; for i in 1 2 3 4 5 6 7 8; do echo tick $i; sleep 0.5; done'],
  };
  const spec = { strategies: { container, components: [{ type: '*', pickOne: true }] } };
  writeFileSync(
    file,
    JSON.stringify({ apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name: 'op' }, spec }),
  );
});

/** The administrator's run, left behind in the middle of its command. */
async function left(name: string): Promise<void> {
  const run = startOpsdeck(['run', '-f', file, '--cluster', 'one', '-n', ns, '--name', name]);
  await run.until('tick 2');
  run.kill('SIGKILL');
  await run.done;
}

const EVIL = 'touch /tmp/evil';
interface Run {
  metadata: { name: string; labels: Record<string, string> };
  data: { spec: string; status: string; seal?: string };
}
const object = async (name: string): Promise<Run> => {
  const { metadata, data } = JSON.parse(await kubectl(['get', 'configmap', name, '-o', 'json'], alice));
  return { metadata: { name, labels: metadata.labels }, data };
};
/** A journal that asks for another command, as if nothing had been done and nobody held it. */
function forgery(run: Run, name: string): string {
  const status = JSON.parse(run.data.status);
  status.phase = 'Waiting';
  const [target] = status.journal.steps[0].targets;
  Object.assign(target, { argv: ['sh', '-c', EVIL], dir: '', attempts: [] });
  Object.assign(status.journal, { holder: null, released: 9 });
  const metadata = { name, labels: { ...run.metadata.labels, 'opsdeck.dev/open': 'true' } };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { ...run.data, status: JSON.stringify(status) },
  });
}
const evil = async () =>
  (await kubectl(['exec', 'one-0', '--', 'sh', '-c', 'ls /tmp/evil 2>&1 || true'], { namespace: ns })).trim();

describe('of a person who may write ConfigMaps only', () => {
  test('a changed journal and one made from nothing are shown, and nobody’s engine executes them', async () => {
    await left('real');
    expect((await kubectlFails(['exec', 'one-0', '--', 'true'], alice)).code).not.toBe(0);
    const real = await object('real');
    await kubectl(['apply', '--force-conflicts', '--server-side', '-f', '-'], {
      ...alice,
      input: forgery(real, 'made'),
    });
    const changed = JSON.parse(forgery(real, 'real'));
    await kubectl(['patch', 'configmap', 'real', '--type=merge', '-p', JSON.stringify({ data: changed.data })], alice);
    for (const name of ['real', 'made']) {
      const shown = await opsdeck(['describe', 'run', name, '-n', ns]);
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('only shown') });
      const following = startOpsdeck(['describe', 'run', name, '-n', ns, '-f']);
      await following.until(`opsdeck adopt ${name} -n ${ns}`);
      following.kill('SIGINT');
      expect((await following.done).code).toBe(130);
      const asked = await opsdeck(['adopt', name, '-n', ns, '-f', file, '--confirm', 'adopt']);
      expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('the command on one-0 is not what') });
    }
    const operator = startOpsdeck(['operator', '-n', ns]);
    await operator.until('standalone');
    await new Promise((done) => setTimeout(done, 5000));
    operator.kill('SIGTERM');
    await operator.done;
    expect(await evil()).toContain('No such file');
    for (const name of ['real', 'made']) await kubectl(['delete', 'configmap', name], { namespace: ns });
  });

  test('a run that was left alone goes on for its own user; a colleague takes it over by a word', async () => {
    await left('own');
    const again = await opsdeck(['describe', 'run', 'own', '-n', ns, '-f']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tick 1\n(.*\n)*tick 8\n$/) });
    await left('handed');
    const colleague = { env: { XDG_STATE_HOME: join(folder, 'colleague') } };
    const taken = await opsdeck(['adopt', 'handed', '-n', ns, '-f', file, '--confirm', 'adopt'], colleague);
    expect(taken).toMatchObject({ code: 0, stdout: again.stdout });
    const starts = await kubectl(['exec', 'one-0', '--', 'cat', '/tmp/starts'], { namespace: ns });
    expect(starts.trim().split('\n')).toHaveLength(3);
  });
});
