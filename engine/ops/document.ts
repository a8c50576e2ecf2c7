/** A run as the OpsRequest that it is, or would be: what `-o yaml` prints and what the cockpit shows as YAML. */
import { GROUPS, VERSION } from '../api/types.ts';
import { toStatus } from './status.ts';
import type { Stored } from './store.ts';

export function document(stored: Stored): Record<string, unknown> {
  const { ref, spec, journal } = stored;
  return {
    apiVersion: `${ref.group || GROUPS.own}/${VERSION}`,
    kind: 'OpsRequest',
    metadata: {
      name: ref.name,
      namespace: ref.namespace,
      uid: stored.uid,
      ...(stored.createdAt ? { creationTimestamp: stored.createdAt } : {}),
      annotations: { 'opsdeck.dev/kept': stored.kept },
    },
    spec,
    ...(journal ? { status: toStatus(journal) } : {}),
  };
}
