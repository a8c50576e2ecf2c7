/** What can be typed after `:`. Names are data: completion, the menu and the errors with the nearest name come from them. */
import type { App } from '../app.ts';
import { type OperationsView, open, type RunsView } from '../store/state.ts';
import { chooseContext, chooseNamespace, switchScope } from '../views/choose.ts';
import { selectedCluster } from '../views/selection.ts';
import { nearest } from './nearest.ts';

export interface Command {
  names: readonly string[];
  /** Shown behind the name in the menu, e.g. `[name]`. */
  takes: string;
  description: string;
  run(app: App, argument: string): void;
}

type Scope = { context?: string; namespace?: string | null };

/** What may stand behind the name of a list, as in k9s: a namespace, `@context`, `/filter` or `-f fuzzy`; or why it is not understood. */
function whereOf(argument: string): { scope: Scope; filter: string } | string {
  const at = argument.search(/(?<=^|\s)(\/|-f\s)/);
  const words = (at < 0 ? argument : argument.slice(0, at)).split(/\s+/).filter((word) => word !== '');
  const rest = at < 0 ? '' : argument.slice(at);
  const scope: Scope = {};
  for (const word of words) {
    if (word.startsWith('@')) scope.context = word.slice(1);
    else if (word.startsWith('-') || word.includes('='))
      return `"${word}" is not understood: labels are not read here, /text filters.`;
    else if (scope.namespace !== undefined)
      return `"${word}" is not understood: one namespace, @context and /filter are.`;
    else scope.namespace = word === 'all' ? null : word;
  }
  return { scope, filter: rest.startsWith('/') ? rest.slice(1) : rest };
}

/** Opens a list where the argument says, changing context and namespace only where that is another one. */
const list = (show: (app: App, filter: string) => void) => (app: App, argument: string) => {
  const where = whereOf(argument);
  if (typeof where === 'string') return app.say('warn', where);
  const { scope, filter } = where;
  const { header } = app.data;
  const stays =
    (scope.context === undefined || scope.context === header.context) &&
    (scope.namespace === undefined || scope.namespace === header.namespace);
  if (stays) show(app, filter);
  else switchScope(app, scope, () => show(app, filter));
};

const withFilter = <V extends RunsView | OperationsView>(view: V, filter: string): V => ({
  ...view,
  list: { ...view.list, filter },
});

const WHERE = '[namespace] [/filter]';

export const COMMANDS: readonly Command[] = [
  {
    names: ['clusters', 'cl', 'db'],
    takes: WHERE,
    description: 'all clusters',
    run: list((app, filter) => {
      app.home(open.clusters());
      if (filter !== '') app.views.filter(app.top())?.set(app, filter);
    }),
  },
  {
    names: ['roles', 'role', 'pods', 'po', 'instances'],
    takes: WHERE,
    description: 'every pod with its role',
    run: list((app, filter) => app.open(open.roles(null, filter))),
  },
  {
    names: ['runs', 'run'],
    takes: WHERE,
    description: 'runs of operations, newest first',
    run: list((app, filter) => app.open(withFilter(open.runs(), filter))),
  },
  {
    names: ['ops', 'operations'],
    takes: '[/filter]',
    description: 'operations for the selected cluster',
    run: (app, argument) => {
      const cluster = selectedCluster(app);
      const where = whereOf(argument);
      if (typeof where === 'string') app.say('warn', where);
      else if (Object.keys(where.scope).length > 0)
        app.say('warn', `":ops ${argument}" is not understood: operations are of the selected cluster.`);
      else if (typeof cluster === 'string') app.say('warn', cluster);
      else app.open(withFilter(open.operations(cluster.uid, cluster.name), where.filter));
    },
  },
  {
    names: ['definitions', 'defs', 'def', 'opsdefinitions'],
    takes: '[/filter]',
    description: 'every definition: shipped, of the cluster, broken',
    run: (app, argument) => {
      const where = whereOf(argument);
      if (typeof where === 'string') app.say('warn', where);
      else if (Object.keys(where.scope).length > 0)
        app.say(
          'warn',
          `":definitions ${argument}" is not understood: definitions are in no namespace; /text filters.`,
        );
      else app.open(withFilter(open.operations('', ''), where.filter));
    },
  },
  {
    names: ['ns', 'namespace', 'namespaces'],
    takes: '[name|all]',
    description: 'watch another namespace, or all',
    run: (app, argument) =>
      argument === '' ? chooseNamespace(app) : switchScope(app, { namespace: argument === 'all' ? null : argument }),
  },
  {
    names: ['ctx', 'context', 'contexts'],
    takes: '[name]',
    description: 'go to another context of the kubeconfig',
    run: (app, argument) => (argument === '' ? chooseContext(app) : switchScope(app, { context: argument })),
  },
  {
    names: ['messages', 'msg'],
    takes: '',
    description: 'everything that was refused or went wrong',
    run: (app) => app.open(open.messages()),
  },
  { names: ['help', 'h', '?'], takes: '', description: 'all keys, searchable', run: (app) => app.open(open.help()) },
  { names: ['q', 'q!', 'quit', 'exit', 'qa'], takes: '', description: 'leave', run: (app) => app.host.quit(0) },
];

const split = (typed: string): [name: string, argument: string] => {
  const text = typed.trim();
  const space = text.search(/[ /]/);
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space).trim()];
};

/** What Tab would add to a half-typed name; '' when nothing fits. */
export function suggest(typed: string, _app: App): string {
  if (typed === '' || /[ /]/.test(typed)) return '';
  const name = COMMANDS.flatMap((c) => c.names).find((n) => n.startsWith(typed));
  return name ? name.slice(typed.length) : '';
}

/** Runs what was typed; an unknown name is answered with the nearest one. */
export function runCommand(app: App, typed: string): void {
  const [name, argument] = split(typed);
  if (name === '') return;
  const command = COMMANDS.find((c) => c.names.includes(name));
  if (command) {
    if (argument !== '' && command.takes === '')
      app.say('warn', `":${name} ${argument}" is not understood: :${name} takes nothing more.`);
    else command.run(app, argument);
    return;
  }
  const near = nearest(
    name,
    COMMANDS.flatMap((c) => c.names),
  );
  const all = COMMANDS.map((c) => `:${c.names[0]}`).join(' ');
  app.say('warn', near ? `No command ":${name}"; did you mean ":${near}"?` : `No command ":${name}". There are ${all}`);
}
