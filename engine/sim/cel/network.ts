/** Addresses, ranges and URLs in rules, read as Go reads them: strictly, and kept as written where that matters. */
import { isIP as family } from 'node:net';

/** An IP address as a number: every question about it is one of ranges of bits. */
export class IP {
  static readonly celName = 'net.IP';
  readonly family: 4 | 6;
  readonly bits: bigint;
  constructor(kind: 4 | 6, bits: bigint) {
    this.family = kind;
    this.bits = bits;
  }
  static read(text: string): IP | undefined {
    const kind = family(text);
    if (kind === 4) return new IP(4, v4(text));
    // A zone has no meaning elsewhere, and an IPv4 address in IPv6 clothes would escape rules about IPv4.
    if (kind !== 6 || text.includes('%')) return undefined;
    const bits = v6(text);
    return bits >> 32n === 0xffffn ? undefined : new IP(6, bits);
  }
  equals(other: unknown): boolean {
    return other instanceof IP && this.family === other.family && this.bits === other.bits;
  }
  get width(): number {
    return this.family === 4 ? 32 : 128;
  }
  toString(): string {
    if (this.family === 4) return [24n, 16n, 8n, 0n].map((shift) => (this.bits >> shift) & 255n).join('.');
    const groups = Array.from({ length: 8 }, (_, at) => ((this.bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
    // The longest run of zeros, the first of equals, is written as two colons.
    let [start, length] = [-1, 1];
    for (let from = 0; from < 8; from++) {
      let to = from;
      while (to < 8 && groups[to] === '0') to++;
      if (to - from > length) [start, length] = [from, to - from];
    }
    if (start < 0) return groups.join(':');
    return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
  }
  in(...ranges: string[]): boolean {
    return ranges.some((range) => CIDR.read(range)?.contains(this));
  }
}

const v4 = (text: string): bigint => text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);

function v6(text: string): bigint {
  const last = text.slice(text.lastIndexOf(':') + 1);
  const plain = last.includes('.')
    ? `${text.slice(0, -last.length)}${(v4(last) >> 16n).toString(16)}:${(v4(last) & 0xffffn).toString(16)}`
    : text;
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): string[] => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...after].reduce(
    (bits, group) => (bits << 16n) | BigInt(`0x${group}`),
    0n,
  );
}

export class CIDR {
  static readonly celName = 'net.CIDR';
  readonly ip: IP;
  readonly prefix: number;
  constructor(ip: IP, prefix: number) {
    this.ip = ip;
    this.prefix = prefix;
  }
  static read(text: string): CIDR | undefined {
    const [, address = '', bits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
    const ip = IP.read(address);
    return ip && Number(bits) <= ip.width ? new CIDR(ip, Number(bits)) : undefined;
  }
  equals(other: unknown): boolean {
    return other instanceof CIDR && String(this) === String(other);
  }
  get masked(): CIDR {
    const free = BigInt(this.ip.width - this.prefix);
    return new CIDR(new IP(this.ip.family, (this.ip.bits >> free) << free), this.prefix);
  }
  contains(ip: IP): boolean {
    const free = BigInt(this.ip.width - this.prefix);
    return ip.family === this.ip.family && ip.bits >> free === this.ip.bits >> free;
  }
  includes(other: CIDR): boolean {
    return other.prefix >= this.prefix && this.contains(other.ip);
  }
  toString(): string {
    return `${this.ip}/${this.prefix}`;
  }
}

const decoded = (text: string): string | undefined => {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes = text.replace(/%([0-9A-Fa-f]{2})|[^%]+/g, (found, hex?: string) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : Buffer.from(found).toString('latin1'),
  );
  return Buffer.from(bytes, 'latin1').toString();
};

/** A URL as requests have it: an absolute one or an absolute path; a fragment isn't told apart. */
export class Link {
  static readonly celName = 'kubernetes.URL';
  scheme = '';
  host = '';
  path = '';
  query = '';
  /** Why the text is no such URL. */
  static read(text: string): Link | string {
    if (/[\0-\x1f\x7f]/.test(text)) return 'net/url: invalid control character in URL';
    if (!text) return 'empty url';
    const link = new Link();
    const [, scheme, after] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
    if (scheme === undefined && /^:/.test(text)) return 'missing protocol scheme';
    if (scheme === undefined && /^[^A-Za-z/?][^/?]*:/.test(text)) return 'invalid URI for request';
    link.scheme = scheme?.toLowerCase() ?? '';
    const [beforeQuery = '', ...query] = (after ?? text).split('?');
    link.query = query.join('?');
    if (!beforeQuery.startsWith('/')) return link.scheme ? link : 'invalid URI for request';
    const authority = /^\/\/([^/]*)(.*)$/s.exec(beforeQuery);
    if (authority && (link.scheme || !beforeQuery.startsWith('///'))) {
      const named = authority[1]!;
      const userEnd = named.lastIndexOf('@');
      if (userEnd >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(named.slice(0, userEnd)))
        return 'net/url: invalid userinfo';
      link.host = named.slice(userEnd + 1);
      const port = link.host.startsWith('[')
        ? /^\[[^\]]*\](.*)$/s.exec(link.host)?.[1]
        : link.host.slice(link.host.lastIndexOf(':') >= 0 ? link.host.lastIndexOf(':') : link.host.length);
      if (port === undefined) return "missing ']' in host";
      if (port && !/^:\d*$/.test(port)) return `invalid port ${JSON.stringify(port)} after host`;
      if (/[ "<>^`{}|\\]/.test(link.host) || /%(?![89A-Fa-f][0-9A-Fa-f]|25)/.test(link.host))
        return 'invalid character in host name';
    }
    link.path = authority ? authority[2]! : beforeQuery;
    return decoded(link.path) === undefined ? 'invalid URL escape' : link;
  }
  equals(other: unknown): boolean {
    return (
      other instanceof Link &&
      (['scheme', 'host', 'path', 'query'] as const).every((part) => this[part] === other[part])
    );
  }
  get hostname(): string {
    return /^\[([^\]]*)\]/.exec(this.host)?.[1] ?? this.host.replace(/:\d*$/, '');
  }
  get port(): string {
    return /:(\d*)$/.exec(this.host.replace(/^\[[^\]]*\]/, ''))?.[1] ?? '';
  }
  get escapedPath(): string {
    return this.path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%[\]]+/gu, (found) => encodeURIComponent(found));
  }
  /** Pairs that can't be read are left out. */
  get values(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const pair of this.query.split('&')) {
      if (!pair || pair.includes(';')) continue;
      const [key = '', ...rest] = pair.split('=');
      const [name, value] = [key, rest.join('=')].map((text) => decoded(text.replaceAll('+', ' ')));
      if (name === undefined || value === undefined) continue;
      found.set(name, [...(found.get(name) ?? []), value]);
    }
    return found;
  }
}
