/** Configurations of admission webhooks that are refused, each tried without being kept. */
import { type Case, recorded } from './recorded.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';

type Fields = Record<string, unknown>;

const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] };
const HOOK = {
  name: 'a.hooks.opsdeck.dev',
  clientConfig: { url: 'https://127.0.0.1:1/' },
  rules: [RULE],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};

const tried = (name: string, webhooks: unknown, type = 'validating', more: Partial<Case> = {}): Case => ({
  name,
  method: 'POST',
  path: `${GROUP}/${type}webhookconfigurations?dryRun=All`,
  body: { metadata: { name: 'NS-tried' }, webhooks },
  brief: true,
  ...more,
});
const hook = (name: string, more: Fields): Case => tried(name, [{ ...HOOK, ...more }]);
const rule = (name: string, more: Fields): Case => hook(`a rule ${name}`, { rules: [{ ...RULE, ...more }] });
const client = (name: string, clientConfig: Fields): Case => hook(`a client ${name}`, { clientConfig });
const service = (name: string, more: Fields): Case =>
  client(`service ${name}`, { service: { name: 's', namespace: 'n', ...more } });
const conditions = (name: string, ...matchConditions: Fields[]): Case =>
  hook(`conditions ${name}`, { matchConditions });
const when = (name: string, expression: string): Fields => ({ name, expression });

recorded('Fields of webhooks', 'webhookfields.txt', [
  tried('as it is kept', [HOOK], 'validating', { brief: false }),
  tried('as one that changes is kept', [HOOK], 'mutating', { brief: false }),
  tried('of none', []),
  tried('of nothing', [{}]),
  tried('twice', [HOOK, HOOK, { ...HOOK, name: 'b.hooks.opsdeck.dev' }]),
  hook('no name', { name: '' }),
  hook('a short name', { name: 'a.b' }),
  hook('a bad name', { name: 'A_b.c.d' }),
  hook('another policy', { failurePolicy: 'Maybe', matchPolicy: 'Similar' }),
  hook('no side effects', { sideEffects: null }),
  hook('some side effects', { sideEffects: 'Some' }),
  hook('no time', { timeoutSeconds: 0 }),
  hook('much time', { timeoutSeconds: 31 }),
  hook('no reviews', { admissionReviewVersions: [] }),
  hook('other reviews', { admissionReviewVersions: ['v2', 'V', 'v2'] }),
  hook('bad selectors', {
    namespaceSelector: { matchLabels: { a: '-' } },
    objectSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] },
  }),
  hook('no rules', { rules: [] }),
  tried('a policy of asking again', [{ ...HOOK, reinvocationPolicy: 'Often' }], 'mutating'),
  rule('of nothing', { apiGroups: [], apiVersions: [], operations: [], resources: [] }),
  rule('of all and more', {
    apiGroups: ['*', 'a'],
    apiVersions: ['*', 'v1', ''],
    operations: ['*', 'CREATE'],
    resources: ['*', 'pods'],
  }),
  rule('of another operation', { operations: ['GET', 'CREATE'] }),
  rule('of all parts and one', { resources: ['pods/*', 'pods/status', '*/scale', 'deployments/scale'] }),
  rule('of everything and more', { resources: ['*/*', 'pods', ''] }),
  rule('of another scope', { scope: 'Some' }),
  client('of nothing', {}),
  client('of both', { url: 'https://a.b', service: { name: 's', namespace: 'n' } }),
  client('of http', { url: 'http://a.b/c' }),
  client('with a query', { url: 'https://u@a.b/c?d#e' }),
  client('that is no URL', { url: 'a:b' }),
  client('with a bad bundle', { url: 'https://a.b', caBundle: 'aGVsbG8=' }),
  service('without a name', { name: '', namespace: '' }),
  service('with a port', { port: 0 }),
  service('with a path', { path: 'a//B' }),
  conditions('of nothing', {}),
  conditions('twice', when('a', 'true'), when('a', 'false')),
  conditions('that cannot be read', when('a', 'object.'), when('b c', 'nothing')),
  conditions('of a text', when('a', "'x'")),
  conditions('of params', when('a', 'params == null')),
  conditions('too many', ...Array.from({ length: 65 }, (_, at) => when(`c${at}`, 'true'))),
]);
