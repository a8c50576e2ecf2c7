/** curl, for servers that are simulated: its options, its words and its exit codes. */
import type { Tool, ToolCall } from '../node/tool.ts';

export interface HttpRequest {
  method: string;
  host: string;
  port: number;
  /** With its query. */
  path: string;
  headers: Map<string, string>;
  body: string;
}

export interface HttpAnswer {
  status: number;
  type: string;
  headers: Record<string, string>;
  body: string;
}

/** Who answers at an address; a name that nobody has and a port where nobody listens are told apart. */
export type Reach = (call: ToolCall, request: HttpRequest) => Promise<HttpAnswer | 'no host' | 'refused'>;

const FLAGS: Readonly<Record<string, string>> = {
  s: 'silent',
  S: 'show-error',
  f: 'fail',
  i: 'include',
  I: 'head',
  k: 'insecure',
  L: 'location',
  v: 'verbose',
  g: 'globoff',
  G: 'get',
  '4': 'ipv4',
  '6': 'ipv6',
  N: 'no-buffer',
};
const VALUES: Readonly<Record<string, string>> = {
  X: 'request',
  H: 'header',
  d: 'data',
  u: 'user',
  o: 'output',
  w: 'write-out',
  m: 'max-time',
  A: 'user-agent',
  E: 'cert',
};
const LONG_FLAGS = [...Object.values(FLAGS), 'fail-with-body', 'compressed', 'http1.1', 'no-progress-meter'];
const LONG_VALUES = [
  ...Object.values(VALUES),
  'data-binary',
  'data-raw',
  'json',
  'url',
  'connect-timeout',
  'retry',
  'retry-delay',
  'cacert',
  'key',
];

interface Options {
  set: Set<string>;
  values: Map<string, string[]>;
  urls: string[];
}

const hint = "curl: try 'curl --help' or 'curl --manual' for more information\n";

function parse(args: readonly string[]): Options | { error: string } {
  const options: Options = { set: new Set(), values: new Map(), urls: [] };
  const put = (name: string, value: string) => options.values.set(name, [...(options.values.get(name) ?? []), value]);
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const long = /^--([\w.-]+)$/.exec(word)?.[1];
    if (long !== undefined) {
      if (LONG_FLAGS.includes(long)) options.set.add(long);
      else if (!LONG_VALUES.includes(long)) return { error: `curl: option ${word}: is unknown\n${hint}` };
      else if (i + 1 >= args.length) return { error: `curl: option ${word}: requires parameter\n${hint}` };
      else if (long === 'url') options.urls.push(args[++i] ?? '');
      else put(long, args[++i] ?? '');
    } else if (/^-./.test(word)) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? '';
        const flag = FLAGS[letter];
        const valued = VALUES[letter];
        if (flag !== undefined) options.set.add(flag);
        else if (valued === undefined) return { error: `curl: option ${word}: is unknown\n${hint}` };
        else {
          const rest = word.slice(at + 1);
          if (rest === '' && i + 1 >= args.length)
            return { error: `curl: option ${word}: requires parameter\n${hint}` };
          put(valued, rest === '' ? (args[++i] ?? '') : rest);
          break;
        }
      }
    } else options.urls.push(word);
  }
  return options;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  503: 'Service Unavailable',
};

const METER =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';

async function bodyOf(call: ToolCall, { values }: Options): Promise<string | undefined> {
  const parts: string[] = [];
  for (const name of ['data', 'data-binary', 'data-raw', 'json'])
    for (const given of values.get(name) ?? []) {
      if (name === 'data-raw' || !given.startsWith('@')) parts.push(given);
      else {
        const text = given === '@-' ? await call.stdin() : (call.readFile(given.slice(1)) ?? '');
        // Only --data takes line ends out of a file.
        parts.push(name === 'data' ? text.replace(/[\r\n]/g, '') : text);
      }
    }
  return parts.length === 0 ? undefined : parts.join('&');
}

function headersOf({ set, values }: Options, body: string | undefined, user: string | undefined): Map<string, string> {
  const headers = new Map<string, string>();
  if (body !== undefined && !set.has('get'))
    headers.set('content-type', values.has('json') ? 'application/json' : 'application/x-www-form-urlencoded');
  if (user !== undefined) headers.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`);
  for (const line of values.get('header') ?? []) {
    const [name = '', value] = line.split(/:\s*(.*)/s);
    if (value === '') headers.delete(name.toLowerCase());
    else if (value !== undefined) headers.set(name.toLowerCase(), value);
  }
  return headers;
}

const ADDRESS = /^(?:(https?):\/\/)?(?:([^@/]*)@)?(\[[^\]]+\]|[^:/?]+)(?::(\d+))?([/?].*)?$/;

export function curl(reach: Reach): Tool {
  return async (call) => {
    const options = parse(call.args);
    if ('error' in options) {
      call.err(options.error);
      return 2;
    }
    const { set, values, urls } = options;
    if (urls.length === 0) {
      call.err(`curl: no URL specified!\n${hint}`);
      return 2;
    }
    const quiet = set.has('silent');
    const say = (code: number, text: string) => {
      if (!quiet || set.has('show-error')) call.err(`curl: (${code}) ${text}\n`);
      return code;
    };
    let code = 0;
    for (const url of urls) code = await one(call, options, url, say, reach, values.get('output')?.[0]);
    return code;
  };
}

async function one(
  call: ToolCall,
  options: Options,
  url: string,
  say: (code: number, text: string) => number,
  reach: Reach,
  output: string | undefined,
): Promise<number> {
  const { set, values } = options;
  const found = ADDRESS.exec(url);
  if (!found) return say(3, 'URL using bad/illegal format or missing URL');
  const [, scheme = 'http', inUrl, host = '', given, tail = '/'] = found;
  const port = Number(given ?? (scheme === 'https' ? 443 : 80));
  const body = await bodyOf(call, options);
  const head = set.has('head');
  const method =
    values.get('request')?.at(-1) ?? (head ? 'HEAD' : body === undefined || set.has('get') ? 'GET' : 'POST');
  const path = `${tail.startsWith('/') ? '' : '/'}${tail}${set.has('get') && body !== undefined ? `${tail.includes('?') ? '&' : '?'}${body}` : ''}`;
  const request: HttpRequest = {
    method,
    host,
    port,
    path,
    headers: headersOf(options, body, values.get('user')?.at(-1) ?? inUrl),
    body: set.has('get') ? '' : (body ?? ''),
  };
  const metered = !set.has('silent') && !set.has('no-progress-meter');
  const answer = await reach(call, request);
  if (answer === 'no host') return say(6, `Could not resolve host: ${host}`);
  if (metered) call.err(METER);
  if (answer === 'refused') {
    if (metered) call.err('\n');
    return say(7, `Failed to connect to ${host} port ${port} after 0 ms: Couldn't connect to server`);
  }
  if (scheme === 'https') {
    if (metered) call.err('\n');
    return say(35, 'error:0A00010B:SSL routines::wrong version number');
  }
  const failed = answer.status >= 400 && (set.has('fail') || set.has('fail-with-body'));
  const size = Buffer.byteLength(answer.body);
  const lines = Object.entries({
    ...answer.headers,
    'content-type': answer.type,
    'content-length': String(size),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const shown =
    (set.has('include') || head
      ? `HTTP/1.1 ${answer.status} ${REASONS[answer.status] ?? ''}\r\n${lines.join('')}\r\n`
      : '') + (method === 'HEAD' || (failed && !set.has('fail-with-body')) ? '' : answer.body);
  if (output === undefined || output === '-') call.out(shown);
  if (metered && !failed) {
    const n = String(size);
    call.err(
      `\r100 ${n.padStart(5)}  100 ${n.padStart(5)}    0     0  ${String(size * 50).padStart(5)}      0 --:--:-- --:--:-- --:--:-- ${String(size * 50).padStart(5)}\n`,
    );
  } else if (metered) call.err('\n');
  const format = values.get('write-out')?.at(-1);
  const variables: Record<string, string> = {
    http_code: String(answer.status),
    response_code: String(answer.status),
    size_download: String(size),
    time_total: '0.004512',
    url_effective: url,
  };
  if (format !== undefined)
    call.out(
      format
        .replace(/%\{(\w+)\}/g, (_all, name: string) => variables[name] ?? '')
        .replaceAll('\\n', '\n')
        .replaceAll('\\t', '\t'),
    );
  return failed ? say(22, `The requested URL returned error: ${answer.status}`) : 0;
}
