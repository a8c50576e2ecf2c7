/** Events: those of v1 are taken nearly as they come, those of events.k8s.io/v1 are complete and only their series goes on. */
import { equal } from '../../json.ts';
import { type Dict, isDict, type SimObject } from '../../types.ts';
import { dict, text } from '../../validation/checks.ts';
import { type FieldError, immutable, invalid, required } from '../../validation/fielderror.ts';
import { qualifiedName } from '../../validation/names.ts';
import { coreEvent } from '../convert.ts';

const NO_MATCH = 'does not match event.namespace';
const SHORT = 128;
const LONG = 1024;

const bounded = (event: Dict, name: string, limit: number): FieldError[] =>
  Buffer.byteLength(text(event[name])) > limit ? [invalid(name, '', `can have at most ${limit} characters`)] : [];
const complete = (event: Dict, name: string): FieldError[] => [
  ...(text(event[name]) ? [] : [required(name)]),
  ...bounded(event, name, SHORT),
];

/** In what namespace it is about something, and with a time who reports it and what was done. */
function checkAny(event: SimObject, controller: string): FieldError[] {
  const about = text(dict(event.involvedObject).namespace);
  const { namespace = '' } = event.metadata;
  const strayed = invalid('involvedObject.namespace', about, NO_MATCH);
  if (!event.eventTime) return (about || 'default') === namespace ? [] : [strayed];
  const reporter = text(event.reportingComponent);
  return [
    ...(about || ['default', 'kube-system'].includes(namespace) ? [] : [strayed]),
    ...(reporter ? [] : [required(controller)]),
    ...qualifiedName(reporter).map((problem) => invalid(controller, reporter, problem)),
    ...complete(event, 'reportingInstance'),
    ...complete(event, 'action'),
    ...complete(event, 'reason'),
    ...bounded(event, 'message', LONG),
  ];
}

function checkSeries({ series }: SimObject): FieldError[] {
  if (!isDict(series)) return [];
  const errors: FieldError[] = [];
  if (Number(series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'));
  return errors;
}

const unset = (name: string, is: boolean): FieldError[] => (is ? [invalid(name, '', 'needs to be unset')] : []);

function checkNew(event: SimObject): FieldError[] {
  const source = dict(event.source);
  const type = text(event.type);
  return [
    ...checkSeries(event),
    ...(event.eventTime ? [] : [required('eventTime')]),
    ...(['Normal', 'Warning'].includes(type) ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', Boolean(event.firstTimestamp)),
    ...unset('lastTimestamp', Boolean(event.lastTimestamp)),
    ...unset('count', Boolean(event.count)),
    ...unset('source', Boolean(source.component || source.host)),
  ];
}

/** Names of the server's own structures, as it shows them. */
const REFERENCE = {
  Kind: 'kind',
  Namespace: 'namespace',
  Name: 'name',
  UID: 'uid',
  APIVersion: 'apiVersion',
  ResourceVersion: 'resourceVersion',
  FieldPath: 'fieldPath',
};
const shownAs =
  (names: Record<string, string>) =>
  (value: unknown): unknown =>
    Object.fromEntries(Object.entries(names).map(([shown, name]) => [shown, dict(value)[name] ?? '']));
const word = (value: unknown): unknown => value ?? '';
const reference = shownAs(REFERENCE);
const maybe = (value: unknown): unknown => (isDict(value) ? reference(value) : null);
const time = (value: unknown): unknown => value ?? null;

/** What never changes: its name to the server, its name here where that is another, and how a value of it is shown. */
const FIXED: readonly [name: string, shown: (value: unknown) => unknown, said?: string][] = [
  ['involvedObject', reference],
  ['reason', word],
  ['message', word],
  ['source', shownAs({ Component: 'component', Host: 'host' })],
  ['firstTimestamp', time],
  ['lastTimestamp', time],
  ['count', (value) => value ?? 0],
  // Looked at twice.
  ['reason', word],
  ['type', word],
  ['eventTime', time],
  ['action', word],
  ['related', maybe],
  ['reportingComponent', word, 'reportingController'],
  ['reportingInstance', word],
];

const checkChange = (event: SimObject, old: SimObject): FieldError[] => [
  ...(equal(event.series, old.series) ? [] : checkSeries(event)),
  ...FIXED.flatMap(([name, shown, said = name]) => {
    const value = shown(event[name]);
    return equal(value, shown(old[name])) ? [] : [immutable(said, value)];
  }),
];

export const event = (given: SimObject): FieldError[] => checkAny(given, 'reportingComponent');

export function groupEvent(given: SimObject, before: SimObject | undefined): FieldError[] {
  const now = coreEvent(given);
  return [...checkAny(now, 'reportingController'), ...(before ? checkChange(now, coreEvent(before)) : checkNew(now))];
}
