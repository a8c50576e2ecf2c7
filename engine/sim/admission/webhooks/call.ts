/** Sends a review to a webhook. What goes wrong is said in the words of a Go client, which people search the web for. */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { parse as parseYaml } from 'yaml';
import { goJsonError, parseJson } from '../../gojson.ts';
import { type Dict, isDict } from '../../types.ts';
import type { Place } from './place.ts';
import { WebhookFailure } from './refusals.ts';

/** An answer this large is none. */
const LARGEST = 16 << 20;

interface Failure extends Error {
  code?: string;
  address?: string;
  port?: number;
  syscall?: string;
  reason?: string;
  host?: string;
  cert?: PeerCertificate;
  errors?: Failure[];
}

interface Answer {
  code: number;
  type: string;
  body: string;
}

/** No answer, or none that is an object: why. */
export class NoAnswer extends Error {}

/** Asks an admission webhook. */
export async function callWebhook(place: Place, review: Dict, seconds: number): Promise<Dict> {
  try {
    return await postReview(place, review, seconds);
  } catch (error) {
    throw error instanceof NoAnswer ? new WebhookFailure(`failed to call webhook: ${error.message}`) : error;
  }
}

export async function postReview(place: Place, review: Dict, seconds: number): Promise<Dict> {
  const sent = Buffer.from(JSON.stringify(review));
  let answer: Answer;
  try {
    answer = await exchange(place, sent, seconds * 1000);
  } catch (error) {
    throw failed(`Post ${JSON.stringify(place.url)}: ${inGo(error as Failure, place)}`);
  }
  const { code, type, body } = answer;
  if (code < 200 || code > 206) throw failed(statusWords(answer));
  if (body === '') throw failed(`0-length response with status code: ${code} and content type: ${type}`);
  const read = readJson(body);
  if (isDict(read)) return read;
  const kind = Array.isArray(read) ? 'array' : typeof read === 'boolean' ? 'bool' : typeof read;
  throw failed(`${NO_OBJECT}: json: cannot unmarshal ${kind} into Go value of type ${HEADER}`);
}

const NO_OBJECT = "couldn't get version/kind; json parse error";
const HEADER =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** JSON, or YAML: a page of text is a string of that. */
function readJson(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    try {
      return parseYaml(body);
    } catch {
      throw failed(`${NO_OBJECT}: ${goJsonError(body)}`);
    }
  }
}

const failed = (why: string): Error => new NoAnswer(why);

function exchange(place: Place, sent: Buffer, ms: number): Promise<Answer> {
  const { host, port, path, serverName, ca, dial } = place;
  const tls = {
    // Whatever is in the bundle is trusted, a server's own certificate too, whoever issued it.
    ...(ca ? { ca, allowPartialTrustChain: true } : {}),
    servername: serverName,
    ALPNProtocols: ['http/1.1'],
  };
  return new Promise((resolve, reject) => {
    const asking = request({
      host,
      port,
      path,
      method: 'POST',
      headers: {
        'User-Agent': 'kube-apiserver-admission',
        'Content-Type': 'application/json',
        Accept: 'application/json, */*',
        'Content-Length': sent.length,
      },
      ...(dial
        ? { createConnection: () => connectTls({ socket: dial(), host: serverName, ...tls }) }
        : { ...tls, agent: false }),
    });
    const late = setTimeout(() => asking.destroy(new Error('context deadline exceeded')), ms);
    const over = (act: () => void) => {
      clearTimeout(late);
      act();
    };
    asking.on('error', (error) => over(() => reject(error)));
    asking.on('response', (answer: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST) asking.destroy(new Error('http: response body too large'));
        chunks.push(chunk);
      });
      answer.on('error', (error) => over(() => reject(error)));
      answer.on('end', () =>
        over(() =>
          resolve({
            code: answer.statusCode ?? 0,
            type: answer.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString(),
          }),
        ),
      );
    });
    asking.end(sent);
  });
}

const CONNECT: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
};
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const UNVERIFIED = 'tls: failed to verify certificate: x509: ';

function inGo(error: Failure, place: Place): string {
  const first = error.errors?.[0] ?? error;
  const { code = '' } = first;
  const reached = CONNECT[code];
  if (reached && first.syscall === 'connect') {
    const address = first.address ?? place.host;
    return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${first.port ?? place.port}: connect: ${reached}`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${place.host}: no such host`;
  if (UNKNOWN_AUTHORITY.has(code)) return `${UNVERIFIED}certificate signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `${UNVERIFIED}certificate has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${UNVERIFIED}${otherName(first, place)}`;
  if (/wrong version number|packet length too long/.test(first.message))
    return 'http: server gave HTTP response to HTTPS client';
  if (code === 'ECONNRESET') return 'EOF';
  return first.message;
}

/** A certificate for others. */
function otherName({ cert }: Failure, { host, serverName }: Place): string {
  const names = (cert?.subjectaltname ?? '').split(', ').filter(Boolean);
  const of = (kind: string) => names.filter((one) => one.startsWith(kind)).map((one) => one.slice(kind.length));
  const [hosts, addresses] = [of('DNS:'), of('IP Address:')];
  if (serverName === '') {
    if (addresses.length === 0) return `cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
    return `certificate is valid for ${addresses.join(', ')}, not ${host}`;
  }
  if (names.length === 0) return 'certificate relies on legacy Common Name field, use SANs instead';
  if (hosts.length === 0) return `certificate is not valid for any names, but wanted to match ${serverName}`;
  return `certificate is valid for ${hosts.join(', ')}, not ${serverName}`;
}

const STATUS: Record<number, string> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};
/** Whose own words are repeated. */
const QUOTED = new Set([403, 406, 410, 415]);

function statusWords({ code, type, body }: Answer): string {
  const said = type === '' || type.startsWith('text/') ? body.trim() : 'unknown';
  if (STATUS[code]) return STATUS[code];
  if (QUOTED.has(code)) return said;
  if (code >= 500) return `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
}
