/** What Kubernetes' CEL has beyond the standard: see the tables below, one for each of its libraries. */
import { parseQuantity } from '../../expr/quantity.ts';
import { FORMATS } from '../crd/formats.ts';
import { dns1035, dnsLabel, labelValue, type NameRule, qualifiedName, subdomain } from '../validation/names.ts';
import { CIDR, IP, Link } from './network.ts';
import type { Functions } from './runtime.ts';
import { Maybe, RuleError } from './values.ts';

/** Throws why a text can't be read, as the error of the rule. */
function read<T>(made: T | string | undefined, why: string): T {
  if (made === undefined || typeof made === 'string') throw new RuleError(made === undefined ? why : `${why}: ${made}`);
  return made;
}

const toLink = (text: string): Link =>
  read(Link.read(text), `URL parse error during conversion from string: parse ${JSON.stringify(text)}`);
const toIp = (text: string): IP =>
  read(
    IP.read(text),
    `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
  );
/** What Go finds wrong with a range. */
function notCidr(text: string): string {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return "no '/'";
  const [address, bits] = [text.slice(0, slash), text.slice(slash + 1)];
  if (!IP.read(address)) return `ParseAddr(${JSON.stringify(address)}): unable to parse IP`;
  if (!/^(0|[1-9]\d*)$/.test(bits)) return `bad bits after slash: ${JSON.stringify(bits)}`;
  return 'prefix length out of range';
}
const CIDR_ERROR = 'network address parse error during conversion from string';
const toCidr = (text: string): CIDR =>
  read(
    CIDR.read(text) ?? `netip.ParsePrefix(${JSON.stringify(text)}): ${notCidr(text)}`,
    `${CIDR_ERROR}: ${CIDR_ERROR}`,
  );

const URLS: Functions = {
  isURL: (text: string) => typeof Link.read(text) !== 'string',
  url: toLink,
  '.getScheme': (link: Link) => link.scheme,
  '.getHost': (link: Link) => link.host,
  '.getHostname': (link: Link) => link.hostname,
  '.getPort': (link: Link) => link.port,
  '.getEscapedPath': (link: Link) => link.escapedPath,
  '.getQuery': (link: Link) => link.values,
};

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const UNSPECIFIED = ['0.0.0.0/32', '::/128'];
const LOCAL_UNICAST = ['169.254.0.0/16', 'fe80::/10'];
const MULTICAST = ['224.0.0.0/4', 'ff00::/8'];

const ADDRESSES: Functions = {
  isIP: (text: string) => IP.read(text) !== undefined,
  'ip string': toIp,
  'ip.isCanonical': (text: string) => String(toIp(text)) === text,
  '.family': (ip: IP) => BigInt(ip.family),
  '.isUnspecified': (ip: IP) => ip.in(...UNSPECIFIED),
  '.isLoopback': (ip: IP) => ip.in(...LOOPBACK),
  '.isLinkLocalUnicast': (ip: IP) => ip.in(...LOCAL_UNICAST),
  // Of IPv6 multicast the link-local scope, whatever the flags.
  '.isLinkLocalMulticast': (ip: IP) => ip.in('224.0.0.0/24') || (ip.in('ff00::/8') && ((ip.bits >> 112n) & 15n) === 2n),
  '.isGlobalUnicast': (ip: IP) =>
    !ip.in(...UNSPECIFIED, ...LOOPBACK, ...LOCAL_UNICAST, ...MULTICAST, '255.255.255.255/32'),
  isCIDR: (text: string) => CIDR.read(text) !== undefined,
  cidr: toCidr,
  '.ip CIDR': (range: CIDR) => range.ip,
  '.masked': (range: CIDR) => range.masked,
  '.prefixLength': (range: CIDR) => BigInt(range.prefix),
  '.containsIP CIDR, IP': (range: CIDR, ip: IP) => range.contains(ip),
  '.containsIP CIDR, string': (range: CIDR, ip: string) => range.contains(toIp(ip)),
  '.containsCIDR CIDR, CIDR': (range: CIDR, other: CIDR) => range.includes(other),
  '.containsCIDR CIDR, string': (range: CIDR, other: string) => range.includes(toCidr(other)),
};

/** A format by name: what is wrong with a text. */
class NamedFormat {
  static readonly celName = 'kubernetes.NamedFormat';
  readonly check: NameRule;
  constructor(check: NameRule) {
    this.check = check;
  }
}

const schemaFormat =
  (name: string, words: string): NameRule =>
  (text) =>
    FORMATS[name]!(text) ? [] : [words];
const prefixOf =
  (rule: NameRule): NameRule =>
  (text) =>
    rule(text, true);

const NAMED: Record<string, NameRule> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: subdomain,
  dns1035Label: dns1035,
  dns1123LabelPrefix: prefixOf(dnsLabel),
  dns1123SubdomainPrefix: prefixOf(subdomain),
  dns1035LabelPrefix: prefixOf(dns1035),
  qualifiedName,
  labelValue,
  uri: (text) => {
    const link = Link.read(text);
    return typeof link === 'string' ? [`parse ${JSON.stringify(text)}: ${link}`] : [];
  },
  uuid: schemaFormat('uuid', 'does not match the UUID format'),
  byte: schemaFormat('byte', 'invalid base64'),
  date: schemaFormat('date', 'invalid date'),
  datetime: schemaFormat('date-time', 'invalid datetime'),
};

const FORMAT_FUNCTIONS: Functions = {
  ...Object.fromEntries(
    Object.entries(NAMED).map(([name, rule]) => {
      const made = new NamedFormat(rule);
      return [`format.${name}`, () => made];
    }),
  ),
  'format.named': (name: string) => (Object.hasOwn(NAMED, name) ? Maybe.of(new NamedFormat(NAMED[name]!)) : Maybe.NONE),
  '.validate': (named: NamedFormat, text: string) => {
    const problems = named.check(text);
    return problems.length > 0 ? Maybe.of(problems) : Maybe.NONE;
  },
};

/** A version of three numbers, what comes before a release, and what the build says. */
class Semver {
  static readonly celName = 'kubernetes.Semver';
  readonly numbers: bigint[];
  readonly before: string[];
  constructor(numbers: bigint[], before: string[]) {
    this.numbers = numbers;
    this.before = before;
  }
  static read(text: string, lenient = false): Semver | undefined {
    const tolerant = lenient
      ? text
          .replace(/^v/, '')
          .replace(/^(\d+)(\.\d+)?(?=$|[-+])/, (_, major, minor = '.0') => `${major}${minor}.0`)
          .replace(/^0*(\d+)\.0*(\d+)\.0*(\d+)/, '$1.$2.$3')
      : text;
    const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/.exec(
      tolerant,
    );
    const before = match?.[4]?.split('.') ?? [];
    if (!match || before.some((part) => part === '' || /^0\d+$/.test(part)) || match[5]?.split('.').includes(''))
      return undefined;
    return new Semver([match[1]!, match[2]!, match[3]!].map(BigInt), before);
  }
  equals(other: unknown): boolean {
    return other instanceof Semver && this.compare(other) === 0;
  }
  compare(other: Semver): number {
    for (const at of [0, 1, 2])
      if (this.numbers[at] !== other.numbers[at]) return this.numbers[at]! < other.numbers[at]! ? -1 : 1;
    if (this.before.length === 0 || other.before.length === 0)
      return Math.sign(other.before.length - this.before.length);
    for (const [at, mine] of this.before.entries()) {
      const its = other.before[at];
      if (its === undefined) return 1;
      if (mine === its) continue;
      const [a, b] = [/^\d+$/.test(mine), /^\d+$/.test(its)];
      if (a && b) return BigInt(mine) < BigInt(its) ? -1 : 1;
      return a !== b ? (a ? -1 : 1) : mine < its ? -1 : 1;
    }
    return this.before.length < other.before.length ? -1 : 0;
  }
}
function notSemver(text: string): string {
  if (text === '') return 'Version string empty';
  const parts = text.split('.');
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  for (const [at, name] of ['Major', 'Minor', 'Patch'].entries()) {
    const part = at < 2 ? parts[at]! : parts.slice(2).join('.').split(/[-+]/)[0]!;
    if (!/^\d+$/.test(part))
      return `Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(part)}`;
    if (/^0\d/.test(part)) return `${name} number must not contain leading zeroes ${JSON.stringify(part)}`;
  }
  return 'Invalid character(s) found in prerelease or build meta data';
}
function toSemver(text: string, lenient?: boolean): Semver {
  const made = Semver.read(text, lenient);
  if (!made) throw new RuleError(notSemver(text));
  return made;
}

const VERSIONS: Functions = {
  isSemver: (text: string, lenient?: boolean) => Semver.read(text, lenient) !== undefined,
  semver: toSemver,
  '.major': (version: Semver) => version.numbers[0],
  '.minor': (version: Semver) => version.numbers[1],
  '.patch': (version: Semver) => version.numbers[2],
  '.compareTo Semver, Semver': (a: Semver, b: Semver) => BigInt(a.compare(b)),
  '.isGreaterThan Semver, Semver': (a: Semver, b: Semver) => a.compare(b) > 0,
  '.isLessThan Semver, Semver': (a: Semver, b: Semver) => a.compare(b) < 0,
};

const NANO = 1_000_000_000n;

class Quantity {
  static readonly celName = 'kubernetes.Quantity';
  readonly nano: bigint;
  constructor(nano: bigint) {
    this.nano = nano;
  }
  equals(other: unknown): boolean {
    return other instanceof Quantity && this.nano === other.nano;
  }
}
function toQuantity(text: string): Quantity {
  const read = parseQuantity(text);
  if (!read.ok)
    throw new RuleError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return new Quantity(read.value.nano);
}
const sign = (value: bigint): bigint => (value > 0n ? 1n : value < 0n ? -1n : 0n);

const QUANTITIES: Functions = {
  quantity: toQuantity,
  isQuantity: (text: string) => parseQuantity(text).ok,
  sign: ({ nano }: Quantity) => sign(nano),
  '.isGreaterThan Quantity, Quantity': (a: Quantity, b: Quantity) => a.nano > b.nano,
  '.isLessThan Quantity, Quantity': (a: Quantity, b: Quantity) => a.nano < b.nano,
  '.compareTo Quantity, Quantity': (a: Quantity, b: Quantity) => sign(a.nano - b.nano),
  '.asApproximateFloat': ({ nano }: Quantity) => Number(nano) / 1e9,
  '.asInteger': ({ nano }: Quantity) => {
    if (nano % NANO !== 0n) throw new RuleError('cannot convert value to integer');
    return nano / NANO;
  },
  '.isInteger': ({ nano }: Quantity) => nano % NANO === 0n,
  '.add Quantity, Quantity': (a: Quantity, b: Quantity) => new Quantity(a.nano + b.nano),
  '.add Quantity, int': (a: Quantity, b: bigint) => new Quantity(a.nano + b * NANO),
  '.sub Quantity, Quantity': (a: Quantity, b: Quantity) => new Quantity(a.nano - b.nano),
  '.sub Quantity, int': (a: Quantity, b: bigint) => new Quantity(a.nano - b * NANO),
};

export const KUBERNETES: Functions = { ...URLS, ...ADDRESSES, ...FORMAT_FUNCTIONS, ...VERSIONS, ...QUANTITIES };
