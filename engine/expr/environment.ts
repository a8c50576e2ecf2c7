/** Names of the environment variables through which every parameter reaches a command, whatever its value. */
import { fail, ok, type Result } from './result.ts';

/** `cluster-slots` → `OPS_CLUSTER_SLOTS`. */
export const envName = (parameter: string): string => `OPS_${parameter.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}`;

/** The variable of each parameter; fails when two parameters would share one, since one value would hide the other. */
export function envNames(parameters: readonly string[]): Result<Map<string, string>> {
  const names = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const parameter of parameters) {
    const name = envName(parameter);
    const owner = owners.get(name);
    if (owner !== undefined && owner !== parameter) {
      return fail(`parameters "${owner}" and "${parameter}" would both be ${name} in the environment; rename one`);
    }
    owners.set(name, parameter);
    names.set(parameter, name);
  }
  return ok(names);
}
