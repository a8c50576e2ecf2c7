/** One token in, one thing done: text into the field that has the cursor, or the innermost binding of the key. */
import type { App } from '../app.ts';
import { counted } from '../rows/freshness.ts';
import { edit, insert, type TextField } from '../store/text.ts';
import { allowed, find, type KeyContext, keyName } from './bindings.ts';
import { setPrompt } from './prompt.ts';
import type { Token } from './tokenizer.ts';

/** Keys that must work whatever has the focus. */
const ALWAYS = new Set(['ctrl-c', 'ctrl-z', 'ctrl-l']);

export function dispatch(app: App, token: Token): void {
  const { overlay, message } = app.state();
  // What was said stays until the next key, then it is in the log only.
  if (message) app.set({ message: null });
  if (overlay?.kind === 'prompt') {
    const edited = token.t === 'key' && token.text === '' ? edit(overlay.field, token.key) : null;
    if (token.t === 'paste' || token.text !== '') {
      const filled = fill(app, overlay.field, token);
      if (filled) setPrompt(app, overlay, filled);
    } else if (run(app, token.key, ['prompt'])) return;
    else if (ALWAYS.has(token.key)) run(app, token.key, ['global']);
    else if (edited) setPrompt(app, overlay, edited);
    return;
  }
  if (overlay?.kind === 'ask') {
    if (token.t === 'key' && !run(app, token.key, ['ask']) && ALWAYS.has(token.key)) run(app, token.key, ['global']);
    return;
  }
  const view = app.top();
  const definition = app.views.of(view);
  const field = definition.field?.(view, app) ?? null;
  if (token.t === 'paste') {
    if (field) {
      const filled = fill(app, field, token);
      if (filled) definition.type?.(view, app, filled);
    } else app.say('info', `Pasted text is not taken here (${counted(token.text.length, 'character')}).`);
    return;
  }
  const contexts = app.views.contexts(view, app);
  if (field) {
    if (token.text !== '') {
      // A choice field may claim a printable key (space); everything else is text.
      if (
        run(
          app,
          token.key,
          contexts.slice(0, 1).filter((c) => c === 'field'),
        )
      )
        return;
      const filled = fill(app, field, token);
      if (filled) definition.type?.(view, app, filled);
      return;
    }
    if (run(app, token.key, contexts)) return;
    const edited = edit(field, token.key);
    if (edited) definition.type?.(view, app, edited);
    else sayNothing(app, token.key, 'f1');
    return;
  }
  if (!run(app, token.key, contexts)) sayNothing(app, token.key);
}

/** A key that is somebody's habit elsewhere must not seem to have worked. */
const sayNothing = (app: App, key: string, help = '?'): void =>
  app.say('info', `${keyName(key, app.ascii)} does nothing here: ${help} lists the keys that do.`);

/** The field with what was typed or pasted in it; null where that has no room, which is said. */
function fill(app: App, field: TextField, token: Token): TextField | null {
  const filled = insert(field, token.text);
  if (filled === field) {
    app.say('warn', `No room here for ${counted(token.text.length, 'character')}: nothing was taken.`);
    return null;
  }
  if (token.t === 'paste') sayJoined(app, token.text);
  return filled;
}

/** What was several lines is one now, and may mean something else. */
function sayJoined(app: App, pasted: string): void {
  const lines = pasted.trim().split('\n').length;
  if (lines > 1) app.say('warn', `${lines} lines were pasted as one: their ends became spaces.`);
}

/** Runs the binding of a key, or says why not. True when the key has one. */
function run(app: App, key: string, contexts: KeyContext[]): boolean {
  const binding = find(app.views.bindings, contexts, key);
  if (!binding) return false;
  const verdict = allowed(binding, app);
  if (verdict === true) binding.run(app);
  else app.say('warn', verdict, () => allowed(binding, app) !== true);
  return true;
}
