/** A cluster that is there to be broken: the demo's key, and the choice of what it does. */
import type { App } from '../app.ts';
import type { Binding } from '../keys/bindings.ts';
import { open } from '../store/state.ts';
import { selectedCluster } from './selection.ts';

export interface Rehearsal {
  /** Said when the cockpit opens. */
  notice: string;
  choices: readonly { name: string; description: string }[];
  /** Does one of them; `cluster` is NAMESPACE/NAME, or '' for one of its own choice. Answers one sentence. */
  run(name: string, cluster: string): Promise<string>;
  /** Resolves with the reason when the cluster has ended by itself: no link to it will heal. */
  died: Promise<string>;
}

export const rehearsalBindings = (rehearsal: Rehearsal): readonly Binding[] => [
  {
    id: 'global.break',
    keys: ['B'],
    context: 'global',
    hint: 'break',
    description: 'break something of this simulated cluster, and see',
    rank: 54,
    when: (app) => app.top().view !== 'choose' || 'Choose one of these first.',
    run(app: App) {
      const row = selectedCluster(app);
      const cluster = typeof row === 'string' ? '' : `${row.namespace}/${row.name}`;
      app.open({
        ...open.choose(
          {
            kind: 'act',
            act: (here, name) => {
              here.back();
              void rehearsal.run(name, cluster).then((answer) => here.say('info', answer));
            },
          },
          cluster === '' ? 'Break' : `Break ${cluster}`,
        ),
        rows: rehearsal.choices.map(({ name, description }) => ({ uid: name, name, note: description })),
      });
    },
  },
];
