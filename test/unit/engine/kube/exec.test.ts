import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { exec } from '../../../../engine/kube/exec.ts';
import { createTransport } from '../../../../engine/kube/transport.ts';
import type { ExecRequest } from '../../../../engine/kube/types.ts';
import { anonymous, nowhere, serve } from './server.ts';

const ask: ExecRequest = { namespace: 'ns', pod: 'p', container: 'c', command: ['run', 'a b', '&x=1'] };
const frame = (channel: number, text: string | Uint8Array) =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const status = (socket: WebSocket, body: object) => socket.send(frame(3, JSON.stringify(body)));
const exit = (code: number) => ({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  message: `command terminated with non-zero exit code: exit status ${code}`,
  details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
});
const failure = (message: string) => ({ status: 'Failure', reason: 'InternalError', message, code: 500 });

describe('how a command ended', () => {
  it.each([
    ['success', { status: 'Success' }, { kind: 'exit', code: 0 }],
    ['an exit code', exit(3), { kind: 'exit', code: 3 }],
    ['an exit code of a killed command', exit(137), { kind: 'exit', code: 137 }],
    [
      'no such file',
      failure(
        'Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "6": OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
      ),
      { kind: 'refused', message: 'exec: "nope": executable file not found in $PATH' },
    ],
    [
      'no such container',
      failure('Internal error occurred: unable to upgrade connection: container not found ("c")'),
      { kind: 'refused', message: 'unable to upgrade connection: container not found ("c")' },
    ],
    [
      'a fault half way',
      failure('Internal error occurred: error reading from error stream: EOF'),
      { kind: 'unknown', why: 'error reading from error stream: EOF' },
    ],
    ['an exit code that is none', { ...exit(0) }, { kind: 'unknown' }],
    ['a failure without a word', { status: 'Failure' }, { kind: 'unknown' }],
    ['a status that is null', null as unknown as object, { kind: 'unknown' }],
  ])('%s', async (_, body, expected) => {
    const server = await serve({
      exec(socket) {
        status(socket, body);
        socket.close(1000);
      },
    });
    expect(await server.client().exec(ask)).toMatchObject(expected);
    expect(server.seen[0]!.url.searchParams.getAll('command')).toEqual(ask.command);
  });

  it.each([
    ['a clean close without a status', (socket: WebSocket) => socket.close(1000), /no exit status: .*code 1000/],
    ['a connection that is cut', (socket: WebSocket) => socket.terminate(), /no exit status: the connection broke off/],
    [
      'a status that is not JSON',
      (socket: WebSocket) => {
        socket.send(frame(3, 'boom'));
        socket.close();
      },
      /could not be read/,
    ],
  ])('%s is unknown, never a success', async (_, end, why) => {
    const server = await serve({
      exec(socket) {
        socket.send(frame(1, 'half of the outp'), () => end(socket));
      },
    });
    const out: string[] = [];
    const outcome = await server
      .client()
      .exec({ ...ask, onStdout: (bytes) => out.push(Buffer.from(bytes).toString()) });
    expect(outcome).toMatchObject({ kind: 'unknown', why: expect.stringMatching(why) });
    expect(out).toEqual(['half of the outp']);
  });

  it('is unknown where the link goes silent, found by pings', async () => {
    const server = await serve({ exec: () => {}, autoPong: false });
    const connection = server.connection();
    const transport = createTransport(connection, anonymous);
    const outcome = await exec(connection, anonymous, transport, ask, { pingMs: 10, handshakeMs: 1000 });
    expect(outcome).toEqual({ kind: 'unknown', why: 'no exit status: the connection went silent' });
  });

  it('is unknown where the upgrade is never answered: the request was on its way', async () => {
    const server = await serve({ answer: () => {} });
    const connection = server.connection();
    const transport = createTransport(connection, anonymous);
    const outcome = await exec(connection, anonymous, transport, ask, { pingMs: 1000, handshakeMs: 50 });
    expect(outcome).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/gave no answer within 0\.1 s/) });
  });

  it('is unknown when given up here, and says that the command may go on', async () => {
    const giving = new AbortController();
    const server = await serve({ exec: (socket) => socket.send(frame(1, 'x')) });
    const outcome = await server.client().exec({ ...ask, signal: giving.signal, onStdout: () => giving.abort() });
    expect(outcome).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/may go on running/) });
  });
});

describe('what is refused before anything runs is a typed error', () => {
  it.each([
    [
      403,
      'Forbidden',
      'pods "p" is forbidden: User "eve" cannot create resource "pods/exec" in API group "" in the namespace "ns"',
      'user "eve" may not create pods/exec in namespace ns; ask for a role that grants it',
    ],
    [404, 'NotFound', 'pods "p" not found', 'pods "p" not found'],
    [400, 'BadRequest', 'container c is not valid for pod p', 'container c is not valid for pod p'],
    [500, 'InternalError', 'error dialing backend', 'error dialing backend'],
  ])('%i', async (code, reason, message, said) => {
    const server = await serve({
      answer: (response) =>
        response.writeHead(code).end(JSON.stringify({ kind: 'Status', status: 'Failure', code, reason, message })),
    });
    await expect(server.client().exec(ask)).rejects.toMatchObject({
      name: 'KubeError',
      status: code,
      reason,
      message: said,
    });
  });

  it('a server that is not there, with nothing sent', async () => {
    const server = await serve({});
    const client = server.client({ url: await nowhere() });
    await expect(client.exec(ask)).rejects.toMatchObject({ reason: 'Connection', sent: false });
  });

  it('a signal that fired before, with nothing sent', async () => {
    const server = await serve({ exec: () => {} });
    await expect(server.client().exec({ ...ask, signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: 'Aborted',
      sent: false,
    });
    expect(server.seen).toEqual([]);
  });

  it('but a gateway that lost its server leaves it unknown', async () => {
    const server = await serve({ answer: (response) => response.writeHead(502).end('<html>bad gateway') });
    expect(await server.client().exec(ask)).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/gateway.*502/),
    });
  });

  it('a 401 is tried once more with a fresh login', async () => {
    let tries = 0;
    const server = await serve({
      answer: (response) => (tries++ === 0 ? response.writeHead(401).end('{}') : response.writeHead(403).end('{}')),
    });
    let renewed = 0;
    const credentials = { get: async () => ({}), renew: () => ++renewed > 0 };
    await expect(server.client({}, credentials).exec(ask)).rejects.toMatchObject({ status: 403 });
    expect([tries, renewed]).toEqual([2, 1]);
  });
});

describe('stdin', () => {
  const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  const stdin = Buffer.alloc(3 << 20, 'some text\n');

  it('arrives whole at a server that reads slowly, then closes alone (v5)', async () => {
    let protocol = '';
    const server = await serve({
      exec(socket) {
        protocol = socket.protocol;
        const parts: Buffer[] = [];
        socket.on('message', (data: Buffer) => {
          if (data[0] === 0) {
            parts.push(data.subarray(1));
            if (parts.length % 10 === 0) {
              socket.pause();
              setTimeout(() => socket.resume(), 2);
            }
          } else if (data[0] === 255 && data[1] === 0) {
            socket.send(frame(1, digest(Buffer.concat(parts))));
            status(socket, { status: 'Success' });
            socket.close();
          }
        });
      },
    });
    let out = '';
    const outcome = await server.client().exec({
      ...ask,
      stdin,
      onStdout: (bytes) => {
        out += Buffer.from(bytes);
      },
    });
    expect(outcome).toEqual({ kind: 'exit', code: 0 });
    expect(out).toBe(digest(stdin));
    expect(protocol).toBe('v5.channel.k8s.io');
  });

  it('is cut to its length in the container where the server knows v4 only', async () => {
    const server = await serve({
      protocols: ['v4.channel.k8s.io'],
      exec(socket) {
        let size = 0;
        socket.on('message', (data: Buffer) => {
          if (data[0] !== 0) status(socket, failure('v4 knows no such channel'));
          size += data.length - 1;
          if (size === stdin.length) {
            status(socket, exit(7));
            socket.close();
          }
        });
      },
    });
    expect(await server.client().exec({ ...ask, stdin })).toEqual({ kind: 'exit', code: 7 });
    const [first, second] = server.seen.map(({ url }) => url.searchParams.getAll('command'));
    expect(first).toEqual(ask.command);
    expect(second).toEqual([
      'sh',
      '-c',
      'n=$1; shift; head -c "$n" | "$@"',
      'sh',
      String(stdin.length),
      ...ask.command,
    ]);
  });

  it('is not opened where there is none, and an empty one is closed at once', async () => {
    const server = await serve({
      exec(socket) {
        socket.on('message', (data: Buffer) => {
          status(socket, exit(data[0] === 255 ? 11 : 12));
          socket.close();
        });
        setTimeout(() => socket.close(), 30);
      },
    });
    expect(await server.client().exec(ask)).toMatchObject({ kind: 'unknown' });
    expect(await server.client().exec({ ...ask, stdin: new Uint8Array() })).toEqual({ kind: 'exit', code: 11 });
    expect(server.seen.map(({ url }) => url.searchParams.get('stdin'))).toEqual(['false', 'true']);
  });

  it('is no reason to lose the exit status of a command that did not read it', async () => {
    const server = await serve({
      exec(socket) {
        socket.pause();
        status(socket, exit(1));
        socket.close();
        setTimeout(() => socket.terminate(), 50);
      },
    });
    expect(await server.client().exec({ ...ask, stdin: Buffer.alloc(20 << 20) })).toEqual({ kind: 'exit', code: 1 });
  });
});

it('a callback that throws ends the stream instead of the process', async () => {
  const server = await serve({ exec: (socket) => socket.send(frame(2, 'x')) });
  const outcome = await server.client().exec({
    ...ask,
    onStderr() {
      throw new Error('disk full');
    },
  });
  expect(outcome).toMatchObject({ kind: 'unknown', why: expect.stringMatching(/could not be taken: disk full/) });
});
