import { describe, expect, it } from 'vitest';
import { may, mayAll } from '../../../../engine/kube/access.ts';
import { type AccessQuestion, KubeError, type RequestOptions } from '../../../../engine/kube/types.ts';

const ask = (verb: string, resource: string, more: Partial<AccessQuestion> = {}): AccessQuestion => ({
  verb,
  group: '',
  resource,
  namespace: 'n',
  ...more,
});

/** `rules`: what the rules review tells; `allowed`: what the access review knows. */
function server(rules: object[], { incomplete = false, allowed = [] as string[] } = {}) {
  const asked: string[] = [];
  return {
    asked,
    async request<T>(path: string, options: RequestOptions = {}): Promise<T> {
      const { spec } = options.body as { spec: { resourceAttributes?: AccessQuestion } };
      asked.push(path.split('/').at(-1)!);
      const question = spec.resourceAttributes;
      if (!question) return { status: { resourceRules: rules, incomplete } } as T;
      return { status: { allowed: allowed.includes(`${question.verb} ${question.resource}`) } } as T;
    },
  };
}

describe('may', () => {
  it('asks for exactly what is meant', async () => {
    let body: unknown;
    const client = {
      async request<T>(_: string, options: RequestOptions = {}): Promise<T> {
        ({ body } = options);
        return { status: { allowed: true } } as T;
      },
    };
    expect(await may(client, ask('create', 'pods', { subresource: 'exec', name: 'p' }))).toBe(true);
    expect(body).toMatchObject({
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          verb: 'create',
          group: '',
          resource: 'pods',
          subresource: 'exec',
          namespace: 'n',
          name: 'p',
        },
      },
    });
    await may(client, { verb: 'list', group: 'a', resource: 'b' });
    expect(body).toMatchObject({ spec: { resourceAttributes: { verb: 'list', group: 'a', resource: 'b' } } });
    expect(JSON.stringify(body)).not.toMatch(/namespace|name"|subresource/);
  });

  it('takes an answer without a verdict for no', async () => {
    for (const answer of [undefined, {}, { status: { allowed: 'yes' } }]) {
      expect(await may({ request: async <T>() => answer as T }, ask('get', 'pods'))).toBe(false);
    }
  });

  it('passes a failure on: not to know is not a no', async () => {
    const error = new KubeError('down', { status: 0, reason: 'Connection' });
    const client = {
      async request<T>(): Promise<T> {
        throw error;
      },
    };
    await expect(mayAll(client, [ask('get', 'pods'), ask('get', 'a'), ask('get', 'b')])).rejects.toBe(error);
  });
});

describe('mayAll', () => {
  const rule = (verbs: string[], resources: string[], more = {}) => ({ verbs, apiGroups: [''], resources, ...more });
  const many = [ask('get', 'pods'), ask('create', 'pods', { subresource: 'exec' }), ask('delete', 'pods')];

  it('asks few questions one by one', async () => {
    const client = server([], { allowed: ['get pods'] });
    expect(await mayAll(client, many.slice(0, 2))).toEqual([true, false]);
    expect(client.asked).toEqual(['selfsubjectaccessreviews', 'selfsubjectaccessreviews']);
  });

  it('answers many of one namespace with one request', async () => {
    const client = server([rule(['get', 'list'], ['pods']), rule(['create'], ['pods/exec'])]);
    expect(await mayAll(client, many)).toEqual([true, true, false]);
    expect(client.asked).toEqual(['selfsubjectrulesreviews']);
  });

  it('asks again one by one for what an incomplete list does not allow', async () => {
    const client = server([rule(['get'], ['pods'])], { incomplete: true, allowed: ['delete pods'] });
    expect(await mayAll(client, many)).toEqual([true, false, true]);
    expect(client.asked).toHaveLength(3);
  });

  it.each([
    ['every verb', rule(['*'], ['pods']), true],
    ['every resource', rule(['get'], ['*']), true],
    ['another group', rule(['get'], ['pods'], { apiGroups: ['apps'] }), false],
    ['every group', rule(['get'], ['pods'], { apiGroups: ['*'] }), true],
    ['one name only, asked for all', rule(['get'], ['pods'], { resourceNames: ['p'] }), false],
    ['the subresource only', rule(['get'], ['pods/log']), false],
    ['nothing said', {}, false],
  ])('knows a rule of %s', async (_, given, expected) => {
    const client = server([given]);
    const questions = [ask('get', 'pods'), ask('get', 'x'), ask('get', 'y')];
    expect((await mayAll(client, questions))[0]).toBe(expected);
  });

  it('allows a name that a rule gives, and a subresource by its wildcard', async () => {
    const client = server([rule(['get'], ['pods'], { resourceNames: ['p'] }), rule(['get'], ['*/log'])]);
    const questions = [
      ask('get', 'pods', { name: 'p' }),
      ask('get', 'pods', { name: 'q' }),
      ask('get', 'pods', { subresource: 'log' }),
    ];
    expect(await mayAll(client, questions)).toEqual([true, false, true]);
  });

  it('keeps namespaces apart, and asks cluster-wide questions singly', async () => {
    const client = server([rule(['get'], ['pods'])], { allowed: [] });
    const questions = [
      ...many,
      ask('get', 'pods', { namespace: 'other' }),
      { verb: 'list', group: '', resource: 'nodes' },
    ];
    expect(await mayAll(client, questions)).toEqual([true, false, false, false, false]);
    expect(client.asked.toSorted()).toEqual([
      'selfsubjectaccessreviews',
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
    ]);
  });
});
