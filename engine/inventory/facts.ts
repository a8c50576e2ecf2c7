/** What a provider reads from the object of a cluster: all that is kept of it. */
import { clean } from '../kube/sanitise.ts';
import type { Health } from '../protocol.ts';
import type { ObjectRef } from './model.ts';
import { asText } from './path.ts';
import type { DeclaredComponents, Provider, ProviderResource } from './provider.ts';

export interface ComponentFacts {
  name: string;
  aliases: string[];
  /** How many instances it should have; undefined where the object does not say. */
  replicas: number | undefined;
}

export interface Facts {
  provider: Provider;
  ref: ObjectRef;
  /** The cluster's name: the object's, unless it is grouped. */
  cluster: string;
  /** Whether the provider's `groupBy` gave the name. */
  grouped: boolean;
  definitions: string[];
  phase: string;
  health: Health;
  version: string;
  messages: string[];
  /** A pod's name or address, as the provider says; '' when the object names none. */
  primary: string;
  primaryExpected: boolean;
  components: ComponentFacts[];
  /** The label of the pods that holds the role; '' when there is none. */
  roleLabel: string;
  /** Workloads: the labels that their pods have from the template. */
  template: Readonly<Record<string, string>>;
  /** Workloads: by which labels the pods are listed. */
  selector: Readonly<Record<string, string>>;
  /** `Kind/name` as a pod's controller; '' unless pods belong to their controller. */
  controls: string;
  /** Whether something else controls the object. */
  owned: boolean;
  createdAt: number;
  deleting: boolean;
}

interface RawCluster {
  metadata?: {
    uid?: string;
    namespace?: string;
    name?: string;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    annotations?: Record<string, string>;
    ownerReferences?: { controller?: boolean }[];
  };
  spec?: {
    template?: { metadata?: { labels?: Record<string, string> } };
    selector?: { matchLabels?: Record<string, string> };
  };
  status?: { conditions?: unknown };
}

function componentsOf(declared: DeclaredComponents, object: unknown): ComponentFacts[] {
  const entries = declared.list?.(object) ?? [object];
  return entries.flat().flatMap((entry) => {
    const name = declared.name(entry)[0];
    if (name === undefined) return [];
    const count = declared.replicas?.(entry)[0];
    // What Kubernetes leaves out for replicas means one.
    const replicas = Array.isArray(count) ? count.length : typeof count === 'number' ? count : 1;
    return [{ name, aliases: declared.aliases(entry), replicas: declared.replicas ? replicas : undefined }];
  });
}

/** Messages of conditions that do not hold: what an unhealthy phase is about where the object says nothing else. */
function conditionMessages(conditions: unknown): string[] {
  if (!Array.isArray(conditions)) return [];
  return conditions.flatMap((each: { status?: unknown; message?: unknown } | null) =>
    each?.status === 'False' ? clean(asText(each.message) ?? '') || [] : [],
  );
}

/** Reads one object of a provider's resource. Items of a list don't say their kind: `resource` and `version` do. */
export function factsOf(provider: Provider, resource: ProviderResource, version: string, object: object): Facts {
  const { metadata = {}, spec: given, status } = object as RawCluster;
  const spec = given ?? {};
  const whole = { ...object, kind: resource.kind, metadata: { ...metadata, managedFields: undefined } };
  const phase = metadata.deletionTimestamp === undefined ? provider.phase(whole) : 'Deleting';
  const health = metadata.deletionTimestamp === undefined ? provider.health(phase) : 'busy';
  const messages = health === 'bad' || health === 'warn' ? provider.messages(whole) : [];
  const name = metadata.name ?? '';
  const group = provider.group(whole);
  const { role, controlled } = provider.spec.pods;
  return {
    provider,
    ref: {
      group: resource.group,
      version,
      kind: resource.kind,
      plural: resource.plural,
      namespace: metadata.namespace ?? '',
      name,
      uid: metadata.uid ?? '',
    },
    cluster: group || name,
    grouped: group !== '',
    definitions: provider.definitions(whole),
    phase,
    health,
    version: provider.version(whole).join(', '),
    messages:
      messages.length === 0 && (health === 'bad' || health === 'warn')
        ? conditionMessages(status?.conditions)
        : messages,
    primary: provider.primaryNamed(whole),
    primaryExpected: provider.primaryExpected(whole),
    components: provider.components.flatMap((declared) => componentsOf(declared, whole)),
    roleLabel: (role?.labelFrom ? metadata.annotations?.[role.labelFrom] : undefined) ?? role?.label ?? '',
    template: spec.template?.metadata?.labels ?? {},
    selector: spec.selector?.matchLabels ?? {},
    controls: controlled ? `${resource.kind}/${name}` : '',
    owned: metadata.ownerReferences?.some((owner) => owner.controller === true) === true,
    createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
    deleting: metadata.deletionTimestamp !== undefined,
  };
}
