import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { renewable } from '../../../../engine/kube/credentials.ts';
import { message, OBJECT_META, PROTOBUF } from '../../../../engine/kube/protobuf.ts';
import { KubeError } from '../../../../engine/kube/types.ts';
import { encodeProtobuf } from '../../../../engine/sim/schema/encode.ts';
import { EXPIRED } from './certificate.ts';
import { json, nowhere, serve, statusBody } from './server.ts';

async function failure(work: Promise<unknown>): Promise<KubeError> {
  const error = await work.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(KubeError);
  expect(error.message).not.toMatch(/\n/);
  return error as KubeError;
}

describe('a request', () => {
  it('says who asks, keeps the connection, and puts the path of the server first', async () => {
    const server = await serve({ answer: (response, seen) => json(response, 200, { path: seen.url.pathname }) });
    const url = new URL(`http://127.0.0.1:${server.port}/k8s/clusters/c-1`);
    const impersonate = { user: 'bob', uid: '', groups: ['sre', 'dba'], extra: { 'example.com/why': ['on call'] } };
    const client = server.client(
      { url, impersonate },
      { get: async () => ({ authorization: 'Bearer t' }), renew: () => false },
    );
    for (let i = 0; i < 5; i++) {
      const query = { limit: 5, labelSelector: 'a in (b, c)', gone: undefined };
      expect(await client.request('/api/v1/pods', { query })).toEqual({ path: '/k8s/clusters/c-1/api/v1/pods' });
    }
    // A second one at most, opened while the first was still being given back.
    expect(server.connections).toBeLessThanOrEqual(2);
    const { headers, rawHeaders, url: asked } = server.seen[0]!;
    expect(headers).toMatchObject({
      authorization: 'Bearer t',
      'impersonate-user': 'bob',
      'impersonate-extra-example.com%2fwhy': 'on call',
      'user-agent': expect.stringMatching(/^opsdeck\//),
    });
    const groups = rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'impersonate-group');
    expect(groups).toEqual(['sre', 'dba']);
    expect(Object.fromEntries(asked.searchParams)).toEqual({ limit: '5', labelSelector: 'a in (b, c)' });
  });

  it('sends a body with its type, objects as JSON and text as it is', async () => {
    const server = await serve({
      answer: (response, { body, headers }) => json(response, 201, { sent: [headers['content-type'], body] }),
    });
    const client = server.client();
    expect(await client.request('/x', { method: 'POST', body: { a: 1 } })).toEqual({
      sent: ['application/json', '{"a":1}'],
    });
    const apply = { method: 'PATCH', body: 'a: 1', contentType: 'application/apply-patch+yaml' } as const;
    expect(await client.request('/x', apply)).toEqual({ sent: ['application/apply-patch+yaml', 'a: 1'] });
  });

  it('asks for compression over a link that was never seen to be near, whatever its address, and not over one that was', async () => {
    let wait = 30;
    let gone = false;
    const server = await serve({
      answer: (response) => (gone ? response.destroy() : setTimeout(() => json(response, 200, {}), wait)),
    });
    const asked = () => server.seen.map(({ headers }) => headers['accept-encoding']);
    const client = server.client({ compress: true });
    await client.request('/a');
    await client.request('/b');
    expect(asked()).toEqual(['gzip', 'gzip']);
    wait = 0;
    for (let n = 0; n < 20; n++) await client.request('/c');
    expect(asked().at(-1)).toBeUndefined();
    const never = server.client({ compress: false });
    await never.request('/d');
    expect(asked().at(-1)).toBeUndefined();
    // The next link may be another one: a VPN after the office.
    gone = true;
    await expect(client.request('/e', { method: 'POST' })).rejects.toThrow();
    gone = false;
    await client.request('/f');
    expect(asked().at(-1)).toBe('gzip');
  });

  it('reads compressed answers, empty ones, and text where text was asked for', async () => {
    const server = await serve({
      answer(response, { url }) {
        if (url.pathname === '/zip') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":"ü"}'));
        else if (url.pathname === '/none') response.writeHead(200).end();
        else response.writeHead(200, { 'content-type': 'text/plain' }).end('{"a":1}\n');
      },
    });
    const client = server.client();
    expect(await client.request('/zip')).toEqual({ a: 'ü' });
    expect(await client.request('/none', { method: 'DELETE' })).toBeUndefined();
    expect(await client.request('/log', { accept: 'text/plain, application/json' })).toBe('{"a":1}\n');
  });
});

describe('protobuf', () => {
  const status = { apiVersion: 'v1', ...statusBody(410, 'Expired', 'too old', { details: { retryAfterSeconds: 3 } }) };
  const wanted = message({ 1: ['metadata', OBJECT_META] });

  it('is asked for where the fields are named, and read where the server has it, refusals too', async () => {
    const server = await serve({
      answer(response, { url, headers }) {
        if (url.pathname === '/plain' || !headers.accept?.startsWith(PROTOBUF)) {
          json(response, 200, { metadata: { name: 'json' } });
          return;
        }
        const gone = url.pathname === '/gone';
        const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { nodeName: 'n' } };
        response.writeHead(gone ? 410 : 200, { 'content-type': PROTOBUF, 'content-encoding': 'gzip' });
        response.end(gzipSync(encodeProtobuf(gone ? status : pod)));
      },
    });
    const client = server.client();
    const answer = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } };
    expect(await client.request('/x', { protobuf: wanted })).toEqual(answer);
    expect(server.seen[0]?.headers.accept).toBe(`${PROTOBUF}, application/json`);
    expect(await client.request('/plain', { protobuf: wanted })).toEqual({ metadata: { name: 'json' } });
    expect(await client.request('/x')).toEqual({ metadata: { name: 'json' } });
    const error = await failure(client.request('/gone', { protobuf: wanted }));
    expect(error).toMatchObject({ status: 410, reason: 'Expired', message: 'too old', retryAfterMs: 3_000 });
  });

  const blocked = '<h1>Blocked</h1>';
  it.each<[string, (response: http.ServerResponse) => unknown]>([
    ['406', (response) => json(response, 406, statusBody(406, 'NotAcceptable', 'JSON only'))],
    ['415 without a word', (response) => response.writeHead(415).end()],
    ['a firewall’s 403', (response) => response.writeHead(403, { 'content-type': 'text/html' }).end(blocked)],
    ['a web page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(blocked)],
    [
      'protobuf without its type',
      (response) => response.end(encodeProtobuf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })),
    ],
    ['nothing', (response) => response.writeHead(200).end()],
  ])('that is answered with %s is not asked for again where JSON comes through', async (_, refuse) => {
    const server = await serve({
      answer: (response, { headers }) =>
        headers.accept?.includes(PROTOBUF) ? refuse(response) : json(response, 200, { metadata: { name: 'json' } }),
    });
    const client = server.client();
    for (let i = 0; i < 3; i++)
      expect(await client.request('/x', { protobuf: wanted })).toEqual({ metadata: { name: 'json' } });
    expect(server.seen.map(({ headers }) => headers.accept)).toEqual([
      `${PROTOBUF}, application/json`,
      ...Array(3).fill('application/json'),
    ]);
  });

  it('is asked for once where the server itself refuses, and again where JSON did not come through either', async () => {
    const server = await serve({
      answer: (response, { url, headers }) => {
        if (url.pathname === '/denied') json(response, 403, statusBody(403, 'Forbidden', 'not you'));
        else if (url.pathname === '/blocked') response.writeHead(403).end(blocked);
        else json(response, 200, { metadata: { name: `${headers.accept}` } });
      },
    });
    const client = server.client();
    expect(await failure(client.request('/denied', { protobuf: wanted }))).toMatchObject({ message: 'not you' });
    expect(server.seen).toHaveLength(1);
    expect(await failure(client.request('/blocked', { protobuf: wanted }))).toMatchObject({ status: 403 });
    expect(server.seen).toHaveLength(3);
    const answer = { metadata: { name: `${PROTOBUF}, application/json` } };
    expect(await client.request('/x', { protobuf: wanted })).toEqual(answer);
  });

  it('that is none is told', async () => {
    const server = await serve({
      answer: (response, { url }) =>
        response
          .writeHead(url.pathname === '/ok' ? 200 : 500, { 'content-type': PROTOBUF })
          .end(Buffer.from('k8s\0\x12\x7f')),
    });
    const client = server.client();
    const broken = await failure(client.request('/ok', { protobuf: wanted }));
    expect(broken).toMatchObject({ status: 200, reason: 'NotKubernetes' });
    expect(broken.message).toMatch(/broken protobuf/);
    const refused = await failure(client.request('/no', { protobuf: wanted }));
    expect(refused).toMatchObject({ status: 500, reason: 'InternalError' });
  });
});

describe('a login that the server refuses', () => {
  it('is renewed once for all who wait, and the request goes on', async () => {
    let logins = 0;
    let now = 0;
    const credentials = renewable(
      async () => ({ credential: { authorization: `Bearer ${++logins}` }, expiresAt: undefined }),
      () => now,
    );
    const server = await serve({
      answer: (response, { headers }) =>
        headers.authorization === 'Bearer 2'
          ? json(response, 200, {})
          : json(response, 401, statusBody(401, 'Unauthorized', '')),
    });
    const client = server.client({}, credentials);
    await credentials.get();
    now = 60_000;
    await Promise.all(Array.from({ length: 20 }, () => client.request('/api/v1/pods')));
    expect(logins).toBe(2);
  });

  it('ends with a sentence where a fresh one is refused too', async () => {
    let now = 0;
    let logins = 0;
    const credentials = renewable(
      async () => ({ credential: { authorization: `Bearer ${++logins}` }, expiresAt: undefined }),
      () => now,
    );
    const server = await serve({
      answer: (response) => json(response, 401, statusBody(401, 'Unauthorized', 'Unauthorized')),
    });
    const client = server.client({}, credentials);
    await credentials.get();
    now = 60_000;
    const error = await failure(client.request('/api/v1/pods'));
    expect(error.message).toBe(
      `http://127.0.0.1:${server.port} refuses the credentials of user "usr" (context "ctx"): they may have expired; log in again`,
    );
    expect([logins, server.seen.length]).toEqual([2, 2]);
    // The fresh login was refused for what it is: the next requests don't start the plugin over and over.
    await failure(client.request('/api/v1/pods'));
    expect([logins, server.seen.length]).toEqual([2, 3]);
  });
});

describe('a busy server', () => {
  const busy = (code: number, seconds: string | undefined) =>
    serve({
      answer(response, _, n) {
        if (n < 3)
          json(
            response,
            code,
            statusBody(code, 'Busy', 'later'),
            seconds === undefined ? {} : { 'retry-after': seconds },
          );
        else json(response, 200, { n });
      },
    });

  it.each([
    [429, 'POST'],
    [429, 'GET'],
    [503, 'GET'],
  ] as const)('%i: %s is sent again after the time it names', async (code, method) => {
    const server = await busy(code, '0');
    expect(await server.client().request('/x', { method })).toEqual({ n: 3 });
  });

  it.each([
    ['503 to a write, which may have been done', 503, 'POST', '0'],
    ['429 without a time', 429, 'GET', undefined],
    ['429 with a time beyond the deadline', 429, 'GET', '10'],
    ['429 with a time of an hour', 429, 'GET', '3600'],
    ['500', 500, 'GET', undefined],
  ] as const)('%s is the caller’s to decide on', async (_, code, method, seconds) => {
    const server = await busy(code, seconds);
    const error = await failure(server.client().request('/x', { method, timeoutMs: 5000 }));
    expect(error).toMatchObject({ status: code, reason: 'Busy', message: 'later' });
    expect(error.retryAfterMs).toBe(seconds === undefined ? undefined : Number(seconds) * 1000);
    expect(server.seen.length).toBe(1);
  });
});

describe('a link that fails', () => {
  const half = (response: http.ServerResponse) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"half":');
    setImmediate(() => response.destroy());
  };

  it('in the middle of an answer: a read is repeated once', async () => {
    const server = await serve({ answer: (response, _, n) => (n === 1 ? half(response) : json(response, 200, { n })) });
    expect(await server.client().request('/x')).toEqual({ n: 2 });
  });

  it('… a write is not, and counts as sent', async () => {
    const server = await serve({ answer: half });
    const error = await failure(server.client().request('/x', { method: 'POST', body: {} }));
    expect(error).toMatchObject({ status: 0, reason: 'Connection', sent: true });
    expect(server.seen.length).toBe(1);
  });

  it('… and a server that always breaks off is told', async () => {
    const server = await serve({ answer: half });
    expect((await failure(server.client().request('/x'))).message).toMatch(/^the connection to http:\S+ broke off/);
    expect(server.seen.length).toBe(2);
  });

  it('by silence: a timeout, after which the next request uses another connection', async () => {
    const server = await serve({ answer: (response, _, n) => n > 1 && json(response, 200, { n }) });
    const client = server.client();
    const error = await failure(client.request('/x', { timeoutMs: 60 }));
    expect(error).toMatchObject({ reason: 'Timeout', sent: true });
    expect(error.message).toMatch(/gave no answer within 0\.1 s/);
    expect(await client.request('/x')).toEqual({ n: 2 });
    expect(server.connections).toBe(2);
  });

  it('by silence in the middle of an answer', async () => {
    const server = await serve({ answer: (response) => response.writeHead(200).write('{"half":') });
    expect(await failure(server.client().request('/x', { timeoutMs: 60 }))).toMatchObject({ reason: 'Timeout' });
  });

  it('before anything was sent: refused', async () => {
    const server = await serve({});
    const error = await failure(server.client({ url: await nowhere() }).request('/x', { method: 'POST' }));
    expect(error).toMatchObject({ status: 0, reason: 'Connection', sent: false });
    expect(error.message).toMatch(/refuses the connection \(context "ctx"\)/);
  });

  it('given up by the caller, or by closing the client', async () => {
    const server = await serve({ answer: () => {} });
    const giving = new AbortController();
    setTimeout(() => giving.abort(), 20);
    const client = server.client();
    expect(await failure(client.request('/x', { signal: giving.signal }))).toMatchObject({ reason: 'Aborted' });
    expect(await failure(client.request('/x', { signal: AbortSignal.abort() }))).toMatchObject({ sent: false });
    const pending = client.request('/x');
    setTimeout(() => client.close(), 20);
    expect(await failure(pending)).toMatchObject({ reason: 'Aborted' });
  });
});

describe('refusals in words', () => {
  const said = async (code: number, body: unknown) => {
    const server = await serve({ answer: (response) => json(response, code, body) });
    return failure(server.client().request('/apis/x/v1/things'));
  };

  it.each([
    [
      'a right that is missing in a namespace',
      403,
      statusBody(
        403,
        'Forbidden',
        'clusters.apps.x is forbidden: User "eve" cannot list resource "clusters" in API group "apps.x" in the namespace "pay"',
      ),
      'user "eve" may not list clusters.apps.x in namespace pay; ask for a role that grants it',
    ],
    [
      'a right that is missing everywhere',
      403,
      statusBody(
        403,
        'Forbidden',
        'nodes is forbidden: User "eve" cannot list resource "nodes" in API group "" at the cluster scope',
      ),
      'user "eve" may not list nodes in the whole cluster; ask for a role that grants it',
    ],
    [
      'a quota',
      403,
      statusBody(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota'),
      'pods "x" is forbidden: exceeded quota',
    ],
    ['hostile words', 409, statusBody(409, 'Conflict', 'a\u001b[2Jb\u202ec\nd'), 'ab<U+202E>c d'],
  ])('%s', async (_, code, body, message) => {
    expect((await said(code, body)).message).toBe(message);
  });

  it('gives causes with their fields', async () => {
    const details = { causes: [{ reason: 'FieldValueInvalid', field: 'spec.x', message: 'must be even' }, null] };
    const error = await said(422, statusBody(422, 'Invalid', 'is invalid', { details }));
    expect(error.causes).toEqual([{ reason: 'FieldValueInvalid', field: 'spec.x', message: 'must be even' }]);
  });

  it('a login page is not an API server, with status 200 or 500', async () => {
    const server = await serve({
      answer: (response, _, n) =>
        response.writeHead(n === 1 ? 200 : 500, { 'content-type': 'text/html' }).end('<html><script>…'),
    });
    expect(await failure(server.client().request('/x'))).toMatchObject({
      reason: 'NotKubernetes',
      message: expect.stringMatching(/answered with a web page; is it an API server/),
    });
    expect((await failure(server.client().request('/x'))).message).toMatch(/ answered 500$/);
  });
});

describe('TLS', () => {
  it('is trusted by the given authority only', async () => {
    const server = await serve({ tls: true, answer: (response) => json(response, 200, {}) });
    expect(await server.client().request('/x')).toEqual({});
    expect(await server.client({ ca: undefined, insecure: true }).request('/x')).toEqual({});
    const error = await failure(server.client({ ca: undefined }).request('/x'));
    expect(error).toMatchObject({ reason: 'Certificate', sent: false });
    expect(error.message).toMatch(/signed by an authority that cluster "clu" of the kubeconfig does not trust/);
  });

  it('checks the name, which tls-server-name overrides', async () => {
    const server = await serve({ tls: true, answer: (response) => json(response, 200, {}) });
    expect(await server.client({ serverName: 'localhost' }).request('/x')).toEqual({});
    const error = await failure(server.client({ serverName: 'other.example' }).request('/x'));
    expect(error.message).toMatch(
      /is for another name; use that name as server, or set tls-server-name of cluster "clu"/,
    );
  });

  it('of a certificate that has expired says so, and that the clock may be wrong', async () => {
    const server = await serve({ tls: true, certificate: EXPIRED });
    const error = await failure(server.client({ ca: EXPIRED }).request('/x'));
    expect(error).toMatchObject({ reason: 'Certificate', sent: false });
    expect(error.message).toMatch(
      /^the certificate of \S+ has expired; renew it there, or check this machine's clock$/,
    );
  });

  it('spoken to a server that has none, and the other way round', async () => {
    const plain = await serve({ answer: (response) => json(response, 200, {}) });
    const secure = { url: new URL(`https://127.0.0.1:${plain.port}`) };
    expect((await failure(plain.client(secure).request('/x'))).message).toMatch(/does not speak TLS|broke off|failed/);
    const server = await serve({
      answer: (response) => response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
    });
    expect((await failure(server.client().request('/x'))).message).toMatch(/wants https, and cluster "clu"/);
  });
});

describe('a stream', () => {
  const text = async (body: AsyncIterable<Uint8Array>) => {
    let all = '';
    for await (const chunk of body) all += Buffer.from(chunk).toString();
    return all;
  };

  it('gives what comes until the server ends it', async () => {
    const server = await serve({ answer: (response) => response.writeHead(200).end('abc') });
    expect(await text(await server.client().stream('/watch'))).toBe('abc');
  });

  it('rejects what is not 2xx', async () => {
    const server = await serve({ answer: (response) => json(response, 410, statusBody(410, 'Expired', 'too old')) });
    expect(await failure(server.client().stream('/watch'))).toMatchObject({ status: 410, reason: 'Expired' });
  });

  it('throws when the link breaks, when given up, and when the client closes', async () => {
    const server = await serve({
      answer(response, { url }) {
        response.writeHead(200).write('abc');
        if (url.pathname === '/cut') setTimeout(() => response.destroy(), 10);
      },
    });
    const client = server.client();
    expect(await failure(text(await client.stream('/cut')))).toMatchObject({ reason: 'Connection' });
    const giving = new AbortController();
    const given = failure(text(await client.stream('/x', { signal: giving.signal })));
    giving.abort();
    expect(await given).toMatchObject({ reason: 'Aborted' });
    const open = text(await client.stream('/x'));
    setTimeout(() => client.close(), 20);
    expect(await failure(open)).toMatchObject({ reason: 'Aborted' });
  });

  it('waits for its first byte no longer than it is told to', async () => {
    const server = await serve({ answer: () => {} });
    expect(await failure(server.client().stream('/x', { headersTimeoutMs: 40 }))).toMatchObject({ reason: 'Timeout' });
  });

  it('that is left early closes its connection', async () => {
    let closed: () => void;
    const left = new Promise<void>((done) => {
      closed = done;
    });
    const server = await serve({
      answer(response) {
        response.writeHead(200).write('abc');
        response.on('close', () => closed());
      },
    });
    for await (const _ of await server.client().stream('/x')) break;
    await left;
  });

  it('a hundred at once raise no warning and leave nothing behind', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => warnings.push(warning);
    process.on('warning', hear);
    const server = await serve({ answer: (response) => response.writeHead(200).end('x') });
    const client = server.client();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, async () => text(await client.stream('/x', { signal }))));
    await new Promise((done) => setImmediate(done));
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });
});

describe('a proxy', () => {
  const servers: (http.Server | net.Server)[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const listening = async (server: http.Server | net.Server) => {
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return (server.address() as AddressInfo).port;
  };
  const pipe = (a: net.Socket, b: net.Socket) => {
    a.pipe(b).on('error', () => a.destroy());
    b.pipe(a).on('error', () => b.destroy());
  };

  it('by CONNECT, with its password, for requests and for exec', async () => {
    const asked: string[] = [];
    const port = await listening(
      http.createServer().on('connect', (request, socket: net.Socket) => {
        asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
        const [, to] = request.url!.split(':');
        const onward = net.connect(Number(to), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          pipe(socket, onward);
        });
      }),
    );
    const server = await serve({
      tls: true,
      answer: (response) => json(response, 200, { ok: true }),
      exec(socket) {
        socket.send(Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]));
        socket.close();
      },
    });
    const client = server.client({ proxy: new URL(`http://me:pa%3Ass@127.0.0.1:${port}`) });
    expect(await client.request('/x')).toEqual({ ok: true });
    const outcome = await client.exec({ namespace: 'n', pod: 'p', container: 'c', command: ['true'] });
    expect(outcome).toEqual({ kind: 'exit', code: 0 });
    const expected = `127.0.0.1:${server.port} Basic ${btoa('me:pa:ss')}`;
    expect(asked).toEqual([expected, expected]);
  });

  it('that refuses is named', async () => {
    const port = await listening(
      http
        .createServer()
        .on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')),
    );
    const server = await serve({});
    const error = await failure(server.client({ proxy: new URL(`http://127.0.0.1:${port}`) }).request('/x'));
    expect(error).toMatchObject({ reason: 'Connection', sent: false });
    expect(error.message).toMatch(/proxy http:\/\/127\.0\.0\.1:\d+: it refuses to connect to .* \(407\)/);
  });

  it('by SOCKS5, which resolves the name', async () => {
    let asked = '';
    const server = await serve({ answer: (response) => json(response, 200, { ok: true }) });
    const port = await listening(
      net.createServer((socket) => {
        socket.once('data', () => {
          socket.write(Buffer.from([5, 0]));
          socket.once('data', (request) => {
            asked = request.subarray(5, 5 + request[4]!).toString();
            const onward = net.connect(server.port, '127.0.0.1', () => {
              // In two pieces, as a network may deliver it.
              socket.write(Buffer.from([5, 0, 0, 1, 0]));
              setTimeout(() => {
                socket.write(Buffer.from([0, 0, 0, 0, 0]));
                pipe(socket, onward);
              }, 5);
            });
          });
        });
      }),
    );
    const client = server.client({
      url: new URL('http://api.internal:6443'),
      proxy: new URL(`socks5://127.0.0.1:${port}`),
    });
    expect(await client.request('/x')).toEqual({ ok: true });
    expect(asked).toBe('api.internal');
  });
});
