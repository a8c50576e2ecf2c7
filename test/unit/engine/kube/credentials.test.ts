import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { credentialsFor, type Granted, renewable } from '../../../../engine/kube/credentials.ts';
import { runExecPlugin } from '../../../../engine/kube/exec-plugin.ts';
import { createTransport } from '../../../../engine/kube/transport.ts';
import type { KubeError } from '../../../../engine/kube/types.ts';
import { CERT } from './certificate.ts';
import { connectionTo, json, type Server, serve } from './server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const plugin = (body: string) => {
  const path = join(folder, 'plugin');
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
};
const user = (fields: object) =>
  connectionTo(1, true, { user: { name: 'usr', fields: { ...fields }, file: join(folder, 'config') } });
const env = { PATH: process.env.PATH };
const V1 = 'client.authentication.k8s.io/v1';
const answer = (status: object, apiVersion = V1) =>
  `printf %s '${JSON.stringify({ kind: 'ExecCredential', apiVersion, status })}'`;
const refused = async (work: Promise<unknown>) =>
  (await work.then(
    () => 'no failure',
    (error: KubeError) => error.message,
  )) as string;

describe('exec plugin', () => {
  it('gets the cluster and its own variables, and gives a token with an end', async () => {
    plugin(`echo "$KUBERNETES_EXEC_INFO" > ${folder}/info; echo "$1 $MINE" > ${folder}/args
${answer({ token: 'abc', expirationTimestamp: '2026-01-01T00:00:00Z' })}`);
    const connection = user({
      exec: {
        apiVersion: V1,
        command: './plugin',
        args: ['login'],
        env: [{ name: 'MINE', value: 'yes' }],
        provideClusterInfo: 'true',
      },
    });
    const granted = await runExecPlugin(connection, env);
    expect(granted).toEqual({ credential: { authorization: 'Bearer abc' }, expiresAt: Date.UTC(2026, 0, 1) });
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe('login yes\n');
    expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toMatchObject({
      kind: 'ExecCredential',
      apiVersion: V1,
      spec: { interactive: false, cluster: { server: connection.target.server } },
    });
  });

  it('may give a client certificate', async () => {
    const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' };
    const granted = await runExecPlugin(user({ exec: { apiVersion: V1, command: plugin(answer(status)) } }), env);
    expect(granted).toEqual({ credential: { cert: 'CERT', key: 'KEY' }, expiresAt: undefined });
  });

  it.each([
    [
      'is not installed',
      { command: 'no-such-plugin', installHint: 'get it at x' },
      '',
      /^the login plugin no-such-plugin is not installed or not in PATH: get it at x$/,
    ],
    [
      'fails',
      {},
      'echo first >&2; printf "token\\033[31m expired" >&2; exit 3',
      /failed with exit code 3: token expired$/,
    ],
    ['prints no JSON', {}, 'echo hello', /printed something that is not JSON$/],
    ['answers in another version', {}, answer({ token: 'x' }, 'v9'), /answered with v9, not client\.authentication/],
    ['gives nothing', {}, answer({}), /gave neither a token nor a whole client certificate$/],
    ['gives a token with a line break', {}, answer({ token: 'a\nb' }), /gave neither a token/],
    ['floods', {}, 'yes', /printed more than 1 MiB/],
    [
      'needs a terminal',
      { interactiveMode: 'Always' },
      'true',
      /asks at the keyboard \(interactiveMode: Always\), and there is no terminal here; run this at one, or say interactiveMode: IfAvailable in \S+config if it can do without$/,
    ],
  ])('that %s is told in one line', async (_, fields, body, expected) => {
    const connection = user({ exec: { apiVersion: V1, command: plugin(body), ...fields } });
    const message = await refused(runExecPlugin(connection, env));
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
  });

  it('that is waited for as long as it takes tells where to log in', async () => {
    const body = `printf 'open \\033[1mhttps://login\\033[0m\\n' >&2; sleep 0.3; ${answer({ token: 'abc' })}`;
    const connection = user({ exec: { apiVersion: V1, command: plugin(body) } });
    const said: string[] = [];
    const onLine = (line: string) => said.push(line);
    const { credential } = await runExecPlugin(connection, env, { deadlineMs: Number.POSITIVE_INFINITY, onLine });
    expect(credential).toEqual({ authorization: 'Bearer abc' });
    expect(said).toEqual(['open https://login']);
  });

  it('that never ends is ended, with what it has started', async () => {
    const connection = user({
      exec: { apiVersion: V1, command: plugin('sleep 1000 & echo $! > "$OUT"; echo open https://login >&2; wait') },
    });
    const pid = join(folder, 'pid');
    expect(await refused(runExecPlugin(connection, { ...env, OUT: pid }, { deadlineMs: 1_000 }))).toMatch(
      /^the login plugin \S+ of user "usr" gave no answer within 1 s: open https:\/\/login; log in with kubectl, then try again$/,
    );
    const child = Number(readFileSync(pid, 'utf8'));
    const state = () => {
      try {
        return readFileSync(`/proc/${child}/stat`, 'utf8').split(' ')[2];
      } catch {
        return 'gone';
      }
    };
    await expect.poll(state).toMatch(/gone|Z/);
  });
});

describe('a login that takes its time', () => {
  const hanging = () =>
    user({
      exec: { apiVersion: V1, command: plugin('echo open https://login >&2; echo $$ > "$OUT"; exec sleep 1000') },
    });
  const pid = () => join(folder, 'pid');
  const started = () =>
    vi.waitFor(() => Number(readFileSync(pid(), 'utf8').trim() || Number.NaN) || expect.unreachable(), 20_000);
  const alive = (child: number) => {
    try {
      process.kill(child, 0);
      return readFileSync(`/proc/${child}/stat`, 'utf8').split(' ')[2] !== 'Z';
    } catch {
      return false;
    }
  };

  it('is told of, is not taken for the server’s, and ends with the client', async () => {
    const waits: string[] = [];
    const connection = hanging();
    const source = credentialsFor(connection, { ...env, OUT: pid() }, undefined, undefined, {
      patienceMs: 60_000,
      onWait: (who) => waits.push(who),
    });
    const transport = createTransport(connection, source);
    expect(await refused(transport.request('/version', { timeoutMs: 500 }))).toMatch(
      /^the login plugin \S+ of user "usr", which says "open https:\/\/login", has given no answer yet; finish the login, or log in with kubectl$/,
    );
    expect(waits).toEqual([expect.stringMatching(/^the login plugin \S+ of user "usr"$/)]);
    const child = await started();
    expect(alive(child)).toBe(true);
    await transport.close();
    await vi.waitFor(() => expect(alive(child)).toBe(false), 20_000);
    await vi.waitFor(() => expect(waits.at(-1)).toBe(''), 20_000);
  });

  it('ends at once with whoever waits for it, and none begins after that', async () => {
    const over = new AbortController();
    const source = credentialsFor(hanging(), { ...env, OUT: pid() }, undefined, undefined, { signal: over.signal });
    const given = refused(source.get());
    const child = await started();
    over.abort();
    expect(await given).toMatch(/was given up/);
    await vi.waitFor(() => expect(alive(child)).toBe(false), 20_000);
    rmSync(pid());
    expect(await refused(credentialsFor(hanging(), env, undefined, undefined, { signal: over.signal }).get())).toMatch(
      /the login was given up/,
    );
  });

  it.each([
    ['Always', true],
    ['IfAvailable', true],
    [undefined, true],
    ['Never', false],
  ])('with interactiveMode %s: has the keyboard where it can be lent: %s', async (interactiveMode, lent) => {
    const lends: string[] = [];
    const keyboard = async <T>(use: () => Promise<T>) => {
      lends.push('taken');
      const got = await use();
      lends.push('given back');
      return got;
    };
    const command = plugin(`echo "$KUBERNETES_EXEC_INFO" > ${folder}/info; ${answer({ token: 'abc' })}`);
    const connection = user({ exec: { apiVersion: V1, command, interactiveMode } });
    const { credential } = await runExecPlugin(connection, env, { keyboard });
    expect(credential).toEqual({ authorization: 'Bearer abc' });
    expect(lends).toEqual(lent ? ['taken', 'given back'] : []);
    expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8')).spec.interactive).toBe(lent);
  });
});

describe('renewable', () => {
  const clock = () => {
    let at = 1_000_000;
    return Object.assign(() => at, { move: (ms: number) => (at += ms) });
  };

  it('logs in once for all who ask at the same time, and again shortly before the end', async () => {
    const now = clock();
    let logins = 0;
    const source = renewable(async () => {
      logins++;
      await new Promise((done) => setImmediate(done));
      return { credential: { authorization: `Bearer ${logins}` }, expiresAt: now() + 100_000 };
    }, now);
    const all = await Promise.all(Array.from({ length: 20 }, () => source.get()));
    expect(new Set(all).size).toBe(1);
    now.move(89_000);
    await source.get();
    expect(logins).toBe(1);
    now.move(2_000);
    expect(await source.get()).toEqual({ authorization: 'Bearer 2' });
  });

  it('repeats a failure to those who ask right after it, then tries again', async () => {
    const now = clock();
    let logins = 0;
    const source = renewable(async (): Promise<Granted> => {
      throw new Error(`no ${++logins}`);
    }, now);
    expect(await refused(source.get())).toBe('login failed: no 1');
    expect(await refused(source.get())).toBe('login failed: no 1');
    now.move(3_000);
    expect(await refused(source.get())).toBe('login failed: no 2');
  });

  it('keeps a client certificate beside a fetched token', async () => {
    const source = renewable(
      async () => ({ credential: { authorization: 'Bearer t' }, expiresAt: undefined }),
      clock(),
      {
        cert: 'c',
        key: 'k',
      },
    );
    expect(await source.get()).toEqual({ authorization: 'Bearer t', cert: 'c', key: 'k' });
  });
});

describe('legacy auth-provider', () => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const token = (exp: number) => `${part({ alg: 'none' })}.${part({ exp })}.c2ln`;

  it('oidc: an id-token that is good is used as it is', async () => {
    const good = token(Date.now() / 1000 + 3600);
    const connection = user({ 'auth-provider': { name: 'oidc', config: { 'id-token': good } } });
    expect(await credentialsFor(connection, {}).get()).toEqual({ authorization: `Bearer ${good}` });
  });

  it.each([
    [
      'an id-token that has ended and can’t be refreshed',
      'oidc',
      { 'id-token': token(1) },
      /by oidc: its id-token has ended and there is no refresh-token; log in again$/,
    ],
    ['gcp without a command', 'gcp', {}, /by gcp failed: Token is expired!/],
    ['one that is not known', 'keystone', {}, /logs in by auth-provider "keystone", which is not known/],
  ])('%s', async (_, name, config, expected) => {
    const connection = user({ 'auth-provider': { name, config } });
    expect(await refused(credentialsFor(connection, {}).get())).toMatch(expected);
  });

  it('oidc: an ended token is refreshed, and the rotated one is left in the kubeconfig for kubectl', async () => {
    const fresh = token(Date.now() / 1000 + 3600);
    const spent: string[] = [];
    const issuer: Server = await serve({
      tls: true,
      answer(response, { url, body }) {
        const base = `https://127.0.0.1:${issuer.port}`;
        if (url.pathname !== '/token') return json(response, 200, { issuer: base, token_endpoint: `${base}/token` });
        spent.push(new URLSearchParams(body).get('refresh_token') ?? '');
        return json(response, 200, {
          access_token: 'a',
          token_type: 'bearer',
          id_token: fresh,
          refresh_token: 'two',
          expires_in: 3600,
        });
      },
    });
    const config = {
      'client-id': 'kube',
      'idp-issuer-url': `https://127.0.0.1:${issuer.port}`,
      'idp-certificate-authority-data': Buffer.from(CERT).toString('base64'),
      'id-token': token(1),
      'refresh-token': 'one',
    };
    const yaml = Object.entries(config).map(([key, value]) => `        ${key}: ${value}\n`);
    const path = join(folder, 'config');
    const text = `# mine\nusers:\n- name: usr\n  user:\n    auth-provider:\n      name: oidc\n      config:\n${yaml.join('')}`;
    writeFileSync(path, text, { mode: 0o600 });
    const connection = user({ 'auth-provider': { name: 'oidc', config } });
    const source = credentialsFor(connection, {});
    expect(await source.get()).toEqual({ authorization: `Bearer ${fresh}` });
    await source.get();
    expect(spent).toEqual(['one']);
    const written = readFileSync(path, 'utf8');
    expect(written).toBe(text.replace(token(1), fresh).replace('refresh-token: one', 'refresh-token: two'));
    expect(statSync(path).mode & 0o777).toBe(0o600);

    // What another program has refreshed meanwhile is used as it is.
    const later = token(Date.now() / 1000 + 7200);
    writeFileSync(path, written.replace(fresh, later));
    expect(await credentialsFor(connection, {}).get()).toEqual({ authorization: `Bearer ${later}` });
    expect(spent).toEqual(['one']);
  });

  it.each([
    [
      'refuses',
      400,
      { error: 'invalid_grant', error_description: 'already claimed' },
      /refuses to refresh its token \(already claimed\); log in again$/,
    ],
    ['gives rubbish', 200, { id_token: 'a b' }, /refuses to refresh its token \(status 200\)/],
  ])('oidc: a provider that %s is told', async (_, code, body, expected) => {
    const issuer: Server = await serve({
      tls: true,
      answer: (response, { url }) =>
        url.pathname === '/token'
          ? json(response, code, body)
          : json(response, 200, { token_endpoint: `https://127.0.0.1:${issuer.port}/token` }),
    });
    const config = {
      'idp-issuer-url': `https://127.0.0.1:${issuer.port}`,
      'idp-certificate-authority-data': Buffer.from(CERT).toString('base64'),
      'refresh-token': 'one',
    };
    expect(await refused(credentialsFor(user({ 'auth-provider': { name: 'oidc', config } }), {}).get())).toMatch(
      expected,
    );
  });

  it('oidc: the client’s secret goes into the header, and into the form where that is refused', async () => {
    const seen: (string | undefined)[] = [];
    const issuer: Server = await serve({
      tls: true,
      answer(response, { url, headers, body }) {
        if (url.pathname !== '/token') {
          return json(response, 200, { token_endpoint: `https://127.0.0.1:${issuer.port}/token` });
        }
        seen.push(headers.authorization ?? new URLSearchParams(body).get('client_secret') ?? undefined);
        if (headers.authorization) return json(response, 401, { error: 'invalid_client' });
        return json(response, 200, { id_token: token(Date.now() / 1000 + 60) });
      },
    });
    const config = {
      'idp-issuer-url': `https://127.0.0.1:${issuer.port}/`,
      'idp-certificate-authority-data': Buffer.from(CERT).toString('base64'),
      'client-id': 'kube',
      'client-secret': 's3',
      'refresh-token': 'one',
    };
    await credentialsFor(user({ 'auth-provider': { name: 'oidc', config } }), {}).get();
    expect(seen).toEqual([`Basic ${btoa('kube:s3')}`, 's3']);
  });

  it('oidc: an issuer without TLS is not given the token, and one that is down is named', async () => {
    const login = (issuer: string) => {
      const config = { 'idp-issuer-url': issuer, 'refresh-token': 'one' };
      return refused(credentialsFor(user({ 'auth-provider': { name: 'oidc', config } }), {}).get());
    };
    expect(await login('http://idp')).toMatch(/is not an https address/);
    expect(await login('https://127.0.0.1:1')).toMatch(/https:\/\/127\.0\.0\.1:1 cannot be asked/);
  });

  it('is loaded only when asked, and asked again only at the end of its token', async () => {
    let asked = 0;
    let now = 0;
    const connection = user({ 'auth-provider': { name: 'oidc', config: {} } });
    const load = async (): Promise<Granted> => ({
      credential: { authorization: `Bearer ${++asked}` },
      expiresAt: now + 600_000,
    });
    const source = credentialsFor(connection, {}, load, () => now);
    expect(asked).toBe(0);
    for (let i = 0; i < 5; i++) await source.get();
    expect(asked).toBe(1);
    now = 599_000;
    await source.get();
    expect(asked).toBe(2);
  });
});
