import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Provider as Document, ProviderSpec } from '../../../../engine/api/types.ts';
import { asText, path } from '../../../../engine/inventory/path.ts';
import { compileProviders, imageTag, roleClass } from '../../../../engine/inventory/provider.ts';
import { providersWith, shippedProviders } from '../../../../engine/inventory/shipped.ts';

const document = (spec: Partial<ProviderSpec>): Document => ({
  apiVersion: 'opsdeck.dev/v1alpha1',
  kind: 'Provider',
  metadata: { name: 'mine' },
  spec: { resources: [{ resource: 'things.x.io', kind: 'Thing' }], phase: {}, health: {}, pods: {}, ...spec },
});
const compiled = async (spec: Partial<ProviderSpec>) => (await compileProviders([document(spec)]))[0];

test.each<[string, unknown[]]>([
  ['spec.a', [1]],
  ['.spec.a', [1]],
  ['spec.list[*].name', ['x', 'y']],
  ['spec.list.*.name', ['x', 'y']],
  ['spec.list[1].name', ['y']],
  ['spec.map.*.message.*', ['m', 'n']],
  ['metadata.labels["app.kubernetes.io/name"]', ['redis']],
  ["metadata.labels['app.kubernetes.io/name']", ['redis']],
  ['spec.none.at.all', []],
  ['spec.a.b', []],
  ['spec.nothing', []],
  ['spec.constructor', []],
])('the path %s', (text, expected) => {
  const object = {
    metadata: { labels: { 'app.kubernetes.io/name': 'redis' } },
    spec: {
      a: 1,
      list: [{ name: 'x' }, { name: 'y' }],
      map: { p: { message: { k: 'm' } }, q: { message: ['n'] } },
      nothing: null,
    },
  };
  expect(path(text)(object)).toEqual(expected);
});

test.each(['', 'a..b', 'a b', 'a[', 'a[x]', 'a.', 'a["x]'])('the path %j is refused', (text) => {
  expect(() => path(text)).toThrow(/path/);
});

test('a value that is no text has none', () => {
  expect([asText('a'), asText(3), asText(true), asText({}), asText([]), asText(null)]).toEqual([
    'a',
    '3',
    'true',
    undefined,
    undefined,
    undefined,
  ]);
});

test.each([
  ['redis:7.2', '7.2'],
  ['registry.local:5000/team/redis:7.2@sha256:ab', '7.2'],
  ['registry.local:5000/redis', ''],
  ['redis@sha256:ab', ''],
])('the tag of %s', (image, tag) => expect(imageTag(image)).toBe(tag));

test('roles in anybody’s words', () => {
  expect(['Master', 'leader', 'PRIMARY', 'slave', 'standby', 'follower', 'arbiter', 'toString'].map(roleClass)).toEqual(
    ['primary', 'primary', 'primary', 'replica', 'replica', 'replica', 'arbiter', 'tostring'],
  );
});

test.each<[Partial<ProviderSpec>, string]>([
  [{ version: ['spec..x'] }, 'provider mine: the path "spec..x" can\'t be read'],
  [{ pods: { selectors: [{ app: 'x' }] } }, 'provider mine: a selector needs exactly one label whose value is {name}'],
  [{ phase: { rules: [{ when: 'object.spec.', is: 'x' }] } }, 'provider mine: the expression "object.spec."'],
  [{ phase: { rules: [{ when: 'other.spec', is: 'x' }] } }, 'provider mine: the expression "other.spec"'],
])('what is wrong with a provider is said with its name: %j', async (spec, message) => {
  await expect(compiled(spec)).rejects.toThrow(message);
});

test('phase: rules in order, a failing one passed over, then the path, then the word for silence', async () => {
  const provider = await compiled({
    phase: {
      rules: [
        { when: 'object.status.ready > 2', is: 'Full' },
        { when: 'object.spec.off', is: 'Off' },
      ],
      from: 'status.phase',
      missing: 'New',
    },
  });
  const said = [
    { status: { ready: 3 }, spec: { off: true } },
    { spec: { off: true } },
    { status: { ready: 1, phase: 'Half' }, spec: { off: false } },
    { status: { ready: 'many' }, spec: { off: 'yes' } },
    {},
  ].map((object) => provider?.phase(object));
  expect(said).toEqual(['Full', 'Off', 'Half', 'New', 'New']);
});

test('health: by the word, else by the star, else unknown', async () => {
  const plain = await compiled({ health: { ok: 'ok' } });
  const starred = await compiled({ health: { ok: 'ok', '*': 'busy' } });
  expect([plain?.health('ok'), plain?.health('x'), plain?.health('toString'), starred?.health('x')]).toEqual([
    'ok',
    'unknown',
    'unknown',
    'busy',
  ]);
});

test('what a user puts in the folder replaces, or comes before the plain workloads', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opsdeck-providers-'));
  try {
    const resources = '[{resource: things.x.io, kind: Thing}]';
    const own = (name: string, label: string) =>
      `apiVersion: opsdeck.dev/v1alpha1\nkind: Provider\nmetadata: {name: ${name}}\nspec: {resources: ${resources}, unclaimed: ${name === 'plain'}, phase: {from: status.phase}, health: {}, pods: {role: {label: ${label}}}}\n`;
    await writeFile(join(folder, 'a.yaml'), `${own('plain', 'my-role')}---\n${own('extra', 'r')}`);
    await writeFile(join(folder, 'notes.txt'), 'nothing');
    const found = await providersWith(folder);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['kubeblocks', 'opengauss', 'extra', 'plain']);
    expect(found.find(({ metadata }) => metadata.name === 'plain')?.spec.pods.role?.label).toBe('my-role');
    const bad = join(folder, 'b.yaml');
    await writeFile(bad, 'a: [');
    await expect(providersWith(folder)).rejects.toThrow(bad);
    await writeFile(bad, own('broken', 'r').replace('health: {}', 'health: {Ready: fine}'));
    await expect(providersWith(folder)).rejects.toThrow(/b\.yaml: .*health.*fine/);
  } finally {
    await rm(folder, { recursive: true });
  }
  expect(await providersWith(folder)).toEqual(shippedProviders());
});

test('an expression of a document that is known to be sound is compiled when it is asked for, any other at once', async () => {
  const broken = document({ phase: { rules: [{ when: 'object.spec.', is: 'Off' }] } });
  await expect(compileProviders([broken])).rejects.toThrow(/provider mine: the expression "object.spec."/);
  const [lazy] = await compileProviders([broken], () => true);
  expect(() => lazy?.phase({})).toThrow(/the expression/);
  const whole = document({ phase: { rules: [{ when: 'object.spec.off', is: 'Off' }] }, version: [{ expr: '"v1"' }] });
  for (const sound of [true, false]) {
    const [provider] = await compileProviders([whole], () => sound);
    expect([provider?.phase({ spec: { off: true } }), provider?.version({})]).toEqual(['Off', ['v1']]);
  }
});
