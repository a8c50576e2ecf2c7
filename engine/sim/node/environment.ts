/** A container's environment and argv from its pod's spec: references looked up, $(NAME) replaced. */
import type { KubeObject } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import { type ContainerSpec, podSpec, type ValueFrom } from './status.ts';

/** Why a container can't be made yet; the kubelet tries again and shows it as CreateContainerConfigError. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Prepared {
  env: Record<string, string>;
  command: string[];
  args: string[];
}

export function prepare(
  cluster: SimCluster,
  pod: KubeObject,
  container: ContainerSpec,
  addresses: { podIP: string; hostIP: string },
): Prepared {
  checkUser(pod, container);
  const env: Record<string, string> = {
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
  };
  const data = (kind: 'ConfigMap' | 'Secret', ref: { name: string; optional?: boolean }) => {
    const object = cluster.get(kind === 'ConfigMap' ? 'configmaps' : 'secrets', pod.metadata.namespace ?? '', ref.name);
    if (!object && !ref.optional) throw new ConfigError(`${kind.toLowerCase()} "${ref.name}" not found`);
    return texts(kind, object);
  };
  const keyOf = (kind: 'ConfigMap' | 'Secret', ref: { name: string; key: string; optional?: boolean }) => {
    const value = data(kind, ref)[ref.key];
    if (value === undefined && !ref.optional)
      throw new ConfigError(`couldn't find key ${ref.key} in ${kind} ${pod.metadata.namespace}/${ref.name}`);
    return value;
  };
  const look = (from: ValueFrom): string | undefined => {
    if (from.configMapKeyRef) return keyOf('ConfigMap', from.configMapKeyRef);
    if (from.secretKeyRef) return keyOf('Secret', from.secretKeyRef);
    if (from.fieldRef) return field(pod, from.fieldRef.fieldPath, addresses);
    if (from.resourceFieldRef) return resource(container, from.resourceFieldRef.resource);
    return undefined;
  };
  for (const source of container.envFrom ?? []) {
    const found = source.configMapRef
      ? data('ConfigMap', source.configMapRef)
      : source.secretRef
        ? data('Secret', source.secretRef)
        : {};
    for (const [key, value] of Object.entries(found)) env[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom ? look(valueFrom) : expand(value ?? '', env);
    if (text !== undefined) env[name] = text;
  }
  return {
    env,
    command: (container.command ?? []).map((word) => expand(word, env)),
    args: (container.args ?? []).map((word) => expand(word, env)),
  };
}

/** Images that say themselves that they don't run as root; others do, as far as anybody knows. */
const NOT_ROOT = /nonroot|non-root|rootless|unprivileged|bitnami|chainguard|cloudnative-pg|strimzi/;

function checkUser(pod: KubeObject, { name, image, securityContext = {} }: ContainerSpec): void {
  const { runAsNonRoot, runAsUser } = { ...podSpec(pod).securityContext, ...securityContext };
  if (!runAsNonRoot || (runAsUser === undefined ? NOT_ROOT.test(image) : runAsUser !== 0)) return;
  const { name: podName, namespace, uid } = pod.metadata;
  throw new ConfigError(
    `${runAsUser === 0 ? "container's runAsUser breaks non-root policy" : 'container has runAsNonRoot and image will run as root'} (pod: "${podName}_${namespace}(${uid})", container: ${name})`,
  );
}

/** `$(NAME)` of a known name is replaced, `$$(NAME)` is `$(NAME)`, anything else stays. */
function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (all, name?: string) =>
    name === undefined ? '$' : (env[name] ?? all),
  );
}

function texts(kind: 'ConfigMap' | 'Secret', object: KubeObject | undefined): Record<string, string> {
  const data = (object?.data ?? {}) as Record<string, string>;
  if (kind === 'ConfigMap') return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function field(pod: KubeObject, path: string, addresses: { podIP: string; hostIP: string }): string {
  const { metadata } = pod;
  const spec = podSpec(pod);
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (key) return metadata[key[1] as 'labels' | 'annotations']?.[key[2] as string] ?? '';
  const known: Record<string, string | undefined> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': addresses.podIP,
    'status.podIPs': addresses.podIP,
    'status.hostIP': addresses.hostIP,
    'status.hostIPs': addresses.hostIP,
  };
  return known[path] ?? '';
}

const UNITS: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, k: 1e3, M: 1e6, G: 1e9 };

function resource(container: ContainerSpec, path: string): string {
  const [list, name] = path.split('.') as ['requests' | 'limits', string];
  const value = container.resources?.[list]?.[name] ?? '0';
  const match = /^([\d.]+)([A-Za-z]*)$/.exec(value);
  if (!match) return '0';
  const amount = Number(match[1]) * (match[2] === 'm' ? 0.001 : (UNITS[match[2] ?? ''] ?? 1));
  return String(Math.ceil(amount));
}
