/** YAML bodies as the server's library reads them: 1.1's words for booleans, numbers of base eight, and the first document of several. */
import { type ErrorCode, parseAllDocuments, type ScalarTag } from 'yaml';

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

/** What the server's library says where this one gives up. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  BLOCK_IN_FLOW: 'did not find expected node content',
  MISSING_CHAR: 'could not find expected directive name',
  TAB_AS_INDENT: 'found character that cannot start any token',
  UNEXPECTED_TOKEN: 'found unexpected content',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  RESOURCE_EXHAUSTION: 'exceeded max depth of 10000',
};

/** What could not be read: a line is named but for the first. */
function problemOf(code: ErrorCode, line: number): string {
  return `${line > 1 ? `line ${line}: ` : ''}${WORDS[code] ?? 'did not find expected key'}`;
}

/** What was parsed, or what is wrong. A text nested so deep that reading it takes all of the stack is refused as one that is too deep. */
export function fromGoYaml(text: string): { data: unknown; problem: string } {
  try {
    const [document] = parseAllDocuments(text, {
      uniqueKeys: false,
      merge: true,
      customTags: (tags) => [BOOLEAN, OCTAL, ...tags],
    });
    const [error] = document?.errors ?? [];
    if (error) return { data: undefined, problem: problemOf(error.code, error.linePos?.[0].line ?? 1) };
    return { data: document?.toJS({ maxAliasCount: 100 }), problem: '' };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const alias = /Unresolved alias.*: (\S+)/.exec(message);
    if (alias) return { data: undefined, problem: `unknown anchor '${alias[1]}' referenced` };
    const deep = /call stack/.test(message);
    return { data: undefined, problem: deep ? 'exceeded max depth of 10000' : 'document contains excessive aliasing' };
  }
}
