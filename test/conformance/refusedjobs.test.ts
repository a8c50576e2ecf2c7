/** Jobs that no server takes, and some that look it: the code and the words of each. */
import { type Case, recorded } from './recorded.ts';
import { fill, jobSpec, spec, tried } from './tried.ts';

const job = (name: string, more: object): Case => tried('Job', name, { spec: jobSpec(more) });
const failing = (name: string, ...rules: object[]): Case => job(name, { podFailurePolicy: { rules } });
const exits = (name: string, operator: string, values: number[]): Case =>
  failing(name, { action: 'FailJob', onExitCodes: { operator, values } });
const conditions = (name: string, ...onPodConditions: object[]): Case =>
  failing(name, { action: 'Ignore', onPodConditions });
const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 1 };
const succeeding = (name: string, rules: object[] | undefined, more: object = indexed): Case =>
  job(name, { ...more, successPolicy: rules === undefined ? {} : { rules } });

recorded('jobs that are refused', 'refusedjobs.txt', [
  // Jobs: failures that are not counted.
  exits('In with zero', 'In', [0]),
  exits('NotIn with zero', 'NotIn', [0]),
  exits('values in no order', 'In', [2, 1]),
  exits('values twice', 'In', [1, 1]),
  exits('a negative value', 'In', [-1]),
  exits('a value above 255', 'In', [256, 300]),
  exits(
    'too many values',
    'In',
    fill(256, (index) => index + 1),
  ),
  exits('no values', 'In', []),
  exits('an operator of no kind', 'Frob', [1]),
  conditions('a status of no kind', { type: 'Ready', status: 'Maybe' }),
  conditions('no type', { type: '', status: 'True' }),
  conditions('an odd type', { type: 'a b', status: 'True' }),
  conditions('no status', { type: 'Ready' }),
  failing('too many rules', ...fill(21, () => ({ action: 'Ignore', onExitCodes: { operator: 'In', values: [1] } }))),
  conditions('too many conditions', ...fill(21, () => ({ type: 'Ready', status: 'True' }))),
  // Jobs: success.
  succeeding('success without an index', [{ succeededCount: 1 }], {}),
  succeeding('success without rules', undefined),
  succeeding('success of no rules', []),
  succeeding('success of an empty rule', [{}]),
  succeeding(
    'success of too many rules',
    fill(21, () => ({ succeededCount: 1 })),
  ),
  succeeding('a count too big', [{ succeededCount: 6 }]),
  succeeding('a negative count', [{ succeededCount: -1 }]),
  succeeding('a count above the indexes', [{ succeededIndexes: '0-1', succeededCount: 3 }]),
  ...['3-1', '7', 'a', '1,1', '1-', '1-9', '', '2,1', '1-2-3', '-1', '1-2,2', '01', '1-1', '0,2-4'].map((given) =>
    succeeding(`indexes ${JSON.stringify(given)}`, [{ succeededIndexes: given }]),
  ),
  job('more failed indexes than completions', { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 6 }),
  job('too many completions for failed indexes', {
    completionMode: 'Indexed',
    completions: 100_001,
    parallelism: 1,
    backoffLimitPerIndex: 1,
  }),
  job('a selector of its own that does not match', {
    manualSelector: true,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'c' } }, spec: spec({ restartPolicy: 'Never' }) },
  }),
  job('a selector of its own that is none', { manualSelector: true }),
  job('a selector that nobody asked for', { selector: { matchLabels: { a: 'b' } } }),
]);
