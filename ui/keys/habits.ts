/** Keys that users of k9s press without thinking. Each does what they expect, or says what does it here; none does something else. */
import { open } from '../store/state.ts';
import { textField } from '../store/text.ts';
import { switchScope } from '../views/choose.ts';
import type { Binding } from './bindings.ts';

const refused = (key: string, hint: string, description: string, why: string): Binding => ({
  id: `list.${hint}`,
  keys: [key],
  context: 'list',
  hint,
  description,
  when: () => why,
  run: () => undefined,
});

export const habitBindings: readonly Binding[] = [
  refused('e', 'edit', 'edit the object', 'Objects are not edited here: o offers operations, y shows the YAML.'),
  refused('ctrl-d', 'delete', 'delete the object', 'Nothing is deleted here: o offers what can be done to a cluster.'),
  refused('ctrl-k', 'kill', 'kill the pod', 'Nothing is killed here: o offers what can be done to a cluster.'),
  refused(
    's',
    'shell',
    'open a shell in the container',
    'No shell is opened here: kubectl exec -it does; o offers operations, l the log.',
  ),
  {
    id: 'list.everywhere',
    keys: ['0'],
    context: 'list',
    hint: 'all namespaces',
    description: 'watch all namespaces',
    when: (app) => app.data.header.namespace !== null || 'All namespaces are watched already.',
    run: (app) => switchScope(app, { namespace: null }),
  },
  {
    id: 'list.commands',
    keys: ['ctrl-a'],
    context: 'list',
    hint: 'commands',
    description: 'everything that can be typed after :',
    run: (app) => app.open({ ...open.help(), query: textField(':') }),
  },
];
