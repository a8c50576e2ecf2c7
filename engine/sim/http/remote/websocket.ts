/** Commands in containers over a websocket (v5.channel.k8s.io, v4): one message a piece, its first byte the channel. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ApiError } from '../../errors.ts';
import type { Kernel } from '../../kernel.ts';
import { isTrue } from '../options.ts';
import type { Target } from '../request.ts';
import type { Call } from '../server.ts';
import { asHandedOn, PlainRefusal } from './refusal.ts';
import { beginSession, type Session } from './session.ts';
import { handedOn, statusOf } from './status.ts';

const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: 1 << 20,
  handleProtocols: (offered) => [V5, V4].find((protocol) => offered.has(protocol)) ?? false,
});

export function execOverWebsocket(kernel: Kernel, call: Call, target: Target, socket: Duplex, head: Buffer): void {
  const { request } = call;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  const v5 = offered.includes(V5);
  if (!v5 && !offered.includes(V4)) throw new PlainRefusal(403, '');
  const session = beginSession(kernel, call, target, {
    end: (end, command) => JSON.stringify(v5 ? handedOn(end) : statusOf(end, command)),
    refusal(error, container) {
      // With v5 the server has upgraded before it asks the kubelet; with v4 it hands the kubelet's answer on.
      if (v5 && error instanceof ApiError) return JSON.stringify(refusedLate(error, call.query, target, container));
      throw asHandedOn(error);
    },
  });
  sockets.handleUpgrade(request, socket, head, (channel) => connect(session, channel, socket));
}

function connect(session: Session, channel: WebSocket, socket: Duplex): void {
  const send = (number: number, bytes: Uint8Array) => {
    if (channel.readyState === channel.OPEN) channel.send(Buffer.concat([Buffer.from([number]), bytes]));
  };
  session.connect({
    output: (name, bytes) => send(CHANNEL[name], bytes),
    status: (bytes) => send(CHANNEL.error, bytes),
    behind: () => (channel.readyState === channel.OPEN ? channel.bufferedAmount : 0),
    end: () => channel.close(1000),
    drop: () => (socket instanceof Socket ? socket.destroySoon() : socket.destroy()),
    halfClose: () => socket.end(),
    stall: () => socket.pause(),
  });
  channel.on('error', () => channel.terminate());
  channel.on('message', (data: Buffer) => {
    const rest = data.subarray(1);
    if (data[0] === CHANNEL.stdin) {
      if (rest.length > 0) session.input(rest);
    } else if (data[0] === CHANNEL.resize) session.resize(rest.toString());
    else if (data[0] === CHANNEL.close && rest[0] === CHANNEL.stdin) session.endInput();
  });
  channel.on('close', () => session.gone());
}

/** A Status on the channel for errors, in the words of a server that speaks to the kubelet itself. */
function refusedLate(error: ApiError, query: URLSearchParams, target: Target, container: string): object {
  const { subresource, namespace, name } = target;
  const path = `${subresource}/${namespace}/${name}/${container}`;
  const message = error.status.message?.replace(
    /^error dialing backend: (dial tcp ([^ ]+):)/,
    (_, dial, kubelet) =>
      `Internal error occurred: error sending request: Post "https://${kubelet}/${path}?${kubeletQuery(query)}": ${dial}`,
  );
  return { ...error.status, kind: undefined, apiVersion: undefined, message };
}

/** What of the client's query the kubelet is asked. */
const kubeletQuery = (query: URLSearchParams): string =>
  [
    ...query.getAll('command').map((word) => `command=${encodeURIComponent(word)}`),
    ...Object.entries({ stderr: 'error', stdin: 'input', stdout: 'output', tty: 'tty' })
      .filter(([name]) => isTrue(query.get(name)))
      .map(([, name]) => `${name}=1`),
  ].join('&');
