/**
 * A command in a container, over a websocket (v5.channel.k8s.io, else v4). How it ended is told only by the server's
 * status frame; a stream that closes without one has an unknown outcome, never a good one.
 */
import { WebSocket } from 'ws';
import type { Connection } from './connection.ts';
import type { Credential, CredentialSource } from './credentials.ts';
import { dialOnce } from './dial.ts';
import { abortedError, answerError, connectionError, statusOf, timeoutError } from './errors.ts';
import { podPath } from './pod-container.ts';
import { clean } from './sanitise.ts';
import type { Transport } from './transport.ts';
import { type ExecOutcome, type ExecRequest, KubeError } from './types.ts';

const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
const STDIN_CHUNK = 32 << 10;
/** What may wait in the socket's buffer before stdin pauses. */
const STDIN_AHEAD = 256 << 10;
const HANDSHAKE_MS = 30_000;
const MAX_REFUSAL = 64 << 10;

export interface ExecTiming {
  /** Between pings; a silence of two and a half times this ends the stream. Middle boxes cut idle streams after minutes. */
  pingMs: number;
  handshakeMs: number;
}

const TIMING: ExecTiming = { pingMs: 20_000, handshakeMs: HANDSHAKE_MS };

/** See KubeClient.exec. */
export async function exec(
  connection: Connection,
  credentials: CredentialSource,
  transport: Transport,
  request: ExecRequest,
  timing: ExecTiming = TIMING,
): Promise<ExecOutcome> {
  let protocols = request.stdin === undefined ? [V5, V4] : [V5];
  for (let renewed = false; ; ) {
    const credential = await credentials.get();
    try {
      return await once(connection, credential, transport, request, protocols, timing);
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 401 && !renewed && credentials.renew(credential)) renewed = true;
      // Servers before 1.30. They turn the upgrade away, so nothing was started.
      else if (protocols[0] === V5 && error.status >= 400 && /protocol.* not supported/i.test(error.message))
        protocols = [V4];
      else throw error;
    }
  }
}

/** v4 can't close stdin alone. There the command gets exactly its bytes, then the end, from a pipe in the container. */
function argv({ command, stdin }: ExecRequest, protocols: string[]): string[] {
  if (stdin === undefined || protocols[0] !== V4) return command;
  return ['sh', '-c', 'n=$1; shift; head -c "$n" | "$@"', 'sh', String(stdin.length), ...command];
}

function address(transport: Transport, request: ExecRequest, protocols: string[]): URL {
  const url = transport.address(`${podPath(request)}/exec`, {
    container: request.container || undefined,
    stdin: request.stdin !== undefined,
    stdout: true,
    stderr: true,
  });
  for (const argument of argv(request, protocols)) url.searchParams.append('command', argument);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

async function once(
  connection: Connection,
  credential: Credential,
  transport: Transport,
  request: ExecRequest,
  protocols: string[],
  timing: ExecTiming,
): Promise<ExecOutcome> {
  const { target } = connection;
  if (request.signal?.aborted) throw abortedError(false);
  let raw: Awaited<ReturnType<typeof dialOnce>>;
  try {
    raw = await dialOnce(connection, credential);
  } catch (error) {
    throw connectionError(target, error, false);
  }
  if (request.signal?.aborted) {
    raw.destroy();
    throw abortedError(false);
  }
  const socket = new WebSocket(address(transport, request, protocols), protocols, {
    headers: flat(transport.identity(credential)),
    createConnection: () => raw,
    perMessageDeflate: false,
    // One frame of output; a larger one is not from a container runtime.
    maxPayload: 32 << 20,
  });
  return new Promise<ExecOutcome>((resolve, reject) => {
    let opened = false;
    let status: ExecOutcome | undefined;
    let why = '';
    let heard = Date.now();
    let pings: NodeJS.Timeout | undefined;

    // The library's own handshake timeout does not fire on a socket that is handed to it connected.
    const handshake = setTimeout(() => cut(timeoutError(target, true, timing.handshakeMs).message), timing.handshakeMs);
    const finish = (settle: () => void) => {
      clearTimeout(handshake);
      clearInterval(pings);
      request.signal?.removeEventListener('abort', abort);
      settle();
    };
    const cut = (reason: string) => {
      why ||= reason;
      socket.terminate();
    };
    const abort = () => cut('the stream was given up here; the command may go on running');
    request.signal?.addEventListener('abort', abort, { once: true });

    socket.on('unexpected-response', (_, response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size <= MAX_REFUSAL) parts.push(part);
      });
      const told = () => {
        const body = Buffer.concat(parts).toString('utf8');
        const code = response.statusCode ?? 0;
        const gateway = (code === 502 || code === 504) && statusOf(body) === undefined;
        finish(() => {
          // A gateway that lost its server cannot say whether the command was started.
          if (gateway) resolve({ kind: 'unknown', why: `a gateway before ${target.server} answered ${code}` });
          else reject(answerError(target, code, body, response.headers['retry-after']));
        });
        socket.terminate();
      };
      response.once('end', told).once('error', told).once('aborted', told);
    });

    socket.on('open', () => {
      opened = true;
      clearTimeout(handshake);
      heard = Date.now();
      pings = setInterval(() => {
        if (Date.now() - heard > timing.pingMs * 2.5) cut('the connection went silent');
        else socket.ping();
      }, timing.pingMs);
      if (request.stdin !== undefined) {
        feed(socket, request.stdin).catch((error: Error) => cut(`stdin could not be sent: ${error.message}`));
      }
    });
    socket.on('pong', () => {
      heard = Date.now();
    });
    socket.on('message', (data: Buffer, binary: boolean) => {
      heard = Date.now();
      const frame = binary ? data : Buffer.from(data);
      const payload = frame.subarray(1);
      if (frame[0] === CHANNEL.status) status ??= readStatus(payload.toString('utf8'));
      else if (payload.length > 0) {
        const sink =
          frame[0] === CHANNEL.stdout ? request.onStdout : frame[0] === CHANNEL.stderr ? request.onStderr : undefined;
        try {
          sink?.(payload);
        } catch (error) {
          cut(`its output could not be taken: ${(error as Error).message}`);
        }
      }
    });
    socket.on('error', (error) => {
      // Before the answer to the upgrade: it was on its way, so whether the command was started cannot be known.
      why ||= opened ? clean(error.message, 200) : connectionError(target, error, true).message;
      if (!opened) finish(() => resolve({ kind: 'unknown', why }));
    });
    socket.on('close', (code) => {
      const reason = why || (code === 1006 ? 'the connection broke off' : `the stream closed with code ${code}`);
      finish(() => resolve(status ?? { kind: 'unknown', why: `no exit status: ${reason}` }));
    });
  });
}

/** Sends all of stdin, no faster than the socket takes it, then closes that one channel. */
async function feed(socket: WebSocket, stdin: Uint8Array): Promise<void> {
  for (let at = 0; at < stdin.length && socket.readyState === WebSocket.OPEN; at += STDIN_CHUNK) {
    const part = stdin.subarray(at, at + STDIN_CHUNK);
    const frame = Buffer.allocUnsafe(part.length + 1);
    frame[0] = CHANNEL.stdin;
    frame.set(part, 1);
    const sent = send(socket, frame);
    if (socket.bufferedAmount > STDIN_AHEAD) await sent;
    else sent.catch(() => {});
  }
  if (socket.readyState !== WebSocket.OPEN) return;
  if (socket.protocol === V5) await send(socket, Buffer.from([CHANNEL.close, CHANNEL.stdin]));
}

const send = (socket: WebSocket, frame: Buffer) =>
  new Promise<void>((resolve, reject) => socket.send(frame, (error) => (error ? reject(error) : resolve())));

interface ExecStatus {
  status?: string;
  reason?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

/** Messages of runtimes and kubelets for a command that never ran. Other failures may have happened half way. */
const NOT_STARTED = [
  /executable file not found/i,
  /no such file or directory/i,
  /permission denied/i,
  /exec format error/i,
  /is a directory/i,
  /chdir to cwd/i,
  /failed to (start|create) exec/i,
  /container not found/i,
  /container .*(is not (running|valid|created)|not found)/i,
  /cannot exec in a (stopped|deleted|paused)/i,
  /pod .*(does not exist|not found|is not running)/i,
  /unable to find user/i,
  /(error dialing backend|error sending request: Post "[^"]*"): dial tcp /i,
  /(task|container) .* not found/i,
];

function readStatus(json: string): ExecOutcome {
  let status: ExecStatus;
  try {
    status = JSON.parse(json) as ExecStatus;
  } catch {
    return { kind: 'unknown', why: 'the exit status could not be read' };
  }
  if (status?.status === 'Success') return { kind: 'exit', code: 0 };
  const whole = clean(String(status?.message ?? ''), 2000);
  const message = tidy(whole);
  if (status?.reason === 'NonZeroExitCode') {
    const code = Number(status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message);
    if (Number.isInteger(code) && code > 0) return { kind: 'exit', code };
  }
  if (status?.status === 'Failure' && NOT_STARTED.some((pattern) => pattern.test(whole))) {
    return { kind: 'refused', message };
  }
  return { kind: 'unknown', why: message || 'the exit status could not be read' };
}

/** The layers a runtime's words have come through say nothing to a person. */
function tidy(message: string): string {
  const said = /unable to start container process: (.*)$/.exec(message)?.[1] ?? message;
  return said
    .replace(/^(Internal error occurred: )+/, '')
    .replace(/: unknown$/, '')
    .slice(0, 400);
}

const flat = (headers: Record<string, string | string[]>) => headers as Record<string, string>;
