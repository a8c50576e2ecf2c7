/** A form as a YAML text for an editor, and what comes back. Pure. */
import { parseDocument, stringify } from 'yaml';
import { nearest } from '../keys/nearest.ts';
import type { FieldState } from '../store/state.ts';

/** Secrets stay in the form: a file on disk is no place for them. */
const written = (fields: readonly FieldState[]) => fields.filter(({ spec }) => !spec.secret);

/** Comments of one line: a line end in a description must not become a field. */
const comment = (text: string): string => `# ${text.replace(/\s+/g, ' ').trim()}\n`;

/** Without the line's end only: what else looks like space may be all of the value. */
const line = (text: string): string => stringify(text, { lineWidth: 0 }).replace(/\n$/, '');

export function formToYaml(title: string, fields: readonly FieldState[]): string {
  const blocks = written(fields).map(({ spec, field }) => {
    const about = [spec.hint, spec.required ? 'required' : '', spec.description].filter((t) => t !== '').join('; ');
    // Numbers and truth values read best bare; any other text is quoted where YAML would take it for something else.
    const bare = spec.type !== 'string' && spec.type !== 'array' && /^(-?\d+(\.\d+)?|true|false)$/.test(field.value);
    const value = bare ? field.value : line(field.value);
    return `${about === '' ? '' : comment(about)}${line(spec.name)}: ${value}\n`;
  });
  return [
    comment(`${title}. Save and leave to come back to the form: nothing is started by that.`),
    comment('An empty file changes nothing.'),
    ...blocks,
  ].join('\n');
}

const plain = (value: unknown): string | undefined => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
};

/** A list of plain words as it is typed; any other one as JSON, which the engine reads too. */
const listText = (items: string[]): string =>
  items.some((item) => /[,[\]]|^\s|\s$/.test(item) || item === '') ? JSON.stringify(items) : items.join(',');

/** The values of an edited text by field, or one sentence on what is wrong with it. `null`: it is empty. */
export function yamlToValues(
  text: string,
  fields: readonly FieldState[],
): { values: Record<string, string> } | { error: string } | null {
  const document = parseDocument(text, { intAsBigInt: true });
  const wrong = document.errors[0];
  if (wrong)
    return {
      error: `line ${wrong.linePos?.[0].line ?? 1}: ${wrong.message.split('\n')[0]?.replace(/ at line .*/, '')}`,
    };
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: 20 });
  } catch {
    return { error: 'the text refers to itself too often' };
  }
  if (root === null || root === undefined) return null;
  if (typeof root !== 'object' || Array.isArray(root)) return { error: 'the text is not made of NAME: VALUE lines' };
  const known = written(fields);
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(root)) {
    const field = known.find(({ spec }) => spec.name === name);
    if (!field) {
      const near = nearest(
        name,
        known.map(({ spec }) => spec.name),
      );
      return { error: `there is no field "${name}"${near ? `; did you mean "${near}"?` : ''}` };
    }
    const items = Array.isArray(value) ? value.map(plain) : [];
    const read = Array.isArray(value)
      ? field.spec.type === 'array' && !items.includes(undefined)
        ? listText(items as string[])
        : undefined
      : plain(value);
    if (read === undefined)
      return { error: `${name} is not ${field.spec.type === 'array' ? 'a list of plain values' : 'one plain value'}` };
    // Only what could be typed: a value of several lines would not be the one that is shown.
    if (/[\x00-\x1f\x7f]/.test(read)) return { error: `${name} has a line end or a control character in it` };
    values[name] = read;
  }
  return { values };
}
