import { describe, expect, test } from 'vitest';
import { apply, audit, grant, kubectl, kubectlFails, namespace, redisCluster, USERS, until } from './kit.ts';

const ns = await namespace('cluster');

describe('the test cluster', () => {
  test('is Kubernetes 1.34 with a node that is ready', async () => {
    const version = JSON.parse(await kubectl(['version', '-o', 'json']));
    expect(version.serverVersion.gitVersion).toMatch(/^v1\.34\./);
    expect(version.clientVersion.gitVersion).toBe(version.serverVersion.gitVersion);
    expect(await kubectl(['get', 'nodes', '--no-headers'])).toMatch(/^node1 +Ready /);
  });

  test('a claim gets a volume, and grows', async () => {
    const claim = (size: string) => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${size}}}}`;
    const capacity = () =>
      kubectl(['get', 'pvc', 'data', '-o', 'jsonpath={.status.capacity.storage}'], { namespace: ns });
    await apply(claim('1Gi'), ns);
    await until('bound', async () => (await capacity()) === '1Gi');
    await apply(claim('2Gi'), ns);
    await until('grown', async () => (await capacity()) === '2Gi');
  });

  test('redis forms a cluster of three masters, reached by name and by service', async () => {
    const redis = await redisCluster(ns);
    expect((await redis.nodes()).map((n) => [n.pod, n.role, n.id.length])).toEqual(
      redis.pods.map((pod) => [pod, 'master', 40]),
    );
    expect(Object.values(await redis.slots()).reduce((a, b) => a + b)).toBe(16384);
    const byName = await until('the name resolves', () =>
      redis.cli(['-h', `${redis.pods[1]}.${redis.name}.${ns}.svc.cluster.local`, 'ping']),
    );
    expect(byName.trim()).toBe('PONG');
  });

  test('a token user has the rights granted in a namespace and no others; the audit log names who asked', async () => {
    await grant('eve', ns, [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    const mark = audit.mark();
    await until('the grant counts', () => kubectl(['get', 'pods'], { namespace: ns, kubeconfig: USERS.eve }));
    const refused = await kubectlFails(['get', 'secrets'], { namespace: ns, kubeconfig: USERS.eve });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('User "eve" cannot list resource "secrets"');
    const asked = (await audit.since(mark, 'kubectl/')).filter((r) => r.user === 'eve');
    expect(asked.at(-1)).toMatchObject({ verb: 'list', resource: 'secrets', namespace: ns, status: 403 });
    expect(asked.some((r) => r.resource === 'pods' && r.status === 200)).toBe(true);
  });
});
