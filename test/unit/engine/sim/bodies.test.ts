/** Bodies that are odd: nested without end, in the YAML of Go programs, broken. */
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sim, startSim } from '../../../../engine/sim/index.ts';

let sim: Sim;
let dispatcher: Agent;
beforeAll(async () => {
  sim = await startSim();
  dispatcher = new Agent({ connect: { ca: sim.ca } });
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  sim.cluster.create('customresourcedefinitions.apiextensions.k8s.io', {
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
  await sim.cluster.idle();
});
afterAll(async () => {
  await dispatcher.close();
  await sim.close();
});

const MAPS = '/api/v1/namespaces/default/configmaps';
const THINGS = '/apis/example.com/v1/namespaces/default/things';

async function send(method: 'POST' | 'PATCH' | 'GET', path: string, type = '', body?: string) {
  const answer = await request(`${sim.url}${path}`, {
    method,
    dispatcher,
    headers: { authorization: `Bearer ${sim.token}`, ...(type ? { 'content-type': type } : {}) },
    ...(body === undefined ? {} : { body }),
  });
  return { code: answer.statusCode, body: (await answer.body.json()) as { message?: string; data?: object } };
}

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const nested = (depth: number, open = '[', close = ']') => `${open.repeat(depth)}1${close.repeat(depth)}`;
const UNRECOGNIZED = 'the object provided is unrecognized (must be of type ConfigMap): ';

describe('nesting', () => {
  const lists = nested(20_000);
  const objects = nested(20_000, '{"a":', '}');
  it.each([
    ['POST', JSON_TYPE, `{"apiVersion":"v1","kind":"ConfigMap","x":${lists}}`, '['],
    ['POST', JSON_TYPE, `{"apiVersion":"v1","kind":"ConfigMap","x":${objects}}`, '{'],
    ['PATCH', 'application/merge-patch+json', `{"x":${lists}}`, '['],
    ['PATCH', 'application/json-patch+json', `[{"op":"add","path":"/data","value":${lists}}]`, '['],
    ['PATCH', 'application/strategic-merge-patch+json', `{"x":${objects}}`, '{'],
  ] as const)('too deep for a %s of %s is a bad request', async (method, type, body, mark) => {
    sim.cluster.kernel.store.entry(sim.cluster.kernel.registry.get('configmaps'), 'default', 'deep') ??
      sim.cluster.create('configmaps', { metadata: { name: 'deep', namespace: 'default' } });
    const answer = await send(method, method === 'POST' ? MAPS : `${MAPS}/deep`, type, body);
    expect(answer.code).toBe(400);
    expect(answer.body.message).toContain(`invalid character '${mark}' exceeded max depth`);
    if (method === 'POST') expect(answer.body.message).toMatch(/ \(\{"apiVersion":"v1","kind":"Con \.\.\.\)$/);
  });

  it('too deep in YAML is a bad request', async () => {
    const answer = await send('POST', MAPS, YAML_TYPE, `kind: ConfigMap\nx: ${lists}`);
    expect(answer.code).toBe(400);
    expect(answer.body.message).toContain('exceeded max depth');
    const applied = `apiVersion: v1\nkind: ConfigMap\nx: ${nested(3000)}`;
    const patched = await send('PATCH', `${MAPS}/y?fieldManager=f`, 'application/apply-patch+yaml', applied);
    expect(patched.code).toBe(400);
    expect(patched.body.message).toContain('exceeded max depth');
  });

  it.each(['[]', '{}'])('as deep as is taken is kept, changed, listed and applied: %s', async (kind) => {
    const name = kind === '[]' ? 'lists' : 'objects';
    const deep = (end: number) => nested(990, kind === '[]' ? '[' : '{"a":', kind[1]).replace('1', String(end));
    const thing = (end: number) =>
      `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"${name}"},"x":${deep(end)}}`;
    expect((await send('POST', THINGS, JSON_TYPE, thing(1))).code).toBe(201);
    expect((await send('PATCH', `${THINGS}/${name}`, 'application/merge-patch+json', `{"x":${deep(2)}}`)).code).toBe(
      200,
    );
    const operation = `[{"op":"add","path":"/x","value":${deep(3)}}]`;
    expect((await send('PATCH', `${THINGS}/${name}`, 'application/json-patch+json', operation)).code).toBe(200);
    const apply = `${THINGS}/${name}?fieldManager=f&force=true`;
    expect((await send('PATCH', apply, 'application/apply-patch+yaml', thing(4))).code).toBe(200);
    expect((await send('GET', THINGS)).code).toBe(200);
  });
});

describe('YAML', () => {
  const map = (data: string, name = 'map') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${data}`;

  it('is read to the end of the first document', async () => {
    expect((await send('POST', MAPS, YAML_TYPE, map('data: {a: "1"}\n---\nnot: this', 'first'))).code).toBe(201);
  });

  it('has booleans that are words, and octal numbers', async () => {
    const answer = await send('POST', MAPS, YAML_TYPE, map('data: {yes: no}'));
    expect(answer.code).toBe(400);
    expect(answer.body.message).toContain('cannot unmarshal bool into Go struct field ConfigMap.data of type string');
    expect((await send('POST', MAPS, YAML_TYPE, map('data: {on: "1", n: "2"}', 'words'))).body.data).toEqual({
      true: '1',
      false: '2',
    });
    const claim =
      'spec: {volumes: [{name: v, configMap: {name: x, defaultMode: 0644}}], containers: [{name: c, image: i}]}';
    const pod = await send(
      'POST',
      '/api/v1/namespaces/default/pods?dryRun=All',
      YAML_TYPE,
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n${claim}`,
    );
    expect(pod.body).toMatchObject({ spec: { volumes: [{ configMap: { defaultMode: 420 } }, {}] } });
  });

  it('that is broken is told in the words of the real server, the start of the body quoted', async () => {
    expect((await send('POST', MAPS, YAML_TYPE, 'a: b: c')).body.message).toBe(
      `${UNRECOGNIZED}yaml: mapping values are not allowed in this context (613a20623a2063)`,
    );
    const answer = await send('POST', MAPS, YAML_TYPE, map('data: *nowhere'));
    expect(answer.body.message).toContain("yaml: unknown anchor 'nowhere' referenced (");
    expect(answer.body.message).toMatch(/\([0-9a-f]{60} \.\.\.\)$/);
  });
});
