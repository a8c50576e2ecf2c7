/** Objects that a pod needs and that are not there: volumes of them hold it back, secrets for its images are missed in vain. */
import type { KubeObject } from '../../api/types.ts';
import type { SimCluster } from '../cluster.ts';
import { podSpec } from './status.ts';

interface Source {
  kind: 'configmap' | 'secret';
  name?: string;
  items?: { key: string }[];
  optional?: boolean;
}

/** Milliseconds until it is tried again to mount a volume. */
const PAUSE = { first: 500, most: 122_000 };

/** Every namespace has it a moment later. */
const ROOT_CA = 'kube-root-ca.crt';

/** Nothing of a pod begins before every volume is there: it is tried again after growing pauses. */
export function whenMounted(
  cluster: SimCluster,
  pod: KubeObject,
  told: { wait(ms: number, work: () => void): void; failed(message: string): void; done(): void },
): void {
  const attempt = (pause: number) => {
    const wrong = unmountable(cluster, pod);
    for (const message of wrong) told.failed(message);
    if (wrong.length === 0) told.done();
    else told.wait(pause, () => attempt(Math.min(pause * 2, PAUSE.most)));
  };
  attempt(PAUSE.first);
}

/** Why each volume that a container mounts can't be set up, in the kubelet's words. */
function unmountable(cluster: SimCluster, pod: KubeObject): string[] {
  const spec = podSpec(pod);
  const used = new Set(
    [...spec.containers, ...(spec.initContainers ?? [])].flatMap((one) => (one.volumeMounts ?? []).map((m) => m.name)),
  );
  return (spec.volumes ?? []).flatMap((volume) => {
    if (!used.has(volume.name)) return [];
    const { configMap, secret, projected } = volume;
    const sources: Source[] = [
      ...(configMap ? [{ kind: 'configmap' as const, ...configMap }] : []),
      ...(secret
        ? [{ kind: 'secret' as const, ...secret, ...(secret.secretName && { name: secret.secretName }) }]
        : []),
      ...(projected?.sources ?? []).flatMap((one): Source[] => [
        ...(one.configMap ? [{ kind: 'configmap' as const, ...one.configMap }] : []),
        ...(one.secret ? [{ kind: 'secret' as const, ...one.secret }] : []),
      ]),
    ];
    const wrong = sources.flatMap((source) => missing(cluster, pod.metadata.namespace ?? '', source) ?? []);
    if (wrong.length === 0) return [];
    const why = wrong.length === 1 ? wrong[0] : `[${wrong.join(', ')}]`;
    return [`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${why}`];
  });
}

/** What is said of the secrets that its images were to be pulled with; undefined where all are there. */
export function missedPullSecrets(cluster: SimCluster, pod: KubeObject): string | undefined {
  const names = (podSpec(pod).imagePullSecrets ?? []).flatMap(({ name }) =>
    name && !cluster.get('secrets', pod.metadata.namespace ?? '', name) ? [name] : [],
  );
  if (names.length === 0) return undefined;
  return `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
}

function missing(cluster: SimCluster, namespace: string, { kind, name = '', items, optional }: Source) {
  if (optional || name === ROOT_CA) return undefined;
  const object = cluster.get(`${kind}s`, namespace, name) as { data?: object; binaryData?: object } | undefined;
  if (!object) return `${kind} ${JSON.stringify(name)} not found`;
  const there: object = { ...object.data, ...object.binaryData };
  const key = items?.find((one) => !(one.key in there))?.key;
  return key && `references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${key}`;
}
