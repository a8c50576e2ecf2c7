import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, contexts } from '../../../../engine/kube/connect.ts';
import { type ConnectOptions, resolveConnection } from '../../../../engine/kube/connection.ts';
import { credentialsFor } from '../../../../engine/kube/credentials.ts';
import { inClusterConfig } from '../../../../engine/kube/in-cluster.ts';
import { loadKubeconfig } from '../../../../engine/kube/kubeconfig.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const config = (context: string, server: string, user = 'token: t', more = '') => `
apiVersion: v1
kind: Config
clusters: [{name: ${context}-c, cluster: {server: "${server}"${more}}}]
users: [{name: ${context}-u, user: {${user}}}]
contexts: [{name: ${context}, context: {cluster: ${context}-c, user: ${context}-u, namespace: ${context}-ns}}]
current-context: ${context}
`;
const resolve = (options: Partial<ConnectOptions> & { env?: Record<string, string> }) => {
  const all = { env: {}, ...options };
  return resolveConnection(loadKubeconfig(all.kubeconfig, all.env), all);
};
const failure = async (options: Partial<ConnectOptions>) => {
  try {
    await connect({ env: {}, ...options });
  } catch (error) {
    return (error as Error).message;
  }
  return 'no failure';
};

it('refuses a namespace that is no name: it becomes a part of paths', async () => {
  const kubeconfig = file('one', config('a', 'https://one'));
  expect(await failure({ kubeconfig, namespace: 'a/../b' })).toBe(
    '"a/../b" is no name of a namespace: lowercase letters, digits and -, at most 63',
  );
  const bad = file('bad', config('a', 'https://one').replace('a-ns', 'A_b'));
  expect(await failure({ kubeconfig: bad })).toMatch(/^"A_b" is no name of a namespace \(context "a"\): /);
});

describe('which files count', () => {
  it('takes the flag before KUBECONFIG and KUBECONFIG before the home directory', () => {
    const flag = file('flag', config('flag', 'https://flag'));
    const env = file('env', config('env', 'https://env'));
    expect(resolve({ kubeconfig: flag, env: { KUBECONFIG: env } }).target.context).toBe('flag');
    expect(resolve({ env: { KUBECONFIG: env, HOME: '/nowhere' } }).target.context).toBe('env');
    expect(loadKubeconfig(undefined, { HOME: '/h' }).searched).toEqual(['/h/.kube/config']);
  });

  it('merges a list: missing files are skipped, the first to define a name or the current context wins', () => {
    const one = file('one', config('a', 'https://one').replace('current-context: a', ''));
    const two = file('two', `${config('a', 'https://two')}`);
    const three = file('three', config('b', 'https://three'));
    const merged = loadKubeconfig(undefined, { KUBECONFIG: `${folder}/none::${one}:${two}:${three}` });
    expect(merged.currentContext).toBe('a');
    expect(merged.clusters.get('a-c')?.fields.server).toBe('https://one');
    expect([...merged.contexts.keys()]).toEqual(['a', 'b']);
    expect(merged.files).toEqual([one, two, three]);
  });

  it('lists the contexts and marks the current one', async () => {
    const path = file('c', config('x', 'https://x').replace(/contexts: \[/, 'contexts: [{name: y, context: {}}, '));
    expect(await contexts({ kubeconfig: path, env: {} })).toEqual([
      { name: 'y', current: false },
      { name: 'x', current: true },
    ]);
  });

  it('uses the service account of a pod where there is no kubeconfig, and only there', () => {
    file('token', 'abc\n');
    file('namespace', 'ns1\n');
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    file('ca.crt', '-----BEGIN CERTIFICATE-----');
    const connection = resolveConnection(inClusterConfig(env, folder)!, { env: {} });
    expect(connection.target).toMatchObject({ server: 'https://[fd00::1]', namespace: 'ns1' });
    expect(inClusterConfig({}, folder)).toBeUndefined();
  });
});

describe('what a connection is made of', () => {
  it('resolves certificate paths relative to the file that names them', async () => {
    file('ca.pem', '-----BEGIN CERTIFICATE-----\nca');
    file('c.pem', '-----BEGIN CERTIFICATE-----\ncert');
    file('k.pem', '-----BEGIN PRIVATE KEY-----\nkey');
    const path = file(
      'config',
      config('x', 'https://x', 'client-certificate: c.pem, client-key: k.pem', ', certificate-authority: ca.pem'),
    );
    const connection = resolve({ kubeconfig: path });
    expect(connection.ca).toContain('\nca');
    expect(await credentialsFor(connection, {}).get()).toMatchObject({
      cert: '-----BEGIN CERTIFICATE-----\ncert',
      key: '-----BEGIN PRIVATE KEY-----\nkey',
    });
  });

  it('prefers inline data to files, and keeps a token of digits as it is written', async () => {
    const pem = Buffer.from('-----BEGIN CERTIFICATE-----\ninline').toString('base64');
    const path = file(
      'config',
      config('x', 'https://x', 'token: 0123', `, certificate-authority: no.pem, certificate-authority-data: ${pem}`),
    );
    const connection = resolve({ kubeconfig: path });
    expect(connection.ca).toContain('inline');
    expect(await credentialsFor(connection, {}).get()).toEqual({ authorization: 'Bearer 0123' });
  });

  it('takes namespace from the flag, else the context, else default', () => {
    const path = file('config', config('x', 'https://x'));
    expect(resolve({ kubeconfig: path, namespace: 'mine' }).target.namespace).toBe('mine');
    expect(resolve({ kubeconfig: path }).target.namespace).toBe('x-ns');
    const bare = file('bare', config('x', 'https://x').replace(/, namespace: x-ns/, ''));
    expect(resolve({ kubeconfig: bare }).target.namespace).toBe('default');
  });

  it('impersonates a user with several groups, from flags before the file', () => {
    const path = file('config', config('x', 'https://x', 'token: t, as: bob, as-groups: [g1, g2]'));
    expect(resolve({ kubeconfig: path }).impersonate).toMatchObject({ user: 'bob', groups: ['g1', 'g2'] });
    expect(resolve({ kubeconfig: path, as: 'eve', asGroup: ['h'] }).impersonate).toMatchObject({
      user: 'eve',
      groups: ['h'],
    });
  });

  it('finds the proxy in the file or the environment, and leaves it out for exempt hosts', () => {
    const path = file('config', config('x', 'https://api.corp.example:6443', 'token: t'));
    const proxied = (env: Record<string, string>) => resolve({ kubeconfig: path, env }).proxy?.href;
    expect(proxied({ HTTPS_PROXY: 'proxy:3128' })).toBe('http://proxy:3128/');
    expect(proxied({ https_proxy: 'http://p', NO_PROXY: 'other,.corp.example' })).toBeUndefined();
    expect(proxied({ https_proxy: 'http://p', NO_PROXY: 'corp.example:443' })).toBe('http://p/');
    const own = file('own', config('x', 'https://10.1.2.3', 'token: t', ', proxy-url: "socks5://s:1"'));
    expect(resolve({ kubeconfig: own, env: { NO_PROXY: '10.0.0.0/8' } }).proxy?.href).toBe('socks5://s:1');
    const ip = file('ip', config('x', 'https://10.1.2.3'));
    expect(resolve({ kubeconfig: ip, env: { HTTPS_PROXY: 'p:1', NO_PROXY: '10.0.0.0/8' } }).proxy).toBeUndefined();
  });

  it('reads a token file again once its minute is over', async () => {
    file('tok', 'first\n');
    let now = 0;
    const connection = resolve({ kubeconfig: file('config', config('x', 'https://x', 'tokenFile: tok')) });
    const source = credentialsFor(connection, {}, undefined, () => now);
    expect(await source.get()).toEqual({ authorization: 'Bearer first' });
    file('tok', 'second\n');
    expect(await source.get()).toEqual({ authorization: 'Bearer first' });
    now = 61_000;
    expect(await source.get()).toEqual({ authorization: 'Bearer second' });
  });
});

describe('what bad input gets: one line with the way out', () => {
  it.each([
    [
      'a missing file',
      () => ({ kubeconfig: '/no/such' }),
      /^kubeconfig \/no\/such does not exist; check --kubeconfig$/,
    ],
    [
      'no file at all',
      () => ({ env: { HOME: '/no' } }),
      /^no kubeconfig found \(tried \/no\/.kube\/config\); set KUBECONFIG/,
    ],
    [
      'broken YAML',
      () => ({ kubeconfig: file('b', 'a: 1\nb: [1,\n}') }),
      /b, line 3: not valid YAML: .*; fix that line$/,
    ],
    ['another document', () => ({ kubeconfig: file('p', 'kind: Pod') }), /is not a kubeconfig: its kind is Pod/],
    ['an empty file', () => ({ kubeconfig: file('e', '') }), /is empty; log in to a cluster first/],
    ['a list', () => ({ kubeconfig: file('l', '- a') }), /is not a kubeconfig/],
    [
      'an unknown context',
      () => ({ kubeconfig: file('c', config('prod-eu', 'https://x')), context: 'prd-eu' }),
      /^context "prd-eu" is not in the kubeconfig; did you mean "prod-eu"\? `kubectl config get-contexts` lists them$/,
    ],
    [
      'a context that resembles none',
      () => ({ kubeconfig: file('c', config('prod-eu', 'https://x')), context: 'zzz' }),
      /known: prod-eu/,
    ],
    [
      'no current context',
      () => ({ kubeconfig: file('c', config('x', 'https://x').replace(/current.*/, '')) }),
      /sets no current context \(it has x\); pass --context/,
    ],
    [
      'a missing cluster entry',
      () => ({ kubeconfig: file('c', config('x', 'https://x').replace('x-c, cluster', 'y, cluster')) }),
      /^context "x" names cluster "x-c", which no kubeconfig file defines \(read: .*\/c\)$/,
    ],
    [
      'a missing user entry',
      () => ({ kubeconfig: file('c', config('x', 'https://x').replace('x-u, user', 'y, user')) }),
      /names user "x-u"/,
    ],
    [
      'a missing certificate file',
      () => ({ kubeconfig: file('c', config('x', 'https://x', 'client-certificate: gone.pem, client-key: k')) }),
      /^client certificate of user "x-u": file .*\/gone\.pem does not exist \(named in .*\/c\)$/,
    ],
    [
      'half a certificate',
      () => ({ kubeconfig: file('c', config('x', 'https://x', `client-key-data: ${btoa('-----BEGIN')}`)) }),
      /half a client certificate: client-certificate is missing/,
    ],
    ['no server', () => ({ kubeconfig: file('c', config('x', '')) }), /cluster "x-c" has no server/],
    ['a strange server', () => ({ kubeconfig: file('c', config('x', 'ftp://x')) }), /not an http\(s\) address/],
    [
      'a group without a user',
      () => ({ kubeconfig: file('c', config('x', 'https://x')), asGroup: ['g'] }),
      /^--as-group needs --as/,
    ],
  ])('%s', async (_, options, expected) => {
    const message = await failure(options());
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
  });
});
