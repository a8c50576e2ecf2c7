import { describe, expect, test } from 'vitest';
import { recorded } from './recorded.ts';
import { openApi, pick } from './suite.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const GROUPS = [
  'admissionregistration.k8s.io/v1',
  'apiextensions.k8s.io/v1',
  'apiregistration.k8s.io/v1',
  'apps/v1',
  'authentication.k8s.io/v1',
  'authorization.k8s.io/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'batch/v1',
  'certificates.k8s.io/v1',
  'coordination.k8s.io/v1',
  'discovery.k8s.io/v1',
  'events.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1',
  'networking.k8s.io/v1',
  'node.k8s.io/v1',
  'policy/v1',
  'rbac.authorization.k8s.io/v1',
  'resource.k8s.io/v1',
  'scheduling.k8s.io/v1',
  'storage.k8s.io/v1',
];

recorded('discovery', 'discovery.txt', [
  { name: 'core', path: '/api/v1' },
  ...GROUPS.map((group) => ({ name: group, path: `/apis/${group}` })),
  ...['apps', 'autoscaling', 'nope'].map((group) => ({ name: `group ${group}`, path: `/apis/${group}` })),
  { name: 'core aggregated', path: '/api', accept: AGGREGATED },
  { name: 'no such version', path: '/apis/apps/v9' },
  { name: 'healthz', path: '/healthz' },
  { name: 'livez', path: '/livez' },
  { name: 'readyz', path: '/readyz' },
  { name: 'protobuf of a path nobody has', path: '/nope', accept: 'application/vnd.kubernetes.protobuf' },
]);

const api = openApi();
interface Schema {
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  properties?: Record<string, Record<string, unknown>>;
}

describe('groups and documents', () => {
  test('are in order of preference, with their versions', async () => {
    const { body } = await api.get('/apis');
    const names = (pick(body, 'groups') as { name: string }[])
      .map((group) => group.name)
      // What was installed on the real server is not what it serves by itself.
      .filter((name) => name.endsWith('.k8s.io') || !name.includes('.'));
    expect(names).toEqual([
      'apiregistration.k8s.io',
      'apps',
      'events.k8s.io',
      'authentication.k8s.io',
      'authorization.k8s.io',
      'autoscaling',
      'batch',
      'certificates.k8s.io',
      'networking.k8s.io',
      'policy',
      'rbac.authorization.k8s.io',
      'storage.k8s.io',
      'admissionregistration.k8s.io',
      'apiextensions.k8s.io',
      'scheduling.k8s.io',
      'coordination.k8s.io',
      'node.k8s.io',
      'discovery.k8s.io',
      'resource.k8s.io',
      'flowcontrol.apiserver.k8s.io',
    ]);
    const aggregated = await api.get('/apis', { accept: AGGREGATED });
    expect(aggregated.headers['content-type']).toContain('as=APIGroupDiscoveryList');
    const items = (pick(aggregated.body, 'items') as { metadata: { name: string } }[])
      .map((item) => item.metadata.name)
      .filter((name) => !name.includes('example.com'));
    expect(items).toEqual(names);
  });

  test('the core version names the server', async () => {
    const { body } = await api.get('/api');
    expect(body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect(pick(body, 'serverAddressByClientCIDRs', 0, 'serverAddress')).toMatch(/:\d+$/);
  });

  test('the version is 1.34', async () => {
    const { body } = await api.get('/version');
    expect(body).toMatchObject({ major: '1', minor: '34', gitVersion: expect.stringMatching(/^v1\.34\./) });
  });

  test.for(['api/v1', 'apis/apps/v1', 'apis/batch/v1', 'apis/rbac.authorization.k8s.io/v1'])(
    'OpenAPI v3 of %s describes kinds and what they can be asked',
    async (group) => {
      const index = await api.get('/openapi/v3');
      const url = String(pick(index.body, 'paths', group, 'serverRelativeURL'));
      expect(url).toMatch(new RegExp(`^/openapi/v3/${group}\\?hash=[0-9A-F]+$`));
      const { body } = await api.get(url);
      expect(pick(body, 'openapi')).toBe('3.0.0');
      const schemas = pick(body, 'components', 'schemas') as Record<string, Schema>;
      const kinds = Object.values(schemas)
        .flatMap((schema) => schema['x-kubernetes-group-version-kind'] ?? [])
        .map((gvk) => gvk.kind);
      expect(kinds).toContain(
        group === 'apis/rbac.authorization.k8s.io/v1'
          ? 'Role'
          : group === 'apis/batch/v1'
            ? 'Job'
            : group === 'api/v1'
              ? 'Pod'
              : 'Deployment',
      );
      const paths = Object.keys(pick(body, 'paths') as object);
      expect(paths.some((path) => path.endsWith('/{name}'))).toBe(true);
    },
  );

  test('OpenAPI v3 has what a merge needs', async () => {
    const { body } = await api.get('/openapi/v3/api/v1');
    const schemas = pick(body, 'components', 'schemas') as Record<string, Schema>;
    const containers = schemas['io.k8s.api.core.v1.PodSpec']?.properties?.containers;
    expect(containers).toMatchObject({
      type: 'array',
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    });
    const ports = schemas['io.k8s.api.core.v1.Container']?.properties?.ports;
    expect(ports).toMatchObject({
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-patch-merge-key': 'containerPort',
    });
    expect(schemas['io.k8s.api.core.v1.Pod']).toMatchObject({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
    });
    const patch = pick(body, 'paths', '/api/v1/namespaces/{namespace}/pods/{name}', 'patch');
    expect(pick(patch, 'x-kubernetes-action')).toBe('patch');
    expect(Object.keys(pick(patch, 'requestBody', 'content') as object)).toContain(
      'application/strategic-merge-patch+json',
    );
    expect((pick(patch, 'parameters') as { name: string }[]).map((one) => one.name)).toEqual(
      expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation', 'force']),
    );
  });

  test('OpenAPI v2 is one document', async () => {
    const { body } = await api.get('/openapi/v2');
    expect(pick(body, 'swagger')).toBe('2.0');
    const definitions = pick(body, 'definitions') as Record<string, Schema>;
    expect(definitions['io.k8s.api.apps.v1.DeploymentSpec']?.properties).toMatchObject({
      replicas: { type: 'integer', format: 'int32' },
      selector: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector' },
    });
    expect(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toMatchObject({ type: 'string' });
  });
});
