import { expect, test } from 'vitest';
import { canonicalImage, unpullable } from '../../../../../engine/sim/node/image.ts';

test('an image is called what a container runtime calls it, with its registry', () => {
  expect(canonicalImage('redis:7')).toBe('docker.io/library/redis:7');
  expect(canonicalImage('bitnami/redis:7')).toBe('docker.io/bitnami/redis:7');
  expect(canonicalImage('quay.io/strimzi/kafka:1')).toBe('quay.io/strimzi/kafka:1');
  expect(canonicalImage('localhost/redis')).toBe('localhost/redis');
});

test('of an image that is nowhere the reason names it by that name', () => {
  expect(unpullable('redis:7')).toBeUndefined();
  expect(unpullable('nope:1')).toContain('failed to resolve reference "docker.io/library/nope:1"');
  expect(unpullable('registry.test/nope:1')).toContain('failed to resolve reference "registry.test/nope:1"');
});
