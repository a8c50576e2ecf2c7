import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import { kubectl } from './kubectl.ts';

/** A fresh namespace for this test file; deleted when the file has ended. Call it at the top of the file. */
export async function namespace(prefix: string): Promise<string> {
  const name = `${prefix}-${randomBytes(3).toString('hex')}`;
  await kubectl(['create', 'namespace', name]);
  await kubectl(['label', 'namespace', name, 'opsdeck.dev/test=true']); // what a killed run leaves is found by it
  afterAll(async () => {
    await kubectl(['delete', 'namespace', name, '--wait=false']);
  });
  return name;
}
