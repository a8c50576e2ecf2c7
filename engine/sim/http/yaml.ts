/** YAML bodies as the server's library reads them: 1.1's words for booleans, numbers of base eight, and the first document of several. */
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  parseAllDocuments,
  type ScalarTag,
  visit,
  type YAMLParseError,
} from 'yaml';

const BOOLEAN: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|on$)/i.test(text),
};

const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7_]+$/,
  resolve: (text) => Number.parseInt(text.replaceAll('_', ''), 8),
};

const BINARY: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve: (text) => Buffer.from(text, 'base64').toString('utf8'),
};

/** A number that is said to be a fraction needs no point. */
const FLOAT: ScalarTag = { tag: 'tag:yaml.org,2002:float', resolve: (text) => Number(text) };

type Words = readonly [found: RegExp, words: string, lines?: number];

/** What the server's library says where this one gives up, and how many lines further on it has noticed. */
const WORDS: readonly Words[] = [
  [/must be sufficiently indented and end with a (.)/, "did not find expected ',' or '$1'", -1],
  [/^Missing closing/, 'found unexpected end of stream'],
  [/^Plain value cannot start/, 'found character that cannot start any token'],
  [/^Implicit map keys need/, "could not find expected ':'", 1],
  [/block-seq-ind on same line/, 'block sequence entries are not allowed in this context'],
  [/header includes extra/, 'did not find expected comment or line break'],
  [/at node end/, 'did not find expected key', -1],
  [/^Unexpected /, 'did not find expected node content', -1],
  [/^Invalid escape/, 'found unknown escape character'],
  [/cannot be an empty string/, 'did not find expected alphabetic or numeric character'],
  [/^Verbatim tags/, "did not find the expected '>'"],
];
const TOO_DEEP = 'exceeded max depth of 10000';
const OTHERWISE: Words = [/^/, 'did not find expected key', -1];

/** A tab goes on with the text of the line before, or begins something. */
const tabWords = (before: string): string =>
  /[^\s:>|"'\]}&-]\s*$/.test(before)
    ? 'found a tab character that violates indentation'
    : 'found character that cannot start any token';

/** In what line something is wrong, and what: the first is not named. */
const inLine = (line: number, words: string): string => `${line > 1 ? `line ${line}: ` : ''}${words}`;

function problemOf({ code, message, linePos, pos }: YAMLParseError, text: string): string {
  const line = linePos?.[0].line ?? 1;
  if (code === 'RESOURCE_EXHAUSTION') return TOO_DEEP;
  if (code === 'TAB_AS_INDENT') return inLine(line, tabWords(text.split('\n')[line - 2] ?? ''));
  // It is the colon that is not allowed; its key may have several lines.
  if (/^Nested mappings/.test(message))
    return inLine(
      text.slice(0, text.indexOf(':', pos[0])).split('\n').length,
      'mapping values are not allowed in this context',
    );
  const [pattern, words, lines = 0] = WORDS.find(([found]) => found.test(message)) ?? OTHERWISE;
  return inLine(line + lines, words.replace('$1', pattern.exec(message)?.[1] ?? ''));
}

/** Keys that are there again, each with its line, as the library that reads strictly says it. */
const repeatedIn = (errors: readonly YAMLParseError[], text: string): string[] =>
  errors.flatMap(({ code, pos, linePos }) => {
    if (code !== 'DUPLICATE_KEY') return [];
    const key = text.slice(pos[0]).match(/^(?:"([^"]*)"|'([^']*)'|([^\s:]+))/);
    return [`line ${linePos?.[0].line ?? 1}: key "${key?.[1] ?? key?.[2] ?? key?.[3] ?? ''}" already set in map`];
  });

const YAML_TAG = 'tag:yaml.org,2002:';
/** Tags that a value is held against; it keeps others, whatever it is. */
const HELD = ['bool', 'int', 'float', 'null', 'timestamp'];
const isDate = (text: string): boolean => /^\d{4}-\d/.test(text) && !Number.isNaN(Date.parse(text));

/** What a plain text would be, by its looks. */
function looksLike(text: string, { schema }: Document.Parsed): string {
  const tag = schema.tags.find(
    (tag) => !tag.collection && tag.default === true && (tag as ScalarTag).test?.test(text),
  )?.tag;
  return tag?.replace(YAML_TAG, '') ?? 'str';
}

/** A key that can't be one, as Go prints it. */
function goSyntax(node: unknown): string {
  if (isMap(node)) {
    const pairs = node.items.map(({ key, value }) => `${goSyntax(key)}:${goSyntax(value)}`);
    return `map[interface {}]interface {}{${pairs.sort().join(', ')}}`;
  }
  if (isCollection(node)) return `[]interface {}{${node.items.map(goSyntax).join(', ')}}`;
  const value = isScalar(node) ? node.value : null;
  return value === null ? 'interface {}(nil)' : JSON.stringify(value);
}

/** What is wrong with a text that is YAML: the first value that is not what its tag says, or key that is none. */
function misusedIn(document: Document.Parsed): string | undefined {
  let problem: string | undefined;
  visit(document, {
    Scalar(_, { tag = '', source = '' }) {
      const wanted = tag.replace(YAML_TAG, '');
      if (
        wanted === 'binary' &&
        !/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(source.replace(/[\r\n]/g, ''))
      )
        problem = '!!binary value contains invalid base64 data';
      if (HELD.includes(wanted)) {
        const found = looksLike(source, document);
        const fits =
          found === wanted || (wanted === 'float' && found === 'int') || (wanted === 'timestamp' && isDate(source));
        if (!fits) problem = `cannot decode !!${found} \`${source}\` as a !!${wanted}`;
      }
      return problem ? visit.BREAK : undefined;
    },
    Pair(_, { key }) {
      if (isCollection(key)) problem = `invalid map key: ${goSyntax(key)}`;
      return problem ? visit.BREAK : undefined;
    },
  });
  return problem;
}

interface Read {
  data: unknown;
  problem: string;
  /** What is there twice, where nothing else is wrong. */
  repeated?: string[];
}

/** What was parsed, or what is wrong. A text nested so deep that reading it takes all of the stack is refused as one that is too deep. */
export function fromGoYaml(text: string): Read {
  const version = /^%YAML\s+(\S+)/m.exec(text)?.[1];
  if (version && version !== '1.1') return { data: undefined, problem: 'found incompatible YAML document' };
  try {
    const [document] = parseAllDocuments(text, {
      merge: true,
      resolveKnownTags: false,
      customTags: (tags) => [BOOLEAN, OCTAL, BINARY, FLOAT, ...tags],
    });
    const errors = document?.errors ?? [];
    const error = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    if (error) return { data: undefined, problem: problemOf(error, text) };
    const misused = document && misusedIn(document);
    if (misused) return { data: undefined, problem: misused };
    return { data: document?.toJS({ maxAliasCount: 100 }), problem: '', repeated: repeatedIn(errors, text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const alias = /Unresolved alias.*: (\S+)/.exec(message);
    if (alias) return { data: undefined, problem: `unknown anchor '${alias[1]}' referenced` };
    const deep = /call stack/.test(message);
    return { data: undefined, problem: deep ? TOO_DEEP : 'document contains excessive aliasing' };
  }
}
