/** Admission policies: what they refuse, warn of and let pass, and what is refused of them. */
import { type Case, recorded } from './recorded.ts';

const GROUP = '/apis/admissionregistration.k8s.io/v1';
const V1 = '/api/v1/namespaces/NS';
const CONFIGMAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const on = (...operations: string[]) => [{ ...CONFIGMAPS[0], operations }];

type Made = Record<string, unknown>;

/** A policy for what has its name as a label, and its binding in the namespace of these cases. */
const POLICIES: Record<string, { spec: Made; binding?: Made }> = {
  plain: { spec: { validations: [{ expression: "object.data.size == 'small'" }] } },
  said: {
    spec: {
      validations: [{ expression: "object.data.size == 'small'", message: 'it is too large', reason: 'Forbidden' }],
    },
  },
  made: {
    spec: {
      validations: [
        { expression: "object.data.size == 'small'", messageExpression: "'size is ' + object.data.size", message: 'x' },
      ],
    },
  },
  unmade: {
    spec: {
      validations: [
        {
          expression: "object.data.size == 'small'",
          messageExpression: 'string(object.data.nothing)',
          message: 'it is large',
        },
      ],
    },
  },
  lines: { spec: { validations: [{ expression: "  object.data.size\n    == 'small'" }] } },
  two: {
    spec: {
      validations: [
        { expression: 'true' },
        { expression: "object.data.size == 'tiny'" },
        { expression: "object.data.size == 'small'" },
      ],
    },
  },
  variable: {
    spec: {
      variables: [
        { name: 'size', expression: 'object.data.size' },
        { name: 'large', expression: "variables.size == 'large'" },
      ],
      validations: [{ expression: '!variables.large' }],
    },
  },
  'variable-broken': {
    spec: {
      variables: [{ name: 'size', expression: 'object.data.nothing' }],
      validations: [{ expression: "variables.size == 'small'" }],
    },
  },
  broken: { spec: { validations: [{ expression: "object.data.nothing == 'small'" }] } },
  ignored: { spec: { failurePolicy: 'Ignore', validations: [{ expression: "object.data.nothing == 'small'" }] } },
  'condition-false': {
    spec: {
      matchConditions: [{ name: 'nobody', expression: "request.userInfo.username == 'nobody'" }],
      validations: [{ expression: 'false' }],
    },
  },
  'condition-true': {
    spec: {
      matchConditions: [
        { name: 'made', expression: "request.operation == 'CREATE' && request.kind.kind == 'ConfigMap'" },
      ],
      validations: [{ expression: 'false' }],
    },
  },
  'condition-broken': {
    spec: {
      matchConditions: [{ name: 'what', expression: "object.data.nothing == 'x'" }],
      validations: [{ expression: 'false' }],
    },
  },
  warns: {
    spec: { validations: [{ expression: "object.data.size == 'small'", message: 'it is too large' }] },
    binding: { validationActions: ['Warn', 'Audit'] },
  },
  audits: { spec: { validations: [{ expression: 'false' }] }, binding: { validationActions: ['Audit'] } },
  namespace: { spec: { validations: [{ expression: "namespaceObject.metadata.name != 'NS'" }] } },
  request: {
    spec: {
      validations: [
        {
          expression: 'false',
          messageExpression:
            "request.operation + ' ' + request.resource.resource + ' ' + request.namespace + ' ' + request.name + ' ' + string(request.dryRun) + ' ' + string(oldObject == null)",
        },
      ],
    },
  },
  changed: { spec: { validations: [{ expression: 'object.data.size == oldObject.data.size' }] } },
  kept: { spec: { validations: [{ expression: "oldObject.data.size != 'large'" }] } },
  excluded: { spec: { validations: [{ expression: 'false' }] } },
  'params-missing': {
    spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'false' }] },
    binding: { paramRef: { name: 'nothing', namespace: 'NS', parameterNotFoundAction: 'Deny' } },
  },
  'params-optional': {
    spec: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'params == null' }] },
    binding: { paramRef: { name: 'nothing', namespace: 'NS', parameterNotFoundAction: 'Allow' } },
  },
};
const OPERATIONS: Record<string, string[]> = { changed: ['UPDATE'], kept: ['DELETE'] };

const policyBody = (name: string, { spec }: { spec: Made }) => ({
  metadata: { name: `NS-${name}` },
  spec: {
    matchConstraints: {
      objectSelector: { matchLabels: { policy: name } },
      resourceRules: on(...(OPERATIONS[name] ?? ['CREATE'])),
      ...(name === 'excluded'
        ? { excludeResourceRules: [{ ...CONFIGMAPS[0], operations: ['*'], resourceNames: ['excluded-spared'] }] }
        : {}),
    },
    ...spec,
  },
});
const bindingBody = (name: string, { binding }: { binding?: Made }) => ({
  metadata: { name: `NS-${name}-here` },
  spec: {
    policyName: `NS-${name}`,
    validationActions: ['Deny'],
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } } },
    ...binding,
  },
});

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
  ...Object.keys(POLICIES).flatMap((name) => [
    `${GROUP}/validatingadmissionpolicies/NS-${name}`,
    `${GROUP}/validatingadmissionpolicybindings/NS-${name}-here`,
  ]),
]);
