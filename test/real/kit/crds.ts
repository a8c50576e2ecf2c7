/** The project's kinds in the cluster: a matter of the whole cluster, not of a namespace. */
import { afterAll, beforeAll } from 'vitest';
import { apply, kubectl, kubectlFails } from './kubectl.ts';
import { opsdeck } from './opsdeck.ts';
import { until } from './until.ts';

const GROUPS = ['opsdeck.dev', 'opendbaas.infracreate.com', 'dbaas.kubeblocks.io'];

async function present(): Promise<string[]> {
  const names = await kubectl(['get', 'crd', '-o', 'jsonpath={.items[*].metadata.name}']);
  return names.split(' ').filter((name) => GROUPS.some((group) => name.endsWith(`.${group}`)));
}

/** Whether OpsRequests can be made now. */
export const hasCrds = async () => (await present()).includes('opsrequests.opsdeck.dev');

/**
 * For the file or the describe block that calls it: the CRDs are installed before, as a user would, and those that were not there are
 * removed after, with every OpsRequest.
 */
export function withCrds(): void {
  let added: string[] = [];
  beforeAll(async () => {
    const before = await present();
    const { stdout } = await opsdeck(['install', '--crds']);
    await apply(stdout);
    added = (await present()).filter((name) => !before.includes(name));
    if (added.length === 0) return;
    await kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...added.map((name) => `crd/${name}`)]);
    // Discovery follows a moment later; kubectl must know the kinds before it is asked for them.
    await until('the kinds in discovery', async () => {
      const listed = await kubectl(['api-resources', '-o', 'name', '--cached=false']);
      return added.every((name) => listed.includes(name));
    });
  });
  afterAll(async () => {
    if (added.length > 0) await kubectlFails(['delete', 'crd', ...added]);
  });
}
