/** Which part of a log is asked for, and what a server says of options that make no sense. */
import { type ApiError, badRequest } from '../errors.ts';
import type { LogCall } from '../hooks.ts';
import { denied, type FieldError, invalid, invalidObject } from '../validation/fielderror.ts';
import { isTrue } from './options.ts';

type LogOptions = Pick<LogCall, 'previous' | 'follow' | 'timestamps' | 'tailLines' | 'since' | 'limitBytes'>;

/** The least that each may be. */
const LEAST = { tailLines: 0, limitBytes: 1, sinceSeconds: 1 } as const;
const MUST = { 0: 'must be greater than or equal to 0', 1: 'must be greater than 0' } as const;

function integer(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** A time as a server hands it to a kubelet: its fraction of a second is lost on the way. */
function wholeSecond(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw badRequest(
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`,
    );
  return Math.floor(at / 1000) * 1000;
}

const refusal = (pod: string, errors: readonly FieldError[]): ApiError =>
  invalidObject('', 'PodLogOptions', pod, errors);

export function logOptions(query: URLSearchParams, pod: string, now: number): LogOptions {
  const given: Partial<Record<keyof typeof LEAST, number>> = {};
  for (const key of Object.keys(LEAST) as (keyof typeof LEAST)[]) {
    const text = query.get(key);
    if (text) given[key] = integer(text);
  }
  const time = query.get('sinceTime');
  const sinceTime = time ? wholeSecond(time) : undefined;
  const errors: FieldError[] = [];
  const check = (key: keyof typeof LEAST) => {
    const value = given[key];
    if (value !== undefined && value < LEAST[key]) errors.push(invalid(key, value, MUST[LEAST[key]]));
  };
  check('tailLines');
  check('limitBytes');
  if (given.sinceSeconds !== undefined && sinceTime !== undefined)
    errors.push(denied('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else check('sinceSeconds');
  if (query.get('stream')) errors.push(denied('stream', 'may not be specified'));
  if (errors.length > 0) throw refusal(pod, errors);
  const { tailLines, limitBytes, sinceSeconds } = given;
  const since = sinceSeconds === undefined ? sinceTime : now - sinceSeconds * 1000;
  return {
    previous: isTrue(query.get('previous')),
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(since === undefined ? {} : { since }),
  };
}
