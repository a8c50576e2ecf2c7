/** Who asks: users with few rights, plugins that log in, tokens that are no good, and speaking for others. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { mayAll } from '../../../engine/kube/access.ts';
import type { KubeClient } from '../../../engine/kube/types.ts';
import { ADMIN, grant, namespace, USERS, until } from '../kit.ts';
import { client } from './world.ts';

const ns = await namespace('people');
const folder = mkdtempSync(join(tmpdir(), 'opsdeck-people-'));
afterAll(() => rmSync(folder, { recursive: true }));

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: Error) => error.message,
  );
const pods = (kube: KubeClient, where = ns) => kube.request<{ items: unknown[] }>(`/api/v1/namespaces/${where}/pods`);
const self = async (kube: KubeClient) => {
  const { status } = await kube.request<{ status: { userInfo: { username: string; groups: string[] } } }>(
    '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    { method: 'POST', body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' } },
  );
  return status.userInfo;
};

/** A kubeconfig of this cluster for a user who is described by YAML. */
function kubeconfig(name: string, user: string): string {
  const config = readFileSync(ADMIN, 'utf8').replace(/users: .*/, `users: [{name: admin, user: ${user}}]`);
  const path = join(folder, name);
  writeFileSync(path, config);
  return path;
}
const tokenOf = (file: string) => /token: "?([^"}\s]+)/.exec(readFileSync(file, 'utf8'))![1]!;

describe('few rights', () => {
  test('a refusal names verb, resource and namespace', async () => {
    const eve = await client({ kubeconfig: USERS.eve });
    expect(await failure(pods(eve))).toBe(
      `user "eve" may not list pods in namespace ${ns}; ask for a role that grants it`,
    );
    expect(await failure(eve.request('/apis/apps/v1/statefulsets'))).toBe(
      'user "eve" may not list statefulsets.apps in the whole cluster; ask for a role that grants it',
    );
    const exec = eve.exec({ namespace: ns, pod: 'p', container: '', command: ['true'] });
    expect(await failure(exec)).toMatch(
      new RegExp(`^user "eve" may not (create|get) pods/exec in namespace ${ns}; ask for a role that grants it$`),
    );
    expect(await failure(eve.stream(`/api/v1/namespaces/${ns}/pods`, { query: { watch: true } }))).toBe(
      `user "eve" may not watch pods in namespace ${ns}; ask for a role that grants it`,
    );
  });

  test('what may be done is known beforehand, many questions in one request', async () => {
    const alice = await client({ kubeconfig: USERS.alice });
    await grant('alice', ns, [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['mine'] },
    ]);
    await until('the grant counts', () => alice.may({ verb: 'list', group: '', resource: 'pods', namespace: ns }));
    const ask = (verb: string, resource: string, more = {}) => ({ verb, group: '', resource, namespace: ns, ...more });
    expect(
      await mayAll(alice, [
        ask('list', 'pods'),
        ask('create', 'pods', { subresource: 'exec' }),
        ask('delete', 'pods'),
        ask('get', 'configmaps', { name: 'mine' }),
        ask('get', 'configmaps', { name: 'other' }),
        ask('list', 'pods', { namespace: 'default' }),
      ]),
    ).toEqual([true, true, false, true, false, false]);
  });
});

describe('logging in', () => {
  const plugin = (name: string, script: string) => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\necho run >> "${path}.runs"\n${script}\n`);
    chmodSync(path, 0o755);
    const exec = `{apiVersion: client.authentication.k8s.io/v1, command: "${path}", interactiveMode: Never}`;
    const runs = () => readFileSync(`${path}.runs`, 'utf8').trim().split('\n').length;
    return { config: kubeconfig(`${name}.yaml`, `{exec: ${exec}}`), runs };
  };
  const credential = (token: string) =>
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"${token}"}}'`;

  test('a plugin is run once for many requests', async () => {
    const { config, runs } = plugin('good', credential(tokenOf(USERS.bob)));
    const bob = await client({ kubeconfig: config });
    const told = await Promise.all([1, 2, 3].map(() => self(bob)));
    expect(told[0]).toMatchObject({ username: 'bob', groups: expect.arrayContaining(['sre']) });
    expect(runs()).toBe(1);
  });

  test('a plugin that gives a bad token, or none: one line each', async () => {
    const bad = await client({ kubeconfig: plugin('bad', credential('expired')).config });
    expect(await failure(pods(bad))).toMatch(
      /^https:\S+ refuses the credentials of user "admin" \(context "main"\): they may have expired; log in again$/,
    );
    const broken = await client({ kubeconfig: plugin('broken', 'echo "run: tool login" >&2; exit 7').config });
    expect(await failure(pods(broken))).toMatch(
      /^the login plugin \S+\/broken failed with exit code 7: run: tool login$/,
    );
  });

  test('a token that is no good, for requests, streams and commands alike', async () => {
    const wrong = await client({ kubeconfig: kubeconfig('wrong', '{token: not-a-token}') });
    const refused = /^https:\S+ refuses the credentials of user "admin" .* log in again$/;
    expect(await failure(pods(wrong))).toMatch(refused);
    expect(await failure(wrong.stream(`/api/v1/namespaces/${ns}/pods`, { query: { watch: true } }))).toMatch(refused);
    expect(await failure(wrong.exec({ namespace: ns, pod: 'p', container: '', command: ['true'] }))).toMatch(refused);
    expect(await failure(wrong.resources())).toMatch(refused);
  });

  test('a certificate authority that is not the cluster’s', async () => {
    const path = kubeconfig('foreign', '{token: t}');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/, certificate-authority: "[^"]*"/, ''));
    const foreign = await client({ kubeconfig: path });
    expect(await failure(pods(foreign))).toMatch(/is signed by an authority that cluster "main" .* does not trust/);
  });
});

describe('speaking for another', () => {
  test('as kubectl does with --as and --as-group', async () => {
    const bob = await client({ as: 'bob', asGroup: ['sre', 'night shift'] });
    const { username, groups } = await self(bob);
    expect(username).toBe('bob');
    expect(groups).toEqual(expect.arrayContaining(['sre', 'night shift']));
    expect(await failure(pods(bob))).toContain('user "bob" may not list pods');
  });

  test('who may not is told so', async () => {
    const eve = await client({ kubeconfig: USERS.eve, as: 'admin' });
    expect(await failure(pods(eve))).toBe(
      'user "eve" may not impersonate users in the whole cluster; ask for a role that grants it',
    );
  });
});
