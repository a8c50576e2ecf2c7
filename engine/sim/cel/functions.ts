/** The functions that rules of Kubernetes 1.34 may call, by the types of their arguments. */
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  param,
  STRING,
  struct,
  TIMESTAMP,
  type Type,
  typeOf,
  UINT,
} from './type.ts';

export interface Overload {
  /** How it is written in the table; what tells overloads apart. */
  readonly id: string;
  readonly member: boolean;
  /** Of a member the first is what it is called on. */
  readonly args: readonly Type[];
  readonly result: Type;
}

const NAMED: Record<string, Type> = {
  bool: BOOL,
  bytes: BYTES,
  double: DOUBLE,
  duration: DURATION,
  dyn: DYN,
  int: INT,
  null: NULL,
  string: STRING,
  timestamp: TIMESTAMP,
  uint: UINT,
  URL: struct('kubernetes.URL'),
  IP: opaque('net.IP'),
  CIDR: opaque('net.CIDR'),
  Quantity: struct('kubernetes.Quantity'),
  Format: struct('kubernetes.NamedFormat'),
  Semver: struct('kubernetes.Semver'),
  Authorizer: struct('kubernetes.authorization.Authorizer'),
  PathCheck: struct('kubernetes.authorization.PathCheck'),
  GroupCheck: struct('kubernetes.authorization.GroupCheck'),
  ResourceCheck: struct('kubernetes.authorization.ResourceCheck'),
  Decision: struct('kubernetes.authorization.Decision'),
};
const GENERIC: Record<string, (first: Type, second: Type) => Type> = {
  list: listOf,
  map: mapOf,
  optional: optionalOf,
  type: typeOf,
};

/** Reads types separated by commas. */
function readTypes(text: string): Type[] {
  const found: Type[] = [];
  for (let rest = text.trim(); rest; ) {
    const name = /^\w+/.exec(rest)?.[0] ?? '';
    let end = name.length;
    let type = NAMED[name] ?? param(name);
    if (rest[end] === '(') {
      const start = end;
      for (let depth = 0; end < rest.length; end++) {
        if (rest[end] === '(') depth++;
        else if (rest[end] === ')' && --depth === 0) break;
      }
      const [first = DYN, second = DYN] = readTypes(rest.slice(start + 1, end));
      type = GENERIC[name]!(first, second);
      end++;
    }
    found.push(type);
    rest = rest.slice(end).replace(/^\s*,\s*/, '');
  }
  return found;
}

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
const ORDERED: readonly (readonly [string, string])[] = [
  ['bool', 'bool'],
  ['int', 'int'],
  ['int', 'double'],
  ['int', 'uint'],
  ['uint', 'uint'],
  ['uint', 'double'],
  ['uint', 'int'],
  ['double', 'double'],
  ['double', 'int'],
  ['double', 'uint'],
  ['string', 'string'],
  ['bytes', 'bytes'],
  ['timestamp', 'timestamp'],
  ['duration', 'duration'],
];

/** `name arguments > result`, alternatives separated by bars; a name that begins with a dot is called on its first argument. */
const TABLE = `
!_ bool > bool
@not_strictly_false bool > bool
_&&_ bool, bool > bool
_||_ bool, bool > bool
_?_:_ bool, A, A > A
_==_ A, A > bool
_!=_ A, A > bool
_+_ bytes, bytes > bytes | double, double > double | duration, duration > duration | duration, timestamp > timestamp | timestamp, duration > timestamp | int, int > int | list(A), list(A) > list(A) | string, string > string | uint, uint > uint
_/_ double, double > double | int, int > int | uint, uint > uint
_%_ int, int > int | uint, uint > uint
_*_ double, double > double | int, int > int | uint, uint > uint
-_ double > double | int > int
_-_ double, double > double | duration, duration > duration | int, int > int | timestamp, duration > timestamp | timestamp, timestamp > duration | uint, uint > uint
${['_<_', '_<=_', '_>_', '_>=_'].map((name) => `${name} ${ORDERED.map(([a, b]) => `${a}, ${b} > bool`).join(' | ')}`).join('\n')}
_[_] list(A), int > A | map(A, B), A > B | optional(list(V)), int > optional(V) | optional(map(K, V)), K > optional(V)
_[?_] list(V), int > optional(V) | optional(list(V)), int > optional(V) | map(K, V), K > optional(V) | optional(map(K, V)), K > optional(V)
@in A, list(A) > bool | A, map(A, B) > bool
size bytes > int | list(A) > int | map(A, B) > int | string > int
.size bytes > int | list(A) > int | map(A, B) > int | string > int
type A > type(A)
bool bool > bool | string > bool
bytes bytes > bytes | string > bytes
double double > double | int > double | string > double | uint > double
duration duration > duration | int > duration | string > duration
dyn A > dyn
int int > int | double > int | duration > int | string > int | timestamp > int | uint > int
string string > string | bool > string | bytes > string | double > string | duration > string | int > string | timestamp > string | uint > string | IP > string | CIDR > string
timestamp timestamp > timestamp | int > timestamp | string > timestamp
uint uint > uint | double > uint | int > uint | string > uint
matches string, string > bool
.matches string, string > bool
.contains string, string > bool
.endsWith string, string > bool
.startsWith string, string > bool
.getFullYear timestamp > int | timestamp, string > int
.getMonth timestamp > int | timestamp, string > int
.getDayOfYear timestamp > int | timestamp, string > int
.getDayOfMonth timestamp > int | timestamp, string > int
.getDate timestamp > int | timestamp, string > int
.getDayOfWeek timestamp > int | timestamp, string > int
.getHours timestamp > int | timestamp, string > int | duration > int
.getMinutes timestamp > int | timestamp, string > int | duration > int
.getSeconds timestamp > int | timestamp, string > int | duration > int
.getMilliseconds timestamp > int | timestamp, string > int | duration > int
.charAt string, int > string
.indexOf string, string > int | string, string, int > int | list(A), A > int
.lastIndexOf string, string > int | string, string, int > int | list(A), A > int
.lowerAscii string > string
.upperAscii string > string
.replace string, string, string > string | string, string, string, int > string
.split string, string > list(string) | string, string, int > list(string)
.substring string, int > string | string, int, int > string
.trim string > string
.format string, list(dyn) > string
strings.quote string > string
.join list(string) > string | list(string), string > string
.find string, string > string
.findAll string, string > list(string) | string, string, int > list(string)
.isSorted ${COMPARABLE.map((type) => `list(${type}) > bool`).join(' | ')}
.sum ${['int', 'uint', 'double', 'duration'].map((type) => `list(${type}) > ${type}`).join(' | ')}
.max ${COMPARABLE.map((type) => `list(${type}) > ${type}`).join(' | ')}
.min ${COMPARABLE.map((type) => `list(${type}) > ${type}`).join(' | ')}
sets.contains list(T), list(T) > bool
sets.equivalent list(T), list(T) > bool
sets.intersects list(T), list(T) > bool
cel.@mapInsert map(K, V), K, V > map(K, V) | map(K, V), map(K, V) > map(K, V)
optional.of V > optional(V)
optional.ofNonZeroValue V > optional(V)
optional.none > optional(V)
optional.unwrap list(optional(V)) > list(V)
.unwrapOpt list(optional(V)) > list(V)
.value optional(V) > V
.hasValue optional(V) > bool
.or optional(V), optional(V) > optional(V)
.orValue optional(V), V > V
.first list(V) > optional(V)
.last list(V) > optional(V)
url string > URL
isURL string > bool
.getScheme URL > string
.getHost URL > string
.getHostname URL > string
.getPort URL > string
.getEscapedPath URL > string
.getQuery URL > map(string, list(string))
ip string > IP
isIP string > bool
ip.isCanonical string > bool
.family IP > int
.isUnspecified IP > bool
.isLoopback IP > bool
.isLinkLocalMulticast IP > bool
.isLinkLocalUnicast IP > bool
.isGlobalUnicast IP > bool
cidr string > CIDR
isCIDR string > bool
.containsIP CIDR, string > bool | CIDR, IP > bool
.containsCIDR CIDR, string > bool | CIDR, CIDR > bool
.ip CIDR > IP
.prefixLength CIDR > int
.masked CIDR > CIDR
quantity string > Quantity
isQuantity string > bool
sign Quantity > int
.isGreaterThan Quantity, Quantity > bool | Semver, Semver > bool
.isLessThan Quantity, Quantity > bool | Semver, Semver > bool
.compareTo Quantity, Quantity > int | Semver, Semver > int
.asApproximateFloat Quantity > double
.asInteger Quantity > int
.isInteger Quantity > bool
.add Quantity, Quantity > Quantity | Quantity, int > Quantity
.sub Quantity, Quantity > Quantity | Quantity, int > Quantity
semver string > Semver | string, bool > Semver
isSemver string > bool | string, bool > bool
.major Semver > int
.minor Semver > int
.patch Semver > int
format.named string > optional(Format)
${['dns1123Label', 'dns1123Subdomain', 'dns1035Label', 'qualifiedName', 'dns1123LabelPrefix', 'dns1123SubdomainPrefix', 'dns1035LabelPrefix', 'labelValue', 'uri', 'uuid', 'byte', 'date', 'datetime'].map((name) => `format.${name} > Format`).join('\n')}
.validate Format, string > optional(list(string))
.path Authorizer, string > PathCheck
.group Authorizer, string > GroupCheck
.serviceAccount Authorizer, string, string > Authorizer
.resource GroupCheck, string > ResourceCheck
.subresource ResourceCheck, string > ResourceCheck
.namespace ResourceCheck, string > ResourceCheck
.name ResourceCheck, string > ResourceCheck
.fieldSelector ResourceCheck, string > ResourceCheck
.labelSelector ResourceCheck, string > ResourceCheck
.check PathCheck, string > Decision | ResourceCheck, string > Decision
.errored Decision > bool
.error Decision > string
.allowed Decision > bool
.reason Decision > string
`;

const functions = new Map<string, Overload[]>();
for (const line of TABLE.trim().split('\n')) {
  const [written = '', ...rest] = line.split(' ');
  const member = written.startsWith('.');
  const name = member ? written.slice(1) : written;
  const overloads = functions.get(name) ?? [];
  for (const alternative of rest.join(' ').split(' | ')) {
    const [args = '', result = ''] = alternative.split(/(?:^| )> /);
    overloads.push({ id: `${written} ${args}`, member, args: readTypes(args), result: readTypes(result)[0]! });
  }
  functions.set(name, overloads);
}

/** Every overload of a function, undefined where there is none of that name. */
export const overloadsOf = (name: string): readonly Overload[] | undefined => functions.get(name);

/** Names of types are values. */
export const TYPE_NAMES: ReadonlyMap<string, Type> = new Map(
  ['bool', 'bytes', 'double', 'int', 'string', 'uint']
    .map((name) => [name, typeOf(NAMED[name]!)] as const)
    .concat([
      ['dyn', typeOf(DYN)],
      ['list', typeOf(listOf(DYN))],
      ['map', typeOf(mapOf(DYN, DYN))],
      ['null_type', typeOf(NULL)],
      ['type', typeOf(opaque('type'))],
      ['optional_type', typeOf(optionalOf(DYN))],
      ['google.protobuf.Timestamp', typeOf(TIMESTAMP)],
      ['google.protobuf.Duration', typeOf(DURATION)],
      ['kubernetes.URL', typeOf(NAMED.URL!)],
      ['kubernetes.Quantity', typeOf(NAMED.Quantity!)],
      ['kubernetes.Semver', typeOf(NAMED.Semver!)],
      ['kubernetes.NamedFormat', typeOf(NAMED.Format!)],
      ['net.IP', typeOf(NAMED.IP!)],
      ['net.CIDR', typeOf(NAMED.CIDR!)],
    ]),
);
