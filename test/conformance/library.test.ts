/** The functions that rules have: each expression holds, and its denial is what is said of an object that is refused. */
import { CRDS, crd, underSpec, version } from './crd.ts';
import { recorded } from './recorded.ts';

const group = 'NS.cel.example.com';
const root = `/apis/${group}/v1`;

const TRUE = [
  'isURL(self.url) && isURL("/path") && isURL("mailto:me") && isURL("https://me:secret@a.b:8/c")',
  '!isURL("::") && !isURL("a/b") && !isURL("") && !isURL("http://a b/") && !isURL("http://a:x/") && !isURL("/%zz")',
  'url(self.url).getScheme() == "https"',
  'url(self.url).getHost() == "db.example.com:8443" && url("/a").getHost() == ""',
  'url("http://[::1]:80/").getHost() == "[::1]:80" && url("http://[::1]:80/").getHostname() == "::1"',
  'url(self.url).getHostname() == "db.example.com" && url(self.url).getPort() == "8443"',
  'url("http://a/").getPort() == "" && url("http://a:80").getPort() == "80"',
  'url(self.url).getEscapedPath() == "/a%20b/c" && url("http://a/x y").getEscapedPath() == "/x%20y"',
  'url(self.url).getQuery()["k"] == ["1", "2 3"] && url("http://a/?b").getQuery()["b"] == [""]',
  'url("http://a/b") == url("http://a/b") && url("http://a/b") != url("http://a/c")',
  'isIP(self.ip) && isIP("::1") && !isIP("1.2.3") && !isIP("01.2.3.4") && !isIP("::ffff:1.2.3.4") && !isIP("fe80::1%eth0")',
  'ip(self.ip).family() == 4 && ip("::1").family() == 6 && ip(self.ip) == ip("10.0.0.7")',
  'string(ip("2001:DB8:0:0:1::1")) == "2001:db8::1:0:0:1" && ip.isCanonical("::1") && !ip.isCanonical("::0001")',
  'ip("127.3.0.1").isLoopback() && ip("::1").isLoopback() && !ip(self.ip).isLoopback()',
  'ip("0.0.0.0").isUnspecified() && ip("::").isUnspecified() && ip("fe80::1").isLinkLocalUnicast()',
  'ip("224.0.0.9").isLinkLocalMulticast() && ip("ff02::1").isLinkLocalMulticast() && !ip("ff05::1").isLinkLocalMulticast()',
  'ip(self.ip).isGlobalUnicast() && !ip("255.255.255.255").isGlobalUnicast() && !ip("ff02::1").isGlobalUnicast()',
  'isCIDR(self.net) && isCIDR("::/0") && !isCIDR("10.0.0.0") && !isCIDR("10.0.0.0/33") && !isCIDR("10.0.0.0/08")',
  'cidr(self.net).containsIP("10.0.0.7") && cidr(self.net).containsIP(ip("10.0.0.1")) && !cidr(self.net).containsIP("11.0.0.1")',
  'cidr(self.net).containsCIDR("10.0.0.128/25") && !cidr(self.net).containsCIDR(cidr("10.0.0.0/8"))',
  'cidr(self.net).prefixLength() == 24 && cidr("10.0.0.5/24").ip() == ip("10.0.0.5")',
  'cidr("10.0.0.5/24").masked() == cidr(self.net) && string(cidr("::1/64").masked()) == "::/64"',
  'self.word.find("[0-9]([0-9])") == "12" && self.word.find("z") == ""',
  'self.word.findAll("[0-9]") == ["1", "2", "3"] && self.word.findAll("[0-9]", 2) == ["1", "2"]',
  'self.word.charAt(1) == "b" && self.word.replace("a", "x") == "xb-123" && "aaa".replace("a", "b", 2) == "bba"',
  'self.word.split("-")[0] == "ab" && self.word.split("-").size() == 2',
  '"%s is %d, %.2f, %x, %b: %s".format(["a", 12, 1.5, 255, 5, ["x", "y"]]) == "a is 12, 1.50, ff, 101: [\\"x\\", \\"y\\"]"',
  'self.list.isSorted() && ![2, 1].isSorted() && self.list.min() == 1 && self.list.max() == 3 && self.list.sum() == 6',
  '[duration("1h"), duration("1m")].sum() == duration("61m") && [1.5, 2.0].sum() == 3.5 && [0].sum() == 0',
  '[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && self.list.indexOf(9) == -1',
  'self.list.first().value() == 1 && self.list.last().orValue(0) == 3',
  'sets.contains(self.list, [3, 1]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2]) && !sets.intersects([3], [4])',
  '!format.dns1123Label().validate("a-b").hasValue() && format.dns1123Label().validate("A").hasValue()',
  'format.named("labelValue").hasValue() && !format.named("nope").hasValue()',
  '!format.dns1123LabelPrefix().validate("a-").hasValue() && format.dns1035Label().validate("1a").hasValue()',
  'format.uuid().validate("x").hasValue() && !format.qualifiedName().validate("a.b/c").hasValue() && format.uri().validate(":").hasValue()',
  'format.date().validate("2020-13-01").hasValue() && !format.datetime().validate("2020-01-01T00:00:00Z").hasValue()',
  'semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.2").compareTo(semver("1.0.0")) == -1',
  'isSemver("1.2.3") && !isSemver("1.2") && isSemver("v1.2", true) && semver("v1.2", true).minor() == 2',
  'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("1").add(1) == quantity("2") && sign(quantity("-1")) == -1',
  'self.__in__ == "x" && self.a__dash__b == "y" && has(self.__in__)',
];

const properties = {
  url: { type: 'string', maxLength: 80 },
  ip: { type: 'string', maxLength: 40 },
  net: { type: 'string', maxLength: 40 },
  word: { type: 'string', maxLength: 10 },
  list: { type: 'array', maxItems: 5, items: { type: 'integer' } },
  in: { type: 'string', maxLength: 5 },
  'a-b': { type: 'string', maxLength: 5 },
};
const definition = (plural: string, kind: string, rules: readonly string[]): object => {
  const ruled = { 'x-kubernetes-validations': rules.map((rule) => ({ rule })) };
  return crd(group, plural, kind, [version(underSpec(properties, ruled))]);
};
const object = (kind: string, change: object = {}): object => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name: 'one' },
  spec: {
    url: 'https://db.example.com:8443/a%20b/c?k=1&k=2+3',
    ip: '10.0.0.7',
    net: '10.0.0.0/24',
    word: 'ab-123',
    list: [1, 2, 3],
    in: 'x',
    'a-b': 'y',
    ...change,
  },
});
const [truths, lies] = [`${root}/namespaces/NS/truths`, `${root}/namespaces/NS/lies`];

recorded(
  'the functions of rules',
  'library.txt',
  [
    { name: 'rules that hold', method: 'POST', path: CRDS, body: definition('truths', 'Truth', TRUE) },
    {
      name: 'rules that do not',
      method: 'POST',
      path: CRDS,
      body: definition(
        'lies',
        'Lie',
        TRUE.map((rule) => `!(${rule})`),
      ),
    },
    { name: 'established', path: truths, until: 'TruthList' },
    { name: 'both', path: lies, until: 'LieList' },
    { name: 'every rule holds', method: 'POST', path: truths, body: object('Truth') },
    { name: 'no denial does', method: 'POST', path: lies, body: object('Lie') },
    {
      name: 'no such address',
      method: 'POST',
      path: truths,
      query: { dryRun: 'All' },
      body: object('Truth', { ip: 'x' }),
    },
    {
      name: 'no such URL',
      method: 'POST',
      path: truths,
      query: { dryRun: 'All' },
      body: object('Truth', { url: '::' }),
    },
    {
      name: 'an empty list',
      method: 'POST',
      path: truths,
      query: { dryRun: 'All' },
      body: object('Truth', { list: [] }),
    },
  ],
  [`${CRDS}/truths.${group}`, `${CRDS}/lies.${group}`],
);
