/** Gives a token user rights in one namespace. */
import { apply } from './kubectl.ts';

export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

/** Replaces what the user may do in that namespace: nothing but these rules. */
export async function grant(user: 'alice' | 'bob' | 'eve', ns: string, rules: Rule[]): Promise<void> {
  const metadata = { name: `test-${user}`, namespace: ns };
  const group = 'rbac.authorization.k8s.io';
  const documents = [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      subjects: [{ kind: 'User', name: user, apiGroup: group }],
      roleRef: { kind: 'Role', name: metadata.name, apiGroup: group },
    },
  ];
  await apply(documents.map((d) => JSON.stringify(d)).join('\n---\n'), ns);
}
