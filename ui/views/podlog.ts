/** The log of one container. */
import { SCROLLING } from '../keys/contexts.ts';
import { paintLog } from '../panes/log.ts';
import type { PodLogView } from '../store/state.ts';
import { logFilter, moveLog, topicOf } from './logs.ts';
import type { View } from './view.ts';

export const podlogView: View<PodLogView> = {
  arrangement: 'single',
  contexts: () => ['log', ...SCROLLING],
  topics: (view) => [topicOf(view)],
  move: (view, app, step) => moveLog(app, view, step),
  filter: logFilter,
  paint(view, app, pen, panes) {
    if (!panes.main) return {};
    const pane = {
      title: `log: ${view.pod}/${view.container}`,
      kind: 'focused' as const,
      several: false,
      empty: 'no line yet',
    };
    return { main: paintLog(app.data.log(topicOf(view)), view.log, pane, panes.main, pen) };
  },
  bindings: [],
};
