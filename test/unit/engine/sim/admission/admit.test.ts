import { request } from 'node:https';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sim, startSim } from '../../../../../engine/sim/index.ts';
import { openLab, template } from '../workloads/lab.ts';

let sim: Sim;
beforeEach(async () => {
  sim = await startSim();
});
afterEach(() => sim.close());

/** What a client is told: the code and the message. */
function send(method: string, path: string, body: object, type = 'application/json'): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${sim.url}${path}`,
      {
        method,
        ca: sim.ca,
        servername: 'localhost',
        headers: { authorization: `Bearer ${sim.token}`, 'content-type': type },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${JSON.parse(text).message ?? ''}`.trim()));
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';
const BINDINGS = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';
const rule = (operations: string[], resource: string, group = '') => ({
  resourceRules: [{ apiGroups: [group], apiVersions: ['v1'], operations, resources: [resource] }],
});
const bound = (cluster: Sim['cluster'], spec: object, binding: object = {}) => {
  cluster.create(POLICIES, { metadata: { name: 'p' }, spec });
  cluster.create(BINDINGS, {
    metadata: { name: 'b' },
    spec: { policyName: 'p', validationActions: ['Deny'], ...binding },
  });
};
const MAPS = '/api/v1/namespaces/default/configmaps';
const DENIED = "is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request:";

test.each([
  ['a name', { name: 'wanted', namespace: 'default' }],
  ['a selector, where the request is', { selector: { matchLabels: { wanted: 'yes' } } }],
])('params are found by %s, and each is held against', async (_, ref) => {
  sim.cluster.create('configmaps', {
    metadata: { name: 'wanted', namespace: 'default', labels: { wanted: 'yes' } },
    data: { size: 'small' },
  });
  bound(
    sim.cluster,
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: rule(['CREATE'], 'configmaps'),
      validations: [{ expression: 'object.data.size == params.data.size' }],
    },
    { paramRef: { parameterNotFoundAction: 'Deny', ...ref } },
  );
  const map = (name: string, size: string) => send('POST', MAPS, { metadata: { name }, data: { size } });
  expect(await map('a', 'large')).toBe(
    `422 configmaps "a" ${DENIED} failed expression: object.data.size == params.data.size`,
  );
  expect(await map('a', 'small')).toBe('201');
});

test('a policy of status or scale leaves the object itself alone, and holds for what has it', async () => {
  bound(sim.cluster, {
    matchConstraints: rule(['UPDATE'], 'deployments/status', 'apps'),
    validations: [{ expression: 'false' }],
  });
  sim.cluster.create('deployments.apps', {
    metadata: { name: 'd', namespace: 'default' },
    spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) },
  });
  const path = '/apis/apps/v1/namespaces/default/deployments/d';
  const patch = (at: string, body: object) => send('PATCH', `${path}${at}`, body, 'application/merge-patch+json');
  expect(await patch('', { spec: { paused: true } })).toBe('200');
  expect(await patch('/status', { status: { observedGeneration: 7 } })).toBe(
    `422 deployments.apps "d" ${DENIED} failed expression: false`,
  );
});

test('a policy that was taken away, or changed, is not in force', async () => {
  bound(sim.cluster, { matchConstraints: rule(['CREATE'], 'configmaps'), validations: [{ expression: 'false' }] });
  const map = (name: string) => send('POST', MAPS, { metadata: { name } });
  expect(await map('a')).toContain('denied request');
  sim.cluster.patch(POLICIES, '', 'p', { spec: { validations: [{ expression: 'true' }] } });
  expect(await map('a')).toBe('201');
  sim.cluster.patch(POLICIES, '', 'p', { spec: { validations: [{ expression: 'false' }] } });
  expect(await map('b')).toContain('denied request');
  sim.cluster.delete(BINDINGS, '', 'b');
  expect(await map('b')).toBe('201');
});

test('pods that a controller may not make are missing, and it says why', async () => {
  const lab = openLab();
  try {
    bound(lab.cluster, {
      matchConstraints: rule(['CREATE'], 'pods'),
      validations: [
        { expression: "object.spec.containers.all(c, c.image.startsWith('trusted/'))", message: 'not trusted' },
      ],
    });
    lab.cluster.create('replicasets.apps', {
      metadata: { name: 'r', namespace: 'default' },
      spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: template({ a: 'b' }) },
    });
    await lab.live(500);
    expect(lab.cluster.list('pods')).toEqual([]);
    expect(lab.events('r').join('\n')).toMatch(
      /FailedCreate: Error creating: pods "r-\w+" is forbidden: .* not trusted/,
    );
  } finally {
    lab.close();
  }
});
