/** The policies that the cases are about, each for what has its name as a label. */
export const CONFIGMAPS = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const on = (...operations: string[]) => [{ ...CONFIGMAPS[0], operations }];

type Made = Record<string, unknown>;

/** A policy for what has its name as a label, and its binding in the namespace of these cases. */
export const POLICIES: Record<string, { spec: Made; binding?: Made }> = {
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
  authorized: {
    spec: {
      validations: [
        {
          expression:
            "!authorizer.group('').resource('pods').subresource('log').namespace('NS').name('a').check('get').allowed()",
          message: 'may read logs',
        },
      ],
    },
  },
  'authorized-account': {
    spec: {
      validations: [
        {
          expression: "authorizer.serviceAccount('NS', 'none').path('/nowhere').check('get').allowed()",
          message: 'the account may not',
        },
      ],
    },
  },
  'authorized-request': {
    spec: {
      validations: [
        {
          expression:
            "!authorizer.requestResource.check('create').allowed() || authorizer.group('').resource('pods').check('get').errored()",
          message: 'may make it',
        },
      ],
    },
  },
  'authorized-badly': {
    spec: { validations: [{ expression: "authorizer.group('').resource(' ').check('get').allowed()" }] },
  },
  'authorized-nobody': {
    spec: {
      validations: [{ expression: "authorizer.serviceAccount('NS', 'Bad!').path('/a').check('get').allowed()" }],
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

export const policyBody = (name: string, { spec }: { spec: Made }) => ({
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
export const bindingBody = (name: string, { binding }: { binding?: Made }) => ({
  metadata: { name: `NS-${name}-here` },
  spec: {
    policyName: `NS-${name}`,
    validationActions: ['Deny'],
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'NS' } } },
    ...binding,
  },
});
