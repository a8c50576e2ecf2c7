/** The whole picture as lines in rectangles: a pure function of the app's state at a moment. */
import type { App } from './app.ts';
import { MIN_COLUMNS, MIN_ROWS, type Rect } from './layout.ts';
import { paintHints, paintMessage } from './panes/footer.ts';
import { paintHeader } from './panes/header.ts';
import { createPen } from './pen.ts';
import type { Theme } from './theme.ts';

export interface Pane {
  key: string;
  rect: Rect;
  lines: string[];
}

export interface Picture {
  panes: Pane[];
  /** When it reads differently although nothing has happened; Infinity: never. */
  next: number;
}

/** Over what stands above it. */
const upwards = (rect: Rect, height: number): Rect => ({ ...rect, y: rect.y - (height - 1), height });

export function paint(app: App, theme: Theme): Picture {
  const pen = createPen(theme, app.ascii, app.host.now());
  const place = app.layout();
  if (place.tooSmall) {
    const text = `too small: ${place.columns}${pen.glyphs.times}${place.rows}, needs ${MIN_COLUMNS}${pen.glyphs.times}${MIN_ROWS}`;
    const rect = { x: 0, y: 0, width: place.columns, height: place.rows };
    return { panes: [{ key: 'small', rect, lines: [pen.cut(text, place.columns)] }], next: Number.POSITIVE_INFINITY };
  }
  const view = app.top();
  const painted = app.views.of(view).paint(view, app, pen, place.panes);
  const message = paintMessage(app, place.message.width, pen);
  const panes: Pane[] = [
    { key: 'header', rect: place.header, lines: [paintHeader(app, place.header.width, pen)] },
    ...Object.entries(place.panes).map(([key, rect]) => ({
      key,
      rect,
      lines: (painted[key] ?? []).slice(0, rect.height),
    })),
    { key: 'message', rect: upwards(place.message, message.length), lines: message },
    { key: 'hints', rect: place.hints, lines: [paintHints(app, place.hints.width, pen)] },
  ];
  return { panes, next: pen.next };
}
