/** Commands in containers over a websocket, in both protocols: what they print, take and end with, and how they are refused. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Golden, normalise } from './golden.ts';
import { podOf, reaches, STARTS_MS, stays } from './pods.ts';
import { openLive } from './suite.ts';

const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';
const [STDIN, STDOUT, STDERR, STATUS, CLOSE] = [0, 1, 2, 3, 255] as const;

const api = openLive();
const golden = new Golden('exec.txt');
let ns = '';
beforeAll(async () => {
  ns = await api.namespace();
  const pods = `/api/v1/namespaces/${ns}/pods`;
  await api.post(pods, podOf('p', stays()));
  await api.post(pods, podOf('done', 'exit 0'));
  await Promise.all([reaches(api, `${pods}/p`, 'Running'), reaches(api, `${pods}/done`, 'Succeeded')]);
}, STARTS_MS * 2);
afterAll(() => golden.save());

interface Asked {
  protocols?: string[];
  pod?: string;
  container?: string;
  tty?: boolean;
  /** Sent whole, then closed. */
  input?: string;
  outputs?: string[];
}

/** Everything that came back: on each channel, or instead of an upgrade. */
async function exec(command: string[], asked: Asked = {}): Promise<Record<string, unknown>> {
  const { protocols = [V5], pod = 'p', container, tty, input, outputs = ['stdout', 'stderr'] } = asked;
  const socket = api.socket(`/api/v1/namespaces/${ns}/pods/${pod}/exec`, protocols, [
    ...command.map((word) => ['command', word] as const),
    ...outputs.map((name) => [name, 'true'] as const),
    ...(container === undefined ? [] : [['container', container] as const]),
    ...(tty ? [['tty', 'true'] as const] : []),
    ...(input === undefined ? [] : [['stdin', 'true'] as const]),
  ]);
  const said: Record<number, string> = {};
  socket.on('message', (data: Buffer) => {
    const channel = data[0] ?? -1;
    said[channel] = (said[channel] ?? '') + data.subarray(1).toString();
  });
  socket.on('error', () => {});
  const refused = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
  const opened = await Promise.race([once(socket, 'open').then(() => undefined), refused]);
  if (opened) {
    const [, answer] = opened;
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    socket.terminate();
    const text = Buffer.concat(chunks).toString();
    return { code: answer.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text };
  }
  const { protocol } = socket;
  if (input !== undefined) {
    for (let from = 0; from < input.length; from += 8192)
      socket.send(Buffer.concat([Buffer.from([STDIN]), Buffer.from(input.slice(from, from + 8192))]));
    if (protocol === V5) socket.send(Buffer.from([CLOSE, STDIN]));
  }
  const [code] = (await once(socket, 'close')) as [number];
  const status = said[STATUS];
  return {
    protocol,
    closed: code,
    out: said[STDOUT] ?? '',
    err: said[STDERR] ?? '',
    status: status === undefined ? null : JSON.parse(status),
  };
}

/** What differs from run to run in a refusal that quotes another server. */
const settled = (value: unknown): unknown =>
  JSON.parse(
    normalise(JSON.stringify(value), ns)
      .replace(/\b[0-9a-f]{64}\b/g, 'ID')
      .replace(/https:\/\/[^/"\\]+\/exec/g, 'https://KUBELET/exec'),
  );

interface Case extends Omit<Asked, 'protocols'> {
  name: string;
  command: string[];
}
const sh = (name: string, script: string, asked: Omit<Asked, 'protocols'> = {}): Case => ({
  name,
  command: ['sh', '-c', script],
  ...asked,
});

const CASES: readonly Case[] = [
  sh('nothing to say', 'exit 0'),
  sh('both outputs and an exit code', 'echo out; echo err >&2; exit 3'),
  sh('an exit code of 255', 'exit 255'),
  sh('ended by a signal', 'kill -9 $$'),
  sh('output that nobody asked for', 'echo out; echo err >&2', { outputs: ['stderr'] }),
  sh('one output of a terminal', 'echo out; echo err >&2', { tty: true, outputs: ['stdout'] }),
  sh('input to its end', 'wc -c | tr -d " "; exit 4', { input: '0123456789\n'.repeat(5000) }),
  sh('empty input', 'cat; echo end', { input: '' }),
  sh('not connected to input', 'cat; echo end'),
  { name: 'a command that is not there', command: ['no-such-command'] },
  { name: 'a file that may not be run', command: ['/etc/passwd'] },
  { name: 'no command', command: [] },
  sh('no output', 'true', { outputs: [] }),
  sh('the container by its name', 'echo here', { container: 'main' }),
  sh('another container', 'true', { container: 'other' }),
  sh('another pod', 'true', { pod: 'other' }),
  sh('a pod that is done', 'true', { pod: 'done' }),
];

/** The same over SPDY. */
async function execOverSpdy(
  command: string[],
  asked: Asked & { offered?: string[] },
): Promise<Record<string, unknown>> {
  const { pod = 'p', container, tty, input, outputs = ['stdout', 'stderr'], offered = [V4] } = asked;
  const spdy = await api.spdy(`/api/v1/namespaces/${ns}/pods/${pod}/exec`, offered, [
    ...command.map((word) => ['command', word] as const),
    ...outputs.map((name) => [name, 'true'] as const),
    ...(container === undefined ? [] : [['container', container] as const]),
    ...(tty ? [['tty', 'true'] as const] : []),
    ...(input === undefined ? [] : [['stdin', 'true'] as const]),
  ]);
  if (!('open' in spdy)) {
    const { code, body, headers } = spdy;
    const accepted = headers['x-accepted-stream-protocol-versions'];
    return { code, body: body.startsWith('{') ? JSON.parse(body) : body, ...(accepted ? { accepted } : {}) };
  }
  const open = (streamType: string) => spdy.open({ streamType });
  const error = open('error');
  const stdin = input === undefined ? undefined : open('stdin');
  const out = outputs.includes('stdout') ? open('stdout') : undefined;
  const err = outputs.includes('stderr') && !tty ? open('stderr') : undefined;
  if (tty) open('resize');
  if (input !== undefined) {
    for (let from = 0; from < input.length; from += 8192) stdin?.write(input.slice(from, from + 8192));
    stdin?.end();
  }
  await Promise.all([error.ended, out?.ended, err?.ended]);
  spdy.close();
  return {
    protocol: spdy.headers['x-stream-protocol-version'],
    upgraded: spdy.headers.upgrade,
    out: out?.said ?? '',
    err: err?.said ?? '',
    status: JSON.parse(error.said),
  };
}

describe('SPDY', () => {
  test.each(CASES)('$name', async ({ name, command, ...asked }) => {
    const made = settled(await execOverSpdy(command, asked));
    expect(made).toEqual(golden.expected(`SPDY ${name}`, made));
  });

  test.each([
    ['the first of those offered that is known', ['v9.channel.k8s.io', V4]],
    ['a protocol that nobody speaks', ['v9.channel.k8s.io']],
    ['no protocol', []],
  ])('%s', async (name, offered) => {
    const made = settled(await execOverSpdy(['true'], { offered }));
    expect(made).toEqual(golden.expected(`SPDY ${name}`, made));
  });
});

describe.each([
  ['v5', [V5]],
  ['v4', [V4]],
])('%s', (version, protocols) => {
  // With v4 input has no end but that of the connection, and a terminal's last words may be lost at the end.
  const cases = CASES.filter(({ input, tty }) => version === 'v5' || (input === undefined && !tty));
  test.each(cases)('$name', async ({ name, command, ...asked }) => {
    const made = settled(await exec(command, { ...asked, protocols }));
    expect(made).toEqual(golden.expected(`${version} ${name}`, made));
  });
});

test.each([
  ['the newest of those offered is taken', [V4, V5]],
  ['a protocol that nobody speaks', ['v9.channel.k8s.io']],
])('%s', async (name, protocols) => {
  const made = settled(await exec(['true'], { protocols }));
  expect(made).toEqual(golden.expected(name, made));
});
