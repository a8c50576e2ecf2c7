/** Requests for certificates: who has made one, what becomes of it, and what is none. */
import { expect, test } from 'vitest';
import { openApi, pick } from './suite.ts';

const api = openApi();
const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const name = `conf-${process.pid}-${Date.now()}`;
const PEM = `-----BEGIN CERTIFICATE REQUEST-----
MIHXMH8CAQAwHTENMAsGA1UEAwwEamFuZTEMMAoGA1UECgwDZGV2MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE0QGLWzfWFG2cg00LyO7rd/pBO0cogMZuaotD32Yo
TK0ZA90sNhwqXKjuwmoJjlor3tD3TG7VBK9zZb3N7kU18aAAMAoGCCqGSM49BAMC
A0gAMEUCIQCQjCPmvF4SqJCHTi2T/OVrNxbinZm4jIFLqh5OogAOnwIgQZbjelmR
V2rOoRk0fdY1aKCZbWhprOR61GxbPsYqSLQ=
-----END CERTIFICATE REQUEST-----
`;
const spec = {
  request: Buffer.from(PEM).toString('base64'),
  signerName: 'kubernetes.io/kube-apiserver-client',
  usages: ['client auth'],
  expirationSeconds: 86_400,
};
const cells = async (): Promise<unknown[]> => {
  const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
  const { body } = await api.get(`${path}/${name}`, { accept });
  return (pick(body, 'rows', 0, 'cells') as unknown[]).filter((_, column) => column !== 1);
};

test('a request is of who has made it, waits, and is decided about', async () => {
  api.cleanup(() => api.delete(`${path}/${name}`));
  const me = await api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  const { username, groups } = pick(me.body, 'status', 'userInfo') as { username: string; groups: string[] };
  const made = await api.post(path, { metadata: { name }, spec: { ...spec, username: 'other', groups: ['more'] } });
  expect(made.code).toBe(201);
  expect(made.body.spec).toMatchObject({ ...spec, username, groups });
  const shown = [name, spec.signerName, username, '24h'];
  expect(await cells()).toEqual([...shown, 'Pending']);

  const changed = await api.patch(`${path}/${name}`, { spec: { username: 'other' } }, 'merge');
  expect([changed.code, pick(changed.body, 'spec', 'username')]).toEqual([200, username]);
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Why', message: 'Because.' }];
  const approved = await api.put(`${path}/${name}/approval`, {
    ...made.body,
    metadata: { name },
    status: { conditions },
  });
  expect(approved.code).toBe(200);
  expect(pick(approved.body, 'status', 'conditions', 0)).toMatchObject({
    type: 'Approved',
    lastUpdateTime: expect.stringMatching(/Z$/),
    lastTransitionTime: expect.stringMatching(/Z$/),
  });
  expect((await cells()).slice(0, 4)).toEqual(shown);
  expect((await cells())[4]).toMatch(/^Approved/);
});

const refused = async (more: object): Promise<string> => {
  const answer = await api.post(
    path,
    { metadata: { name: 'none' }, spec: { ...spec, ...more } },
    { query: { dryRun: 'All' } },
  );
  expect(answer.code).toBe(422);
  return String(answer.body.message).replace(/^.*? is invalid: /, '');
};

test('what is no request, no usage and no signer is refused', async () => {
  expect(await refused({ request: 'YWJj' })).toBe(
    'spec.request: Invalid value: "YWJj": PEM block type must be CERTIFICATE REQUEST',
  );
  expect(await refused({ usages: ['foo'] })).toMatch(
    /^spec\.usages\[0\]: Unsupported value: "foo": supported values: "any", "cert sign", .*"server auth", "signing", "timestamping"$/,
  );
  expect(await refused({ usages: [] })).toBe('spec.usages: Required value');
  expect(await refused({ signerName: 'x' })).toBe(
    'spec.signerName: Invalid value: "x": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
  );
  expect(await refused({ expirationSeconds: 5 })).toBe(
    'spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)',
  );
  expect(await refused({ signerName: 'kubernetes.io/legacy-unknown' })).toBe(
    'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
  );
});
