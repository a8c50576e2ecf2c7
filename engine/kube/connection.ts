/** From the merged kubeconfig and the flags to one connection: which server, how it is trusted, as whom. */

import { readFileSync } from 'node:fs';
import { nearest } from '../expr/nearest.ts';
import type { LoginOptions } from './credentials.ts';
import {
  configError,
  type Entry,
  type Environment,
  flag,
  type Kubeconfig,
  list,
  mapping,
  pathOf,
  text,
} from './kubeconfig.ts';
import type { Target } from './types.ts';

export interface ConnectOptions {
  /** --kubeconfig: the only file that counts. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
  namespace?: string | undefined;
  /** Impersonation: user and groups. */
  as?: string | undefined;
  asGroup?: string[] | undefined;
  env: Environment;
  login?: LoginOptions;
}

export interface Impersonation {
  user: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

export interface Connection {
  target: Target;
  /** Server address; a path of it is put before every request's. */
  url: URL;
  /** PEM. */
  ca: string | undefined;
  insecure: boolean;
  serverName: string | undefined;
  proxy: URL | undefined;
  compress: boolean;
  user: Entry;
  impersonate: Impersonation | undefined;
}

/** Names of the contexts, in the order of the files. */
export function contextNames(config: Kubeconfig): { name: string; current: boolean }[] {
  return [...config.contexts.keys()].map((name) => ({ name, current: name === config.currentContext }));
}

/** Picks the context and resolves what it names. Throws a KubeError of reason `Config` that says the way out. */
export function resolveConnection(config: Kubeconfig, options: ConnectOptions): Connection {
  const context = pickContext(config, options.context);
  const cluster = named(config, 'cluster', context);
  const user = named(config, 'user', context);
  const url = serverUrl(cluster);
  const insecure = flag(cluster.fields, 'insecure-skip-tls-verify');
  const impersonate = impersonation(user, options);
  return {
    target: {
      context: context.name,
      cluster: cluster.name,
      user: user.name,
      ...(impersonate ? { as: whom(impersonate) } : {}),
      server: url.href.replace(/\/$/, ''),
      namespace: namespaceOf(context, options),
    },
    url,
    ca: insecure
      ? undefined
      : pem(cluster, 'certificate-authority', `certificate authority of cluster "${cluster.name}"`),
    insecure,
    serverName: text(cluster.fields, 'tls-server-name') || undefined,
    proxy: proxyFor(url, text(cluster.fields, 'proxy-url'), cluster, options.env),
    compress: !flag(cluster.fields, 'disable-compression'),
    user,
    impersonate,
  };
}

/** It becomes a part of paths: what is no name of a namespace could reach something else. */
function namespaceOf(context: Entry, options: ConnectOptions): string {
  const name = options.namespace || text(context.fields, 'namespace') || 'default';
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
  const from = options.namespace ? '' : ` (context "${context.name}")`;
  throw configError(`"${name}" is no name of a namespace${from}: lowercase letters, digits and -, at most 63`);
}

function pickContext(config: Kubeconfig, asked: string | undefined): Entry {
  const names = [...config.contexts.keys()];
  const name = asked || config.currentContext;
  if (name === '') {
    const known = names.length === 0 ? 'it has no contexts' : `it has ${shortList(names)}`;
    throw configError(`kubeconfig ${config.files.join(', ')} sets no current context (${known}); pass --context`);
  }
  const context = config.contexts.get(name);
  if (context) return context;
  const near = nearest(name, names);
  const hint = near ? `did you mean "${near}"?` : `known: ${names.length === 0 ? 'none' : shortList(names)};`;
  throw configError(`context "${name}" is not in the kubeconfig; ${hint} \`kubectl config get-contexts\` lists them`);
}

const shortList = (names: string[]) =>
  names.length > 6 ? `${names.slice(0, 6).join(', ')} and ${names.length - 6} more` : names.join(', ');

function named(config: Kubeconfig, what: 'cluster' | 'user', context: Entry): Entry {
  const name = text(context.fields, what);
  const entry = config[`${what}s`].get(name);
  if (entry) return entry;
  // A context without a user is legal: the connection is anonymous.
  if (name === '' && what === 'user') return { name: '', fields: {}, file: context.file };
  if (name === '') throw configError(`context "${context.name}" names no cluster; fix it in ${context.file}`);
  throw configError(
    `context "${context.name}" names ${what} "${name}", which no kubeconfig file defines (read: ${config.files.join(', ')})`,
  );
}

function serverUrl(cluster: Entry): URL {
  const server = text(cluster.fields, 'server');
  if (server === '') throw configError(`cluster "${cluster.name}" has no server; set it in ${cluster.file}`);
  const tls = ['certificate-authority', 'certificate-authority-data'].some((key) => text(cluster.fields, key) !== '');
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `${tls ? 'https' : 'http'}://${server}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw configError(
      `cluster "${cluster.name}" has server "${server}", which is not an http(s) address; fix it in ${cluster.file}`,
    );
  }
  return url;
}

/** PEM text of `key-data` (base64) or else of the file that `key` names; undefined where neither is set. */
export function pem(entry: Entry, key: string, what: string): string | undefined {
  const data = text(entry.fields, `${key}-data`);
  if (data !== '') {
    const decoded = Buffer.from(data, 'base64').toString('latin1');
    if (!decoded.includes('-----BEGIN')) {
      throw configError(`${what}: ${key}-data in ${entry.file} is not base64 of a PEM text`);
    }
    return decoded;
  }
  const path = pathOf(entry, key);
  if (path === '') return undefined;
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw configError(
      `${what}: file ${path} ${missing ? 'does not exist' : 'cannot be read'} (named in ${entry.file})`,
      error,
    );
  }
}

const whom = ({ user, groups }: Impersonation): string => (groups.length > 0 ? `${user} (${groups.join(', ')})` : user);

function impersonation(user: Entry, options: ConnectOptions): Impersonation | undefined {
  const groups = options.asGroup ?? [];
  if (groups.length > 0 && !options.as && text(user.fields, 'act-as') === '' && text(user.fields, 'as') === '') {
    throw configError('--as-group needs --as: a group can only be assumed together with a user');
  }
  if (options.as) return { user: options.as, uid: '', groups, extra: {} };
  const name = text(user.fields, 'as') || text(user.fields, 'act-as');
  if (name === '') return undefined;
  const strings = (value: unknown) => list(value).filter((item): item is string => typeof item === 'string');
  const extra = Object.entries(mapping(user.fields['as-user-extra'] ?? user.fields['act-as-user-extra']));
  return {
    user: name,
    uid: text(user.fields, 'as-uid') || text(user.fields, 'act-as-uid'),
    groups: groups.length > 0 ? groups : strings(user.fields['as-groups'] ?? user.fields['act-as-groups']),
    extra: Object.fromEntries(extra.map(([key, values]) => [key, strings(values)])),
  };
}

/** The cluster's proxy-url, else the usual environment variables, as Go's net/http reads them. */
function proxyFor(server: URL, configured: string, cluster: Entry, env: Environment): URL | undefined {
  const variable = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const fromEnv = env[variable] || env[variable.toLowerCase()] || '';
  const value = configured || (exempt(server, env.NO_PROXY || env.no_proxy || '') ? '' : fromEnv);
  if (value === '') return undefined;
  const where = configured ? `proxy-url of cluster "${cluster.name}"` : variable;
  const address = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol)) {
    throw configError(`${where} is "${value}"; expected http://, https:// or socks5:// with a host`);
  }
  return url;
}

function exempt(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host === '::1' || /^127\./.test(host)) return true;
  return noProxy
    .toLowerCase()
    .split(',')
    .map((item) => item.trim())
    .some((item) => {
      if (item === '') return false;
      if (item === '*') return true;
      const [name, port] = item.split(/:(?=\d+$)/) as [string, string | undefined];
      if (port !== undefined && port !== (server.port || (server.protocol === 'https:' ? '443' : '80'))) return false;
      if (name.includes('/')) return inNetwork(host, name);
      const suffix = name.replace(/^\*?\./, '');
      return host === suffix ? !name.startsWith('.') && !name.startsWith('*') : host.endsWith(`.${suffix}`);
    });
}

/** IPv4 networks only (`10.0.0.0/8`): what NO_PROXY lists hold in practice. */
function inNetwork(host: string, network: string): boolean {
  const number = (address: string) =>
    /^\d+\.\d+\.\d+\.\d+$/.test(address)
      ? address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      : Number.NaN;
  const [base, bits] = network.split('/') as [string, string];
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(host) / size) === Math.floor(number(base) / size);
}
