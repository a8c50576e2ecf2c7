import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Store } from '../../../../engine/kube/store.ts';

interface Row {
  uid: string;
  namespace: string;
  name: string;
  node: string;
  tags: string[];
}
const row = (uid: string, name: string, node = 'n1', tags: string[] = []): Row => ({
  uid,
  namespace: 'a',
  name,
  node,
  tags,
});
const make = () => new Store<Row, 'node' | 'tag'>({ node: (item) => item.node || undefined, tag: (item) => item.tags });
const uids = (rows: Row[]) => rows.map(({ uid }) => uid).sort();

describe('Store', () => {
  it('finds by uid, by name and by index, and forgets', () => {
    const store = make();
    store.apply({ upsert: [row('1', 'x', 'n1', ['p', 'q']), row('2', 'y', 'n2', ['q'])], remove: [] });
    expect([store.get('1')?.name, store.find('a', 'y')?.uid, store.size]).toEqual(['x', '2', 2]);
    expect([uids(store.by('tag', 'q')), uids(store.by('node', 'n1'))]).toEqual([['1', '2'], ['1']]);
    store.apply({ upsert: [row('1', 'x', 'n2')], remove: [] });
    expect([uids(store.by('node', 'n1')), uids(store.by('node', 'n2')), uids(store.by('tag', 'q'))]).toEqual([
      [],
      ['1', '2'],
      ['2'],
    ]);
    store.apply({ upsert: [], remove: ['1', 'unknown'] });
    expect([store.get('1'), store.find('a', 'x'), store.size]).toEqual([undefined, undefined, 1]);
  });

  it('lets one made anew take its name, and is not hurt by the late deletion of the old one', () => {
    const store = make();
    store.apply({ upsert: [row('old', 'x')], remove: [] });
    store.apply({ upsert: [row('new', 'x')], remove: [] });
    expect([store.find('a', 'x')?.uid, store.get('old'), store.size]).toEqual(['new', undefined, 1]);
    store.apply({ upsert: [], remove: ['old'] });
    expect(store.find('a', 'x')?.uid).toBe('new');
  });

  it('agrees with a plain list after any history', () => {
    const one = fc.record({
      uid: fc.constantFrom('1', '2', '3', '4'),
      name: fc.constantFrom('x', 'y', 'z'),
      node: fc.constantFrom('n1', 'n2', ''),
      tags: fc.uniqueArray(fc.constantFrom('p', 'q')),
    });
    const batch = fc.record({
      upsert: fc.array(one, { maxLength: 3 }),
      remove: fc.array(fc.constantFrom<string[]>('1', '2', '3')),
    });
    fc.assert(
      fc.property(fc.array(batch), (history) => {
        const store = make();
        let model: Row[] = [];
        for (const { upsert, remove } of history) {
          const rows = upsert.map((each) => ({ ...each, namespace: 'a' }));
          store.apply({ upsert: rows, remove });
          model = model.filter(({ uid }) => !remove.includes(uid));
          for (const each of rows) {
            model = [...model.filter(({ uid, name }) => uid !== each.uid && name !== each.name), each];
          }
        }
        expect(uids([...store.values()])).toEqual(uids(model));
        for (const each of model) expect(store.find('a', each.name)).toBe(each);
        for (const node of ['n1', 'n2', '']) {
          expect(uids(store.by('node', node))).toEqual(uids(model.filter((each) => node !== '' && each.node === node)));
        }
        for (const tag of ['p', 'q']) {
          expect(uids(store.by('tag', tag))).toEqual(uids(model.filter(({ tags }) => tags.includes(tag))));
        }
      }),
    );
  });
});
