/** What a fault is, as data: which requests, streams and events it strikes, how often, and with what. */
import { parseDuration } from '../../expr/duration.ts';
import { suggestion } from '../../expr/nearest.ts';

/** Where a fault strikes. `world` strikes what is behind the API: at a request that matches, or at once where the rule names none. */
type Stage = 'request' | 'stream' | 'exec' | 'event' | 'world';

interface EffectKind {
  stage: Stage;
  about: string;
  /** Fields of its own; those that it can't do without end in `!`. */
  fields: readonly string[];
}

export const EFFECTS = {
  error: {
    stage: 'request',
    about: 'answer with an error; 429 and 503 may say when to come back',
    fields: ['status!', 'reason', 'message', 'retryAfter', 'bare', 'afterEffect'],
  },
  drop: { stage: 'request', about: 'break the connection instead of answering', fields: ['afterEffect'] },
  delay: { stage: 'request', about: 'answer late', fields: ['ms!', 'afterEffect'] },
  hang: { stage: 'request', about: 'never answer', fields: ['afterEffect'] },
  'stream-drop': { stage: 'stream', about: 'break a watch, a followed log or an exec off', fields: ['bytes', 'ms'] },
  'stream-end': { stage: 'stream', about: 'end one early, as if all were said', fields: ['bytes', 'ms'] },
  'stream-half-close': {
    stage: 'stream',
    about: 'close the server’s side of one, unfinished',
    fields: ['bytes', 'ms'],
  },
  'stream-stall': { stage: 'stream', about: 'say nothing more in one, and leave it open', fields: ['bytes', 'ms'] },
  'stream-expire': { stage: 'stream', about: 'end a watch with 410: too old', fields: ['bytes', 'ms'] },
  'lose-status': { stage: 'exec', about: 'end an exec without its exit status', fields: [] },
  'late-events': { stage: 'event', about: 'send events of a watch late, in their order', fields: ['ms!'] },
  'repeat-events': { stage: 'event', about: 'send each event twice', fields: [] },
  'stale-events': { stage: 'event', about: 'after an event send the object as it was before', fields: [] },
  compact: { stage: 'world', about: 'forget the past: watches and pages from before get 410', fields: [] },
  'clock-jump': { stage: 'world', about: 'set the cluster’s clock forward, or back (-1h)', fields: ['ms!'] },
  'crash-pod': {
    stage: 'world',
    about: 'kill a pod’s containers: of the request, or --pod',
    fields: ['pod', 'afterEffect'],
  },
  'crash-node': {
    stage: 'world',
    about: 'stop a node: that of the request’s pod, or --node; it is back after --ms',
    fields: ['node', 'ms', 'afterEffect'],
  },
  'cut-link': { stage: 'world', about: 'end every connection and take none, for --ms', fields: ['ms!'] },
} as const satisfies Record<string, EffectKind>;

export type EffectName = keyof typeof EFFECTS;

type FieldKind = 'texts' | 'text' | 'count' | 'fraction' | 'ms' | 'seconds' | 'flag';

/** Every field of a rule beside `do`. */
export const FIELDS = {
  verb: { kind: 'texts', about: 'get, list, watch, create, update, patch, delete (a list, or * for any)' },
  resource: { kind: 'texts', about: 'configmaps, pods/exec, opsrequests.opsdeck.dev/status, */*' },
  namespace: { kind: 'texts', about: 'of the object' },
  name: { kind: 'texts', about: 'of the object; cart-* for all that begin so' },
  label: { kind: 'text', about: 'label selector, held against the object as it is' },
  user: { kind: 'texts', about: 'who asks' },
  agent: { kind: 'texts', about: 'with which program: opsdeck/*' },
  path: { kind: 'texts', about: 'of a request that is for no resource: /version' },
  skip: { kind: 'count', about: 'let so many pass first' },
  every: { kind: 'count', about: 'then strike each so-many-th only' },
  times: { kind: 'count', about: 'strike so often and no more' },
  probability: { kind: 'fraction', about: 'strike by chance: 0 to 1' },
  lasts: { kind: 'ms', about: 'for so long and no longer' },
  status: { kind: 'count', about: 'the HTTP status of the error' },
  reason: { kind: 'text', about: 'the error’s reason; default the usual one of its status' },
  message: { kind: 'text', about: 'the error’s words' },
  retryAfter: { kind: 'seconds', about: 'seconds in the error’s Retry-After' },
  bare: { kind: 'flag', about: 'the error is a gateway’s: a web page instead of a Status' },
  afterEffect: { kind: 'flag', about: 'the request is carried out, and then seems to fail' },
  bytes: { kind: 'count', about: 'let a stream bring so many bytes first' },
  ms: {
    kind: 'ms',
    about: 'a duration: of the delay, the jump or the cut, until a stream is struck, until a node is back',
  },
  pod: { kind: 'text', about: 'NAMESPACE/NAME' },
  node: { kind: 'text', about: 'name of a node' },
} as const satisfies Record<string, { kind: FieldKind; about: string }>;

type FieldName = keyof typeof FIELDS;
type Texts = string | readonly string[];

/** Whom a rule strikes, and how often. Texts may hold `*` for anything. */
interface Aim {
  /** By which it is listed and removed; another of the same id is replaced. */
  id?: string;
  verb?: Texts;
  resource?: Texts;
  namespace?: Texts;
  name?: Texts;
  label?: string;
  user?: Texts;
  agent?: Texts;
  path?: Texts;
  skip?: number;
  every?: number;
  times?: number;
  probability?: number;
  /** Milliseconds of the machine's time. */
  lasts?: number;
}

type Answered<E> = E & {
  /** The request is carried out first. */
  afterEffect?: boolean;
};

/** How a stream is struck: after so many bytes or milliseconds, whichever comes first; neither: at once. */
export type StreamEffect = {
  do: 'stream-drop' | 'stream-end' | 'stream-half-close' | 'stream-stall' | 'stream-expire';
  bytes?: number;
  ms?: number;
};
export type EventEffect = { do: 'late-events'; ms: number } | { do: 'repeat-events' } | { do: 'stale-events' };
export type RequestEffect =
  | Answered<{
      do: 'error';
      status: number;
      reason?: string;
      message?: string;
      /** Seconds. */
      retryAfter?: number;
      bare?: boolean;
    }>
  | Answered<{ do: 'drop' | 'hang' }>
  | Answered<{ do: 'delay'; ms: number }>;
export type WorldEffect =
  | { do: 'compact' }
  | { do: 'clock-jump' | 'cut-link'; ms: number }
  | Answered<{ do: 'crash-pod'; pod?: string }>
  | Answered<{ do: 'crash-node'; node?: string; ms?: number }>;
export type Effect = RequestEffect | StreamEffect | { do: 'lose-status' } | EventEffect | WorldEffect;

export type Rule = Aim & Effect;

/** What a person or a file may give: durations and numbers as text too. */
export type RawRule = Readonly<Record<string, unknown>>;

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const AIMS = ['verb', 'resource', 'namespace', 'name', 'label', 'user', 'agent', 'path'] as const;

/** Whether it says which requests it strikes. */
export const isAimed = (rule: Rule): boolean => AIMS.some((field) => rule[field] !== undefined);

export const stageOf = (effect: Pick<Effect, 'do'>): Stage => EFFECTS[effect.do].stage;

/** Throws RangeError with one sentence where it is no rule. */
export function checkRule(raw: RawRule): Rule {
  const name = raw.do;
  const kind = EFFECTS[name as EffectName] as EffectKind | undefined;
  if (typeof name !== 'string' || !kind || !Object.hasOwn(EFFECTS, name))
    throw new RangeError(
      name === undefined
        ? `say what is to happen; there is: ${Object.keys(EFFECTS).join(', ')}`
        : `there is no fault "${name}"${suggestion(String(name), Object.keys(EFFECTS))}`,
    );
  const own = kind.fields.map((field) => field.replace('!', ''));
  const special = new Set(
    Object.values<EffectKind>(EFFECTS).flatMap(({ fields }) => fields.map((f) => f.replace('!', ''))),
  );
  const rule: Record<string, unknown> = { do: name };
  for (const [field, value] of Object.entries(raw)) {
    if (field === 'do' || value === undefined) continue;
    if (field === 'id') rule.id = text(field, value);
    else if (!Object.hasOwn(FIELDS, field))
      throw new RangeError(`a fault has no field "${field}"${suggestion(field, Object.keys(FIELDS))}`);
    else if (special.has(field) && !own.includes(field))
      throw new RangeError(
        `"${field}" means nothing to ${name}${own.length > 0 ? `, which takes ${own.join(', ')}` : ''}`,
      );
    else rule[field] = READ[FIELDS[field as FieldName].kind](field, value);
  }
  for (const field of kind.fields)
    if (field.endsWith('!') && rule[field.slice(0, -1)] === undefined)
      throw new RangeError(`${name} needs "${field.slice(0, -1)}": ${FIELDS[field.slice(0, -1) as FieldName].about}`);
  const { status, verb, times, every } = rule as Partial<Record<'status' | 'times' | 'every', number>> & {
    verb?: Texts;
  };
  if (status !== undefined && (status < 400 || status > 599))
    throw new RangeError(`status ${status} is no error: 400 to 599`);
  if (times === 0 || every === 0) throw new RangeError(`${times === 0 ? 'times' : 'every'} 0 would never strike`);
  for (const one of list(verb))
    if (one !== '*' && !VERBS.includes(one)) throw new RangeError(`there is no verb "${one}"${suggestion(one, VERBS)}`);
  return rule as unknown as Rule;
}

export const list = (texts: Texts | undefined): readonly string[] =>
  texts === undefined ? [] : typeof texts === 'string' ? [texts] : texts;

const wrong = (field: string, value: unknown, wanted: string): never => {
  throw new RangeError(`${field} ${JSON.stringify(value)} is not ${wanted}`);
};

function text(field: string, value: unknown): string {
  return typeof value === 'string' && value !== '' && value.length <= 300 ? value : wrong(field, value, 'a text');
}

function number(field: string, value: unknown, wanted: string, fits: (n: number) => boolean): number {
  const n = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : Number.NaN;
  return Number.isFinite(n) && fits(n) ? n : wrong(field, value, wanted);
}

const READ: Record<FieldKind, (field: string, value: unknown) => unknown> = {
  text,
  texts: (field, value) =>
    Array.isArray(value)
      ? value.map((one) => text(field, one))
      : text(field, value).includes(',')
        ? text(field, value).split(',')
        : text(field, value),
  count: (field, value) => number(field, value, 'a whole number', (n) => Number.isInteger(n) && n >= 0),
  fraction: (field, value) => number(field, value, 'a number from 0 to 1', (n) => n >= 0 && n <= 1),
  seconds: (field, value) => number(field, value, 'a number of seconds', (n) => n >= 0),
  flag: (field, value) => (typeof value === 'boolean' ? value : wrong(field, value, 'true or false')),
  ms: (field, value) => {
    if (typeof value === 'number') return number(field, value, 'a number of milliseconds', () => true);
    const said = text(field, value);
    const parsed = parseDuration(said.replace(/^-/, ''));
    return parsed.ok
      ? parsed.value * (said.startsWith('-') ? -1 : 1)
      : wrong(field, value, 'a duration such as 30s or 250ms');
  },
};

/** One line for a person: what it does, to whom, how often. */
export function describeRule(rule: Rule): string {
  const words: string[] = [rule.do];
  for (const field of Object.keys(FIELDS) as FieldName[]) {
    const value = (rule as unknown as Record<string, unknown>)[field];
    if (value === undefined || value === false) continue;
    const name = flagOf(field);
    words.push(value === true ? name : `${name}=${Array.isArray(value) ? value.join(',') : value}`);
  }
  return words.join(' ');
}

/** The field as a flag of the command line is written: retryAfter, retry-after. */
export const flagOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
