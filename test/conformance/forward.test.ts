/** Connections to ports of pods, over SPDY by itself and within a websocket. */
import { duplexPair } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Golden, normalise } from './golden.ts';
import { podOf, reaches, STARTS_MS, stays } from './pods.ts';
import { SpdyClient } from './spdy.ts';
import { openLive } from './suite.ts';

const PROTOCOL = 'portforward.k8s.io';
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';

const api = openLive();
const golden = new Golden('forward.txt');
let ns = '';
beforeAll(async () => {
  ns = await api.namespace();
  const pods = `/api/v1/namespaces/${ns}/pods`;
  const redis = {
    metadata: { name: 'redis' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'redis', image: 'local/redis:7', command: ['redis-server'], args: ['--port', '6400'] }],
    },
  };
  await api.post(pods, redis);
  await api.post(pods, podOf('p', stays()));
  await Promise.all([reaches(api, `${pods}/redis`, 'Running'), reaches(api, `${pods}/p`, 'Running')]);
}, STARTS_MS * 2);
afterAll(() => golden.save());

const path = (pod: string) => `/api/v1/namespaces/${ns}/pods/${pod}/portforward`;

async function overSpdy(pod: string): Promise<SpdyClient> {
  const spdy = await api.spdy(path(pod), [PROTOCOL]);
  if (!('open' in spdy)) throw new Error(`${spdy.code} ${spdy.body}`);
  return spdy;
}

const asWebsocket = (protocol: string) => ({
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': protocol,
});

/** By hand: the library's client takes no protocol with a slash in its name. */
async function overWebsocket(pod: string): Promise<SpdyClient> {
  const made = await api.upgrade('GET', path(pod), asWebsocket(TUNNEL));
  if (!('socket' in made)) throw new Error(`${made.code} ${made.body}`);
  const { socket, head, headers } = made;
  expect(headers['sec-websocket-protocol']).toBe(TUNNEL);
  const [near, far] = duplexPair();
  socket.on('error', () => {});
  socket.on('close', () => far.destroy());
  far.on('close', () => socket.destroy());
  far.on('data', (piece: Buffer) => socket.write(message(piece)));
  let rest = head;
  const read = (piece: Buffer) => {
    rest = Buffer.concat([rest, piece]);
    for (let one = takeMessage(rest); one; one = takeMessage(rest)) {
      rest = rest.subarray(one.length);
      if (one.opcode <= 2) far.write(one.data);
    }
  };
  read(Buffer.alloc(0));
  socket.on('data', read);
  return new SpdyClient(near, Buffer.alloc(0), headers);
}

/** A client's binary message, under a mask that changes nothing. */
function message(data: Buffer): Buffer {
  const length = data.length < 126 ? [0x80 | data.length] : [0xfe, data.length >> 8, data.length & 255];
  return Buffer.concat([Buffer.from([0x82, ...length, 0, 0, 0, 0]), data]);
}

function takeMessage(bytes: Buffer): { opcode: number; data: Buffer; length: number } | undefined {
  if (bytes.length < 4) return undefined;
  const short = (bytes[1] ?? 0) & 127;
  const begin = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < begin) return undefined;
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const length = begin + size;
  if (bytes.length < length) return undefined;
  return { opcode: (bytes[0] ?? 0) & 15, data: bytes.subarray(begin, length), length };
}

/** One connection to a port: what was said to it, and what came. */
async function talk(spdy: SpdyClient, port: number, words: string, requestID = '0'): Promise<object> {
  const errors = spdy.open({ streamType: 'error', port: String(port), requestID });
  errors.end();
  const data = spdy.open({ streamType: 'data', port: String(port), requestID });
  data.write(words);
  if (words) data.end();
  const ended = await Promise.all([data.ended, errors.ended]);
  const said = errors.said.replace(/\b[0-9a-f]{64}\b/g, 'ID').replace(/"[^"]*\/cni-[0-9a-f-]+"/g, '"NETNS"');
  return { ended, came: data.said, errors: said };
}

describe.each([
  ['SPDY', overSpdy],
  ['a websocket', overWebsocket],
])('over %s', (how, open) => {
  test('what listens answers', async () => {
    const spdy = await open('redis');
    const made = await talk(
      spdy,
      6400,
      'PING\r\nSET greeting hello\r\nGET greeting\r\nGET nothing\r\nNOSUCH\r\nQUIT\r\n',
    );
    spdy.close();
    expect(made).toMatchObject({
      came: expect.stringMatching(/^\+PONG\r\n\+OK\r\n\$5\r\nhello\r\n\$-1\r\n-ERR unknown command 'NOSUCH'/),
    });
    expect(made).toEqual(golden.expected(`what listens answers over ${how}`, made));
  });

  test('several connections at once', async () => {
    const spdy = await open('redis');
    const ids = ['0', '1', '2', '3', '4'];
    const made = await Promise.all(ids.map((id) => talk(spdy, 6400, `ECHO ${id}\r\nQUIT\r\n`, id)));
    spdy.ping(1);
    await expect.poll(() => spdy.control.includes(6)).toBe(true);
    spdy.close();
    expect(made.map((one) => (one as { came: string }).came)).toEqual(ids.map((id) => `$1\r\n${id}\r\n+OK\r\n`));
  });

  test('nothing listens', async () => {
    const spdy = await open('p');
    const made = await talk(spdy, 81, 'x');
    spdy.close();
    expect(made).toEqual(golden.expected(`nothing listens over ${how}`, made));
  });
});

test('protocols that are not spoken, and no pod', async () => {
  const refused: object[] = [];
  for (const [pod, protocols] of [
    ['p', ['v9.portforward.k8s.io']],
    ['p', []],
    ['none', [PROTOCOL]],
  ] as const) {
    const spdy = await api.spdy(path(pod), [...protocols]);
    if ('open' in spdy) {
      refused.push({ upgraded: spdy.headers['x-stream-protocol-version'] ?? null });
      spdy.close();
    } else refused.push({ code: spdy.code, body: normalise(spdy.body, ns) });
  }
  for (const [pod, protocol] of [
    ['p', 'v9.portforward.k8s.io'],
    ['none', TUNNEL],
  ] as const) {
    const made = await api.upgrade('GET', path(pod), asWebsocket(protocol));
    if ('socket' in made) throw new Error('not refused');
    refused.push({ code: made.code, body: normalise(made.body, ns) });
  }
  expect(refused).toEqual(golden.expected('refused', refused));
});
