/** Pod specs, of pods and of templates. */
import { type Dict, isDict, type Labels } from '../types.ts';
import { dict, list, named, oneOf, PORT_RANGE, PROTOCOLS, text } from './checks.ts';
import { validateDnsConfig, validateDnsPolicy, validateHostAliases } from './dns.ts';
import { validateEnv, validateEnvFrom } from './environment.ts';
import { denied, duplicate, type FieldError, invalid, required, unsupported } from './fielderror.ts';
import { hostPortsOnce, validateHostUsers } from './host.ts';
import { validateLabels } from './meta.ts';
import { dnsLabel, portName, subdomain } from './names.ts';
import { validateAffinity, validateGates, validateSpread, validateTolerations } from './placement.ts';
import { validateProbes } from './probes.ts';
import { validateResources } from './quantities.ts';
import { validatePodSecurity, validateSecurity } from './security.ts';
import { validateSystem } from './system.ts';
import { validateMounts, validateVolumes } from './volumes.ts';

const badPort = (value: unknown): boolean => typeof value !== 'number' || value < 1 || value > 65535;

function validatePorts(ports: Dict[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${field}[${index}]`;
    const name = text(port.name);
    if (name) {
      const problems = portName(name);
      errors.push(...problems.map((problem) => invalid(`${at}.name`, name, problem)));
      if (problems.length === 0 && names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    if (port.containerPort === undefined || port.containerPort === 0) errors.push(required(`${at}.containerPort`));
    else if (badPort(port.containerPort)) errors.push(invalid(`${at}.containerPort`, port.containerPort, PORT_RANGE));
    if (port.hostPort !== undefined && badPort(port.hostPort))
      errors.push(invalid(`${at}.hostPort`, port.hostPort, PORT_RANGE));
    if (!PROTOCOLS.includes(text(port.protocol))) errors.push(unsupported(`${at}.protocol`, port.protocol, PROTOCOLS));
  }
  return errors;
}

/** What is looked at in a container depends on when it runs. */
export interface Around {
  volumes: ReadonlySet<string>;
  /** How long the pod has when it is to end; a sleep is no longer. */
  grace: number;
  runs: 'always' | 'first' | 'beside';
  /** Whether the pod's users are the node's. */
  hostUsers: boolean;
}

const NOT_FIRST = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'];

export function validateContainer(one: Dict, field: string, { volumes, grace, runs, hostUsers }: Around): FieldError[] {
  const errors: FieldError[] = [];
  const name = text(one.name);
  if (!name) errors.push(required(`${field}.name`));
  else errors.push(...dnsLabel(name).map((problem) => invalid(`${field}.name`, name, problem)));
  const image = text(one.image);
  if (!image) errors.push(required(`${field}.image`));
  else if (image !== image.trim())
    errors.push(invalid(`${field}.image`, image, 'must not have leading or trailing whitespace'));
  errors.push(
    ...validatePorts(list(one.ports), `${field}.ports`),
    ...validateEnv(list(one.env), `${field}.env`),
    ...validateEnvFrom(list(one.envFrom), `${field}.envFrom`),
    ...oneOf(one, field, 'terminationMessagePolicy', ['File', 'FallbackToLogsOnError']),
    ...validateResources(dict(one.resources), `${field}.resources`),
  );
  if (runs === 'first' && one.restartPolicy !== 'Always') {
    for (const name of NOT_FIRST)
      if (isDict(one[name]))
        errors.push(denied(`${field}.${name}`, 'may not be set for init containers without restartPolicy=Always'));
  } else errors.push(...validateProbes(one, field, grace));
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (!policies.includes(text(one.imagePullPolicy)))
    errors.push(unsupported(`${field}.imagePullPolicy`, one.imagePullPolicy, policies));
  errors.push(
    ...validateMounts(one, `${field}.volumeMounts`, volumes),
    ...validateSecurity(dict(one.securityContext), `${field}.securityContext`, hostUsers),
  );
  return errors;
}

export function validatePodSpec(
  spec: Dict,
  field: string,
  restart: readonly string[] = ['Always', 'OnFailure', 'Never'],
  claims: readonly string[] = [],
): FieldError[] {
  const errors: FieldError[] = [];
  const volumes = new Set<string>();
  const mine = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = list(spec.volumes).filter(({ name }) => !claims.includes(text(name)));
  errors.push(...validateVolumes([...mine, ...others], `${field}.volumes`, volumes));
  const names = new Set<string>();
  const grace = Number(spec.terminationGracePeriodSeconds ?? 0);
  const containers = list(spec.containers);
  if (containers.length === 0) errors.push(required(`${field}.containers`));
  for (const part of ['containers', 'initContainers']) {
    const runs = part === 'containers' ? 'always' : 'first';
    for (const [index, one] of list(spec[part]).entries()) {
      const at = `${field}.${part}[${index}]`;
      errors.push(...validateContainer(one, at, { volumes, grace, runs, hostUsers: spec.hostUsers !== false }));
      if (names.has(text(one.name))) errors.push(duplicate(`${at}.name`, one.name));
      names.add(text(one.name));
      // These run one after another; a real server names the first of them, whichever it is.
      if (runs === 'first') errors.push(...hostPortsOnce([one], `${field}.${part}`));
    }
    if (runs === 'always') errors.push(...hostPortsOnce(containers, `${field}.${part}`));
  }
  if (!restart.includes(text(spec.restartPolicy)))
    errors.push(unsupported(`${field}.restartPolicy`, spec.restartPolicy, restart));
  errors.push(
    ...validateDnsPolicy(spec, field),
    ...validateLabels(spec.nodeSelector as Labels | undefined, `${field}.nodeSelector`),
    ...validatePodSecurity(spec, field),
    ...validateAffinity(dict(spec.affinity), `${field}.affinity`),
    ...validateDnsConfig(spec, field),
    ...validateGates(spec, field),
    ...validateSpread(list(spec.topologySpreadConstraints), `${field}.topologySpreadConstraints`),
    ...validateHostUsers(spec, field),
    ...validateTolerations(list(spec.tolerations), `${field}.tolerations`),
    ...validateHostAliases(list(spec.hostAliases), `${field}.hostAliases`),
    ...oneOf(spec, field, 'preemptionPolicy', ['PreemptLowerPriority', 'Never']),
  );
  if (text(spec.nodeName) && list(spec.schedulingGates).length > 0)
    errors.push(denied(`${field}.nodeName`, 'cannot be set until all schedulingGates have been cleared'));
  for (const name of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'])
    if (text(spec[name])) errors.push(...named(subdomain, spec[name], `${field}.${name}`));
  for (const name of ['hostname', 'subdomain'])
    if (text(spec[name])) errors.push(...named(dnsLabel, spec[name], `${field}.${name}`));
  const deadline = spec.activeDeadlineSeconds;
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2_147_483_647))
    errors.push(invalid(`${field}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'));
  if (typeof spec.terminationGracePeriodSeconds === 'number' && spec.terminationGracePeriodSeconds < 0)
    errors.push(
      invalid(
        `${field}.terminationGracePeriodSeconds`,
        spec.terminationGracePeriodSeconds,
        'must be greater than or equal to 0',
      ),
    );
  return [...errors, ...validateSystem(spec, field)];
}
