/** A definition that a screen was opened with, and what has become of it since. */
import type { OperationRow, Plan, Topic } from '../../engine/protocol.ts';
import type { App } from '../app.ts';

export const ORIGIN: Record<OperationRow['source'], string> = { catalog: 'shipped', cluster: 'cluster', file: 'file' };

/** Where a definition is from, in one word; of the cluster's those of another group than ours by that. */
export const originOf = ({ source, group }: Pick<OperationRow, 'source' | 'group'>): string => group || ORIGIN[source];

/** The same of a plan: which of several it is, where there are several. */
export const planOrigin = ({ source, namesake }: Pick<Plan, 'source' | 'namesake'>): string =>
  namesake || ORIGIN[source];

export const topicOf = (cluster: string): Topic => `operations:${cluster}`;

/** `unknown`: nothing has been told yet; the engine refuses what is not the same in any case. `why`: for who fills in a form. */
export type AsItIs =
  | { state: 'same' }
  | { state: 'unknown' }
  | { state: 'changed'; row: OperationRow; why: string }
  | { state: 'gone'; what: string; why: string };

export function asItIs(app: App, cluster: string, shown: OperationRow): AsItIs {
  const told = app.data.operations(topicOf(cluster));
  if (!told) return { state: 'unknown' };
  const gone = (what: string): AsItIs => ({ state: 'gone', what, why: `${what}: nothing of this form can be run.` });
  if (told.error !== '') return gone(told.error);
  const { name, digest } = shown;
  // A copy of a shipped one in the cluster stands for both.
  const row =
    told.rows.find(({ uid }) => uid === shown.uid) ??
    told.rows.find((each) => each.name === name && each.digest === digest);
  if (!row) return gone(`${name} is no longer in the cluster`);
  if (row.digest === digest) return { state: 'same' };
  const why =
    row.broken === ''
      ? `${name} was changed in the cluster since this form was opened: ctrl-o opens it as it is now.`
      : `${name} was changed in the cluster and can't be used now: ${row.broken}`;
  return { state: 'changed', row, why };
}
