/** Small checks that many kinds share, each in the server's words. */
import { type Dict, isDict, type Labels } from '../types.ts';
import { denied, type FieldError, invalid, required, unsupported } from './fielderror.ts';
import { validateAnnotations, validateLabels } from './meta.ts';
import { dnsLabel, labelValue, type NameRule, portName, qualifiedName } from './names.ts';

export const dict = (value: unknown): Dict => (isDict(value) ? value : {});
export const list = (value: unknown): Dict[] => (Array.isArray(value) ? (value as Dict[]) : []);
export const words = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const isEmpty = (value: Dict): boolean => Object.keys(value).length === 0;

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const PORT_RANGE = 'must be between 1 and 65535, inclusive';
export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function nonNegative(spec: Dict, field: string, ...names: string[]): FieldError[] {
  return names
    .filter((name) => typeof spec[name] === 'number' && (spec[name] as number) < 0)
    .map((name) => invalid(`${field}.${name}`, spec[name], NOT_NEGATIVE));
}

/** The field's value must be one of some; absent values are asked for only where `always`. */
export function oneOf(
  spec: Dict,
  field: string,
  name: string,
  allowed: readonly string[],
  always = false,
): FieldError[] {
  const value = spec[name];
  if (!always && (value === undefined || value === null)) return [];
  return allowed.includes(text(value)) ? [] : [unsupported(`${field}.${name}`, value ?? '', allowed)];
}

/** The value must keep a rule for names. */
export const named = (rule: NameRule, value: unknown, field: string): FieldError[] =>
  rule(text(value)).map((problem) => invalid(field, value, problem));

export const portNumber = (value: unknown, field: string): FieldError[] =>
  typeof value === 'number' && value >= 1 && value <= 65535 ? [] : [invalid(field, value ?? 0, PORT_RANGE)];

export const portNumberOrName = (value: unknown, field: string): FieldError[] =>
  typeof value === 'string' ? named(portName, value, field) : portNumber(value, field);

const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

export function intOrPercent(value: unknown, field: string): FieldError[] {
  if (typeof value === 'string') return /^\d+%$/.test(value) ? [] : [invalid(field, value, PERCENT)];
  return typeof value === 'number' && value < 0 ? [invalid(field, value, NOT_NEGATIVE)] : [];
}

export const notOver100 = (value: unknown, field: string): FieldError[] =>
  typeof value === 'string' && /^\d+%$/.test(value) && Number.parseInt(value, 10) > 100
    ? [invalid(field, value, 'must not be greater than 100%')]
    : [];

/** What an int-or-percent counts as when it is asked whether it is zero. */
export const amountOf = (value: unknown): number =>
  typeof value === 'number' ? value : Number.parseInt(text(value), 10) || 0;

export function validateSelector(selector: Dict, field: string): FieldError[] {
  const errors = validateLabels(selector.matchLabels as Labels | undefined, `${field}.matchLabels`);
  for (const [index, term] of list(selector.matchExpressions).entries()) {
    const where = `${field}.matchExpressions[${index}]`;
    const values = words(term.values);
    const operator = text(term.operator);
    if (['In', 'NotIn'].includes(operator)) {
      if (values.length === 0)
        errors.push(required(`${where}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (['Exists', 'DoesNotExist'].includes(operator)) {
      if (values.length > 0)
        errors.push(denied(`${where}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else errors.push(invalid(`${where}.operator`, operator, 'not a valid selector operator'));
    errors.push(...qualifiedName(text(term.key)).map((problem) => invalid(`${where}.key`, text(term.key), problem)));
    for (const [at, value] of values.entries())
      errors.push(...labelValue(value).map((problem) => invalid(`${where}.values[${at}]`, value, problem)));
  }
  return errors;
}

export function selectorMatches(selector: Dict, labels: Labels): boolean {
  for (const [key, value] of Object.entries(dict(selector.matchLabels))) if (labels[key] !== value) return false;
  for (const term of list(selector.matchExpressions)) {
    const has = Object.hasOwn(labels, String(term.key));
    const among = words(term.values).includes(labels[String(term.key)] ?? '');
    if (term.operator === 'In' && !(has && among)) return false;
    if (term.operator === 'NotIn' && has && among) return false;
    if (term.operator === 'Exists' && !has) return false;
    if (term.operator === 'DoesNotExist' && has) return false;
  }
  return true;
}

/** Whether a selector can be made of it at all. */
export const selectorIsValid = (selector: Dict): boolean => validateSelector(selector, '').length === 0;

export function validateTemplateMeta(template: Dict, field: string): FieldError[] {
  const metadata = dict(template.metadata);
  return [
    ...validateLabels(metadata.labels as Labels | undefined, `${field}.labels`),
    ...validateAnnotations(metadata.annotations as Labels | undefined, `${field}.annotations`),
  ];
}

const ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export const isAddress = (value: string): boolean => isIPv4(value) || isIPv6(value);
export const isIPv4 = (value: string): boolean =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(value) && value.split('.').every((part) => Number(part) < 256);
export const isIPv6 = (value: string): boolean => value.includes(':') && URL.canParse(`http://[${value}]`);

export const address = (value: unknown, field: string): FieldError[] =>
  isAddress(text(value)) ? [] : [invalid(field, text(value), ADDRESS)];

const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** Whether it is an address and how many of its bits are the network's. */
function isCidr(value: string): boolean {
  const [ip = '', bits = '', ...more] = value.split('/');
  return more.length === 0 && /^\d{1,3}$/.test(bits) && isAddress(ip) && Number(bits) <= (isIPv4(ip) ? 32 : 128);
}

export const cidr = (value: unknown, field: string): FieldError[] =>
  isCidr(text(value)) ? [] : [invalid(field, text(value), CIDR)];

export const label = (value: unknown, field: string): FieldError[] => named(dnsLabel, value, field);

/** `domain.example/path`. */
export function domainPath(value: unknown, field: string, rule: NameRule): FieldError[] {
  const given = text(value);
  if (!given) return [required(field)];
  const slash = given.indexOf('/');
  if (slash <= 0 || slash === given.length - 1)
    return [invalid(field, given, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = rule(given.slice(0, slash)).map((problem) => invalid(field, given.slice(0, slash), problem));
  const path = given.slice(slash + 1);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path))
    errors.push(invalid(field, path, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"));
  return errors;
}
