/** Admission policies: what they refuse, warn of and let pass, and what is refused of them. */
import { bindingBody, CONFIGMAPS, POLICIES, policyBody } from './policyset.ts';
import { type Case, recorded } from './recorded.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const V1 = '/api/v1/namespaces/NS';
const subject = (policy: string, size: string, suffix = '') => ({
  metadata: { name: `${policy}${suffix}`, labels: { policy } },
  data: { size },
});
const writes = (policy: string, size = 'large', suffix = ''): Case => ({
  name: `${policy}${suffix} is written ${size}`,
  method: 'POST',
  path: `${V1}/configmaps`,
  body: subject(policy, size, suffix),
});

const policy = (name: string, spec: object): Case => ({
  name: `policy ${name}`,
  method: 'POST',
  path: `${GROUP}/validatingadmissionpolicies?dryRun=All`,
  body: { metadata: { name: `NS-${name.replaceAll(' ', '-')}` }, spec },
  brief: true,
});
const MATCH = { matchConstraints: { resourceRules: CONFIGMAPS } };
const binding = (name: string, spec: object): Case => ({
  name: `binding ${name}`,
  method: 'POST',
  path: `${GROUP}/validatingadmissionpolicybindings?dryRun=All`,
  body: { metadata: { name: `NS-${name.replaceAll(' ', '-')}` }, spec },
  brief: true,
});

/** Streams and proxied requests are no objects: what is asked for is looked at, not its labels. */
const CONNECT = 'NS-connect';
const connecting: Case[] = [
  {
    name: 'the policy of connections',
    method: 'POST',
    path: `${GROUP}/validatingadmissionpolicies`,
    body: {
      metadata: { name: CONNECT },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/*', 'services/proxy'] },
          ],
        },
        validations: [
          {
            expression: "request.name != 'guarded' || (has(object.container) && object.container == 'free')",
            messageExpression: "request.operation + ' ' + request.subResource + ' ' + request.kind.kind",
          },
          { expression: "request.subResource != 'proxy' || object.path == '/open'", message: 'a closed path' },
        ],
      },
    },
    brief: true,
  },
  {
    name: 'the binding of connections',
    method: 'POST',
    path: `${GROUP}/validatingadmissionpolicybindings`,
    body: {
      metadata: { name: CONNECT },
      spec: {
        policyName: CONNECT,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } } },
      },
    },
    brief: true,
  },
  {
    name: 'connections are held',
    method: 'POST',
    path: `${V1}/pods/guarded/exec?command=ls&stdout=true`,
    until: 'denied request',
    settles: true,
  },
  ...[
    'pods/guarded/exec?command=ls&stdout=true',
    'pods/guarded/exec?command=ls&stdout=true&container=free',
    'pods/guarded/attach?stdout=true',
    'pods/guarded/portforward?ports=80',
    'pods/other/exec?command=ls&stdout=true',
    'services/some:80/proxy/closed',
    'services/some:80/proxy/open',
  ].map((path): Case => ({ name: path, method: 'POST', path: `${V1}/${path}` })),
];

const CASES: Case[] = [
  ...Object.entries(POLICIES).flatMap(([name, made]): Case[] => [
    {
      name: `the policy ${name}`,
      method: 'POST',
      path: `${GROUP}/validatingadmissionpolicies`,
      body: policyBody(name, made),
      brief: true,
    },
    {
      name: `the binding of ${name}`,
      method: 'POST',
      path: `${GROUP}/validatingadmissionpolicybindings`,
      body: bindingBody(name, made),
      brief: true,
    },
  ]),
  ...['params-optional', 'params-missing', 'excluded', 'plain'].map(
    (name): Case => ({
      name: `${name} holds`,
      method: 'POST',
      path: `${V1}/configmaps?dryRun=All`,
      body: subject(name, 'large'),
      until: name === 'params-optional' ? 'uid' : 'denied request',
      settles: true,
    }),
  ),
  ...Object.keys(POLICIES).map((name) => writes(name)),
  ...['plain', 'made', 'variable', 'warns'].map((name) => writes(name, 'small', '-fits')),
  writes('excluded', 'large', '-spared'),
  { name: 'changed is changed', patch: 'merge', path: `${V1}/configmaps/changed`, body: { data: { size: 'small' } } },
  {
    name: 'changed keeps its size',
    patch: 'merge',
    path: `${V1}/configmaps/changed`,
    body: { data: { more: 'yes' } },
    brief: true,
  },
  { name: 'kept is deleted', method: 'DELETE', path: `${V1}/configmaps/kept` },
  { name: 'another without the label', method: 'POST', path: `${V1}/configmaps`, body: { metadata: { name: 'free' } } },
  { ...policy('as it is kept', { ...MATCH, validations: [{ expression: 'true' }] }), brief: false },
  { ...binding('as it is kept', { policyName: 'a', validationActions: ['Deny'], matchResources: {} }), brief: false },
  ...connecting,
  {
    name: 'a webhook that nobody answers',
    method: 'POST',
    path: `${GROUP}/validatingwebhookconfigurations`,
    body: {
      metadata: { name: 'NS-hook' },
      webhooks: [
        {
          name: 'hook.opsdeck.dev',
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: CONFIGMAPS,
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 1,
        },
      ],
    },
    brief: true,
  },
  {
    name: 'the webhook is asked',
    method: 'POST',
    path: `${V1}/configmaps?dryRun=All`,
    body: { metadata: { name: 'hooked' } },
    until: 'failed calling webhook',
    settles: true,
  },
  {
    name: 'what a webhook would be asked of',
    method: 'POST',
    path: `${V1}/configmaps?dryRun=All`,
    body: { metadata: { name: 'hooked' } },
    brief: true,
  },
  policy('of nothing', {}),
  policy('without constraints', { validations: [{ expression: 'true' }] }),
  policy('without rules', { matchConstraints: {}, validations: [{ expression: 'true' }] }),
  policy('without validations', MATCH),
  policy('that cannot be read', { ...MATCH, validations: [{ expression: 'object.' }] }),
  policy('of an unknown name', { ...MATCH, validations: [{ expression: 'self.x' }] }),
  policy('of an unknown request', { ...MATCH, validations: [{ expression: "request.nothing == ''" }] }),
  policy('of a text', { ...MATCH, validations: [{ expression: "'x'" }] }),
  policy('with an empty one', { ...MATCH, validations: [{ expression: '' }] }),
  policy('with a message that is none', { ...MATCH, validations: [{ expression: 'true', messageExpression: '1' }] }),
  policy('of the authorizer', { ...MATCH, validations: [{ expression: "authorizer.group('')" }] }),
  policy('of the authorizer badly', { ...MATCH, validations: [{ expression: 'authorizer.nothing()' }] }),
  policy('that tells of the authorizer', {
    ...MATCH,
    validations: [{ expression: 'true', messageExpression: "authorizer.path('/a').check('get').reason()" }],
  }),
  policy('with params that are none', { ...MATCH, validations: [{ expression: 'params == null' }] }),
  policy('of two types', { ...MATCH, validations: [{ expression: "object.x + 1 == 'a' + 1" }] }),
  policy('with a reason', { ...MATCH, validations: [{ expression: 'true', reason: 'Because' }] }),
  policy('with a variable twice', {
    ...MATCH,
    variables: [
      { name: 'a', expression: '1' },
      { name: 'a', expression: '2' },
    ],
    validations: [{ expression: 'true' }],
  }),
  policy('with a variable that is none', { ...MATCH, validations: [{ expression: 'variables.a == 1' }] }),
  policy('with a condition', {
    ...MATCH,
    matchConditions: [{ name: 'a b', expression: '1' }],
    validations: [{ expression: 'true' }],
  }),
  policy('of another policy', { ...MATCH, failurePolicy: 'Maybe', validations: [{ expression: 'true' }] }),
  binding('of nothing', {}),
  binding('without actions', { policyName: 'a' }),
  binding('that denies and warns', { policyName: 'a', validationActions: ['Deny', 'Warn'] }),
  binding('that does twice', { policyName: 'a', validationActions: ['Deny', 'Deny'] }),
  binding('that does nothing', { policyName: 'a', validationActions: ['Nothing'] }),
  binding('of params by nothing', { policyName: 'a', validationActions: ['Deny'], paramRef: {} }),
];

recorded('Admission policies', 'policies.txt', CASES, [
  `${GROUP}/validatingwebhookconfigurations/NS-hook`,
  `${GROUP}/validatingadmissionpolicies/${CONNECT}`,
  `${GROUP}/validatingadmissionpolicybindings/${CONNECT}`,
  ...Object.keys(POLICIES).flatMap((name) => [
    `${GROUP}/validatingadmissionpolicies/NS-${name}`,
    `${GROUP}/validatingadmissionpolicybindings/NS-${name}-here`,
  ]),
]);
