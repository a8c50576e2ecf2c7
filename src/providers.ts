/** The providers that count: the shipped ones and the user's own. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ProviderError } from '../engine/inventory/phase.ts';
import type { Provider } from '../engine/inventory/provider.ts';
import { loadProviders } from '../engine/inventory/shipped.ts';
import { Refusal } from './exit.ts';

/** `$XDG_CONFIG_HOME/opsdeck/providers`, where a user puts Provider documents as YAML files. */
const providerFolder = (env: Record<string, string | undefined>): string =>
  join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'opsdeck', 'providers');

/** A document that can't be used is thrown as a Refusal that names its file. */
export async function providers(env: Record<string, string | undefined>): Promise<Provider[]> {
  try {
    return await loadProviders(providerFolder(env));
  } catch (error) {
    throw error instanceof ProviderError ? new Refusal(error.message) : error;
  }
}
