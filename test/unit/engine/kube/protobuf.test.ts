import { describe, expect, test } from 'vitest';
import { POD } from '../../../../engine/inventory/raw-pod.ts';
import { listOf, message, OBJECT_META, readProtobuf, STATUS } from '../../../../engine/kube/protobuf.ts';
import { encodeProtobuf } from '../../../../engine/sim/schema/encode.ts';

const type = { apiVersion: 'v1', kind: 'Pod' };
const state = { terminated: { exitCode: -1, signal: 9, reason: 'Error', startedAt: '2026-11-30T10:00:00Z' } };
const status = { name: 'a', ready: false, restartCount: 300, started: false, image: 'i', state };
const wanted = {
  ...type,
  metadata: {
    name: 'ä-0',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '123456789012',
    creationTimestamp: '2026-11-30T10:00:00Z',
    deletionTimestamp: '1969-12-31T23:59:59Z',
    labels: { app: 'x', marked: '' },
    ownerReferences: [{ kind: 'StatefulSet', name: 's', controller: true }],
  },
  spec: {
    nodeName: 'node',
    volumes: [{ persistentVolumeClaim: { claimName: 'data-0' } }, {}],
    containers: [{ name: 'a', image: 'i' }],
    initContainers: [{ name: 'b', image: 'j', restartPolicy: 'Always' }],
  },
  status: {
    phase: 'Failed',
    reason: 'Evicted',
    podIP: '10.0.0.1',
    conditions: [{ type: 'Ready', status: 'False', reason: 'r' }],
    containerStatuses: [{ ...status, state: { terminated: { exitCode: -1, signal: 9, reason: 'Error' } } }],
    initContainerStatuses: [{ name: 'b', ready: true, restartCount: 0, image: 'j', state: { running: {} } }],
  },
};
/** The same with what nobody reads. */
const whole = {
  ...wanted,
  metadata: { ...wanted.metadata, generation: 3, annotations: { note: 'x'.repeat(300) }, finalizers: ['f'] },
  spec: {
    ...wanted.spec,
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'data-0' } },
      { name: 'tmp', emptyDir: {} },
    ],
    containers: [{ name: 'a', image: 'i', env: [{ name: 'E', value: 'v' }], ports: [{ containerPort: 6379 }] }],
    tolerations: [{ operator: 'Exists' }],
  },
  status: { ...wanted.status, hostIP: '10.0.0.2', containerStatuses: [{ ...status, imageID: 'sha256:1' }] },
};

describe('what is wanted of an object', () => {
  test('is as in its JSON, and the rest is not there', () => {
    expect(readProtobuf(encodeProtobuf(whole), POD)).toEqual(wanted);
  });

  test('of a list with where it goes on', () => {
    const metadata = { resourceVersion: '7', continue: 'on', remainingItemCount: 5_000_000_000 };
    const list = encodeProtobuf({ apiVersion: 'v1', kind: 'PodList', metadata, items: [whole, whole] });
    const { apiVersion: _, kind: __, ...item } = wanted;
    const expected = { apiVersion: 'v1', kind: 'PodList', metadata, items: [item, item] };
    expect(readProtobuf(list, listOf(POD))).toEqual(expected);
    const empty = encodeProtobuf({ apiVersion: 'v1', kind: 'PodList', metadata: { resourceVersion: '7' }, items: [] });
    expect(readProtobuf(empty, listOf(POD))).toEqual({
      apiVersion: 'v1',
      kind: 'PodList',
      metadata: { resourceVersion: '7' },
    });
  });

  test('of a refusal, with its reasons', () => {
    const details = { causes: [{ reason: 'Bad', message: 'no', field: 'spec' }], retryAfterSeconds: 2 };
    const refusal = { apiVersion: 'v1', kind: 'Status', message: 'm', reason: 'Invalid', details };
    expect(readProtobuf(encodeProtobuf({ ...refusal, metadata: {}, code: 422 }), STATUS)).toEqual(refusal);
  });
});

/** A message of one field in an envelope. */
const object = (...bytes: number[]) => Buffer.from([...Buffer.from('k8s\0'), 0x12, bytes.length, ...bytes]);

test('an empty text, which the server writes too, is left out as in JSON', () => {
  expect(readProtobuf(object(0x0a, 1, 0x61, 0x1a, 0), OBJECT_META)).toEqual({ name: 'a' });
  expect(readProtobuf(object(0x42, 0), OBJECT_META)).toEqual({});
});

test('fields of a later server are stepped over, of every form', () => {
  const later = [0xa0, 6, 0x80, 1, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 1, 9, 0xa5, 6, 1, 2, 3, 4];
  expect(readProtobuf(object(...later, 0x0a, 1, 0x61), OBJECT_META)).toEqual({ name: 'a' });
  // A field that has another form than is known is not what it was.
  expect(readProtobuf(object(0x08, 5), OBJECT_META)).toEqual({});
  expect(() => readProtobuf(object(0x0b), OBJECT_META)).toThrow('no wire type 3');
});

test('a label that is called as no label can be', () => {
  const entry = [0x0a, 9, ...Buffer.from('__proto__'), 0x12, 1, 0x78];
  const read = readProtobuf(object(0x5a, entry.length, ...entry), OBJECT_META) as { labels: object };
  expect(Object.entries(read.labels)).toEqual([]);
});

test('whatever is cut off or broken is no object, and no other error', () => {
  const bytes = encodeProtobuf(whole);
  // The last four bytes are of the envelope, and of no meaning.
  for (let end = 0; end < bytes.length - 4; end++)
    expect(() => readProtobuf(bytes.subarray(0, end), POD), `${end} bytes`).toThrow(RangeError);
  for (let at = 4; at < bytes.length; at++) {
    for (const byte of [0, 0x7f, 0xff]) {
      const broken = Buffer.from(bytes);
      broken[at] = byte;
      try {
        readProtobuf(broken, POD);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  }
  expect(() => readProtobuf(Buffer.from('{"kind":"Pod"}'), POD)).toThrow('no protobuf');
  expect(() => readProtobuf(object(0x20, ...Array(10).fill(0xff)), message({ 4: ['n', 'number'] }))).toThrow('no end');
});
