/** Values for fields: mostly of the field's type and often at its edge, at times of another type. */
import type { Random } from './random.ts';
import type { Schema, Schemas } from './schema.ts';

const STRINGS = [
  '',
  'a',
  'b',
  'x.example',
  'A_b',
  '-',
  'a b',
  'a/b',
  'x.example/y',
  '1',
  'true',
  'None',
  'Always',
  'ü',
  'a..b',
  '/x',
  '../x',
  'http',
  '50%',
  '10.1.2.3',
  '::1',
  'TCP',
  'v1',
  'Pod',
  'x'.repeat(64),
  'y'.repeat(260),
]; // prettier-ignore
const NUMBERS = [0, 1, 2, -1, 3, 80, 65535, 65536, 100, 3600, 2147483647, 2147483648];
const QUANTITIES = ['1', '0', '-1', '1Gi', '500m', '1.5', '100M', '1e3', 'x', '', '0.0001', '1Ki', 2];
const ODD: unknown[] = [null, true, 'x', 1, 1.5, [], {}, ['x'], { a: 'b' }, [null]];
const WORDS: Record<string, string[]> = {
  restartPolicy: ['Always', 'OnFailure', 'Never', 'Sometimes'],
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never', 'x'],
  dnsPolicy: ['ClusterFirst', 'Default', 'None', 'x'],
  protocol: ['TCP', 'UDP', 'SCTP', 'tcp'],
  type: ['ClusterIP', 'NodePort', 'ExternalName', 'Recreate', 'RollingUpdate', 'OnDelete', 'Opaque', 'Container', 'x'],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Equal', 'Gt', 'x'],
  effect: ['NoSchedule', 'NoExecute', 'PreferNoSchedule', 'x'],
  accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod', 'x'],
  volumeMode: ['Filesystem', 'Block', 'x'],
  concurrencyPolicy: ['Allow', 'Forbid', 'Replace', 'x'],
  schedule: ['* * * * *', '@daily', '5 4 * * *', 'x', '', '61 * * * *', 'TZ=UTC * * * * *'],
  completionMode: ['Indexed', 'NonIndexed', 'x'],
  podManagementPolicy: ['Parallel', 'OrderedReady', 'x'],
  externalTrafficPolicy: ['Local', 'Cluster', 'x'],
  internalTrafficPolicy: ['Local', 'Cluster', 'x'],
  sessionAffinity: ['ClientIP', 'None', 'x'],
  ipFamilyPolicy: ['SingleStack', 'PreferDualStack', 'RequireDualStack', 'x'],
  ipFamilies: ['IPv4', 'IPv6', 'x'],
  clusterIP: ['None', '10.96.9.9', '1.2.3.4', 'x', ''],
  pathType: ['Exact', 'Prefix', 'ImplementationSpecific', 'x'],
  addressType: ['IPv4', 'IPv6', 'FQDN', 'x'],
  policyTypes: ['Ingress', 'Egress', 'x'],
  kind: ['Role', 'ClusterRole', 'User', 'Group', 'ServiceAccount', 'Deployment', 'x'],
  apiGroup: ['', 'rbac.authorization.k8s.io', 'apps', 'x'],
  persistentVolumeReclaimPolicy: ['Retain', 'Delete', 'Recycle', 'x'],
  reclaimPolicy: ['Retain', 'Delete', 'x'],
  volumeBindingMode: ['Immediate', 'WaitForFirstConsumer', 'x'],
  preemptionPolicy: ['Never', 'PreemptLowerPriority', 'x'],
  whenDeleted: ['Retain', 'Delete', 'x'],
  whenScaled: ['Retain', 'Delete', 'x'],
  unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget', 'x'],
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError', 'x'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway', 'x'],
  topologyKey: ['kubernetes.io/hostname', '', 'a b'],
  scheme: ['HTTP', 'HTTPS', 'x'],
  action: ['FailJob', 'Ignore', 'Count', 'FailIndex', 'x'],
  verbs: ['get', '*', 'x'],
  image: ['nginx', '', ' nginx', 'a:b'],
  path: ['/', '/x', 'x', '', '../x'],
  mountPath: ['/x', '', 'x', '/a:b'],
  nodeName: ['n', '', 'A'],
  selector: ['x'],
  storageClassName: ['', 'x', 'A'],
  priorityClassName: ['', 'system-node-critical', 'x'],
  serviceAccountName: ['default', '', 'nope'],
  seccompProfile: ['x'],
  drop: ['ALL', 'x'],
};

function text(field: string, format: string | undefined, random: Random): unknown {
  const words = WORDS[field];
  if (words && random.chance(0.8)) return random.pick(words);
  if (format === 'date-time')
    return random.pick(['2020-01-01T00:00:00Z', '2020-01-01T00:00:00.5+01:00', 'x', '', '2020-13-01T00:00:00Z']);
  if (format === 'int-or-string') return random.pick([0, 1, -1, '50%', '0%', '150%', '-1%', 'x', 'http', 80, 70000]);
  if (format === 'byte') return random.pick(['YQ==', '', 'YQ', '%', 'Y Q==']);
  return random.pick(STRINGS);
}

/** A value for a field of that schema. `depth` bounds how deep a structure goes. */
export function valueFor(
  schemas: Schemas,
  given: Schema | undefined,
  field: string,
  random: Random,
  depth = 2,
): unknown {
  if (random.chance(0.06)) return random.pick(ODD);
  const { name, schema } = schemas.resolve(given);
  if (name.endsWith('.Quantity')) return random.pick(QUANTITIES);
  if (name.endsWith('.IntOrString')) return text(field, 'int-or-string', random);
  switch (schema.type) {
    case 'string':
      return text(field, schema.format, random);
    case 'integer':
      return random.pick(NUMBERS);
    case 'number':
      return random.pick([0, 1.5, -1]);
    case 'boolean':
      return random.chance(0.5);
    case 'array':
      return Array.from({ length: random.below(3) }, () => valueFor(schemas, schema.items, field, random, depth - 1));
    default:
  }
  if (schema.additionalProperties) {
    const result: Record<string, unknown> = {};
    for (let left = random.below(3); left > 0; left--)
      result[random.pick(['a', 'b', 'cpu', 'memory', 'storage', 'x.example/y', 'A b', ''])] = valueFor(
        schemas,
        schema.additionalProperties,
        field,
        random,
        depth - 1,
      );
    return result;
  }
  const result: Record<string, unknown> = {};
  const names = Object.keys(schema.properties ?? {});
  if (depth > 0 && names.length > 0)
    for (let left = 1 + random.below(3); left > 0; left--) {
      const key = random.pick(names);
      result[key] = valueFor(schemas, schema.properties?.[key], key, random, depth - 1);
    }
  return result;
}
