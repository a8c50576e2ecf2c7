/** A text to read: an object as YAML, what was sent. */
import type { Calls } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import type { Rect } from '../layout.ts';
import { paintText, scrollText } from '../panes/text.ts';
import type { Pen } from '../pen.ts';
import { parseFilter } from '../rows/filter.ts';
import { counted } from '../rows/freshness.ts';
import { open, type TextView } from '../store/state.ts';
import type { View } from './view.ts';

/** Opens an object's YAML; the screen is there at once, the text when the engine has it. */
export function showYaml(app: App, kind: Calls['yaml']['ask']['kind'], uid: string, title: string): void {
  const view = open.text(`${title} as YAML`);
  app.open(view);
  void app.ask('yaml', { kind, uid }).then((answer) => {
    app.changeById(view.id, 'text', (v) =>
      answer.ok ? { ...v, text: answer.value.replace(/\n$/, '').split('\n') } : { ...v, error: answer.error },
    );
  });
}

/** Key, colon, value: enough colour to find a key by eye. */
function yamlLine(line: string, pen: Pen): string {
  const match = /^(\s*(?:- )*)([\w./-]+:)(.*)$/.exec(line);
  return match ? `${match[1]}${pen.style('link', match[2] ?? '')}${match[3]}` : line;
}

function paint(view: TextView, _app: App, pen: Pen, panes: Record<string, Rect>) {
  const rect = panes.main;
  if (!rect) return {};
  if (view.error !== '' || view.text === null) {
    const text = view.error || `Reading${pen.glyphs.ellipsis}`;
    const lines = pen.wrapWords(text, rect.width - 4).map((t) => `  ${pen.style(view.error ? 'error' : 'muted', t)}`);
    return { main: paintText(lines, 0, view.title, '', 'focused', rect, pen) };
  }
  const filter = parseFilter(view.search);
  const top = Math.max(0, Math.min(view.top, view.text.length - (rect.height - 1)));
  const shown = view.text.map((text, i) => {
    // Only what is visible is composed.
    if (i < top || i >= top + rect.height) return '';
    const line = pen.cut(text, rect.width - 2);
    const hit = filter?.find(line);
    return hit
      ? `  ${line.slice(0, hit.start)}${pen.style('match', line.slice(hit.start, hit.start + hit.length))}${line.slice(hit.start + hit.length)}`
      : `  ${yamlLine(line, pen)}`;
  });
  const found = filter ? view.text.filter((t) => filter.find(t) !== null).length : 0;
  const right = view.search === '' ? '' : `/${view.search}: ${counted(found, 'line')}`;
  return { main: paintText(shown, view.top, view.title, right, 'focused', rect, pen) };
}

/** To the next or previous hit, round the end. */
function jump(app: App, direction: 1 | -1): void {
  app.change('text', (v) => {
    const filter = parseFilter(v.search);
    const lines = v.text;
    if (!filter || !lines) return v;
    for (let n = 1; n <= lines.length; n++) {
      const at = (v.top + n * direction + lines.length * 2) % lines.length;
      if (filter.find(lines[at] ?? '') !== null) return { ...v, top: at };
    }
    return v;
  });
}

const searching = (app: App): true | string => {
  const view = app.top();
  return view.view === 'text' && view.search !== '' ? true : 'Search first: /';
};

export const textView: View<TextView> = {
  arrangement: 'single',
  contexts: () => ['text', ...SCROLLING],
  move(view, app, step) {
    const place = app.layout();
    const height = place.tooSmall ? 1 : (place.panes.main?.height ?? 2) - 1;
    app.changeById(view.id, 'text', (v) => ({ ...v, top: scrollText(v.top, step, height, v.text?.length ?? 0) }));
  },
  filter: {
    get: (view) => view.search,
    set(view, app, text) {
      app.changeById(view.id, 'text', (v) => ({
        ...v,
        search: text,
        top: text === '' ? v.top : Math.max(0, v.top - 1),
      }));
      if (text !== '') jump(app, 1);
    },
  },
  paint,
  bindings: [
    {
      id: 'text.next',
      keys: ['n'],
      context: 'text',
      hint: 'next',
      description: 'next hit',
      rank: 10,
      when: searching,
      run: (app) => jump(app, 1),
    },
    {
      id: 'text.previous',
      keys: ['N'],
      context: 'text',
      hint: 'previous',
      description: 'previous hit',
      rank: 11,
      when: searching,
      run: (app) => jump(app, -1),
    },
    {
      id: 'text.copy',
      keys: ['c'],
      context: 'text',
      hint: 'copy',
      description: 'copy the whole text',
      rank: 20,
      when: (app) => {
        const view = app.top();
        return view.view === 'text' && view.text ? true : 'Nothing to copy yet.';
      },
      run: (app) => {
        const view = app.top();
        if (view.view !== 'text' || !view.text) return;
        app.host.copy(view.text.join('\n'));
        app.say('info', `Copied ${counted(view.text.length, 'line')}`);
      },
    },
  ],
};
