/** Commands on a terminal: its size and name, what is typed and what that does, one output, the exit code. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { eventually } from './eventually.ts';
import { podOf, reaches, STARTS_MS, stays } from './pods.ts';
import { openLive } from './suite.ts';

const V5 = 'v5.channel.k8s.io';
const [STDIN, STDOUT, STDERR, STATUS, RESIZE] = [0, 1, 2, 3, 4] as const;

const api = openLive();
let ns = '';
beforeAll(async () => {
  ns = await api.namespace();
  await api.post(`/api/v1/namespaces/${ns}/pods`, podOf('p', stays()));
  await reaches(api, `/api/v1/namespaces/${ns}/pods/p`, 'Running');
}, STARTS_MS);

/** Someone at a keyboard. */
class Person {
  readonly said: Record<number, string> = {};
  readonly gone: Promise<unknown>;
  private readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.gone = once(socket, 'close');
    socket.on('message', (data: Buffer) => {
      const channel = data[0] ?? -1;
      this.said[channel] = (this.said[channel] ?? '') + data.subarray(1).toString();
    });
  }

  get screen(): string {
    return this.said[STDOUT] ?? '';
  }

  type(text: string): void {
    this.socket.send(Buffer.concat([Buffer.from([STDIN]), Buffer.from(text)]));
  }

  resize(Width: number, Height: number): void {
    this.socket.send(Buffer.concat([Buffer.from([RESIZE]), Buffer.from(JSON.stringify({ Width, Height }))]));
  }

  async sees(text: string | RegExp): Promise<void> {
    await eventually(async () => expect(this.screen).toMatch(text));
  }
}

async function sit(script: string, path = `/api/v1/namespaces/${ns}/pods/p/exec`): Promise<Person> {
  const words = script === '' ? [] : ['sh', '-c', script];
  const socket = api.socket(
    path,
    [V5],
    [
      ...words.map((word) => ['command', word] as const),
      ...['stdin', 'stdout', 'tty'].map((name) => [name, 'true'] as const),
    ],
  );
  const person = new Person(socket);
  await once(socket, 'open');
  return person;
}

test('the size is the client’s, and follows it', async () => {
  const person = await sit('trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done');
  await person.sees('ready');
  person.resize(100, 30);
  await person.sees('30 100\r\n');
  person.resize(81, 25);
  await person.sees('25 81\r\n');
  person.type('\x1c'); // quit
  await person.gone;
});

test('it is a terminal of a known kind, and errors go the same way', async () => {
  const person = await sit('tty | sed "s/[0-9]*$//"; echo "$TERM"; echo oops >&2; test -t 0 && test -t 2 && echo yes');
  await person.gone;
  expect(person.screen).toBe('/dev/pts/\r\nxterm\r\noops\r\nyes\r\n');
  expect(person.said[STDERR]).toBeUndefined();
  expect(JSON.parse(person.said[STATUS] ?? '')).toEqual({ metadata: {}, status: 'Success' });
});

test('what is typed is echoed, a line at a time; the exit code is told', async () => {
  const person = await sit('read word; echo "got $word"; exit 7');
  person.type('hellx\x7fo\r');
  await person.gone;
  expect(person.screen).toMatch(/^hellx\x08 \x08o\r\ngot hello\r\n$/);
  expect(JSON.parse(person.said[STATUS] ?? '')).toMatchObject({
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  });
});

test('ctrl-c interrupts what is in the foreground and leaves the shell', async () => {
  const person = await sit('sh -i');
  person.type('sleep 1000\r');
  await person.sees('sleep 1000\r\n');
  await new Promise((resolve) => setTimeout(resolve, 300));
  person.type('\x03');
  person.type('echo "left with $?"\r');
  await person.sees('left with 130\r\n');
  person.type('exit 3\r');
  await person.gone;
  expect(JSON.parse(person.said[STATUS] ?? '')).toMatchObject({ details: { causes: [{ message: '3' }] } });
});

test('ctrl-d ends the input', async () => {
  const person = await sit('wc -l');
  person.type('one\rtwo\r');
  await person.sees('two\r\n');
  person.type('\x04');
  await person.gone;
  expect(person.screen).toBe('one\r\ntwo\r\n2\r\n');
});

test(
  'a container’s main process has a terminal where its spec wants one, and can be attached to',
  async () => {
    const pods = `/api/v1/namespaces/${ns}/pods`;
    const pod = podOf('t', 'tty >/dev/null && echo terminal; while read line; do echo "got $line"; stty size; done');
    Object.assign(pod.spec.containers[0] ?? {}, { stdin: true, tty: true });
    await api.post(pods, pod);
    await reaches(api, `${pods}/t`, 'Running');
    // Who attaches before would see that line too.
    await expect.poll(async () => (await api.get(`${pods}/t/log`)).text).toBe('terminal\n');
    const person = await sit('', `${pods}/t/attach`);
    person.resize(90, 20);
    person.type('word\r');
    await person.sees('word\r\ngot word\r\n20 90\r\n');
    // What returns the carriage is no part of a log's line.
    expect((await api.get(`${pods}/t/log`)).text).toBe('terminal\nword\ngot word\n20 90\n');
  },
  STARTS_MS,
);

afterAll(async () => {
  await api.delete(`/api/v1/namespaces/${ns}/pods/t`, { query: { gracePeriodSeconds: 0 } });
});
