import { customResourceDefinitions } from '../../engine/api/crd.ts';
import { EXIT, type ExitCode, Refusal } from '../exit.ts';
import type { GlobalOptions } from '../options.ts';
import { toYaml } from '../yaml.ts';

interface InstallOptions extends GlobalOptions {
  crds?: boolean;
}

/** Prints manifests for `kubectl apply -f -`; talks to no cluster. */
export async function install(_positional: string[], options: InstallOptions): Promise<ExitCode> {
  if (!options.crds) throw new Refusal('say what to print: opsdeck install --crds | kubectl apply -f -');
  const documents = await Promise.all(customResourceDefinitions(__VERSION__).map(toYaml));
  process.stdout.write(documents.join('---\n'));
  return EXIT.ok;
}
