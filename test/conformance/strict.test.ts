/** What is wrong with the text of a body: fields that are unknown or there twice, in their order, and YAML that is none. */
import { type Case, recorded } from './recorded.ts';

const maps = '/api/v1/namespaces/NS/configmaps';
const head = 'kind: ConfigMap\napiVersion: v1\n';

const sent = (name: string, body: string, how: Partial<Case> = {}, fieldValidation = 'Strict'): Case => ({
  name,
  method: 'POST',
  path: maps,
  query: { dryRun: 'All', fieldValidation },
  body,
  brief: true,
  warned: true,
  ...how,
});
const json = (name: string, body: string, path = maps): Case[] =>
  ['Strict', 'Warn'].map((validation) => sent(`${name}: ${validation}`, body, { path }, validation));
const yaml = (name: string, body: string, path = maps): Case[] =>
  ['Strict', 'Warn'].map((validation) =>
    sent(`YAML, ${name}: ${validation}`, body, { path, type: 'application/yaml' }, validation),
  );

const applied = (name: string, body: string): Case => ({
  name,
  path: `${maps}/a`,
  patch: 'apply',
  query: { dryRun: 'All', fieldManager: 'x' },
  body,
  brief: true,
});

const pods = '/api/v1/namespaces/NS/pods';

/** By what is wrong with it. */
const BROKEN: Record<string, string> = {
  'a tab': `${head}metadata:\n\tname: a\n`,
  'a tab after a value': 'kind: ConfigMap\n\tapiVersion: v1\n',
  'a tab in a list': `${head}x:\n- a\n\t- b\n`,
  'an open map': `${head}metadata: {name: a\ndata: {}\n`,
  'an open map at the end': `${head}metadata: {name: a\n`,
  'an open list': `${head}metadata: {name: a}\ndata: [1\n`,
  'a list closed as a map': `${head}x: [1}\n`,
  'a map closed as a list': `${head}x: {a: 1]\n`,
  'too little indentation': `${head}metadata:\n  name: a\n data: {}\n`,
  'a list in a map': `${head}metadata:\n  name: a\n- b\n`,
  'no such anchor': `${head}metadata:\n  name: *x\n`,
  'an open quote': `${head}metadata:\n  name: "a\n`,
  'an open single quote': `${head}metadata:\n  name: 'a\n`,
  'text after a quote': `${head}metadata:\n  name: "a" b\n`,
  'two colons': `${head}metadata: a: b\n`,
  'two colons at once': 'a: b: c\n',
  'a text of two lines that is a key': `${head}metadata:\n  name: a\n   data: {}\n`,
  'an odd character': `${head}metadata:\n  name: @x\n`,
  'a backquote in a map': `${head}metadata: {name: \`a}\n`,
  'another version of YAML': '%YAML 3.0\n---\na: b\n',
  'an escape of none': `${head}metadata:\n  name: "\\q"\n`,
  'no colon': `${head}metadata\n`,
  'a key without a colon': `${head}metadata:\n  name: a\n  b\n`,
  'a list on the line of its key': `${head}metadata: - a\n`,
  'a brace': `${head}metadata: }\n`,
  'a comma': `${head}metadata: {,}\n`,
  'an alias without a name': `${head}metadata: *\n`,
  'an anchor without a name': `${head}metadata: &\n`,
  'an open tag': `${head}metadata: !<x\n`,
  'a block with an odd head': `${head}data:\n  a: |x\n   b\n`,
  'a block that is not indented': `${head}data:\n  a: |\n b\n`,
};

/** Text of which some is well and some isn't, by what it is. */
const ODD: Record<string, string> = {
  'a word that is no number': `${head}metadata: {name: a}\ndata:\n  a: !!int x\n`,
  'a word that is no bool': `${head}metadata: {name: a}\ndata:\n  a: !!bool x\n`,
  'a fraction that is no number': `${head}metadata: {name: a}\ndata:\n  a: !!int 1.5\n`,
  'a number that is a fraction': `${head}metadata: {name: a}\nimmutable: !!float 1\n`,
  'a quoted number': `${head}metadata: {name: a, generation: !!int "5"}\n`,
  'no number': `${head}metadata: {name: a}\ndata:\n  a: !!int\n`,
  'a date that is no number': `${head}metadata: {name: a}\ndata:\n  a: !!int 2001-01-01\n`,
  'a date': `${head}metadata: {name: a}\ndata:\n  a: !!timestamp 2001-01-01\n`,
  'a word that is no date': `${head}metadata: {name: a}\ndata:\n  a: !!timestamp x\n`,
  'a number that is a word': `${head}metadata: {name: a}\ndata:\n  a: !!str 1\n`,
  'a number of a tag of its own': `${head}metadata: {name: a}\ndata:\n  a: !x 1\n`,
  bytes: `${head}metadata: {name: a}\ndata:\n  a b: !!binary YTo=\n`,
  'bytes that are none': `${head}metadata: {name: a}\ndata:\n  a: !!binary x\n`,
  'a list as a key': `${head}metadata: {name: a}\ndata:\n  ? [a, b]\n  : c\n`,
  'a list of all kinds as a key': `${head}metadata: {name: a}\ndata:\n  ? [a, 1, true, ~, 1.5, [b]]\n  : c\n`,
  'a template that was not filled in': `${head}metadata:\n  name: {{ .Values.name }}\n`,
  'a map as a key': `${head}metadata: {name: a}\ndata:\n  ? {b: 1, a: 2}\n  : c\n`,
  'a set': `${head}metadata: {name: a}\ndata: !!set {a, b}\n`,
  'a character of none': `${head}metadata: {name: "a\u007f"}\n`,
  'JSON with a character of none': '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a\u007f"}}',
};
const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
/** Bytes that are no text, by what is wrong with them. */
const OCTETS: Record<string, number[]> = {
  'that begin nothing': [0xff, 0xfe],
  'that go on with nothing': [0x80],
  'of a character that does not go on': [0xe2, 0x82, 0x61],
  'of a character in too many of them': [0xc0, 0xaf],
  'of half a pair': [0xed, 0xa0, 0x80],
};

recorded('strict reading', 'strict.txt', [
  ...json('unknown ones', '{"zz":1,"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","b":1,"aa":2},"aa":3}'),
  ...json('one twice', '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","name":"b"}}'),
  ...json(
    'both, in turn',
    '{"zz":1,"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","b":1,"name":"c","aa":2},"data":{"x":"1","x":"2"},"aa":3,"data":{}}',
  ),
  ...json(
    'both, deep inside',
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"x":1,"containers":[{"name":"c","image":"x","y":1,"image":"z","ports":[{"q":1,"containerPort":1,"containerPort":2}]},{"name":"d","image":"x","w":1}]},"z":1,"a":1}',
    pods,
  ),
  ...yaml('unknown ones', `${head}zz: 1\nmetadata:\n  name: a\n  b: 1\naa: 3\n`),
  ...yaml(
    'unknown ones of many',
    `kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  zz: 1\n  containers:\n${'  - {name: c, image: x, y: 1, a: 1}\n'.repeat(11)}`,
    pods,
  ),
  ...yaml('one twice', `${head}metadata:\n  name: a\n  name: b\n`),
  ...yaml('its kind twice', `${head}kind: ConfigMap\nmetadata:\n  name: a\n`),
  ...yaml('a quoted one twice', `${head}metadata: {name: a}\ndata: {"x y": a, 'x y': b}\n`),
  ...yaml('both', `${head}zz: 1\nmetadata:\n  name: a\n  b: 1\n  name: c\ndata:\n  x: "1"\n  x: "2"\naa: 3\n`),
  ...Object.entries(BROKEN).map(([name, body]) => sent(`YAML, ${name}`, body, { type: 'application/yaml' })),
  ...Object.entries(ODD).flatMap(([name, body]) => [
    sent(`YAML, ${name}`, body, { type: 'application/yaml' }),
    applied(`applied, ${name}`, body),
  ]),
  ...Object.entries(OCTETS).flatMap(([name, octets], index): Case[] => [
    {
      ...sent(`YAML, bytes ${name}`, '', { type: 'application/yaml' }),
      body: bytes(`${head}metadata: {name: a}\ndata:\n  a: "x`, octets, 'y"\n'),
    },
    {
      ...applied(`applied, bytes ${name}`, ''),
      body: bytes(`${head}metadata: {name: a}\ndata:\n  a: "x`, octets, 'y"\n'),
    },
    {
      ...sent(`JSON, bytes ${name}`, '', { query: {}, brief: false }),
      body: bytes(`{"metadata":{"name":"j${index}"},"data":{"a":"x`, octets, 'y"}}'),
    },
  ]),
  { ...sent('YAML, bytes that end', '', { type: 'application/yaml' }), body: bytes(head, '# ', [0xe2]) },
]);
