/** Keys of a log pane, wherever it stands. Digits are ranges of time here, as in k9s, and not panes. */
import type { App } from '../app.ts';
import type { Binding } from '../keys/bindings.ts';
import { scrollLog, seekLog } from '../panes/log.ts';
import { counted } from '../rows/freshness.ts';
import type { Step } from '../store/list.ts';
import type { LogBuffer } from '../store/log.ts';
import type { LogState, PodLogView, RunView } from '../store/state.ts';

type LogView = PodLogView | RunView;

export const topicOf = (view: LogView) =>
  view.view === 'run'
    ? (`run:${view.namespace}/${view.name}` as const)
    : (`podlog:${view.namespace}/${view.pod}/${view.container}` as const);

const shown = (app: App): LogView | null => {
  const view = app.top();
  return view.view === 'run' || view.view === 'podlog' ? view : null;
};

export function changeLog(app: App, view: LogView, fn: (log: LogState, buffer: LogBuffer) => LogState): void {
  const buffer = app.data.log(topicOf(view));
  app.changeById(view.id, view.view, (v) => ({ ...v, log: fn(v.log, buffer) }));
}

/** Scrolls the log by a step of its pane's height. */
export function moveLog(app: App, view: LogView, step: Step): void {
  const place = app.layout();
  const rect = place.tooSmall ? undefined : place.panes[view.view === 'run' ? 'log' : 'main'];
  changeLog(app, view, (log, buffer) => scrollLog(buffer, log, step, rect ? rect.height - 1 : 1));
}

/** What `/` edits over a log; while stopped the first shown line stays where it is. */
export const logFilter = {
  get: (view: LogView): string => view.log.search,
  set: (view: LogView, app: App, search: string): void => changeLog(app, view, (log) => ({ ...log, search })),
};

const onLog = (fn: (log: LogState, buffer: LogBuffer, app: App) => LogState) => (app: App) => {
  const view = shown(app);
  if (view) changeLog(app, view, (log, buffer) => fn(log, buffer, app));
};

function hasTimes(buffer: LogBuffer): boolean {
  for (let at = buffer.first; at < buffer.first + buffer.length; at++) {
    const line = buffer.at(at);
    if (line?.at !== undefined && line.stream !== 'note') return true;
  }
  return false;
}

const MINUTE = 60_000;
const RANGES = [
  ['2', 1, '1 minute'],
  ['3', 5, '5 minutes'],
  ['4', 15, '15 minutes'],
  ['5', 30, '30 minutes'],
  ['6', 60, '1 hour'],
] as const;

export const logBindings: readonly Binding[] = [
  {
    id: 'log.wrap',
    keys: ['w'],
    context: 'log',
    hint: 'wrap',
    description: 'wrap long lines, or cut them',
    rank: 30,
    run: onLog((log) => ({ ...log, wrap: !log.wrap })),
  },
  {
    id: 'log.times',
    keys: ['t'],
    context: 'log',
    hint: 'times',
    description: 'show when each line was written, as far as it is known, or not',
    rank: 31,
    run: onLog((log, buffer, app) => {
      if (!log.times && buffer.length > 0 && !hasTimes(buffer))
        app.say('info', 'When these lines were written is not known: they were read later.');
      return { ...log, times: !log.times };
    }),
  },
  {
    id: 'log.follow',
    keys: ['s'],
    context: 'log',
    hint: 'follow',
    description: 'stop at this line, or follow the newest again (G does too)',
    run: onLog((log, buffer) =>
      log.follow
        ? { ...log, follow: false, top: Math.max(buffer.first, buffer.first + buffer.length - 1) }
        : { ...log, follow: true },
    ),
  },
  {
    id: 'log.tail',
    keys: ['0'],
    context: 'log',
    hint: 'tail',
    description: 'follow the newest line',
    run: onLog((log) => ({ ...log, follow: true })),
  },
  {
    id: 'log.head',
    keys: ['1'],
    context: 'log',
    hint: 'head',
    description: 'go to the first line',
    run: onLog((log, buffer) => ({ ...log, follow: false, top: buffer.first })),
  },
  ...RANGES.map(
    ([key, minutes, text]): Binding => ({
      id: `log.since${minutes}m`,
      keys: [key],
      context: 'log',
      hint: `${minutes}m`,
      description: `go to the first line of the last ${text}`,
      run: onLog((log, buffer, app) => seekLog(buffer, log, app.host.now() - minutes * MINUTE)),
    }),
  ),
  {
    id: 'log.copy',
    keys: ['c'],
    context: 'log',
    hint: 'copy',
    description: 'copy the lines that are shown, up to 500',
    run: (app) => {
      const view = shown(app);
      if (!view) return;
      const buffer = app.data.log(topicOf(view));
      const end = buffer.first + buffer.length;
      const from = view.log.follow ? Math.max(buffer.first, end - COPIED) : view.log.top;
      const lines: string[] = [];
      for (let at = from; at < Math.min(end, from + COPIED); at++) lines.push(buffer.at(at)?.text ?? '');
      app.host.copy(lines.join('\n'));
      app.say('info', `Copied ${counted(lines.length, 'line')}`);
    },
  },
];
const COPIED = 500;
