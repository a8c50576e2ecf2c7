/** A form as it is drawn: a line a field, what is wrong under it, and what the chosen one is and offers below all. */
import type { App } from '../app.ts';
import type { Rect } from '../layout.ts';
import { paintField } from '../panes/footer.ts';
import { type Pen, rule } from '../pen.ts';
import { width } from '../rows/fit.ts';
import type { FieldState, FormView } from '../store/state.ts';
import { choicesOf, errorOf, labelOf, offerText } from './fields.ts';
import { asItIs, originOf } from './operations-shown.ts';

const NAME_COLUMNS = 22;

function fieldLine(view: FormView, at: number, columns: number, pen: Pen): string[] {
  const state = view.fields[at] as FieldState;
  const { spec, field } = state;
  const focused = at === view.at;
  const nameWidth = Math.min(NAME_COLUMNS, Math.max(8, ...view.fields.map((f) => width(f.spec.name) + 1)));
  const box = Math.max(14, Math.min(48, Math.floor(columns * 0.42)));
  const choices = choicesOf(state);
  const inner = box - 4 - (choices ? 2 : 0);
  const value = choices
    ? pen.fill(field.value === '' ? '(none)' : labelOf(state, field.value), inner, 'left', 'middle')
    : focused
      ? ''
      : pen.fill(spec.secret ? '*'.repeat([...field.value].length) : field.value, inner);
  const typed = focused && !choices ? paintField(field, inner, pen, spec.secret) : '';
  const typedWidth = Math.min(inner, width(field.value) + (field.cursor >= [...field.value].length ? 1 : 0));
  const shown = choices
    ? focused
      ? pen.style('inputFocused', value)
      : value
    : focused
      ? typed + ' '.repeat(Math.max(0, inner - typedWidth))
      : value;
  const room = columns - 2 - nameWidth - 1 - box - 2;
  const fallback =
    spec.default === undefined
      ? spec.required
        ? 'required'
        : 'optional'
      : `default ${spec.secret ? '****' : spec.default}`;
  // A pattern is of no use to who chooses.
  const hint = [offerText(state, pen.glyphs.ellipsis) || spec.hint, fallback].filter((t) => t !== '').join('   ');
  const name = pen.fill(spec.name + (spec.required ? '*' : ''), nameWidth, 'left', 'middle');
  const lines = [
    `${focused ? '> ' : '  '}${focused ? pen.style('titleFocused', name) : name} [ ${shown}${choices ? ' v' : ''} ] ${pen.style('muted', pen.cut(hint, room))}`.trimEnd(),
  ];
  const error = state.touched || field.value !== (spec.default ?? '') ? errorOf(state, view.fields, view.errors) : '';
  if (error !== '')
    for (const piece of pen.wrapWords(error, columns - nameWidth - 8))
      lines.push(`${' '.repeat(nameWidth + 5)}${pen.style('error', piece)}`);
  return lines;
}

/** What a field offers, with the value beside what it is called; as many around the chosen one as there is room for. */
function choiceLines(state: FieldState, room: number, columns: number, pen: Pen): string[] {
  const { offer } = state.offered ?? {};
  if (offer?.state === 'failed')
    return pen
      .wrapWords(`The choices could not be read: ${offer.why}. Any value can be typed.`, columns - 4)
      .map((piece) => `  ${pen.style('attention', piece)}`);
  if (offer?.state !== 'read' || !offer.rows.some((row) => row.label !== '')) return [];
  const { rows } = offer;
  const at = rows.findIndex((row) => row.value === state.field.value);
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  const longest = Math.min(Math.floor(columns / 2), Math.max(...rows.map((row) => width(pen.safe(row.label)))));
  return rows.slice(from, from + room).map((row, i) => {
    const text = `${pen.fill(row.label, longest, 'left', 'middle')}  ${pen.cut(row.value, columns - longest - 6, 'middle')}`;
    return from + i === at ? `> ${pen.style('titleFocused', text)}` : `  ${text}`;
  });
}

export function paintForm(view: FormView, app: App, pen: Pen, panes: Record<string, Rect>) {
  const rect = panes.main;
  if (!rect) return {};
  const now = asItIs(app, view.cluster, view.operation);
  const head = 'why' in now ? pen.wrapWords(now.why, rect.width - 4).map((t) => `  ${pen.style('error', t)}`) : [];
  const about: string[] = [];
  const focused = view.fields[view.at];
  if (view.fields.length === 0) about.push('This operation has no parameters.');
  if (focused)
    about.push(
      `${focused.spec.name} (${focused.spec.type === 'array' ? 'a list: a,b,c' : focused.spec.type}): ${focused.spec.description || 'no description'}`,
    );
  for (const e of view.errors) if (e.field === '') about.push(e.message);
  const foot = about.flatMap((text, i) =>
    pen
      .wrapWords(text, rect.width - 4)
      .map((piece) => `  ${i > 0 ? pen.style('error', piece) : pen.style('muted', piece)}`),
  );
  if (focused)
    foot.push(
      ...choiceLines(focused, Math.max(3, rect.height - 2 - view.fields.length - foot.length), rect.width, pen),
    );
  const footHeight = Math.min(foot.length + 1, Math.floor(rect.height / 3));
  const height = rect.height - 1 - head.length - footHeight;
  const blocks = view.fields.map((_, i) => fieldLine(view, i, rect.width, pen));
  // Whole fields only, the focused one among them.
  let from = 0;
  const tall = (a: number, b: number) => blocks.slice(a, b + 1).reduce((sum, block) => sum + block.length, 0);
  while (from < view.at && tall(from, view.at) > height) from++;
  const body = blocks.slice(from).flat().slice(0, height);
  const wrong = view.fields.filter((f) => f.touched && errorOf(f, view.fields, view.errors) !== '').length;
  const right =
    view.state === 'planning'
      ? `planning${pen.glyphs.ellipsis}`
      : wrong > 0
        ? `${wrong} to mend`
        : `${view.fields.length} ${view.fields.length === 1 ? 'field' : 'fields'}`;
  const { name } = view.operation;
  const title = `${name} (${originOf(view.operation)}) on ${view.namespace}/${view.clusterName}`;
  return { main: [rule(pen, rect.width, 'focused', title, right), ...head, ...body, '', ...foot] };
}
