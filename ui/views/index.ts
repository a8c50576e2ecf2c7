/** The table of all screens and keys. */
import type { Binding } from '../keys/bindings.ts';
import { askBindings, globalBindings } from '../keys/global.ts';
import { habitBindings } from '../keys/habits.ts';
import { promptBindings } from '../keys/prompt.ts';
import { chooseView } from './choose.ts';
import { clustersView } from './clusters.ts';
import { formView } from './form.ts';
import { helpView } from './help.ts';
import { listBindings } from './lists.ts';
import { logBindings } from './logs.ts';
import { messagesView } from './messages.ts';
import { operationsView } from './operations.ts';
import { planView } from './plan.ts';
import { podlogView } from './podlog.ts';
import { rolesView } from './roles.ts';
import { runView } from './run.ts';
import { runsView } from './runs.ts';
import { textView } from './text.ts';
import { createViews, type Views } from './view.ts';

const screens = {
  clusters: clustersView,
  roles: rolesView,
  operations: operationsView,
  form: formView,
  plan: planView,
  run: runView,
  podlog: podlogView,
  runs: runsView,
  messages: messagesView,
  help: helpView,
  text: textView,
  choose: chooseView,
};

/** `more`: keys that only some cockpits have. */
export const viewsWith = (more: readonly Binding[]): Views =>
  createViews(screens, [
    ...promptBindings,
    ...askBindings,
    ...listBindings,
    ...habitBindings,
    ...logBindings,
    ...more,
    ...globalBindings,
  ]);

export const views: Views = viewsWith([]);
