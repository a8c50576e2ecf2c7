/** Runs that were left in the middle, seen from the one behind them; and a right that is taken away under a run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apply, grant, idle, kubectl, namespace, type Rule, startOpsdeck, USERS, until } from '../kit.ts';

const ns = await namespace('behind');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-behind-'));
afterAll(() => rmSync(folder, { recursive: true }));
const inPod = (...command: string[]) => kubectl(['exec', 'calm-0', '--', ...command], { namespace: ns });

beforeAll(async () => {
  await apply(idle('calm'), ns);
  await kubectl(['rollout', 'status', 'statefulset/calm', '--timeout=60s'], { namespace: ns });
});

function change(name: string, script: string, options: { image?: string; kubeconfig?: string } = {}) {
  const { image, kubeconfig } = options;
  const strategies = {
    container: { command: ['sh', '-c', script], ...(image ? { image } : {}) },
    components: [{ type: '*', pickOne: true }],
  };
  const document = { apiVersion: 'opsdeck.dev/v1alpha1', kind: 'OpsDefinition', metadata: { name } };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ ...document, spec: { effect: 'change', strategies } }));
  return startOpsdeck(['run', '-f', file, '--cluster', 'calm', '-n', ns, '--name', name], { kubeconfig });
}

const gated = (name: string) =>
  `echo x >>/tmp/${name}.starts; echo ${name} begun; until [ -e /tmp/${name}.go ]; do sleep 0.2; done; echo ${name} ended`;
const starts = (name: string) => inPod('cat', `/tmp/${name}.starts`);

test('an engine that stands still: the next run waits until that is known, and settles what it had under way', async () => {
  const asleep = change('asleep', gated('asleep'));
  await asleep.until('asleep begun');
  asleep.kill('SIGSTOP');
  const next = change('after-asleep', 'echo next');
  await next.until('waits for asleep, which has the cluster since 20');
  await next.until('is gone, last heard of at 20');
  await inPod('touch', '/tmp/asleep.go');
  expect(await next.done).toMatchObject({
    code: 0,
    stdout: 'next\n',
    stderr: expect.stringContaining('asleep has ended: Succeed'),
  });
  asleep.kill('SIGCONT');
  expect(await asleep.done).toMatchObject({ code: 0, stdout: 'asleep begun\nasleep ended\n' });
  expect(await starts('asleep')).toBe('x\n');
});

test('a Job whose engine was killed', async () => {
  const name = 'killed-job';
  const killed = change(name, 'echo begun; sleep 12; echo ended', { image: 'local/redis:7' });
  await killed.until('begun');
  await until('its journal says that it runs', async () => {
    const text = await kubectl(['get', 'configmap', name, '-o', 'jsonpath={.data.status}'], { namespace: ns });
    return JSON.parse(text).journal.steps[0].targets[0].attempts[0].phase === 'Running';
  });
  killed.kill('SIGKILL');
  await killed.done;
  const next = await change('after-job', 'echo next').done;
  expect(next).toMatchObject({
    code: 0,
    stdout: 'next\n',
    stderr: expect.stringContaining(`${name} has ended: Succeed`),
  });
});

const READ: Rule[] = [
  {
    apiGroups: [''],
    resources: ['pods', 'services', 'persistentvolumeclaims', 'events'],
    verbs: ['get', 'list', 'watch'],
  },
  { apiGroups: ['apps'], resources: ['statefulsets', 'deployments'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] },
];
const maps = (...verbs: string[]): Rule => ({ apiGroups: [''], resources: ['configmaps'], verbs });

test('the right to write its journal is taken away: how it ends is seen all the same; given back, it goes on', async () => {
  const user = { kubeconfig: USERS.bob };
  const may = (verb: string, answer: string) =>
    until(`bob may ${verb} configmaps: ${answer}`, async () => {
      const args = ['auth', 'can-i', verb, 'configmaps', '--as', 'bob'];
      return (await kubectl(args, { namespace: ns }).catch(() => 'no\n')).trim() === answer;
    });
  const all = maps('get', 'list', 'watch', 'create', 'update', 'patch', 'delete');
  await grant('bob', ns, [...READ, all]);
  await may('update', 'yes');
  const seen = change('seen', gated('seen'), user);
  const back = () => grant('bob', ns, [...READ, all]);
  await seen.until('seen begun');
  await grant('bob', ns, [...READ, maps('get', 'list', 'watch')]);
  await seen.until("its journal can't be written");
  await inPod('touch', '/tmp/seen.go');
  const { code, stdout, stderr } = await seen.done;
  expect({ code, stdout }).toEqual({ code: 3, stdout: 'seen begun\nseen ended\n' });
  expect(stderr).toContain('seen on calm-0 ended with exit code 0. That is not written down (');
  await back();
  await may('update', 'yes');
  const follower = startOpsdeck(['describe', 'run', 'seen', '-n', ns, '-f'], user);
  expect((await follower.done).code).toBe(0);
  const goes = change('goes', gated('goes'), user);
  await goes.until('goes begun');
  await grant('bob', ns, [...READ, maps('get', 'list', 'watch')]);
  await goes.until("its journal can't be written");
  await back();
  await may('update', 'yes');
  await inPod('touch', '/tmp/goes.go');
  expect(await goes.done).toMatchObject({ code: 0, stdout: 'goes begun\ngoes ended\n' });
  expect(await starts('goes')).toBe('x\n');
});
