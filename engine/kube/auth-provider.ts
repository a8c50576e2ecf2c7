/**
 * The legacy `auth-provider` methods. Those of the clouds (gcp, azure) run through @kubernetes/client-node, which is imported
 * only when a kubeconfig uses one: it costs a few hundred milliseconds to load.
 */
import type { User } from '@kubernetes/client-node';
import type { Granted } from './credentials.ts';
import { type Entry, mapping, text } from './kubeconfig.ts';
import { loginByOidc } from './oidc.ts';
import { clean } from './sanitise.ts';
import { KubeError } from './types.ts';

/** How long a token whose end is not told is used. */
const UNTOLD_MS = 5 * 60_000;

/** One login. */
export async function askAuthProvider(user: Entry): Promise<Granted> {
  const provider = mapping(user.fields['auth-provider']);
  const name = text(provider, 'name');
  if (name === 'oidc') return loginByOidc(user);
  const load = CLOUDS[name];
  if (!load) {
    throw refuse(
      `user "${user.name}" logs in by auth-provider "${name}", which is not known; use an exec plugin instead`,
    );
  }
  // The library refreshes the token in here, so that the next login starts from it.
  const config = mapping(provider.config) as Record<string, string>;
  const described = { name: user.name, authProvider: { name, config } } as unknown as User;
  const headers: Record<string, string> = {};
  try {
    await (await load()).applyAuthentication(described, { headers });
  } catch (error) {
    throw refuse(`login of user "${user.name}" by ${name} failed: ${clean((error as Error).message, 300)}`, error);
  }
  const authorization = headers.Authorization;
  if (authorization === undefined) throw refuse(`login of user "${user.name}" by ${name} gave no token; log in again`);
  const end = Date.parse(config.expiry ?? '');
  return { credential: { authorization }, expiresAt: Number.isNaN(end) ? Date.now() + UNTOLD_MS : end };
}

interface Method {
  applyAuthentication(user: User, options: { headers: Record<string, string> }): Promise<void>;
}

/** By file: the library's entry would load all of its models. */
const CLOUDS: Record<string, () => Promise<Method>> = {
  gcp: async () => new (await import('@kubernetes/client-node/dist/gcp_auth.js')).GoogleCloudPlatformAuth(),
  azure: async () => new (await import('@kubernetes/client-node/dist/azure_auth.js')).AzureAuth(),
};

function refuse(message: string, cause?: unknown): KubeError {
  return new KubeError(message, { status: 0, reason: 'Auth', sent: false, cause });
}
