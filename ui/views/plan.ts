/** What would run, exactly, and the confirmation that fits its effect: Enter, y, or the cluster's name. */
import type { Effect, Plan } from '../../engine/protocol.ts';
import type { App } from '../app.ts';
import type { Binding } from '../keys/bindings.ts';
import type { Rect } from '../layout.ts';
import { paintField } from '../panes/footer.ts';
import { scrollText } from '../panes/text.ts';
import { type Pen, rule } from '../pen.ts';
import { width } from '../rows/fit.ts';
import { open, type PlanView } from '../store/state.ts';
import { labelled } from './detail.ts';
import { plainPen } from './lists.ts';
import { asItIs, ORIGIN, planOrigin, topicOf } from './operations-shown.ts';
import { commandLines } from './quote.ts';
import { adoptCommand } from './run-actions.ts';
import type { View } from './view.ts';

/** Keys that were typed ahead, or pasted without brackets, never confirm what nobody has seen. */
const READING_TIME = 400;

const current = (app: App): PlanView | null => {
  const view = app.top();
  return view.view === 'plan' ? view : null;
};

/** Why it can't be started: another definition than the planned one, the engine's reasons, then missing rights. */
function obstacles(app: App, { plan, operation }: PlanView): string[] {
  const now = operation ? asItIs(app, plan.cluster.uid, operation) : ({ state: 'same' } as const);
  const other =
    now.state === 'changed'
      ? [`${plan.definition} was changed in the cluster since this plan was made`]
      : now.state === 'gone'
        ? [now.what]
        : [];
  const missing = plan.permissions
    .filter((p) => p.allowed === false)
    .map((p) => `you may not ${p.verb} ${p.resource}${p.namespace ? ` in ${p.namespace}` : ''}`);
  // The engine names what may not be done too.
  const said = new Set(plan.refused);
  return [...other, ...plan.refused, ...missing.filter((text) => !said.has(text))];
}

function planLines(app: App, view: PlanView, columns: number, pen: Pen): string[] {
  const { plan } = view;
  const { dot } = pen.glyphs;
  const lines: string[] = [];
  const count = plan.steps.length;
  const known = plan.namesake === '' || plan.namesake === 'shipped' || plan.namesake === 'cluster';
  const from = pen.style(
    plan.namesake ? 'attention' : 'muted',
    known ? FROM[plan.source] : `OpsDefinition of ${plan.namesake}`,
  );
  lines.push(
    `  ${count} ${count === 1 ? 'step' : 'steps'} ${dot} ${pen.style(EFFECT[plan.effect], plan.effect)} ${dot} ${from}`,
  );
  for (const text of obstacles(app, view)) lines.push(...labelled('refused:', text, columns, pen, 'bad'));
  for (const text of plan.warnings) lines.push(...labelled('mind:', text, columns, pen, 'warn'));
  for (const { parameter, offer } of plan.offers) {
    const value = plan.parameters.find(({ name }) => name === parameter)?.value;
    const row = offer.state === 'read' ? offer.rows.find((r) => r.value === value) : undefined;
    if (row?.label) lines.push(...labelled(parameter, row.label, columns, pen));
  }
  if (view.adopts) {
    const { claims, by } = view.adopts;
    for (const text of claims) lines.push(...labelled('so far, as its journal claims:', text, columns, pen));
    lines.push(...labelled('written by:', by === '' ? 'nobody who can be named' : `${by}, as it says`, columns, pen));
  }
  plan.steps.forEach((step, i) => {
    for (const target of step.targets) {
      const who = [target.role, target.uid ? `uid ${target.uid.slice(0, 4)}${pen.glyphs.ellipsis}` : '']
        .filter((t) => t)
        .join(', ');
      const how = step.via === 'job' ? `job with image ${step.image ?? '?'}` : `exec in ${target.instance}`;
      const about = `${how}${step.via === 'job' && target.instance ? ` for ${target.instance}` : ''}${who ? ` (${who})` : ''} container ${target.container || 'first'}`;
      const lead = `${i + 1} ${step.name}`;
      pen.wrapWords(about, columns - width(lead) - 7).forEach((piece, n) => {
        lines.push(
          n === 0
            ? `  ${pen.style('titleFocused', pen.safe(lead))}   ${piece}`
            : `${' '.repeat(width(lead) + 5)}${piece}`,
        );
      });
      for (const text of commandLines(target.argv, columns - 8, pen.wrap)) lines.push(`      ${text}`);
    }
    if (step.targets.length === 0) lines.push(`  ${i + 1} ${pen.safe(step.name)}   no target yet`);
  });
  if (plan.creates.length > 0 && !view.adopts)
    lines.push(...labelled('creates:', plan.creates.join(', '), columns, pen));
  const granted = plan.permissions.filter((p) => p.allowed === true).map((p) => `${p.verb} ${p.resource}`);
  const unclear = plan.permissions.filter((p) => p.allowed === 'unknown').map((p) => `${p.verb} ${p.resource}`);
  if (granted.length > 0) lines.push(...labelled('allowed:', granted.join(', '), columns, pen));
  if (unclear.length > 0) lines.push(...labelled('not known if allowed:', unclear.join(', '), columns, pen, 'warn'));
  lines.push(`  ${pen.style('muted', 'as a command:')}`);
  for (const text of pen.wrapWords(commandOf(view), columns - 8)) lines.push(`      ${text}`);
  return lines;
}

const commandOf = ({ plan, adopts }: PlanView): string =>
  adopts ? adoptCommand({ ...adopts, source: plan.source }) : plan.command;

const FROM: Record<Plan['source'], string> = {
  catalog: 'shipped operation',
  cluster: "the cluster's own OpsDefinition",
  file: 'definition of a file',
};
const WHICH: Record<string, string> = { shipped: 'the shipped one ', cluster: "the cluster's own " };
const EFFECT: Record<Effect, 'good' | 'attention' | 'bad'> = { read: 'good', change: 'attention', destroy: 'bad' };

/** The bottom rule: where it runs, and what confirms it. What to type is never cut away, a long context is. */
function confirmation(view: PlanView, app: App, columns: number, pen: Pen): string[] {
  const { plan, adopts, state } = view;
  // Of two of one name it is said which this is, by a group in the title; else there is nothing to take it for.
  const which = plan.namesake === '' ? '' : (WHICH[plan.namesake] ?? '');
  const room = Math.max(12, columns - (adopts ? 66 : 56) - which.length);
  const context = pen.cut(app.data.header.context || 'this cluster', room, 'middle');
  const on = `${which}on ${context}`;
  const run = adopts ? 'take it over' : 'run';
  const leave = adopts ? 'esc to leave' : 'e to edit, esc to leave';
  const say = (text: string) => rule(pen, columns, 'danger', text, ORIGIN[plan.source]);
  if (state === 'starting')
    return [say(`${adopts ? 'Taking it over' : 'Starting'} on ${context}${pen.glyphs.ellipsis}`)];
  if (obstacles(app, view).length > 0) return [say(`It can not be ${adopts ? 'taken over' : 'started'}. ${leave}`)];
  if (app.readonly()) return [say(`Read-only: nothing is started on ${context}. esc to leave`)];
  if (plan.effect === 'read') return [say(`Runs ${on}. Enter to ${run}, ${leave}`)];
  if (plan.effect === 'change') return [say(`Runs ${on}. Type y to ${run}, ${leave}`)];
  const box = Math.min(columns - 8, Math.max(24, width(plan.cluster.name) + 4));
  const used = Math.min(box, width(view.typed.value) + 1);
  return [
    say(`Destroys ${on}. Type the name, then Enter. esc to leave`),
    ...pen.wrap(`the cluster's name is ${plan.cluster.name}`, columns - 4).map((t) => `  ${t}`),
    `  [ ${paintField(view.typed, box, pen)}${' '.repeat(Math.max(0, box - used))} ]`,
  ];
}

function paint(view: PlanView, app: App, pen: Pen, panes: Record<string, Rect>) {
  const rect = panes.main;
  if (!rect) return {};
  const foot = [
    ...(view.error === '' ? [] : pen.wrapWords(view.error, rect.width - 4).map((t) => `  ${pen.style('error', t)}`)),
    ...confirmation(view, app, rect.width, pen),
  ];
  const lines = planLines(app, view, rect.width, pen);
  const height = rect.height - 1 - foot.length;
  const top = Math.max(0, Math.min(view.top, lines.length - height));
  const { cluster, definition } = view.plan;
  const what = view.adopts ? `Take over ${view.adopts.name}: ` : 'Plan: ';
  const unread = view.shownAt + READING_TIME - pen.now;
  if (unread > 0) pen.changesIn(unread);
  const place = lines.length > height ? `${top + 1}-${Math.min(lines.length, top + height)} of ${lines.length}` : '';
  const body = lines.slice(top, top + height);
  while (body.length < height) body.push('');
  return {
    main: [
      rule(
        pen,
        rect.width,
        'danger',
        `${what}${definition} (${planOrigin(view.plan)}) on ${cluster.namespace}/${cluster.name}`,
        place,
      ),
      ...body,
      ...foot,
    ],
  };
}

/** From now on this engine goes on with it; the run's own screen, below, shows how. */
function takeOver(
  app: App,
  id: number,
  { namespace, name }: { namespace: string; name: string },
  digest: string,
): void {
  void app.ask('adopt', { namespace, name, digest }).then((answer) => {
    if (answer.ok) {
      app.started(namespace, name);
      app.drop(id);
      app.say('info', `${name} was taken over: it goes on here.`);
      return;
    }
    app.changeById(id, 'plan', (v) => ({ ...v, state: 'shown', error: answer.error }));
    app.say('error', answer.error);
  });
}

function start(app: App): void {
  const view = current(app);
  // One start at a time: a second y while the first is under way would be a second run.
  if (view?.state !== 'shown') return;
  const { id, plan, values, adopts } = view;
  app.changeById(id, 'plan', (v) => ({ ...v, state: 'starting', error: '' }));
  if (adopts) {
    takeOver(app, id, adopts, plan.digest);
    return;
  }
  const { cluster, definition, digest, pin } = plan;
  void app.ask('start', { cluster: cluster.uid, definition, pin, values, digest }).then((answer) => {
    if (!answer.ok) {
      app.changeById(id, 'plan', (v) => ({ ...v, state: 'shown', error: answer.error }));
      app.say('error', answer.error);
      return;
    }
    const { namespace, name } = answer.value;
    app.started(namespace, name);
    if (app.top().id === id) app.finish(['form', 'plan'], open.run(namespace, name));
    else {
      app.drop(id);
      app.say('info', `${name} was started: :runs shows it`);
    }
  });
}

/** What keeps the confirming key from working, whatever the effect. */
function startable(app: App): true | string {
  const view = current(app);
  if (!view) return 'There is no plan.';
  if (view.state === 'starting') return 'It is being started.';
  const [first] = obstacles(app, view);
  if (first !== undefined) return `It can not be started: ${first}`;
  if (view.shownAt === 0 || app.host.now() - view.shownAt < READING_TIME) return 'Read the plan first, then confirm.';
  return true;
}

const whenEffect = (effect: Effect, otherwise: string) => (app: App) => {
  const view = current(app);
  return view && view.plan.effect !== effect ? otherwise : startable(app);
};

const bindings: readonly Binding[] = [
  {
    id: 'plan.yes',
    keys: ['y'],
    context: 'plan',
    hint: 'run',
    description: 'run it: it changes the cluster',
    rank: 10,
    effect: 'change',
    when: whenEffect('change', 'This one is not confirmed by y: see the bottom rule.'),
    run: start,
  },
  {
    id: 'plan.enter',
    keys: ['enter'],
    context: 'plan',
    hint: 'run',
    description: 'run what only reads; or what destroys, once the name is typed',
    rank: 11,
    effect: 'change',
    when: (app) => {
      const view = current(app);
      if (!view) return 'There is no plan.';
      if (view.plan.effect === 'change') return 'It changes the cluster: type y to run it.';
      if (view.plan.effect === 'destroy' && view.typed.value !== view.plan.cluster.name)
        return `Type the cluster's name to run it: ${view.plan.cluster.name}`;
      return startable(app);
    },
    run: start,
  },
  {
    id: 'plan.edit',
    keys: ['e'],
    context: 'plan',
    hint: 'edit',
    description: 'back to the form',
    rank: 20,
    when: (app) => {
      const view = current(app);
      if (view?.adopts) return 'This run was filled in by somebody else: it is taken over as it is, or not.';
      return view?.state === 'starting' ? 'It is being started.' : true;
    },
    run: (app) => app.back(),
  },
  {
    id: 'plan.copy',
    keys: ['c'],
    context: 'plan',
    hint: 'copy command',
    description: 'copy the same run as a shell command',
    rank: 30,
    run: (app) => {
      const view = current(app);
      if (!view) return;
      app.host.copy(commandOf(view));
      app.say('info', 'Copied the command');
    },
  },
  {
    id: 'plan.leave',
    keys: ['esc'],
    context: 'plan',
    hint: 'back',
    description: 'back; nothing is started',
    rank: 90,
    run: (app) => app.back(),
  },
];

export const planView: View<PlanView> = {
  arrangement: 'single',
  topics: (view) => (view.operation ? [topicOf(view.plan.cluster.uid)] : []),
  contexts: () => ['plan', 'scroll'],
  // Only what destroys asks for typing; everything else leaves the keys alone.
  field: (view, app) =>
    view.plan.effect === 'destroy' && view.state === 'shown' && obstacles(app, view).length === 0 && !app.readonly()
      ? view.typed
      : null,
  type: (view, app, typed) => app.changeById(view.id, 'plan', (v) => ({ ...v, typed })),
  opened(view, app) {
    app.changeById(view.id, 'plan', (v) => ({ ...v, shownAt: app.host.now() }));
  },
  move(view, app, step) {
    const place = app.layout();
    const rect = place.tooSmall ? undefined : place.panes.main;
    if (!rect) return;
    const count = planLines(app, view, rect.width, plainPen(app)).length;
    app.changeById(view.id, 'plan', (v) => ({ ...v, top: scrollText(v.top, step, rect.height - 3, count) }));
  },
  loses: (view) =>
    view.state === 'starting' ? `${view.plan.definition} is being started: its answer has not come.` : '',
  paint,
  bindings,
};
