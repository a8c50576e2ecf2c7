import { expect, test } from 'vitest';
import { MASK, redacted } from '../../../../engine/inventory/redact.ts';
import { shippedProviders } from '../../../../engine/inventory/shipped.ts';
import { fixture } from './world.ts';

test('openGauss: the password is masked wherever the object repeats it, and the object itself is left alone', () => {
  const paths = shippedProviders().find(({ metadata }) => metadata.name === 'opengauss')?.spec.redact;
  const cluster = fixture('opengauss').find(({ kind }) => kind === 'OpenGaussCluster');
  if (cluster === undefined) throw new Error('the fixture has no cluster');
  const applied = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(cluster), kept: 'yes' };
  const whole = { ...cluster, metadata: { ...cluster.metadata, annotations: applied, managedFields: [{}] } };
  const shown = redacted(whole, paths);
  expect(JSON.stringify(whole)).toContain('SzhTQGFkbWlu');
  expect(JSON.stringify(shown)).not.toContain('SzhTQGFkbWlu');
  expect(shown).toMatchObject({
    metadata: { annotations: { kept: 'yes' } },
    spec: { dbpasswd: MASK, dbport: 26000 },
    status: { spec: { dbpasswd: MASK }, state: 'ready' },
  });
  expect(shown.metadata).not.toHaveProperty('managedFields');
});

test('paths through lists and maps, and those that lead nowhere', () => {
  const object = { spec: { users: [{ password: 'a' }, { name: 'b' }], map: { x: { token: 'c' } }, text: 't' } };
  expect(redacted(object, ['spec.users[*].password', 'spec.map.*.token', 'spec.none.at.all', 'spec.text.x'])).toEqual({
    spec: { users: [{ password: MASK }, { name: 'b' }], map: { x: { token: MASK } }, text: 't' },
  });
});

test('a Secret shows the names of its values and no value', () => {
  expect(redacted({ kind: 'Secret', data: { a: 'eA==' }, stringData: { b: 'x' } })).toEqual({
    kind: 'Secret',
    data: { a: MASK },
    stringData: { b: MASK },
  });
});
