import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutManagedFields } from '../../../../engine/kube/managed-fields.ts';

const cut = (json: string) => withoutManagedFields(Buffer.from(json)).toString();

describe('withoutManagedFields', () => {
  it('takes them out of objects and lists, wherever they stand', () => {
    expect(cut('{"metadata":{"managedFields":[{"a":{}}],"name":"x"}}')).toBe('{"metadata":{"name":"x"}}');
    expect(cut('{"metadata":{"name":"x","managedFields":[]}}')).toBe('{"metadata":{"name":"x"}}');
    expect(cut('{"metadata":{"managedFields":[]}}')).toBe('{"metadata":{}}');
  });

  it('is not confused by brackets and quotes in keys, nor by the words in a value', () => {
    const keys = { 'k:{"name":"]"}': {}, 'v:[{"': {}, 'back\\slash\\': {} };
    const object = { metadata: { name: 'x', managedFields: [{ fieldsV1: keys }] } };
    expect(cut(JSON.stringify(object))).toBe('{"metadata":{"name":"x"}}');
    const quoted = JSON.stringify({ annotation: JSON.stringify(object), data: '"managedFields":[' });
    expect(cut(quoted)).toBe(quoted);
  });

  it('leaves what is cut off as it is', () => {
    const broken = '{"metadata":{"managedFields":[{"a":"';
    expect(cut(broken)).toBe(broken);
  });

  it('changes nothing else, whatever the object', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.jsonValue(), fc.array(fc.jsonValue()))), (parts) => {
        const whole = parts.map(([spec, managedFields]) => ({
          metadata: { uid: 'u', managedFields, name: 'n' },
          spec,
        }));
        const wanted = parts.map(([spec]) => ({ metadata: { uid: 'u', name: 'n' }, spec }));
        expect(cut(JSON.stringify({ items: whole }))).toBe(JSON.stringify({ items: wanted }));
      }),
    );
  });
});
