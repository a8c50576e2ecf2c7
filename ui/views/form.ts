/** Filling in an operation: every field is checked while it is typed in, and all of them by the engine ahead of the plan. */
import type { Binding } from '../keys/bindings.ts';
import type { FormView } from '../store/state.ts';
import { textField } from '../store/text.ts';
import { choicesOf, edited, turn, typeInto } from './fields.ts';
import { current, editAsYaml, go, plan, plannable, readChoices, renew, setValues, withField } from './form-acts.ts';
import { paintForm } from './form-paint.ts';
import { asItIs, topicOf } from './operations-shown.ts';
import type { View } from './view.ts';

const bindings: readonly Binding[] = [
  {
    id: 'form.plan',
    keys: ['ctrl-s'],
    context: 'form',
    hint: 'plan',
    description: 'show what would run; nothing is started yet',
    rank: 10,
    when: plannable,
    run: plan,
  },
  {
    id: 'form.renew',
    keys: ['ctrl-o'],
    context: 'form',
    hint: 'new form',
    description: 'the form of the definition as it is now, with the values that fit it',
    rank: 5,
    when: (app) => {
      const view = current(app);
      const now = view ? asItIs(app, view.cluster, view.operation) : { state: 'same' as const };
      if (now.state === 'same' || now.state === 'unknown') return 'The definition has not changed.';
      return now.state === 'changed' && now.row.refused === '' ? true : now.why;
    },
    run: renew,
  },
  {
    id: 'form.next',
    keys: ['tab', 'down'],
    context: 'form',
    hint: 'next',
    description: 'next field',
    rank: 20,
    when: (app) => ((current(app)?.fields.length ?? 0) > 1 ? true : 'There is only one field.'),
    run: (app) => go(app, (at, count) => (at + 1) % count),
  },
  {
    id: 'form.previous',
    keys: ['shift-tab', 'up'],
    context: 'form',
    hint: 'previous',
    description: 'previous field',
    run: (app) => go(app, (at, count) => (at + count - 1) % count),
  },
  {
    id: 'form.enter',
    keys: ['enter'],
    context: 'form',
    hint: 'next, then plan',
    description: 'next field; on the last one: the plan',
    run: (app) => {
      const view = current(app);
      if (!view) return;
      const may = view.at < view.fields.length - 1 || plannable(app);
      if (typeof may === 'string') app.say('warn', may);
      else if (view.at >= view.fields.length - 1) plan(app);
      else go(app, (at) => at + 1);
    },
  },
  {
    id: 'form.last',
    keys: ['ctrl-r'],
    context: 'form',
    hint: 'last values',
    description: 'the values of the last plan of this operation',
    rank: 30,
    when: (app) => {
      const view = current(app);
      return view && app.remembered(view) ? true : 'No earlier values of this operation are known here.';
    },
    run: (app) => {
      const view = current(app);
      const values = view && app.remembered(view);
      if (!view || !values) return;
      setValues(app, view.id, values);
    },
  },
  {
    id: 'form.edit',
    keys: ['ctrl-e'],
    context: 'form',
    hint: 'edit as YAML',
    description: 'edit all values as YAML in $EDITOR',
    rank: 25,
    when: (app) => {
      const view = current(app);
      if (view?.state === 'planning') return 'The plan is being made.';
      return view && view.fields.length > 0 ? true : 'This operation has no parameters.';
    },
    run: (app) => void editAsYaml(app),
  },
  {
    id: 'form.reset',
    keys: ['ctrl-x'],
    context: 'form',
    hint: 'default',
    description: 'the default of this field',
    run: (app) =>
      app.change('form', (v) => {
        const state = v.fields[v.at];
        return state ? withField(v, v.at, { ...state, field: textField(state.spec.default ?? '') }) : v;
      }),
  },
  {
    id: 'form.back',
    keys: ['esc'],
    context: 'form',
    hint: 'back',
    description: 'leave the form; ] comes back to it as it is',
    rank: 90,
    run: (app) => {
      const view = current(app);
      app.back();
      if (view && edited(view.fields)) app.say('info', 'The form was left as it is: ] comes back to it.');
    },
  },
  ...(
    [
      ['field.next', ['right', 'space'], 1, 'next choice', 'the next choice'],
      ['field.previous', ['left'], -1, 'previous choice', 'the previous choice'],
    ] as const
  ).map(
    ([id, keys, direction, hint, description]): Binding => ({
      id,
      keys,
      context: 'field',
      hint,
      description,
      ...(direction === 1 ? { rank: 15 } : {}),
      run: (app) =>
        app.change('form', (v) => {
          const state = v.fields[v.at];
          return state ? withField(v, v.at, turn(state, direction, v.fields)) : v;
        }),
    }),
  ),
];

export const formView: View<FormView> = {
  arrangement: 'single',
  topics: (view) => [topicOf(view.cluster)],
  opened: (view, app) => readChoices(app, view.id),
  // A choice takes the arrows and space; a typed field leaves them to its text.
  contexts: (view) => {
    const state = view.fields[view.at];
    return state && choicesOf(state) ? ['field', 'form'] : ['form'];
  },
  field: (view) => view.fields[view.at]?.field ?? null,
  type(view, app, field) {
    app.changeById(view.id, 'form', (v) => {
      const state = v.fields[v.at];
      if (!state) return v;
      const choices = choicesOf(state);
      if (!choices) return withField(v, v.at, { ...state, touched: true, field });
      // The router hands over the edited text: on a choice only what was added to it counts.
      const added = field.value.slice(state.field.cursor, field.cursor);
      const typed = added === '' ? state : typeInto(state, added);
      return typed === state ? v : withField(v, v.at, typed);
    });
  },
  loses: (view) => (edited(view.fields) ? `The form of ${view.operation.name} has values that would be lost.` : ''),
  paint: paintForm,
  bindings,
};
