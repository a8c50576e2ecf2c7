/** Requests handed on to a port of a pod, by its own name or behind a Service. */
import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ApiError, badRequest, failure } from '../../errors.ts';
import { at } from '../../json.ts';
import type { Kernel } from '../../kernel.ts';
import type { SimObject } from '../../types.ts';
import { current } from '../../verbs/common.ts';
import { nodeOf } from '../containers.ts';
import type { Target } from '../request.ts';
import type { Call } from '../server.ts';

interface Place {
  pod: string;
  ip: string;
  port: number;
}

const unavailable = (message: string): ApiError => failure(503, 'ServiceUnavailable', message);
const unreached = (why: string): ApiError => unavailable(`error trying to reach service: ${why}`);

/** `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`. */
function split(text: string, kind: string): { scheme: string; name: string; port: string } {
  const parts = text.split(':');
  const [scheme = '', name = '', port = ''] = parts.length === 3 ? parts : ['', ...parts];
  if (parts.length > 3 || name === '' || !['', 'http', 'https'].includes(scheme))
    throw badRequest(`invalid ${kind} request ${JSON.stringify(text)}`);
  return { scheme, name, port };
}

function podPlace(pod: SimObject, port: string): Place {
  const ip = String(at(pod, 'status', 'podIP') ?? '');
  if (!ip) throw badRequest('address not allowed');
  const containers = (at(pod, 'spec', 'containers') ?? []) as { ports?: { containerPort: number }[] }[];
  const first = containers.find(({ ports }) => (ports?.length ?? 0) > 0)?.ports?.[0]?.containerPort ?? 80;
  if (port !== '' && !/^\d+$/.test(port)) throw unreached(`dial tcp: lookup tcp/${port}: unknown port`);
  return { pod: pod.metadata.name, ip, port: port === '' ? first : Number(port) };
}

interface Subset {
  addresses?: { ip: string; targetRef?: { kind?: string; name?: string } }[];
  ports?: { name?: string; port: number }[];
}

function servicePlace(kernel: Kernel, service: SimObject, port: string, asked: string): Place {
  const { name, namespace = '' } = service.metadata;
  const ports = (at(service, 'spec', 'ports') ?? []) as { name?: string; port: number }[];
  let wanted = port;
  if (/^\d+$/.test(port)) {
    const found = ports.find((one) => one.port === Number(port));
    if (!found) throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
    wanted = found.name ?? '';
  }
  const info = kernel.registry.get('endpoints');
  const entry = kernel.store.entry(info, namespace, name);
  const subsets = entry ? ((kernel.store.object(info, entry).subsets ?? []) as Subset[]) : [];
  for (const { addresses = [], ports: open = [] } of subsets) {
    const there = open.find((one) => (one.name ?? '') === wanted);
    const [address] = addresses;
    if (there && address) return { pod: address.targetRef?.name ?? '', ip: address.ip, port: there.port };
  }
  throw unavailable(`no endpoints available for service ${JSON.stringify(asked)}`);
}

export async function answerProxy(kernel: Kernel, call: Call, target: Target): Promise<void> {
  const { info, namespace } = target;
  const { scheme, name, port } = split(target.name, info.plural === 'pods' ? 'pod' : 'service');
  const object = kernel.store.object(info, current(kernel, info, namespace, name));
  const place = info.plural === 'pods' ? podPlace(object, port) : servicePlace(kernel, object, port, target.name);
  const { method, query } = call;
  const asked = query.size > 0 ? `?${query}` : '';
  if (target.rest === '' && !call.path.endsWith('/') && (method === 'GET' || method === 'HEAD')) {
    call.response.writeHead(301, { Location: `${call.path}/${asked}` }).end();
    return;
  }
  const slash = target.rest !== '' && call.path.endsWith('/') ? '/' : '';
  await handOn(call, connect(kernel, namespace, place), `/${target.rest}${slash}${asked}`, scheme === 'https');
}

function connect(kernel: Kernel, namespace: string, { pod, ip, port }: Place): Duplex {
  try {
    return nodeOf(kernel).dial({ namespace, pod, port });
  } catch {
    throw unreached(`dial tcp ${ip}:${port}: connect: connection refused`);
  }
}

function handOn(call: Call, socket: Duplex, path: string, tls: boolean): Promise<void> {
  if (tls) {
    socket.destroy();
    throw unreached('tls: first record does not look like a TLS handshake');
  }
  const { authorization: _, ...headers } = call.request.headers;
  return new Promise((resolve, reject) => {
    const asking = request({ createConnection: () => socket, method: call.method, path, headers });
    asking.on('response', (answer: IncomingMessage) => {
      call.response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(call.response);
      answer.on('end', resolve);
      answer.on('error', () => call.response.destroy());
    });
    asking.on('error', (error) => reject(unreached(broken(error))));
    call.response.on('close', () => {
      socket.destroy();
      resolve();
    });
    call.request.pipe(asking);
  });
}

/** What a Go client says of an answer that is no HTTP. */
function broken(error: Error & { code?: string; rawPacket?: Buffer }): string {
  if (!error.code?.startsWith('HPE_')) return error.code === 'ECONNRESET' ? 'EOF' : error.message;
  const [line = ''] = (error.rawPacket ?? Buffer.alloc(0)).toString().split('\r\n');
  const code = line.split(' ')[1];
  const what = code === undefined ? `response ${JSON.stringify(line)}` : `status code ${JSON.stringify(code)}`;
  return `net/http: HTTP/1.x transport connection broken: malformed HTTP ${what}`;
}
