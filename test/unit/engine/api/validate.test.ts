import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validate } from '../../../../engine/api/validate.ts';

const definition = (spec: object, extra: object = {}) => ({
  apiVersion: 'opsdeck.dev/v1alpha1',
  kind: 'OpsDefinition',
  metadata: { name: 'x' },
  spec,
  ...extra,
});
const container = { command: ['true'] };
const request = (spec: object) => ({
  apiVersion: 'opendbaas.infracreate.com/v1alpha1',
  kind: 'OpsRequest',
  metadata: { name: 'r' },
  spec,
});
const provider = (spec: object) => ({
  apiVersion: 'opsdeck.dev/v1alpha1',
  kind: 'Provider',
  metadata: { name: 'p' },
  spec: {
    resources: [{ resource: 'clusters.example.com', kind: 'Cluster' }],
    phase: { from: 'status.phase' },
    health: { '*': 'ok' },
    pods: { controlled: true },
    ...spec,
  },
});
const lines = async (value: unknown) =>
  (await validate(value)).map((finding) => `${finding.severity}: ${finding.message}`);

describe('what a document is', () => {
  it.each<[unknown, string]>([
    [
      definition({ strategies: { container } }, { kind: 'OpsDefinitions' }),
      'error: kind: "OpsDefinitions" is not one of ours; did you mean "OpsDefinition"?',
    ],
    [
      { apiVersion: 'v1', kind: 'Pod' },
      'error: kind: "Pod" is not one of ours; known: OpsDefinition, OpsRequest, Provider',
    ],
    [
      { apiVersion: 'operations.kubeblocks.io/v1alpha1', kind: 'OpsRequest' },
      "error: apiVersion: OpsRequest of operations.kubeblocks.io is KubeBlocks' own and run by its operator; ours is opsdeck.dev/v1alpha1",
    ],
    [
      { apiVersion: 'opsdeck.dev/v1', kind: 'Provider' },
      'error: apiVersion: "opsdeck.dev/v1" is not allowed for Provider; use opsdeck.dev/v1alpha1',
    ],
    [
      { apiVersion: 'dbaas.kubeblocks.io/v1alpha1', kind: 'OpsDefinition' },
      'error: apiVersion: "dbaas.kubeblocks.io/v1alpha1" is not allowed for OpsDefinition; use opsdeck.dev/v1alpha1 or opendbaas.infracreate.com/v1alpha1',
    ],
    [{ kind: 'OpsRequest' }, 'error: apiVersion: missing; it is required: text'],
    [[], 'error: the document: [] is not an object'],
    [null, 'error: the document: null is not an object'],
  ])('%j: %s', async (value, line) => {
    expect(await lines(value)).toEqual([line]);
  });
});

describe('what the schema says', () => {
  it.each<[unknown, string[]]>([
    [definition({ strategies: { container } }), []],
    [
      definition({ strategies: { container, conponents: [] } }),
      ['error: spec.strategies.conponents: unknown field; did you mean "components"?'],
    ],
    [definition({}), ['error: spec: needs strategies or steps']],
    [
      definition({
        parameters: [{ name: 'a', schema: { type: 'strnig' } }, { name: 'a' }],
        strategies: { retryTimes: '3' },
      }),
      [
        'error: spec.parameters[0].schema.type: "strnig" is not allowed; use one of string, integer, number, boolean, array (did you mean string?)',
        'error: spec.parameters[1]: has the same name as entry 1; each may be there once',
        'error: spec.strategies.retryTimes: "3" is not allowed; use a whole number',
      ],
    ],
    [
      definition({ strategies: { container: { command: 'true' } } }),
      ['error: spec.strategies.container.command: "true" is not allowed; use a list'],
    ],
    [
      definition({ strategies: { container, components: [{ roleGroups: ['a'] }] } }),
      ['error: spec.strategies.components[0].type: missing; it is required: text'],
    ],
    [
      definition({ parameters: [{ name: 'a', value: { b: 1 } }], strategies: { container } }),
      ['error: spec.parameters[0].value: {"b":1} is not allowed; use text, a number, true or false or a list'],
    ],
    [
      definition({ parameters: [{ name: '1 a' }], strategies: { container } }),
      [
        'error: spec.parameters[0].name: "1 a" is not a name of letters, digits, - and _, not beginning with a digit, 63 at most',
      ],
    ],
    [
      { ...definition({ strategies: { container } }), metadata: { name: 'ops-verticalScaling' } },
      [
        'error: metadata.name: "ops-verticalScaling" is not a name of lowercase letters, digits, - and ., beginning and ending with a letter or digit',
      ],
    ],
    [{ ...definition({ strategies: { container } }), metadata: {} }, ['error: metadata: needs name or generateName']],
    [
      definition({ steps: [{ name: 'a', timeout: 'soon', container }] }),
      ['error: spec.steps[0].timeout: "soon" is not a duration such as 30s, 5m or 1h30m'],
    ],
    [request({ clusterRef: 'c' }), ['error: spec: needs type or opsDefinitionRef']],
    [
      request({
        clusterRef: 'c',
        type: 'Restart',
        componentOps: [{ componentNames: ['a'], verticalScaling: { requests: { cpu: '0.1', memory: 5 } } }],
      }),
      [],
    ],
    [
      request({ clusterRef: null, type: 'Restart' }),
      ['error: spec.clusterRef: has no value; give text, or leave the field out'],
    ],
    [{ ...request({ clusterRef: 'c', type: 'Restart' }), status: { phase: 'successfully', StartTimestamp: 'x' } }, []],
    [provider({ version: [{ imageTag: 'spec.image' }, 'status.version'] }), []],
    [provider({ version: [{ tag: 'spec.image' }] }), ['error: spec.version[0]: needs const, imageTag or expr']],
    [
      provider({ health: { Running: 'fine' } }),
      ['error: spec.health.Running: "fine" is not allowed; use one of ok, busy, warn, bad, off, unknown'],
    ],
  ])('%j: %j', async (value, expected) => {
    expect(await lines(value)).toEqual(expected);
  });
});

describe('what makes no sense', () => {
  const withArgs = (command: string[], parameters: object[] = []) =>
    definition({ parameters, strategies: { container: { command } } });
  it.each<[unknown, string[]]>([
    [
      withArgs(['x', '{{parameters.prot}}'], [{ name: 'port', value: 1 }]),
      ['error: spec.strategies.container.command[1]: {{parameters.prot}}: no such parameter; did you mean "port"?'],
    ],
    [
      withArgs(['x', '{{host}}']),
      ['error: spec.strategies.container.command[1]: {{host}}: nothing has that name; did you mean "HOST"?'],
    ],
    [
      withArgs(['x', 'a {{b']),
      [
        `error: spec.strategies.container.command[1]: "{{" without "}}" in "a {{b"; write {{'{{'}} for the braces themselves`,
      ],
    ],
    [
      withArgs(['x', '{{ 1 + }}']),
      ['error: spec.strategies.container.command[1]: "1 +" does not compile: Unexpected token: EOF'],
    ],
    [
      withArgs(['sh', '-c', 'x {{parameters.a}} {{parameters.a}}'], [{ name: 'a' }]),
      [
        'warning: spec.strategies.container.command[2]: {{parameters.a}} may hold text that sh would act on, and is refused then; write "$OPS_A" instead',
      ],
    ],
    [
      withArgs(['python3', '-c', '{{parameters.a}}'], [{ name: 'a' }]),
      [
        'warning: spec.strategies.container.command[2]: {{parameters.a}} may hold text that python3 would run, and is refused then; read OPS_A from the environment',
      ],
    ],
    [withArgs(['sh', '-c', 'x {{parameters.a}}'], [{ name: 'a', value: 5 }]), []],
    [withArgs(['sh', '-c', 'x {{parameters.a}}'], [{ name: 'a', schema: { pattern: '^[a-z0-9]{40}$' } }]), []],
    [withArgs(['sh', '-c', 'x {{parameters.a}}'], [{ name: 'a', schema: { enum: ['on', 'off'] } }]), []],
    [
      withArgs(['sh', '-c', 'x {{parameters.a}}'], [{ name: 'a', schema: { pattern: '^[a-z ]+$' } }]),
      [
        'warning: spec.strategies.container.command[2]: {{parameters.a}} may hold text that sh would act on, and is refused then; write "$OPS_A" instead',
      ],
    ],
    [
      withArgs(['x'], [{ name: 'a-b' }, { name: 'a_b' }]),
      ['error: spec.parameters: parameters "a-b" and "a_b" would both be OPS_A_B in the environment; rename one'],
    ],
    [
      withArgs(['x'], [{ name: 'a', value: 'x', schema: { type: 'integer', minimum: 1, maximum: 9 } }]),
      ['error: spec.parameters[0].value: the default does not fit: "x" is not a whole number (1..9)'],
    ],
    [
      withArgs(['x'], [{ name: 'a', schema: { pattern: '(' } }]),
      [
        'error: spec.parameters[0].schema.pattern: "(" is not a regular expression (RE2): error parsing regexp: missing closing ): `(`',
      ],
    ],
    [definition({ strategies: {} }), ['error: spec.strategies.container: missing; without steps it is what runs']],
    [
      definition({ strategies: { container: { name: 'redis' } } }),
      ['error: spec.strategies.container.command: missing; without image a command is needed to run in the pod'],
    ],
    [definition({ strategies: { container: { image: 'a:1' } } }), []],
    [
      { ...definition({ strategies: { container } }), metadata: { name: 'x', namespace: 'y' } },
      ['warning: metadata.namespace: OpsDefinition belongs to no namespace; leave it out'],
    ],
    [
      request({ clusterRef: 'c', type: 'Upgrage' }),
      ['warning: spec.type: "Upgrage" is no built-in operation; did you mean "Upgrade"?'],
    ],
    [
      request({ clusterRef: 'c', type: 'Custom' }),
      ['error: spec.opsDefinitionRef: missing; a Custom operation needs the name of its OpsDefinition'],
    ],
    [
      provider({ phase: { rules: [{ when: 'object.a ==', is: 'x' }] } }),
      ['error: spec.phase.rules[0].when: "object.a ==" does not compile: Unexpected token: EOF'],
    ],
    [
      provider({ phase: { rules: [{ when: 'status.x', is: 'x' }] } }),
      ['error: spec.phase.rules[0].when: "status.x" does not compile: Unknown variable: status'],
    ],
    [
      provider({ phase: { rules: [{ is: 'x' }, { is: 'y' }] }, health: { x: 'ok' } }),
      [
        'warning: spec.phase.rules[0]: holds always; the rules after it are never reached',
        'warning: spec.phase.rules[1].is: "y" has no health; add it to spec.health, or "*" for every other phase',
      ],
    ],
    [provider({ pods: {} }), ['error: spec.pods: claims no pod; give selectors, or controlled: true']],
  ])('%j: %j', async (value, expected) => {
    expect(await lines(value)).toEqual(expected);
  });

  it('checks every body of every step, and names what this version does not do', async () => {
    const steps = [
      { name: 'a', container, get: { apiVersion: 'v1', kind: 'Pod', name: 'x' } },
      { name: 'b', container: { args: ['{{steps.c.x}}'] }, when: 'stdot == ""' },
      {
        name: 'c',
        get: { apiVersion: 'v1', kind: 'Pod', name: '{{parameters.y}}' },
        outputs: [{ name: 'rows', value: 'object.rows' }],
        until: 'rows.size() > 0',
      },
      {
        name: 'd',
        patch: {
          apiVersion: 'v1',
          kind: 'Pod',
          name: 'x',
          patch: { when: 'not CEL at all', until: '{{parameters.z}}' },
        },
      },
    ];
    expect(await lines(definition({ steps }))).toEqual([
      'error: spec.steps[2].get.name: {{parameters.y}}: no such parameter',
      'error: spec.steps[3].patch.patch.until: {{parameters.z}}: no such parameter',
      'error: spec.steps[1].when: "stdot == \\"\\"" does not compile: Unknown variable: stdot; did you mean "stdout"?',
      'error: spec.steps[0]: has container and get; a step does one thing',
      'warning: spec.steps: is not executed by this version; a run of this definition is refused',
    ]);
  });
});

it('never throws, whatever it is given', async () => {
  const broken = fc.oneof(
    fc.jsonValue(),
    fc.record({
      apiVersion: fc.constant('opsdeck.dev/v1alpha1'),
      kind: fc.constantFrom('OpsDefinition', 'OpsRequest', 'Provider', '__proto__'),
      metadata: fc.jsonValue(),
      spec: fc.jsonValue(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(broken, async (value) => {
      expect((await validate(value)).length).toBeGreaterThan(0);
    }),
  );
});
