/** What a ServiceAccount is called as a user, and the groups that it has by being one. */

export const accountName = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

export const accountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
];
