/** engine/kube: all that is known of Kubernetes' API as such; it may touch the network, kubeconfig files and the cache folder. */
import { createClient } from './client.ts';
import { type ConnectOptions, contextNames, resolveConnection } from './connection.ts';
import { credentialsFor } from './credentials.ts';
import { shelfFor } from './discovery-cache.ts';
import { inClusterConfig } from './in-cluster.ts';
import { configError, type Kubeconfig, loadKubeconfig } from './kubeconfig.ts';
import type { KubeClient } from './types.ts';

export type { ConnectOptions } from './connection.ts';

/**
 * A client for the context that kubectl would use with the same flags and environment. Nothing is sent yet, but for a login
 * that is to come first; what is wrong with the kubeconfig is thrown at once, as a KubeError of reason `Config` with one sentence and the way out.
 */
export async function connect(options: ConnectOptions): Promise<KubeClient> {
  const connection = resolveConnection(load(options), options);
  const credentials = credentialsFor(connection, options.env, undefined, undefined, options.login);
  if (options.login?.ahead) await credentials.get();
  return createClient(connection, credentials, shelfFor(connection, options.env));
}

/** The contexts of the kubeconfig, in the order of the files. */
export async function contexts(
  options: Pick<ConnectOptions, 'kubeconfig' | 'env'>,
): Promise<{ name: string; current: boolean }[]> {
  return contextNames(load(options));
}

function load(options: Pick<ConnectOptions, 'kubeconfig' | 'env'>): Kubeconfig {
  const config = loadKubeconfig(options.kubeconfig, options.env);
  const empty = config.contexts.size === 0 && config.clusters.size === 0;
  const inside = empty && !options.kubeconfig ? inClusterConfig(options.env) : undefined;
  if (inside) return inside;
  if (config.files.length === 0) {
    throw configError(
      `no kubeconfig found (tried ${config.searched.join(', ')}); set KUBECONFIG or pass --kubeconfig FILE`,
    );
  }
  if (empty)
    throw configError(
      `kubeconfig ${config.files.join(', ')} is empty; log in to a cluster first, or pass --kubeconfig FILE`,
    );
  return config;
}
