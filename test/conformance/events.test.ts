/** Events of both groups: what each asks of them, and what may still change. */
import { type Case, recorded } from './recorded.ts';
import { changed, made } from './tried.ts';

const core = '/api/v1/namespaces/NS/events';
const group = '/apis/events.k8s.io/v1/namespaces/NS/events';
const TIME = '2026-01-01T00:00:00.000000Z';
const regarding = { kind: 'Pod', name: 'p', namespace: 'NS' };
const whole = {
  eventTime: TIME,
  reportingController: 'a.b/c',
  reportingInstance: 'i',
  action: 'Do',
  reason: 'R',
  type: 'Normal',
  note: 'hello',
  regarding,
};
const one = (name: string, more: object): Case =>
  made(name, group, { metadata: { name: 'one' }, ...whole, ...more }, { query: { dryRun: 'All' } });
const old = (name: string, more: object): Case =>
  made(name, core, { metadata: { name: 'one' }, involvedObject: regarding, ...more }, { query: { dryRun: 'All' } });
const merged = (name: string, body: object, path = `${group}/e`): Case => changed(name, path, body, { patch: 'merge' });

recorded('events', 'events.txt', [
  made('an event', group, { metadata: { name: 'e' }, ...whole }),
  made('an event of v1', core, {
    metadata: { name: 'v' },
    involvedObject: regarding,
    reason: 'R',
    message: 'm',
    type: 'Normal',
    source: { component: 'x', host: 'h' },
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 7,
  }),
  // What is made.
  one('without a time', { eventTime: null, type: 'Foo' }),
  one('without a time, about another namespace', { eventTime: null, regarding: { ...regarding, namespace: 'other' } }),
  one('without a time, about none', { eventTime: null, regarding: { kind: 'Node', name: 'n' } }),
  one('of which only the time is known', {
    ...Object.fromEntries(Object.keys(whole).map((name) => [name, undefined])),
    eventTime: TIME,
  }),
  one('about another namespace', { regarding: { ...regarding, namespace: 'other' } }),
  one('about no namespace', { regarding: { kind: 'Node', name: 'n' } }),
  one('of an odd reporter', { reportingController: 'a b/c/' }),
  one('of a reporter with a space', { reportingController: 'a b' }),
  one('with words too long', {
    reportingInstance: 'i'.repeat(129),
    action: 'a'.repeat(129),
    reason: 'r'.repeat(129),
    note: 'n'.repeat(1025),
  }),
  one('with what older ones have', {
    deprecatedSource: { component: 'x' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
    deprecatedCount: 1,
  }),
  one('with a series of one', { series: { count: 1, lastObservedTime: TIME } }),
  one('with a series', { series: { count: 2, lastObservedTime: TIME } }),
  old('of v1, of which only the time is known', { eventTime: TIME, involvedObject: { kind: 'Node' } }),
  old('of v1, of a type of its own', { type: 'Foo' }),
  old('of v1, whole', {
    eventTime: TIME,
    reportingComponent: 'a',
    reportingInstance: 'i',
    action: 'a',
    reason: 'r',
    type: 'Foo',
  }),
  // What changes.
  merged('its note changes', { note: 'new' }),
  merged('its reason changes', { reason: 'New' }),
  merged('all of it changes', {
    eventTime: '2027-01-01T00:00:00.000000Z',
    reportingController: 'd',
    reportingInstance: 'j',
    action: 'Else',
    reason: 'S',
    type: 'Warning',
    note: 'x',
    regarding: { name: 'q', uid: 'u' },
    related: { kind: 'Node', name: 'n' },
    deprecatedSource: { component: 'x' },
    deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
    deprecatedCount: 1,
    series: { count: 1 },
  }),
  merged('its series begins', { series: { count: 2, lastObservedTime: TIME } }),
  merged('its labels change', { metadata: { labels: { a: 'b' } } }),
  merged('its type changes in v1', { type: 'Foo', message: 'new' }, `${core}/e`),
  merged('the older one changes', { note: 'new', deprecatedCount: 8 }, `${group}/v`),
  merged('the older one gets a label', { metadata: { labels: { a: 'b' } } }, `${group}/v`),
  {
    name: 'sent anew',
    method: 'PUT',
    path: `${group}/e`,
    body: { metadata: { name: 'e' }, ...whole, note: 'x' },
    brief: true,
  },
  {
    name: 'made by sending',
    method: 'PUT',
    path: `${group}/n`,
    body: { metadata: { name: 'n' }, ...whole, type: 'x' },
    brief: true,
  },
]);
