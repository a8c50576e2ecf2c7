/** The YAML of an object for a person: secrets masked, every line sanitised. */
import { redacted } from './inventory/redact.ts';
import { address, CORE } from './inventory/sources.ts';
import { cleanText } from './kube/sanitise.ts';
import type { Calls } from './protocol.ts';
import type { Connected } from './session.ts';

export async function yamlOf({ client, inventory, providers }: Connected, ask: Calls['yaml']['ask']): Promise<string> {
  const { estate } = inventory;
  const cluster = ask.kind === 'cluster' ? estate.cluster(ask.uid) : undefined;
  const pod = ask.kind === 'instance' ? estate.instance(ask.uid)?.instance : undefined;
  const path = cluster
    ? address({ ...cluster.ref, namespaced: true }, cluster.ref.namespace, cluster.ref.name)
    : pod && address(CORE.pods, pod.namespace, pod.name);
  if (path === undefined) throw new Error('it is no longer there');
  const provider = providers.find((each) => each.name === cluster?.provider);
  return yamlText(redacted(await client.request<object>(path), provider?.spec.redact));
}

export async function yamlText(object: object): Promise<string> {
  const { stringify } = await import('yaml');
  return cleanText(stringify(object, { aliasDuplicateObjects: false, lineWidth: 0 }));
}
