/** What an API server says of itself: which paths it has, whether it is well, what it counts, and who signs its tokens. */

import { qualified } from '../errors.ts';
import type { Kernel } from '../kernel.ts';
import { ISSUER } from '../rbac/reviews.ts';
import type { Registry } from '../resources/registry.ts';
import { sendJson, sendText } from './reply.ts';
import type { Call } from './server.ts';
import { publicKeys } from './signer.ts';

const hooks = (text: string): string[] => text.split(/\s+/).map((name) => `poststarthook/${name}`);

/** What each check asks of a real server; here, what answers is well. */
const CHECKS = [
  ...['ping', 'log', 'etcd'],
  ...hooks(
    'start-apiserver-admission-initializer generic-apiserver-start-informers priority-and-fairness-config-consumer priority-and-fairness-filter storage-object-count-tracker-hook start-apiextensions-informers start-apiextensions-controllers crd-informer-synced start-system-namespaces-controller start-cluster-authentication-info-controller start-kube-apiserver-identity-lease-controller start-kube-apiserver-identity-lease-garbage-collector start-legacy-token-tracking-controller start-service-ip-repair-controllers rbac/bootstrap-roles scheduling/bootstrap-system-priority-classes priority-and-fairness-config-producer bootstrap-controller start-kubernetes-service-cidr-controller aggregator-reload-proxy-client-cert start-kube-aggregator-informers apiservice-status-local-available-controller apiservice-status-remote-available-controller apiservice-registration-controller apiservice-discovery-controller kube-apiserver-autoregistration',
  ),
  'autoregister-completion',
  ...hooks('apiservice-openapi-controller apiservice-openapiv3-controller'),
];
const READY = [...CHECKS.slice(0, 3), 'etcd-readiness', 'informer-sync', ...CHECKS.slice(3), 'shutdown'];
const HEALTH: Record<string, readonly string[]> = { healthz: CHECKS, livez: CHECKS, readyz: READY };

/** False where there is no such check. */
function answerHealth(call: Call, kind: string, check: string): boolean {
  const checks = HEALTH[kind];
  if (!checks || (check && !checks.includes(check))) return false;
  if (check || !call.query.has('verbose')) {
    sendText(call, 200, 'ok');
    return true;
  }
  const excluded = new Set(call.query.getAll('exclude'));
  const lines = checks.map((name) => `[+]${name} ${excluded.delete(name) ? 'excluded: ok' : 'ok'}`);
  if (excluded.size > 0) {
    const unknown = [...excluded].map((name) => JSON.stringify(name)).join(', ');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown}`);
  }
  sendText(call, 200, `${lines.join('\n')}\n${kind} check passed\n`);
  return true;
}

function pathsOf(registry: Registry): string[] {
  const groups = [...registry.groupVersions()].flatMap(([group, versions]) =>
    group === '' ? [] : [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)],
  );
  const health = Object.entries(HEALTH).flatMap(([kind, checks]) => [
    `/${kind}`,
    ...checks.map((check) => `/${kind}/${check}`),
  ]);
  const own =
    '/.well-known/openid-configuration /api /api/v1 /apis /apis/ /metrics /metrics/slis /openapi/v2 /openapi/v3 /openapi/v3/ /openid/v1/jwks /version';
  return [...own.split(' '), ...groups, ...health].sort();
}

type Sample = [labels: Record<string, string>, value: number];

const labelled = (labels: Record<string, string>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
};

const metric = (name: string, kind: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${samples.map(([labels, value]) => `${name}${labelled(labels)} ${value}\n`).join('')}`;

function metrics(kernel: Kernel, version: string): string {
  const objects = [...kernel.registry.all()]
    .filter((info) => info.verbs.includes('list'))
    .map((info): Sample => [{ resource: qualified(info) }, kernel.store.collection(info.storageKey).size]);
  const { user, system } = process.cpuUsage();
  return [
    metric(
      'apiserver_storage_objects',
      'gauge',
      '[STABLE] [DEPRECATED, consider using apiserver_resource_objects instead] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
      objects,
    ),
    metric(
      'kubernetes_build_info',
      'gauge',
      "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      [[{ git_version: version, major: '1', minor: '34', platform: 'linux/amd64' }, 1]],
    ),
    metric('process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', [
      [{}, (user + system) / 1e6],
    ]),
    metric('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', [
      [{}, process.memoryUsage.rss()],
    ]),
    metric('process_start_time_seconds', 'gauge', 'Start time of the process since unix epoch in seconds.', [
      [{}, Math.round(Date.now() / 1000 - process.uptime())],
    ]),
  ].join('');
}

const slis = (): string =>
  metric(
    'kubernetes_healthcheck',
    'gauge',
    '[STABLE] This metric records the result of a single healthcheck.',
    Object.entries(HEALTH)
      .flatMap(([type, checks]) => checks.map((name): Sample => [{ name, type }, 1]))
      .sort(([a], [b]) => (`${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1)),
  );

/** False for a path that is none of these. */
export function answerPage(call: Call, kernel: Kernel, path: string, port: number, version: string): boolean {
  const [, first = '', ...rest] = path.split('/');
  if (HEALTH[first]) return answerHealth(call, first, rest.join('/'));
  const type = 'text/plain; version=0.0.4';
  switch (path) {
    case '/':
      sendJson(call, 200, { paths: pathsOf(kernel.registry) });
      return true;
    case '/metrics':
      sendText(call, 200, metrics(kernel, version), type);
      return true;
    case '/metrics/slis':
      sendText(call, 200, slis(), type);
      return true;
    case '/.well-known/openid-configuration':
      sendJson(call, 200, {
        issuer: ISSUER,
        jwks_uri: `https://127.0.0.1:${port}/openid/v1/jwks`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
      return true;
    case '/openid/v1/jwks':
      sendJson(call, 200, publicKeys(kernel), 'application/jwk-set+json');
      return true;
    default:
      return false;
  }
}
