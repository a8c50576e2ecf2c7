/** Keys that work on every screen, and those of every list, text and pane. */
import type { App } from '../app.ts';
import { PANES } from '../layout.ts';
import type { Step } from '../store/list.ts';
import { open } from '../store/state.ts';
import { leaving } from '../views/leaving.ts';
import type { Binding } from './bindings.ts';
import { openPrompt } from './prompt.ts';

const move = (step: Step) => (app: App) => {
  const view = app.top();
  app.views.of(view).move?.(view, app, step);
};

const scroll = (id: string, keys: string[], hint: string, description: string, step: Step): Binding => ({
  id: `scroll.${id}`,
  keys,
  context: 'scroll',
  hint,
  description,
  run: move(step),
});

function back(app: App): void {
  if (!app.back()) app.say('info', 'This is the first screen: q leaves, ? shows all keys.');
}

function focusPane(app: App, to: number | 'next' | 'previous'): void {
  const place = app.layout();
  if (place.tooSmall) return;
  const panes = Object.keys(place.panes);
  const view = app.top();
  const at = panes.indexOf(view.focus);
  const index =
    to === 'next' ? (at + 1) % panes.length : to === 'previous' ? (at + panes.length - 1) % panes.length : to - 1;
  const focus = panes[index];
  if (focus) app.change(view.view, (v) => ({ ...v, focus }));
}

/** A key for panes that are not there says so. */
const panesShown = (app: App): number => {
  const place = app.layout();
  return place.tooSmall ? 0 : Object.keys(place.panes).length;
};
const several = (app: App): true | string =>
  panesShown(app) > 1 ||
  (app.top().zoom === null ? 'There is only one pane here.' : 'One pane has the screen: f gives it back.');

/** The first pane has the keys again: j and k under a detail that is small once more would seem to do nothing. */
function unzoom(app: App): void {
  const [first] = PANES[app.views.arrangement(app.top())];
  app.change(app.top().view, (v) => ({ ...v, zoom: null, focus: first ?? v.focus }));
}

const filterable = (app: App): true | string =>
  app.views.filter(app.top()) ? true : 'Nothing to filter on this screen.';

const digits: Binding[] = [1, 2].map((n) => ({
  id: `panes.${n}`,
  keys: [String(n)],
  context: 'panes',
  hint: `pane ${n}`,
  description: `go to pane ${n}`,
  when: (app) => panesShown(app) >= n || several(app),
  run: (app) => focusPane(app, n),
}));

export const globalBindings: readonly Binding[] = [
  scroll('down', ['j', 'down'], 'down', 'one line down', { by: 1 }),
  scroll('up', ['k', 'up'], 'up', 'one line up', { by: -1 }),
  scroll('pageDown', ['ctrl-f', 'pagedown'], 'page down', 'one page down', { page: 1 }),
  scroll('pageUp', ['ctrl-b', 'pageup'], 'page up', 'one page up', { page: -1 }),
  scroll('first', ['g', 'home'], 'first', 'to the first line', { to: 'first' }),
  scroll('last', ['G', 'end'], 'last', 'to the last line', { to: 'last' }),
  ...digits,
  {
    id: 'panes.next',
    keys: ['tab'],
    context: 'panes',
    hint: 'next pane',
    description: 'go to the next pane',
    when: several,
    run: (app) => focusPane(app, 'next'),
  },
  {
    id: 'panes.previous',
    keys: ['shift-tab'],
    context: 'panes',
    hint: 'previous pane',
    description: 'go to the previous pane',
    when: several,
    run: (app) => focusPane(app, 'previous'),
  },
  {
    id: 'panes.zoom',
    keys: ['f', '+'],
    context: 'panes',
    hint: 'full screen',
    description: 'give the pane the whole screen, or take it back',
    when: (app) => app.top().zoom !== null || panesShown(app) > 1 || 'This pane has the whole screen already.',
    run: (app) => app.change(app.top().view, (v) => ({ ...v, zoom: v.zoom === null ? v.focus : null })),
  },
  {
    id: 'global.filter',
    keys: ['/'],
    context: 'global',
    hint: 'filter',
    description: 'filter: regular expression, !not, -f fuzzy',
    rank: 55,
    when: filterable,
    run: (app) => openPrompt(app, 'filter'),
  },
  {
    id: 'global.command',
    keys: [':'],
    context: 'global',
    hint: 'go',
    description: 'go to a screen by name',
    rank: 56,
    run: (app) => openPrompt(app, 'command'),
  },
  {
    id: 'global.back',
    keys: ['esc'],
    context: 'global',
    hint: 'back',
    description: 'clear the filter, leave full screen, or go back',
    run: (app) => {
      const view = app.top();
      const filter = app.views.filter(view);
      if (filter && filter.text !== '') filter.set(app, '');
      else if (view.zoom !== null) unzoom(app);
      else back(app);
    },
  },
  {
    id: 'global.quit',
    keys: ['q'],
    context: 'global',
    hint: (app) => (app.top().zoom === null && app.state().stack.length === 1 ? 'leave' : 'back'),
    description: 'leave full screen, or go back; on the first screen: leave',
    rank: 90,
    run: (app) => {
      if (app.top().zoom !== null) unzoom(app);
      else if (app.state().stack.length > 1) back(app);
      else leaving(app, 0);
    },
  },
  {
    id: 'global.interrupt',
    keys: ['ctrl-c'],
    context: 'global',
    hint: 'leave',
    description: 'leave; asks only where something would be lost',
    run: (app) => leaving(app, 130),
  },
  {
    id: 'global.last',
    keys: ['-'],
    context: 'global',
    hint: 'last',
    description: 'the screen before, and back again',
    run: (app) => {
      if (!app.forward() && !app.back()) app.say('info', 'There is no other screen yet.');
    },
  },
  {
    id: 'global.previous',
    keys: ['['],
    context: 'global',
    hint: 'previous',
    description: 'the previous screen, as it was left',
    run: (app) => {
      if (!app.back()) app.say('info', 'This is the first screen.');
    },
  },
  {
    id: 'global.next',
    keys: [']'],
    context: 'global',
    hint: 'next',
    description: 'the screen that [ left',
    run: (app) => {
      if (!app.forward()) app.say('info', 'There is no next screen.');
    },
  },
  {
    id: 'global.messages',
    keys: ['!'],
    context: 'global',
    hint: 'messages',
    description: 'everything that was refused or went wrong',
    run: (app) => {
      if (app.top().view !== 'messages') app.open(open.messages());
    },
  },
  {
    id: 'global.suspend',
    keys: ['ctrl-z'],
    context: 'global',
    hint: 'suspend',
    description: 'go to the shell; fg comes back',
    run: (app) => app.host.suspend(),
  },
  {
    id: 'global.repaint',
    keys: ['ctrl-l', 'ctrl-r'],
    context: 'global',
    hint: 'repaint',
    description: 'draw the whole screen anew',
    run: (app) => app.host.repaint(),
  },
  {
    id: 'global.help',
    keys: ['?', 'f1'],
    context: 'global',
    hint: 'all',
    description: 'every key that works here; type to search, enter runs it',
    rank: 100,
    run: (app) => {
      if (app.top().view !== 'help') app.open(open.help());
    },
  },
];

export const askBindings: readonly Binding[] = [
  {
    id: 'ask.yes',
    keys: ['y'],
    context: 'ask',
    hint: 'yes',
    description: 'yes',
    rank: 1,
    run: (app) => {
      const { overlay } = app.state();
      app.set({ overlay: null });
      if (overlay?.kind === 'ask') overlay.yes(app);
    },
  },
  {
    id: 'ask.no',
    keys: ['n', 'esc', 'q'],
    context: 'ask',
    hint: 'no',
    description: 'no',
    rank: 2,
    run: (app) => app.set({ overlay: null }),
  },
  {
    id: 'ask.again',
    keys: ['ctrl-c'],
    context: 'ask',
    hint: 'leave',
    description: 'leave without another question',
    run: (app) => app.host.quit(130),
  },
];
