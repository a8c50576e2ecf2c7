/** The providers that come with the program, and those of a user's own folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Provider } from '../api/types.ts';
import kubeblocks from '../providers/kubeblocks.yaml';
import opengauss from '../providers/opengauss.yaml';
import plain from '../providers/plain.yaml';
import { ProviderError } from './phase.ts';
import { type Provider as CompiledProvider, compileProviders } from './provider.ts';

/** Operators first: what they claim is no plain workload's. */
const SHIPPED = [kubeblocks, opengauss, plain] as Provider[];

function documents(source: string, text: string): Provider[] {
  return parseAllDocuments(text).flatMap((document) => {
    const broken = document.errors[0];
    if (broken !== undefined) throw new ProviderError(`${source}: ${broken.message.split('\n')[0]}`);
    const value: unknown = document.toJS();
    return value !== null && typeof value === 'object' && (value as Provider).kind === 'Provider'
      ? [value as Provider]
      : [];
  });
}

export const shippedProviders = (): Provider[] => [...SHIPPED];

/** A test compiles them. */
export const isShipped = (document: Provider): boolean => SHIPPED.includes(document);

/** Ready for use: `providersWith`, compiled. Rejects with ProviderError, which names the file or the provider. */
export const loadProviders = async (folder: string): Promise<CompiledProvider[]> =>
  compileProviders(await providersWith(folder), isShipped);

/**
 * The shipped providers with those of `folder` (`*.yaml`) put over them: one of the same name replaces a shipped one,
 * others come before the plain workloads. A folder that isn't there adds none.
 */
export async function providersWith(folder: string): Promise<Provider[]> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return shippedProviders();
  const { checkSchema } = await import('../api/validate.ts');
  const own: Provider[] = [];
  for (const name of names.filter((each) => /\.ya?ml$/.test(each)).toSorted()) {
    const file = join(folder, name);
    const found = documents(file, await readFile(file, 'utf8'));
    const wrong = found.flatMap(checkSchema).find(({ severity }) => severity === 'error');
    if (wrong !== undefined) throw new ProviderError(`${file}: ${wrong.message}; see opsdeck validate`);
    own.push(...found);
  }
  const shipped = shippedProviders();
  const replaced = shipped.map((each) => own.find(({ metadata }) => metadata.name === each.metadata.name) ?? each);
  const added = own.filter((each) => !replaced.includes(each));
  const plainly = replaced.filter((each) => each.spec.unclaimed === true);
  return [...replaced.filter((each) => !plainly.includes(each)), ...added, ...plainly];
}
