/** The `:` and `/` prompts: their keys, and what typing in them does. */
import type { App } from '../app.ts';
import type { Overlay } from '../store/state.ts';
import { insert, textField } from '../store/text.ts';
import type { Binding } from './bindings.ts';
import { runCommand, suggest } from './commands.ts';

type Prompt = Extract<Overlay, { kind: 'prompt' }>;

const HISTORY = 20;

export function openPrompt(app: App, what: Prompt['what']): void {
  const view = app.top();
  const before = what === 'filter' ? (app.views.filter(view)?.text ?? '') : '';
  // Empty, as in vi: another filter is typed anew, and the arrow brings the last one back.
  app.set({ overlay: { kind: 'prompt', what, field: textField(), before } });
}

/** A filter works while it is typed. */
function setFilter(app: App, text: string): void {
  app.views.filter(app.top())?.set(app, text);
}

/** Shows another text in the prompt; a filter takes effect with it. */
export function setPrompt(app: App, prompt: Prompt, field: Prompt['field']): void {
  app.set({ overlay: { ...prompt, field } });
  if (prompt.what === 'filter') setFilter(app, field.value);
}

const prompt = (app: App): Prompt | null => {
  const { overlay } = app.state();
  return overlay?.kind === 'prompt' ? overlay : null;
};

function recall(app: App, direction: -1 | 1): void {
  const now = prompt(app);
  if (!now) return;
  const texts = app.state().history[now.what];
  const at = texts.lastIndexOf(now.field.value);
  const next = at < 0 ? (direction < 0 ? texts.length - 1 : -1) : at + direction;
  const text = texts[next];
  if (text !== undefined) setPrompt(app, now, textField(text));
}

export const promptBindings: readonly Binding[] = [
  {
    id: 'prompt.enter',
    keys: ['enter'],
    context: 'prompt',
    hint: 'do it',
    description: 'run the command, or keep the filter',
    rank: 1,
    run: (app) => {
      const now = prompt(app);
      if (!now) return;
      const { value } = now.field;
      const { history } = app.state();
      const texts = history[now.what].filter((text) => text !== value);
      app.set({
        overlay: null,
        history: value === '' ? history : { ...history, [now.what]: [...texts, value].slice(-HISTORY) },
      });
      if (now.what === 'command') runCommand(app, value);
      else setFilter(app, value);
    },
  },
  {
    id: 'prompt.complete',
    keys: ['tab'],
    context: 'prompt',
    hint: 'complete',
    description: 'complete the command',
    rank: 2,
    when: (app) => {
      const now = prompt(app);
      return now?.what === 'command' && suggest(now.field.value, app) !== '' ? true : 'Nothing to complete.';
    },
    run: (app) => {
      const now = prompt(app);
      if (now) setPrompt(app, now, insert(now.field, suggest(now.field.value, app)));
    },
  },
  {
    id: 'prompt.older',
    keys: ['up', 'ctrl-p'],
    context: 'prompt',
    hint: 'earlier',
    description: 'what was typed before',
    rank: 3,
    run: (app) => recall(app, -1),
  },
  {
    id: 'prompt.newer',
    keys: ['down', 'ctrl-n'],
    context: 'prompt',
    hint: 'later',
    description: 'what was typed after that',
    run: (app) => recall(app, 1),
  },
  {
    id: 'prompt.leave',
    keys: ['esc', 'ctrl-c'],
    context: 'prompt',
    hint: 'leave',
    description: 'close the prompt, with the filter as it was',
    rank: 4,
    run: (app) => {
      const now = prompt(app);
      if (now?.what === 'filter') setFilter(app, now.before);
      app.set({ overlay: null });
    },
  },
];
