/** What official clients ask beside JSON: protobuf, tokens of accounts, booleans as their languages print them. */
import { describe, expect, test } from 'vitest';
import { REAL } from './connection.ts';
import { DEVIATIONS } from './deviations.ts';
import { openApi, pick } from './suite.ts';

const api = openApi();
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAGIC = 'k8s\u0000';

describe('protobuf', () => {
  test('answers objects, lists and errors of built-in kinds', async () => {
    for (const [path, code] of [
      ['/api/v1/namespaces/default', 200],
      ['/api/v1/namespaces', 200],
      ['/api/v1/namespaces/none', 404],
    ] as const) {
      const answer = await api.get(path, { accept: PROTOBUF });
      expect([answer.code, answer.headers['content-type']]).toEqual([code, PROTOBUF]);
      expect(answer.text.startsWith(MAGIC)).toBe(true);
    }
  });

  test('comes before JSON where it is named first; of a list as the deviations say', async () => {
    const list = await api.get('/api/v1/namespaces', { accept: `${PROTOBUF}, application/json` });
    const differs = 'clients: a list for who reads protobuf and JSON' in DEVIATIONS && !REAL;
    expect(list.headers['content-type']).toBe(differs ? 'application/json' : PROTOBUF);
    const one = await api.get('/api/v1/namespaces/default', { accept: `${PROTOBUF}, application/json` });
    expect(one.headers['content-type']).toBe(PROTOBUF);
  });

  test('is not the form of a Table: the next that is wanted is taken', async () => {
    const accept = `${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json`;
    expect((await api.get('/api/v1/namespaces/default', { accept })).body.kind).toBe('Namespace');
  });
});

describe('a token for an account', () => {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const asked = (spec: object) => ({ kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec });

  test('says whose it is', async () => {
    const made = await api.post(path, asked({ expirationSeconds: 1200 }));
    expect([made.code, pick(made.body, 'spec', 'expirationSeconds')]).toEqual([201, 1200]);
    const token = String(pick(made.body, 'status', 'token'));
    const review = { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', spec: { token } };
    const answer = await api.post('/apis/authentication.k8s.io/v1/tokenreviews', review);
    expect(pick(answer.body, 'status', 'user', 'username')).toBe('system:serviceaccount:default:default');
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    const extra = { 'authentication.kubernetes.io/credential-id': [`JTI=${jti}`] };
    expect(pick(answer.body, 'status', 'user', 'extra')).toEqual(extra);
    const self = await api.post(
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' },
      { headers: { authorization: `Bearer ${token}` } },
    );
    expect(pick(self.body, 'status', 'userInfo', 'extra')).toEqual(extra);
    const other = { ...review, spec: { token: `${token.slice(0, -4)}AAAA` } };
    const refused = await api.post('/apis/authentication.k8s.io/v1/tokenreviews', other);
    expect(pick(refused.body, 'status', 'authenticated')).toBeUndefined();
  });

  test('of a pod says which, and where it is', async () => {
    const ns = await api.namespace();
    const spec = { nodeName: 'elsewhere', schedulerName: 'nobody', containers: [{ name: 'c', image: 'x' }] };
    const pod = await api.post(`/api/v1/namespaces/${ns}/pods`, { metadata: { name: 'p' }, spec });
    const reference = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
    const made = await api.post(path.replace('default', ns), asked({ boundObjectRef: reference }));
    const review = { spec: { token: pick(made.body, 'status', 'token') } };
    const answer = await api.post('/apis/authentication.k8s.io/v1/tokenreviews', review);
    expect(pick(answer.body, 'status', 'user', 'extra')).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': [pick(pod.body, 'metadata', 'uid')],
      'authentication.kubernetes.io/node-name': ['elsewhere'],
    });
  });

  test('lasts ten minutes at least', async () => {
    const refused = await api.post(path, asked({ expirationSeconds: 10 }));
    expect([refused.code, pick(refused.body, 'message')]).toEqual([
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes',
    ]);
  });
});
