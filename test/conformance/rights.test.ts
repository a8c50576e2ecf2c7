/** Rights that come from nowhere, and rights that are given by who hasn't them: the words of each, and the roles of every cluster. */
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { openApi, pick } from './suite.ts';

const api = openApi();
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const group = 'rbac.authorization.k8s.io';
const zed = { headers: { 'impersonate-user': 'zed' } };
const bind = (ns: string, name: string, kind: string, role: string) =>
  api.post(`${RBAC}/namespaces/${ns}/rolebindings`, {
    metadata: { name },
    subjects: [{ kind: 'User', apiGroup: group, name: 'zed' }],
    roleRef: { apiGroup: group, kind, name: role },
  });

test('a refusal says which roles were not there to be looked at', async () => {
  const ns = await api.namespace();
  await bind(ns, 'a', 'Role', 'none');
  const said = `configmaps is forbidden: User "zed" cannot list resource "configmaps" in API group "" in the namespace "${ns}"`;
  await eventually(async () =>
    expect((await api.get(`/api/v1/namespaces/${ns}/configmaps`, zed)).body.message).toBe(
      `${said}: RBAC: role.${group} "none" not found`,
    ),
  );
  await bind(ns, 'b', 'ClusterRole', 'none');
  await eventually(async () => {
    const { message } = (await api.get(`/api/v1/namespaces/${ns}/configmaps`, zed)).body;
    // In any order.
    const [before, roles = ''] = String(message).split(': RBAC: ');
    expect(before).toBe(said);
    expect(
      roles
        .replace(/^\[|\]$/g, '')
        .split(', ')
        .sort(),
    ).toEqual([`clusterrole.${group} "none" not found`, `role.${group} "none" not found`]);
  });
  const review = await api.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    spec: { user: 'zed', resourceAttributes: { verb: 'get', resource: 'secrets' } },
  });
  expect(review.body.status).toEqual({ allowed: false });
});

test('what somebody gives without having it is told by resource', async () => {
  const ns = await api.namespace();
  const rules = [
    { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    { apiGroups: [group], resources: ['roles'], verbs: ['create'] },
  ];
  await api.post(`${RBAC}/namespaces/${ns}/roles`, { metadata: { name: 'own' }, rules });
  await bind(ns, 'own', 'Role', 'own');
  const give = (more: object[]) =>
    api.post(
      `${RBAC}/namespaces/${ns}/roles`,
      { metadata: { name: 'more' }, rules: more },
      { ...zed, query: { dryRun: 'All' } },
    );
  const head = `roles.${group} "more" is forbidden: user "zed" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:`;
  const wanted = [
    { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'watch', 'list'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['*'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
    { apiGroups: [''], resources: ['pods/log'], resourceNames: ['b', 'a'], verbs: ['get', 'list'] },
  ];
  await eventually(async () =>
    expect(String((await give(wanted)).body.message).split('\n')).toEqual([
      head,
      '{APIGroups:[""], Resources:["deployments"], Verbs:["get" "watch" "list"]}',
      '{APIGroups:[""], Resources:["pods"], Verbs:["watch" "list" "delete"]}',
      '{APIGroups:[""], Resources:["pods/log"], ResourceNames:["a"], Verbs:["get" "list"]}',
      '{APIGroups:[""], Resources:["pods/log"], ResourceNames:["b"], Verbs:["get" "list"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["*"]}',
      '{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "watch" "list"]}',
      '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "watch" "list"]}',
    ]),
  );
  await bind(ns, 'none', 'Role', 'none');
  await eventually(async () =>
    expect((await give([{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }])).body.message).toBe(
      `${head}\n{APIGroups:[""], Resources:["pods"], Verbs:["list"]}; resolution errors: [roles.${group} "none" not found]`,
    ),
  );
});

test('who may view and edit may do so under the older group too', async () => {
  for (const [role, verb] of [
    ['view', 'list'],
    ['edit', 'patch'],
  ] as const)
    await eventually(async () => {
      const { body } = await api.get(`${RBAC}/clusterroles/${role}`);
      const found = (pick(body, 'rules') as { apiGroups?: string[]; resources?: string[]; verbs: string[] }[]).filter(
        (rule) => rule.apiGroups?.includes('extensions') && rule.verbs.includes(verb),
      );
      expect(found.flatMap(({ resources }) => resources)).toContain('ingresses');
    });
});
