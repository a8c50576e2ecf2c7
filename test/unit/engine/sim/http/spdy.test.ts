import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { SpdyConnection, type SpdyStream } from '../../../../../engine/sim/http/spdy/connection.ts';
import { SpdyClient } from '../../../../conformance/spdy.ts';

function begin(onStream: (stream: SpdyStream) => void) {
  const [near, far] = duplexPair();
  let closed = 0;
  const server = new SpdyConnection(far, { stream: onStream, closed: () => void closed++ });
  return { server, client: new SpdyClient(near, Buffer.alloc(0), {}), closed: () => closed };
}

const SYN_STREAM = 0x80030001;
const bytes = (...words: number[]): Buffer => {
  const all = Buffer.alloc(words.length * 4);
  for (const [i, word] of words.entries()) all.writeUInt32BE(word >>> 0, i * 4);
  return all;
};

test('streams carry their headers, both directions and both ends, each in its own order', async () => {
  const { client } = begin(async (stream) => {
    const asked = await text(stream);
    stream.end(`${stream.headers.get('name')}: ${asked}`);
  });
  const streams = ['one', 'two', 'three'].map((name) => client.open({ name, content: 'text/html,image/png' }));
  for (const [i, stream] of streams.entries()) {
    stream.write('a');
    stream.write(`b${i}`);
    stream.end();
  }
  expect(await Promise.all(streams.map((stream) => stream.ended))).toEqual(['end', 'end', 'end']);
  expect(streams.map((stream) => stream.said)).toEqual(['one: ab0', 'two: ab1', 'three: ab2']);
});

test('much is sent in pieces and arrives whole; a reader that is slow makes the sender wait', async () => {
  const size = 5 << 20;
  let taken: SpdyStream | undefined;
  const { client, server } = begin((stream) => {
    taken = stream;
    stream.write(Buffer.alloc(size, 'x'));
    stream.end();
  });
  const stream = client.open({});
  expect(await stream.ended).toBe('end');
  expect(stream.said).toHaveLength(size);
  for (let i = 0; i < 40; i++) stream.write(Buffer.alloc(100_000, 'y'));
  stream.end();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(taken?.readableLength).toBeLessThan(2 << 20);
  expect(await text(taken!)).toHaveLength(4_000_000);
  server.close();
  await client.closed;
});

test('what was said before the connection is closed arrives, and its end', async () => {
  const { client, server } = begin((stream) => {
    for (let i = 0; i < 100; i++) stream.write('0123456789'.repeat(100));
    stream.end();
    server.close();
  });
  const stream = client.open({});
  expect(await stream.ended).toBe('end');
  expect(stream.said).toHaveLength(100_000);
  await client.closed;
});

test('pings are answered; a stream is reset by either side, the others go on', async () => {
  const streams: SpdyStream[] = [];
  const { client } = begin((stream) => {
    streams.push(stream);
    if (stream.headers.get('name') === 'unwanted') stream.destroy();
  });
  const [unwanted, wanted, left] = [
    client.open({ name: 'unwanted' }),
    client.open({ name: 'wanted' }),
    client.open({}),
  ];
  expect(await unwanted.ended).toBe('reset');
  client.ping(1);
  client.raw(bytes(0x80030003, 8, left.id, 5));
  await expect.poll(() => [client.control.includes(6), streams[2]?.destroyed]).toEqual([true, true]);
  streams[1]?.end('still here');
  expect(await wanted.ended).toBe('end');
  expect(wanted.said).toBe('still here');
});

test.each([
  ['another version', bytes(0x80020001, 10, 0, 0, 0)],
  ['a frame that is too long', bytes(0x00000001, 0xffffff)],
  ['a frame that is too short', bytes(SYN_STREAM, 4, 1)],
  ['headers that are not packed', Buffer.concat([bytes(SYN_STREAM, 14, 1, 0), Buffer.from('\0\0nonsense')])],
  ['a short ping', bytes(0x80030006, 0)],
])('%s ends the connection', async (_name, wrong) => {
  const { client, closed } = begin(() => {});
  client.raw(wrong);
  await client.closed;
  expect(closed()).toBe(1);
});

test('a number that was used, or is the server’s, is refused', async () => {
  let opened = 0;
  const { client } = begin(() => void opened++);
  client.open({});
  client.raw(bytes(0x80030007, 8, 0, 0)); // goes away
  await client.closed;
  expect(opened).toBe(1);
});

test('headers that unpack to too much end the connection', async () => {
  const { client } = begin(() => {});
  client.open({ a: 'x'.repeat(100_000) });
  await client.closed;
});
