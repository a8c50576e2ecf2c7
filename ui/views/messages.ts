/** Everything that was said: each refusal and error stays readable for as long as the cockpit is open. */
import type { App } from '../app.ts';
import { SCROLLING } from '../keys/contexts.ts';
import { paintText, scrollText } from '../panes/text.ts';
import type { Pen } from '../pen.ts';
import { timeOfDay } from '../rows/age.ts';
import type { MessagesView } from '../store/state.ts';
import { plainPen } from './lists.ts';
import type { View } from './view.ts';

/** The newest on top. */
function lines(app: App, columns: number, pen: Pen): string[] {
  const out: string[] = [];
  for (const { at, level, text, times } of [...app.state().messages].reverse()) {
    const token = level === 'error' ? 'error' : level === 'warn' ? 'attention' : null;
    pen.wrapWords(times > 1 ? `${text} (${pen.glyphs.times}${times})` : text, columns - 18).forEach((piece, i) => {
      const lead = i === 0 ? `${timeOfDay(at)} ${pen.fill(level, 5)}` : ' '.repeat(14);
      out.push(`  ${i === 0 ? pen.style('muted', lead) : lead} ${token ? pen.style(token, piece) : piece}`);
    });
  }
  return out.length > 0 ? out : [pen.style('muted', '  Nothing has been refused and nothing went wrong.')];
}

export const messagesView: View<MessagesView> = {
  arrangement: 'single',
  contexts: () => ['messages', ...SCROLLING],
  opened: (_view, app) => app.set({ unread: 0 }),
  move(view, app, step) {
    const place = app.layout();
    const rect = place.tooSmall ? undefined : place.panes.main;
    if (!rect) return;
    const height = rect.height - 1;
    const count = lines(app, rect.width, plainPen(app)).length;
    app.changeById(view.id, 'messages', (v) => ({ ...v, top: scrollText(v.top, step, height, count) }));
  },
  paint(view, app, pen, panes) {
    if (!panes.main) return {};
    const title = `Messages ${app.state().messages.length}`;
    return {
      main: paintText(lines(app, panes.main.width, pen), view.top, title, 'newest first', 'focused', panes.main, pen),
    };
  },
  bindings: [],
};
