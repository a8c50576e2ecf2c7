/** The formats of texts that a server checks, and warnings of those it doesn't know. */
import { isIP } from 'node:net';
import { matches } from '../../expr/regex.ts';
import { isDuration, isTimestamp } from '../cel/literals.ts';
import { Link } from '../cel/network.ts';
import type { SimObject } from '../types.ts';
import type { CrdSpec, Schema } from './structural.ts';
import { partsOf } from './structural.ts';

const HOST =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$';
const isHost = (text: string): boolean =>
  matches(HOST, text) &&
  Buffer.byteLength(text) <= 255 &&
  text.split('.').every((part) => Buffer.byteLength(part) <= 63);

/** Zeros before a number are let pass. */
function isV4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
}
const isV6 = (text: string): boolean => isIP(text) === 6 && !text.includes('%');
function isRange(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  return (isV4(address) && Number(bits) <= 32) || (isV6(address) && Number(bits) <= 128);
}
const isMac = (text: string): boolean => {
  const hex = /^(?:[0-9a-f]{2}(?:([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2})*)|[0-9a-f]{4}(?:\.[0-9a-f]{4})+)$/i.test(text);
  return hex && [6, 8, 20].includes(text.replace(/[^0-9a-f]/gi, '').length / 2);
};

const isDay = (text: string): boolean => isTimestamp(`${text}T00:00:00Z`);
function isTime(text: string): boolean {
  const [day = '', time = ''] = text.toLowerCase().split('t');
  const [, hour, minute, second] = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  return isDay(day) && hour !== undefined && hour <= '23' && minute! <= '59' && second! <= '59';
}

/** Units that a duration may be told in besides Go's, the last of each with any ending. */
const UNITS = /^(?:ns|nano.*|us|µs|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i;
const isSpan = (text: string): boolean =>
  isDuration(text) || [...text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)].some(([, , unit]) => UNITS.test(unit!));

const uuid =
  (version: string) =>
  (text: string): boolean =>
    new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}-?[0-9a-f]{12}$`, 'i').test(text);

/** Others pass. */
export const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': isTime,
  date: isDay,
  duration: isSpan,
  email: (text) => /^(?:[^<>@]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/.test(text),
  hostname: isHost,
  ipv4: isV4,
  ipv6: isV6,
  cidr: isRange,
  mac: isMac,
  uri: (text) => typeof Link.read(text) !== 'string',
  uuid: uuid('[0-9a-f]{4}-?[0-9a-f]{4}'),
  uuid3: uuid('3[0-9a-f]{3}-?[0-9a-f]{4}'),
  uuid4: uuid('4[0-9a-f]{3}-?[89ab][0-9a-f]{3}'),
  uuid5: uuid('5[0-9a-f]{3}-?[89ab][0-9a-f]{3}'),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
  hexcolor: (text) => /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
  ssn: (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
};

const KNOWN = new Set(
  'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password date duration datetime'.split(
    ' ',
  ),
);

function unknownFormats(schema: Schema): string[] {
  const own =
    schema.type === 'string' && schema.format && !KNOWN.has(schema.format.replaceAll('-', '')) ? [schema.format] : [];
  return [...own, ...partsOf(schema).flatMap(unknownFormats)];
}

const formatsOf = (definition: SimObject | undefined): string[] =>
  ((definition?.spec as CrdSpec | undefined)?.versions ?? []).flatMap((version) => {
    const schema = version.schema?.openAPIV3Schema;
    return schema ? unknownFormats(schema) : [];
  });

/** A warning for each format that is new and unknown. */
export function newFormats(definition: SimObject, old: SimObject | undefined): string[] {
  const before = new Set(formatsOf(old));
  return formatsOf(definition)
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}
