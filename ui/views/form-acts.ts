/** What is done to a form: values asked about, planned, edited elsewhere, and carried over to the definition as it is now. */
import type { Offer } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import { type FieldState, type FormView, open } from '../store/state.ts';
import { textField } from '../store/text.ts';
import { askedWith, checkField, fieldsOf, valuesOf } from './fields.ts';
import { formToYaml, yamlToValues } from './form-yaml.ts';
import { asItIs } from './operations-shown.ts';

export const current = (app: App): FormView | null => {
  const view = app.top();
  return view.view === 'form' ? view : null;
};

/** What the engine is asked about: the definition that the form shows, and no other of its name. */
const asked = ({ cluster, operation, fields }: FormView) => ({
  cluster,
  definition: operation.name,
  pin: operation.digest,
  values: valuesOf(fields),
});

export const withField = (view: FormView, at: number, field: FieldState): FormView => ({
  ...view,
  fields: view.fields.map((f, i) => (i === at ? field : f)),
  // The engine's sentence was about another value.
  errors: view.errors.filter((e) => e.field !== field.spec.name && e.field !== ''),
  edition: view.edition + 1,
});

/** Asks for what the fields offer, where the values that it depends on are other ones than were asked with. */
export function readChoices(app: App, id: number): void {
  const view = app.state().stack.find((v) => v.id === id);
  if (view?.view !== 'form') return;
  for (const { spec, offered } of view.fields) {
    if (!spec.choices) continue;
    const of = askedWith(spec, view.fields);
    if (offered?.of === of) continue;
    const tell = (offer: Offer | null) =>
      app.changeById(id, 'form', (v) => ({
        ...v,
        fields: v.fields.map((f) => {
          // An answer about other values than the last ones that were asked with has been overtaken.
          if (f.spec.name !== spec.name || (offer !== null && f.offered?.of !== of)) return f;
          // What was typed while they were still to come is the beginning of one of them.
          return { ...f, typed: f.field.value, offered: { of, offer } };
        }),
      }));
    tell(null);
    void app.ask('choices', { ...asked(view), parameter: spec.name }).then((answer) => {
      tell(answer.ok ? answer.value : { state: 'failed', why: answer.error });
    });
  }
}

/** Asks the engine about the values as they stand; an answer that edits have overtaken is dropped. */
function validate(app: App, view: FormView): void {
  readChoices(app, view.id);
  const { id, edition } = view;
  void app.ask('validate', asked(view)).then((answer) => {
    app.changeById(id, 'form', (v) => {
      if (v.edition !== edition) return v;
      return { ...v, errors: answer.ok ? answer.value : [{ field: '', message: answer.error }] };
    });
  });
}

export function go(app: App, to: (at: number, count: number) => number): void {
  const view = current(app);
  if (!view || view.fields.length === 0) return;
  const at = to(view.at, view.fields.length);
  const left = view.fields[view.at];
  const next = { ...view, at, fields: view.fields.map((f) => (f === left ? { ...f, touched: true, typed: '' } : f)) };
  app.changeById(view.id, 'form', () => next);
  validate(app, next);
}

/** The plan, or the first field that stands in its way. */
export function plan(app: App): void {
  const view = current(app);
  if (!view || view.state === 'planning') return;
  const wrong = view.fields.findIndex((f) => checkField(f, view.fields) !== '');
  const touched = view.fields.map((f) => ({ ...f, touched: true }));
  if (wrong >= 0) {
    const field = view.fields[wrong] as FieldState;
    app.changeById(view.id, 'form', (v) => ({ ...v, fields: touched, at: wrong }));
    app.say('warn', `${field.spec.name} ${checkField(field, view.fields)}`);
    return;
  }
  const { id, edition, operation } = view;
  app.changeById(id, 'form', (v) => ({ ...v, fields: touched, state: 'planning' }));
  const ask = asked(view);
  void app.ask('validate', ask).then(async (checked) => {
    const errors = checked.ok ? checked.value : [{ field: '', message: checked.error }];
    const first = errors[0];
    if (first) {
      app.changeById(id, 'form', (v) => {
        const at = v.fields.findIndex((f) => f.spec.name === first.field);
        return { ...v, state: 'editing', errors, at: at < 0 ? v.at : at };
      });
      if (app.top().id === id) app.say('warn', `${first.field === '' ? '' : `${first.field} `}${first.message}`);
      return;
    }
    const answer = await app.ask('plan', ask);
    app.changeById(id, 'form', (v) => ({ ...v, state: 'editing' }));
    const shown = app.top();
    // The form was left, or changed, while the engine was planning: the plan would be of something else.
    if (shown.id !== id || shown.view !== 'form' || shown.edition !== edition) return;
    if (!answer.ok) {
      app.changeById(id, 'form', (v) => ({ ...v, errors: [{ field: '', message: answer.error }] }));
      app.say('error', answer.error);
      return;
    }
    app.remember(view);
    app.open(open.plan(answer.value, operation, ask.values));
  });
}

/** All values in the user's editor. What can't be read is told, kept, and opened again next time. */
export async function editAsYaml(app: App): Promise<void> {
  const view = current(app);
  if (!view) return;
  const { id, fields, operation, namespace, clusterName } = view;
  const title = `${operation.name} on ${namespace}/${clusterName}`;
  const edited = await app.host.edit(view.draft || formToYaml(title, fields), `${operation.name}.yaml`);
  if (!edited.ok) return app.say('error', edited.error);
  const read = yamlToValues(edited.text, fields);
  if (read === null) return app.say('info', 'The text was empty: nothing has changed.');
  if ('error' in read) {
    app.changeById(id, 'form', (v) => ({ ...v, draft: edited.text }));
    return app.say(
      'error',
      `Not taken: ${read.error}${read.error.endsWith('?') ? '' : '.'} ctrl-e opens the text again.`,
    );
  }
  setValues(app, id, read.values);
}

/** Fills the fields that are named; the others stay. */
export function setValues(app: App, id: number, values: Record<string, string>): void {
  app.changeById(id, 'form', (v) => {
    const fields = v.fields.map((f) => {
      const value = values[f.spec.name];
      return value === undefined ? f : { ...f, touched: true, field: textField(value) };
    });
    return { ...v, fields, draft: '', errors: [], edition: v.edition + 1 };
  });
  const view = current(app);
  if (view?.id === id) validate(app, view);
}
export const plannable = (app: App): true | string => {
  const view = current(app);
  if (!view) return 'There is no form.';
  if (view.state === 'planning') return 'The plan is being made.';
  const now = asItIs(app, view.cluster, view.operation);
  return 'why' in now ? now.why : true;
};

/** The form of the definition as it is now. What was typed stays where a field of that name and type still takes it. */
export function renew(app: App): void {
  const view = current(app);
  const now = view && asItIs(app, view.cluster, view.operation);
  if (!view || now?.state !== 'changed') return;
  const fields = fieldsOf(now.row.parameters).map((field) => {
    const before = view.fields.find(({ spec }) => spec.name === field.spec.name && spec.type === field.spec.type);
    // A default that nobody touched is the new definition's to give.
    const typed = before && before.field.value !== (before.spec.default ?? '');
    return typed ? { ...field, touched: true, field: before.field } : field;
  });
  app.changeById(view.id, 'form', (v) => ({
    ...v,
    operation: now.row,
    fields,
    at: Math.min(v.at, Math.max(0, fields.length - 1)),
    errors: [],
    draft: '',
    edition: v.edition + 1,
  }));
  const renewed = current(app);
  if (renewed?.id === view.id) validate(app, renewed);
}
