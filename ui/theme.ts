/** Themes: meaning → terminal style. Views name meanings only; the 16 colours and bold, dim, inverse come from YAML data. */
import { parse } from 'yaml';
import dark from '../themes/default.yaml';
import light from '../themes/light.yaml';
import mono from '../themes/mono.yaml';

/** Every meaning the screens know. A theme gives each a style; a meaning it leaves out is drawn plain. */
const TOKENS = [
  'title',
  'titleFocused',
  'rule',
  'ruleFocused',
  'ruleDanger',
  'heading',
  'muted',
  'key',
  'link',
  'good',
  'attention',
  'selection',
  'ok',
  'busy',
  'warn',
  'bad',
  'off',
  'unknown',
  'input',
  'inputFocused',
  'cursor',
  'error',
  'match',
  'stderr',
  'note',
] as const;
export type StyleToken = (typeof TOKENS)[number];

export interface Theme {
  name: string;
  description: string;
  /** Text in the style of its meaning; '' stays ''. */
  style(token: StyleToken, text: string): string;
}

const ATTRIBUTES: Record<string, [open: number, close: number]> = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  inverse: [7, 27],
};
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** SGR numbers of one word of a style, or null for a word that is none. */
function word(text: string): [number, number] | null {
  const attribute = ATTRIBUTES[text];
  if (attribute) return attribute;
  const bright = text.startsWith('bright-');
  const index = COLOURS.indexOf(bright ? text.slice('bright-'.length) : text);
  return index < 0 ? null : [(bright ? 90 : 30) + index, 39];
}

const colourful = (code: number) => code >= 30;

function parsed(source: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`theme ${source}: not YAML: ${String((error as Error).message).split('\n')[0]}`);
  }
}

/**
 * Reads a theme's document. Throws an Error whose message is one line that says what is wrong and where.
 * `colour` false keeps bold, dim, underline and inverse and drops every colour (NO_COLOR).
 */
export function readTheme(source: string, document: unknown, colour: boolean): Theme {
  const fail = (what: string): never => {
    throw new Error(`theme ${source}: ${what}`);
  };
  if (typeof document !== 'object' || document === null) return fail('want a mapping with name and styles');
  const { name, description = '', styles } = document as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return fail('name is missing');
  if (typeof styles !== 'object' || styles === null) return fail('styles is missing');
  const pairs = new Map<string, [open: string, close: string]>();
  for (const [token, value] of Object.entries(styles)) {
    if (!(TOKENS as readonly string[]).includes(token))
      return fail(`styles.${token}: no such meaning; there are ${TOKENS.join(', ')}`);
    if (typeof value !== 'string') return fail(`styles.${token}: want words such as "bold red"`);
    const codes: [number, number][] = [];
    for (const part of value.split(/\s+/).filter((p) => p !== '' && p !== 'plain')) {
      const code = word(part);
      if (!code)
        return fail(
          `styles.${token}: "${part}" is no style; there are plain, ${Object.keys(ATTRIBUTES).join(', ')}, ${COLOURS.join(', ')} and bright-…`,
        );
      if (colour || !colourful(code[0])) codes.push(code);
    }
    if (codes.length > 0)
      pairs.set(token, [
        `\x1b[${codes.map((c) => c[0]).join(';')}m`,
        `\x1b[${[...new Set(codes.map((c) => c[1]))].join(';')}m`,
      ]);
  }
  return {
    name,
    description: String(description),
    style(token, shown) {
      const pair = pairs.get(token);
      return pair === undefined || shown === '' ? shown : pair[0] + shown + pair[1];
    },
  };
}

/** Documents: the build has read the YAML, for the first frame does not wait for a parser. */
export const SHIPPED: Record<string, unknown> = { default: dark, light, mono };

/** A shipped theme by name, or one read by `load` from a file. Throws an Error with one line. */
export function chooseTheme(name: string | undefined, colour: boolean, load: (file: string) => string): Theme {
  const wanted = name ?? 'default';
  const shipped = SHIPPED[wanted];
  if (shipped !== undefined) return readTheme(wanted, shipped, colour);
  if (!/[./]/.test(wanted))
    throw new Error(`no theme "${wanted}"; there are ${Object.keys(SHIPPED).join(', ')}, or give a file`);
  let text: string;
  try {
    text = load(wanted);
  } catch (error) {
    throw new Error(`theme ${wanted}: cannot read it (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
  return readTheme(wanted, parsed(wanted, text), colour);
}
