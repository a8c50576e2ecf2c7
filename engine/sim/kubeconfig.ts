import { stringify } from 'yaml';

/** A kubeconfig with a context `name` for the administrator and `name-USER` for everybody else. */
export function kubeconfigText(url: string, ca: string, tokens: Record<string, string>, name = 'sim'): string {
  const contextName = (user: string): string => (user === 'admin' ? name : `${name}-${user}`);
  const users = Object.keys(tokens);
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: users.map((user) => ({ name: contextName(user), user: { token: tokens[user] } })),
    contexts: users.map((user) => ({ name: contextName(user), context: { cluster: name, user: contextName(user) } })),
    'current-context': name,
  });
}
