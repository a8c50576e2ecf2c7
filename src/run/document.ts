/** A run as `-o json` and `-o yaml` print it. */
import { toYaml } from '../yaml.ts';

export async function print(value: unknown, format: 'json' | 'yaml'): Promise<void> {
  if (format === 'json') process.stdout.write(`${JSON.stringify(value, null, 4)}\n`);
  else process.stdout.write(await toYaml(value));
}
