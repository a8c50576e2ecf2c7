/** The service account that Kubernetes mounts into a pod, as a kubeconfig of one context. */
import { existsSync, readFileSync } from 'node:fs';
import type { Environment, Kubeconfig } from './kubeconfig.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Undefined outside of a pod. `folder` is where the account is mounted. */
export function inClusterConfig(env: Environment, folder = ACCOUNT): Kubeconfig | undefined {
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const port = env.KUBERNETES_SERVICE_PORT ?? '';
  const tokenFile = `${folder}/token`;
  if (host === '' || port === '' || !existsSync(tokenFile)) return undefined;
  let namespace = env.POD_NAMESPACE ?? '';
  try {
    namespace ||= readFileSync(`${folder}/namespace`, 'utf8').trim();
  } catch {
    // A projected volume may leave the namespace out; the context then means `default`.
  }
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const entry = (name: string, fields: Record<string, unknown>) => new Map([[name, { name, fields, file: tokenFile }]]);
  return {
    searched: [tokenFile],
    files: [tokenFile],
    currentContext: 'in-cluster',
    clusters: entry('in-cluster', { server, 'certificate-authority': `${folder}/ca.crt` }),
    users: entry('serviceaccount', { tokenFile }),
    contexts: entry('in-cluster', { cluster: 'in-cluster', user: 'serviceaccount', namespace }),
  };
}
