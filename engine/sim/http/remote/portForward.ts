/** Connections to ports of a pod over SPDY/3.1, by itself or within a websocket: a pair of streams for each, one for data and one for errors. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { badRequest } from '../../errors.ts';
import type { NodeHooks } from '../../hooks.ts';
import { at } from '../../json.ts';
import type { Kernel } from '../../kernel.ts';
import { current } from '../../verbs/common.ts';
import { nodeOf } from '../containers.ts';
import type { Target } from '../request.ts';
import type { Call } from '../server.ts';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.ts';
import { PlainRefusal } from './refusal.ts';
import { negotiate, switchToSpdy } from './spdy.ts';

const PROTOCOL = 'portforward.k8s.io';
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

const tunnels = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 20 });
// The library takes no protocol with a slash in its name, in questions or answers: it is told of none, and the answer is added.
tunnels.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${TUNNEL}`));

export function forwardOverSpdy(kernel: Kernel, call: Call, target: Target, socket: Duplex, head: Buffer): void {
  const node = running(kernel, target);
  const protocol = negotiate(call, [PROTOCOL]);
  // What the server makes of a runtime that has said nothing.
  if (protocol === undefined) throw new PlainRefusal(500, 'invalid upgrade response: status code 200\n');
  switchToSpdy(socket, head, protocol);
  forward(node, target, socket);
}

export function forwardOverWebsocket(kernel: Kernel, call: Call, target: Target, socket: Duplex, head: Buffer): void {
  const node = running(kernel, target);
  const { request } = call;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  // The older way, a websocket for each port, is not spoken.
  if (!offered.includes(TUNNEL))
    throw call.query.has('port')
      ? new PlainRefusal(403, '')
      : new PlainRefusal(400, 'query parameter "port" is required');
  const { 'sec-websocket-protocol': _, ...headers } = request.headers;
  const asked = Object.create(request, { headers: { value: headers } }) as IncomingMessage;
  tunnels.handleUpgrade(asked, socket, head, (channel) => forward(node, target, createWebSocketStream(channel)));
}

function running(kernel: Kernel, { info, namespace, name }: Target): NodeHooks {
  const pod = kernel.store.object(info, current(kernel, info, namespace, name));
  if (!at(pod, 'spec', 'nodeName')) throw badRequest(`pod ${name} does not have a host assigned`);
  return nodeOf(kernel);
}

function forward(node: NodeHooks, { namespace, name: pod }: Target, socket: Duplex): void {
  /** The first stream of a pair waits for the second. */
  const waiting = new Map<string, SpdyStream>();
  new SpdyConnection(socket, {
    stream(stream) {
      const { headers } = stream;
      const type = headers.get('streamtype') ?? '';
      const port = Number(headers.get('port'));
      if (!['error', 'data'].includes(type) || !Number.isInteger(port) || port < 1 || port > 65535) {
        stream.destroy();
        return;
      }
      const id = headers.get('requestid') ?? '';
      const other = waiting.get(id);
      if (!other || other.headers.get('streamtype') === type) {
        waiting.set(id, stream);
        return;
      }
      waiting.delete(id);
      const [data, errors] = type === 'data' ? [stream, other] : [other, stream];
      errors.resume();
      join(() => node.dial({ namespace, pod, port }), data, errors);
    },
    closed: () => waiting.clear(),
  });
}

/** Carries data both ways until both sides have ended. */
function join(dial: () => Duplex, data: SpdyStream, errors: SpdyStream): void {
  let there: Duplex;
  try {
    there = dial();
  } catch (error) {
    errors.end(error instanceof Error ? error.message : String(error));
    data.resume();
    data.end();
    return;
  }
  there.on('error', () => there.destroy());
  there.on('close', () => {
    if (!data.writableEnded) data.end();
    if (!errors.writableEnded) errors.end();
  });
  data.on('close', () => there.destroy());
  data.pipe(there);
  there.pipe(data);
}
