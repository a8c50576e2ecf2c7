/**
 * The embedded cluster: a Kubernetes API in this process, served on loopback, for the demo and for tests. It may touch engine/api,
 * engine/expr, its own port, the webhooks that its configurations name, and nothing else of the machine.
 */
import type { Clock } from './clock.ts';
import { makeCluster, type SimCluster } from './cluster.ts';
import { OpenApi } from './discovery/openapi.ts';
import { pageNotFound } from './errors.ts';
import type { Faults } from './faults/faults.ts';
import { admitConnect, connects } from './http/admitted.ts';
import { Authenticator, type SimUser } from './http/auth.ts';
import { impersonated } from './http/impersonate.ts';
import { answerPath } from './http/paths.ts';
import { upgradePod } from './http/remote/index.ts';
import { refuseUpgrade } from './http/remote/refusal.ts';
import { answerResource, authorizeTarget } from './http/resource.ts';
import { serveApi } from './http/server.ts';
import { kubeconfigText } from './kubeconfig.ts';
import type { StoreOptions } from './store/store.ts';
import { done } from './work.ts';

export type { Clock, VirtualClock } from './clock.ts';
export { realClock, virtualClock } from './clock.ts';
export type { Filter, SimCluster, WriteOptions } from './cluster.ts';
export { ApiError } from './errors.ts';
export type { Rule } from './faults/rule.ts';
export type { SimUser } from './http/auth.ts';
export type { SimObject } from './types.ts';

export interface SimOptions {
  /** Default: any free port. */
  port?: number;
  clock?: Clock;
  store?: StoreOptions;
  /** Name of the kubeconfig's context; default `sim`. */
  context?: string;
  /** Further people with a token. The first user is always `admin` of group system:masters. */
  users?: SimUser[];
  onError?: (error: unknown) => void;
}

export interface Sim {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** The administrator's. */
  token: string;
  /** PEM of the server's certificate. */
  ca: string;
  /** YAML of a kubeconfig with one context a user, the administrator's current. Write it with mode 0600. */
  kubeconfig: string;
  /** By user name. */
  tokens: Record<string, string>;
  cluster: SimCluster;
  /** What goes wrong on purpose. */
  faults: Faults;
  close(): Promise<void>;
}

/** Starts the cluster and serves it on 127.0.0.1. Rejects with one line where the port is taken. */
export async function startSim(options: SimOptions = {}): Promise<Sim> {
  const cluster = makeCluster(options);
  const authenticator = new Authenticator(() => cluster.clock.now());
  const tokens: Record<string, string> = { admin: authenticator.add({ name: 'admin', groups: ['system:masters'] }) };
  for (const user of options.users ?? []) tokens[user.name] = authenticator.add(user);
  const { kernel } = cluster;
  kernel.byToken = (token) => authenticator.byToken(token);
  kernel.addToken = (user, token, until) => void authenticator.add({ ...user, token }, until);
  const openapi = new OpenApi(kernel.registry);
  let port = 0;
  const server = await serveApi({
    kernel,
    authenticator,
    impersonate: (request, user) => impersonated(kernel, request, user),
    port: options.port ?? 0,
    handle: (call) =>
      call.target
        ? answerResource(kernel, call, call.target)
        : answerPath(call, kernel, { registry: kernel.registry, openapi, port }),
    upgrade(call, socket, head) {
      if (!call.target) throw pageNotFound();
      authorizeTarget(kernel, call, call.target);
      const { target } = call;
      if (!connects(target)) return upgradePod(kernel, call, target, socket, head);
      const admitted = done(admitConnect(kernel, call, target));
      if (!(admitted instanceof Promise)) return upgradePod(kernel, call, target, socket, head);
      admitted
        .then(() => upgradePod(kernel, call, target, socket, head))
        .catch((error: unknown) => refuseUpgrade(socket, error));
    },
  });
  port = server.port;
  cluster.setCertificate(server.cert);
  cluster.drain();
  const url = `https://127.0.0.1:${server.port}`;
  return {
    url,
    token: tokens.admin!,
    ca: server.cert,
    kubeconfig: kubeconfigText(url, server.cert, tokens, options.context),
    tokens,
    cluster,
    faults: kernel.faults,
    close: async () => {
      cluster.stop();
      await server.close();
    },
  };
}
