/** The webhooks that the cases are about, and what each of them answers. */
import { patch, type Reply, type Review } from './hookserver.ts';
import type { Case } from './recorded.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
export const CUSTOM = 'NS.hooks.example.com';
const TYPES = { mutating: 'mutatingwebhookconfigurations', validating: 'validatingwebhookconfigurations' } as const;

export type Fields = Record<string, unknown>;
type Replies = Record<string, (review: Review) => Reply | Promise<Reply>>;

const on = (resources: string, operations = 'CREATE', more: Fields = {}): Fields => ({
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: operations.split(' '),
  resources: resources.split(' '),
  ...more,
});

/** A configuration whose webhook is about what has its name as a label. */
interface Hook {
  type: keyof typeof TYPES;
  name: string;
  more?: Fields;
  reply?: (review: Review) => Reply | Promise<Reply>;
}
const looks = (name: string, reply?: Hook['reply'], more: Fields = {}): Hook => ({
  type: 'validating',
  name,
  more,
  ...(reply ? { reply } : {}),
});
const changes = (name: string, reply?: Hook['reply'], more: Fields = {}): Hook => ({
  ...looks(name, reply, more),
  type: 'mutating',
});
const labelled = (name: string): Fields => ({ objectSelector: { matchLabels: { hook: name } } });
const within = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } } };
const at = (url: string, more: Fields = {}): Fields => ({ clientConfig: { url, caBundle: 'OWN-CA', ...more } });
const service = (name: string, more: Fields = {}): Fields => ({
  clientConfig: { service: { name, namespace: 'NS', path: '/service', ...more }, caBundle: 'OWN-CA' },
});

const bodyOf = ({ name, more }: Hook): Fields => ({
  metadata: { name: `NS-${name}` },
  webhooks: [
    {
      name: `${name}.hooks.opsdeck.dev`,
      rules: [on('configmaps')],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      timeoutSeconds: 30,
      ...within,
      ...labelled(name),
      ...at(`https://HOOK/${name}`),
      ...more,
    },
  ],
});
export const configured = (hook: Hook): Case => ({
  name: `the webhook ${hook.name}`,
  method: 'POST',
  path: `${GROUP}/${TYPES[hook.type]}`,
  body: bodyOf(hook),
  brief: true,
});

const denies = (status?: Fields) => (): Reply => ({ response: { allowed: false, ...(status ? { status } : {}) } });
const says = (response: Fields) => (): Reply => ({ response });
const sends =
  (send: string, code = 200) =>
  (): Reply => ({ send, code });
const patches =
  (...operations: object[]) =>
  (): Reply =>
    patch(...operations);
const sleeps = async (): Promise<Reply> => {
  await new Promise((resolve) => setTimeout(resolve, 4000));
  return { response: { allowed: true } };
};
const add = (key: string, value = key): object => ({ op: 'add', path: `/data/${key}`, value });
const condition = (expression: string): Fields => ({ matchConditions: [{ name: 'one', expression }] });
const object = '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"';

/** Each is met by a ConfigMap that is labelled with its name. */
export const HOOKS: Hook[] = [
  looks('allows'),
  looks('denies', denies()),
  looks('explains', denies({ message: 'it is too large' })),
  looks('reasons', denies({ reason: 'Expired' })),
  looks(
    'forbids',
    denies({ code: 403, reason: 'Forbidden', message: 'not here', details: { causes: [{ field: 'a' }] } }),
  ),
  looks('denies-with-success', denies({ status: 'Success', code: 200, message: 'all is well' })),
  looks('warns', says({ allowed: true, warnings: ['first', 'second "quoted"', 'first'] })),
  looks('warns-and-denies', says({ allowed: false, warnings: ['take care'] })),
  looks('annotates', says({ allowed: true, auditAnnotations: { a: 'b' } })),
  looks('breaks', sends('something broke', 500)),
  looks('is-missing', sends('gone', 404)),
  looks('rejects', sends('', 400)),
  looks('is-busy', sends('later', 503)),
  looks('forbids-by-code', sends('no entry', 403)),
  looks('moves', sends('', 302)),
  looks('answers-no-json', sends('hello')),
  looks('answers-nothing', sends('')),
  looks('answers-a-list', sends('[]')),
  looks('has-no-response', sends(`${object}}`)),
  looks('has-another-uid', sends(`${object},"response":{"uid":"x","allowed":true}}`)),
  looks('has-no-uid', sends(`${object},"response":{"allowed":true}}`)),
  looks('has-no-kind', sends('{"response":{"uid":"UID","allowed":true}}')),
  looks(
    'is-of-v1beta1',
    sends('{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","response":{"uid":"UID","allowed":true}}'),
  ),
  looks('is-another-kind', sends('{"kind":"ConfigMap","apiVersion":"v1","response":{"uid":"UID","allowed":true}}')),
  looks('patches-but-looks', patches(add('x'))),
  looks('types-but-looks', says({ allowed: true, patchType: 'JSONPatch' })),
  looks('sleeps', sleeps, { timeoutSeconds: 1 }),
  looks('sleeps-forgiven', sleeps, { timeoutSeconds: 1, failurePolicy: 'Ignore' }),
  looks('breaks-forgiven', sends('something broke', 500), { failurePolicy: 'Ignore' }),
  looks('denies-unforgiven', denies({ message: 'no' }), { failurePolicy: 'Ignore' }),
  looks('is-nowhere', undefined, at('https://HOST-ADDRESS:1/a/b/')),
  looks('is-nowhere-forgiven', undefined, { ...at('https://HOST-ADDRESS:1'), failurePolicy: 'Ignore' }),
  looks('is-unknown', undefined, at('https://HOOK/is-unknown', { caBundle: 'FOREIGN-CA' })),
  looks('is-issued', undefined, at('https://ISSUED/is-issued', { caBundle: 'AUTHORITY-CA' })),
  looks('is-trusted-itself', undefined, at('https://ISSUED/is-trusted-itself', { caBundle: 'LEAF-CA' })),
  looks('is-for-others', undefined, at('https://OTHER/is-for-others', { caBundle: 'FOREIGN-CA' })),
  looks('has-no-bundle', undefined, { clientConfig: { url: 'https://HOOK/has-no-bundle' } }),
  looks('has-a-bad-bundle', undefined, at('https://HOOK/has-a-bad-bundle', { caBundle: 'aGVsbG8=' })),
  looks('speaks-plainly', undefined, at('https://PLAIN/speaks-plainly')),
  looks('old-review', says({ allowed: true }), { admissionReviewVersions: ['v1beta1', 'v1'] }),
  looks('new-review', says({ allowed: true }), { admissionReviewVersions: ['v9', 'v1', 'v1beta1'] }),
  looks('no-service', undefined, service('nothing')),
  looks('no-port', undefined, service('empty', { port: 444 })),
  looks('headless', undefined, service('headless')),
  looks('no-endpoints', undefined, service('empty')),
  looks('by-service', undefined, service('here', { port: 'HOST-PORT' })),
  looks('meets', denies(), condition("object.data.size == 'large' && request.operation == 'CREATE'")),
  looks('meets-not', denies(), condition("request.userInfo.username == 'nobody'")),
  looks('meets-in-error', denies(), condition("object.data.nothing == 'x'")),
  looks('meets-in-error-forgiven', denies(), { ...condition("object.data.nothing == 'x'"), failurePolicy: 'Ignore' }),
  looks('meets-the-authorizer', denies(), condition("authorizer.group('').resource('pods').check('get').allowed()")),
  looks('meets-the-request', denies(), condition("authorizer.requestResource.check('create').allowed()")),
  changes('adds', patches(add('added'))),
  changes('adds-unknown', patches({ op: 'add', path: '/unknown', value: 'x' }, add('added'))),
  changes('takes-away', patches({ op: 'remove', path: '/data' })),
  changes('invalidates', patches({ op: 'add', path: '/metadata/labels/bad', value: 'not a label!' })),
  changes('mistypes', patches({ op: 'add', path: '/data', value: 'text' })),
  changes('renames', patches({ op: 'replace', path: '/metadata/name', value: 'renamed' })),
  changes('leaves-its-namespace', patches({ op: 'replace', path: '/metadata/namespace', value: 'default' })),
  changes('takes-its-name', patches({ op: 'remove', path: '/metadata/name' })),
  changes('says-its-uid', patches({ op: 'add', path: '/metadata/uid', value: 'x' }, add('added'))),
  changes('removes-at', patches({ op: 'remove', path: '/metadata/finalizers/3' })),
  changes('copies-nothing', patches({ op: 'copy', from: '/data/none', path: '/data/made' })),
  changes('moves-nothing', patches({ op: 'move', from: '/data/none', path: '/data/made' })),
  changes('does-otherwise', patches({ op: 'mend', path: '/data' })),
  changes('replaces-nothing', patches({ op: 'replace', path: '/data/none', value: 'x' })),
  changes('removes-nothing', patches({ op: 'remove', path: '/data/none' })),
  changes('adds-nowhere', patches({ op: 'add', path: '/none/here', value: 'x' })),
  changes('tests-in-vain', patches({ op: 'test', path: '/data/size', value: 'x' })),
  changes('patches-no-list', says({ allowed: true, patchType: 'JSONPatch', patch: 'e30=' })),
  changes('patches-nothing', says({ allowed: true, patchType: 'JSONPatch', patch: 'W10=' })),
  changes('patches-untyped', says({ allowed: true, patch: 'W10=' })),
  changes('types-no-patch', says({ allowed: true, patchType: 'JSONPatch' })),
  changes('types-another', says({ allowed: true, patchType: 'Merge', patch: 'e30=' })),
  changes('denies-first', denies({ message: 'no' })),
  changes('breaks-first', sends('x', 500)),
  changes('order-b', patches(add('b')), labelled('order')),
  changes('order-a', patches(add('a')), { ...labelled('order'), reinvocationPolicy: 'IfNeeded' }),
  changes('order-c', patches(add('a')), { ...labelled('order'), reinvocationPolicy: 'IfNeeded' }),
  looks('order-z', undefined, labelled('order')),
];

const ANY = { ...labelled('any'), rules: [on('*/*', '*', { apiGroups: ['*'], apiVersions: ['*'] })] };
const V2 = { apiGroups: [CUSTOM], apiVersions: ['v2'], operations: ['*'], resources: ['foos'] };
/** Each is met by requests of its own. */
export const OTHERS: Hook[] = [
  looks('any', undefined, ANY),
  changes('any-changed', undefined, ANY),
  looks('unlabelled', undefined, {
    objectSelector: {},
    rules: [
      on(
        'pods/eviction pods/binding pods/exec pods/attach pods/portforward pods/proxy services/proxy serviceaccounts/token',
        '*',
      ),
    ],
  }),
  looks('scaled', undefined, {
    objectSelector: {},
    rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] }],
  }),
  changes('rescaled', patches({ op: 'replace', path: '/spec/replicas', value: 7 }), {
    objectSelector: {},
    rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] }],
  }),
  looks('cluster', undefined, {
    ...labelled('cluster'),
    rules: [on('*', '*', { apiGroups: ['*'], scope: 'Cluster' })],
  }),
  looks('namespaced', undefined, {
    ...labelled('cluster'),
    rules: [on('*', '*', { apiGroups: ['*'], scope: 'Namespaced' })],
  }),
  looks('inner', undefined, {
    namespaceSelector: { matchLabels: { inner: 'yes' } },
    objectSelector: {},
    rules: [on('namespaces', '*')],
  }),
  looks('custom-equivalent', undefined, { ...labelled('custom'), rules: [V2] }),
  looks('custom-exact', undefined, { ...labelled('custom'), rules: [V2], matchPolicy: 'Exact' }),
  changes(
    'custom-changed',
    patches({ op: 'add', path: '/spec/y', value: 'patched' }, { op: 'add', path: '/spec/no', value: 1 }),
    {
      ...labelled('custom'),
      rules: [V2],
    },
  ),
  changes('sidecar', patches({ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'side:1' } }), {
    ...labelled('sidecar'),
    rules: [on('pods')],
  }),
  changes('later-renamed', patches({ op: 'replace', path: '/metadata/name', value: 'renamed' }), {
    ...labelled('later'),
    rules: [on('configmaps', 'UPDATE DELETE')],
  }),
  changes('later-added', patches(add('added')), { ...labelled('added'), rules: [on('configmaps', 'UPDATE')] }),
  looks('added-seen', undefined, { ...labelled('added'), rules: [on('configmaps', 'UPDATE')] }),
  looks('stated', undefined, {
    objectSelector: {},
    rules: [{ apiGroups: [CUSTOM], apiVersions: ['v1'], operations: ['*'], resources: ['foos/status'] }],
  }),
  looks('sentinel-looks'),
  changes('sentinel-changes'),
];

export const ALL = [...HOOKS, ...OTHERS];

export const configurationOf = ({ type, name }: Hook): string => `${GROUP}/${TYPES[type]}/NS-${name}`;

export const replies: Replies = Object.fromEntries(ALL.flatMap(({ name, reply }) => (reply ? [[name, reply]] : [])));
/** Those that only look: they are asked all together. */
export const together = new Set(ALL.flatMap(({ type, name }) => (type === 'validating' ? [name] : [])));
