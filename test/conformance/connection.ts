import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher } from 'undici';
import { parse } from 'yaml';
import { type Sim, type SimOptions, startSim } from '../../engine/sim/index.ts';
import { startLive } from '../../engine/sim/live.ts';

export type Person = 'admin' | 'alice' | 'bob' | 'eve';

/** How requests reach the server of this run. */
export interface Connection {
  url: string;
  dispatcher: Agent;
  /** For sockets, which no dispatcher opens. */
  tls: { ca: string | Buffer; cert?: Buffer; key?: Buffer };
  headers(user: Person | undefined): Record<string, string>;
  close(): Promise<void>;
}

/** The kubeconfig of a real API server to run against; empty: the embedded one. */
export const REAL = process.env.CONFORMANCE_KUBECONFIG ?? '';

const TOKENS = { alice: 'token-alice', bob: 'token-bob', eve: 'token-eve' };

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[];
  users: { user: Record<string, string> }[];
}

export function connectReal(path: string): Connection {
  const config = parse(readFileSync(path, 'utf8')) as Kubeconfig;
  const cluster = config.clusters[0]!.cluster;
  const user = config.users[0]!.user;
  const pem = (owner: Record<string, string>, key: string): Buffer =>
    owner[key] ? readFileSync(owner[key]) : Buffer.from(owner[`${key}-data`] ?? '', 'base64');
  const ca = pem(cluster, 'certificate-authority');
  const own = { cert: pem(user, 'client-certificate'), key: pem(user, 'client-key') };
  const tls = { ca, ...(own.cert.length > 0 ? own : {}) };
  const administrator = user.token ? { authorization: `Bearer ${user.token}` } : undefined;
  const admin = new Agent({ connect: tls });
  const others = new Agent({ connect: { ca } });
  const dispatcher = {
    dispatch: (options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) =>
      (JSON.stringify(options.headers ?? '')
        .toLowerCase()
        .includes('"authorization"')
        ? others
        : admin
      ).dispatch(options, handler),
  } as unknown as Agent;
  return {
    url: cluster.server!,
    dispatcher,
    tls,
    headers: (name) => (name && name !== 'admin' ? { authorization: `Bearer ${TOKENS[name]}` } : (administrator ?? {})),
    close: async () => {
      await Promise.all([admin.destroy(), others.destroy()]);
    },
  };
}

/** The embedded server: the API alone, or a cluster that runs pods. */
export async function connectSim(runsPods = false): Promise<Connection & { sim: Sim }> {
  const options: SimOptions = {
    users: [
      { name: 'alice', groups: ['sre'], token: TOKENS.alice },
      { name: 'bob', groups: ['sre'], token: TOKENS.bob },
      { name: 'eve', token: TOKENS.eve },
    ],
  };
  const sim = await (runsPods ? startLive({ ...options, nodes: ['node1'] }) : startSim(options));
  const dispatcher = new Agent({ connect: { ca: sim.ca } });
  return {
    sim,
    url: sim.url,
    dispatcher,
    tls: { ca: sim.ca },
    headers: (name) => ({ authorization: `Bearer ${sim.tokens[name ?? 'admin']}` }),
    close: async () => {
      await dispatcher.destroy();
      await sim.close();
    },
  };
}
