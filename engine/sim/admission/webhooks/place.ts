/** Where a webhook is: at a URL, or behind a Service of the cluster. */
import { connect, isIP } from 'node:net';
import { posix } from 'node:path';
import type { Duplex } from 'node:stream';
import { at, text } from '../../json.ts';
import type { Kernel } from '../../kernel.ts';
import { type Dict, isDict } from '../../types.ts';
import { WebhookFailure } from './refusals.ts';

export interface Place {
  /** As a server writes it in its errors. */
  url: string;
  host: string;
  port: number;
  path: string;
  /** The name that its certificate must have. */
  serverName: string;
  ca: string | undefined;
  /** A connection to it; absent where the host is to be dialled. Throws an Error with a Go program's words. */
  dial?: () => Duplex;
}

interface Subset {
  addresses?: { ip: string; targetRef?: { kind?: string; namespace?: string; name?: string } }[];
  ports?: { name?: string; port: number }[];
}

function authorities(bundle: unknown): string | undefined {
  if (!bundle) return undefined;
  const pem = Buffer.from(text(bundle), 'base64').toString();
  if (!/-----BEGIN CERTIFICATE-----/.test(pem))
    throw new WebhookFailure(
      'could not get REST client: unable to load root certificates: unable to parse bytes as PEM block',
    );
  return pem;
}

/** As Go joins it: clean, and without a slash at its end. */
const cleanPath = (path: string): string => posix.normalize(`/${path}`).replace(/(?<=.)\/$/, '');

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

export function placeOf(kernel: Kernel, config: Dict, seconds: number): Place {
  const ca = authorities(config.caBundle);
  const query = `?timeout=${seconds}s`;
  if (isDict(config.service)) {
    const { service } = config;
    const [name, namespace] = [text(service.name), text(service.namespace)];
    const port = Number(service.port ?? 443);
    const serverName = `${name}.${namespace}.svc`;
    const path = `${cleanPath(text(service.path))}${query}`;
    return {
      url: `https://${serverName}:${port}${path}`,
      host: serverName,
      port,
      path,
      serverName,
      ca,
      dial: () => dialService(kernel, namespace, name, port),
    };
  }
  const url = new URL(text(config.url));
  const path = `${cleanPath(url.pathname)}${query}`;
  const host = bare(url.hostname);
  return {
    url: `https://${/^https:\/\/([^/]*)/i.exec(text(config.url))?.[1] ?? url.host}${path}`,
    host,
    port: Number(url.port || 443),
    path,
    serverName: isIP(host) ? '' : host,
    ca,
  };
}

function dialService(kernel: Kernel, namespace: string, name: string, port: number): Duplex {
  const services = kernel.registry.get('services');
  const found = kernel.store.entry(services, namespace, name);
  if (!found) throw new Error(`service ${JSON.stringify(name)} not found`);
  const service = kernel.store.object(services, found);
  const spec = isDict(service.spec) ? service.spec : {};
  if (spec.type === 'ExternalName') return connect({ host: text(spec.externalName), port });
  if (spec.clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
  const ports = (spec.ports ?? []) as { name?: string; port: number }[];
  const own = ports.find((one) => one.port === port);
  if (!own) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const info = kernel.registry.get('endpoints');
  const entry = kernel.store.entry(info, namespace, name);
  const subsets = entry ? ((kernel.store.object(info, entry).subsets ?? []) as Subset[]) : [];
  const refused = new Error(`dial tcp ${text(spec.clusterIP)}:${port}: connect: connection refused`);
  for (const { addresses = [], ports: open = [] } of subsets) {
    const there = open.find((one) => (one.name ?? '') === (own.name ?? ''));
    const [address] = addresses;
    if (!there || !address) continue;
    const pod = at(address, 'targetRef', 'kind') === 'Pod' ? address.targetRef?.name : undefined;
    if (!pod) return connect({ host: address.ip, port: there.port });
    try {
      if (kernel.node) return kernel.node.dial({ namespace, pod, port: there.port });
    } catch {
      // Nothing listens there.
    }
    throw refused;
  }
  throw refused;
}
