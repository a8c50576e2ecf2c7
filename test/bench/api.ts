/** A client that costs little, so that what is measured is the server: JSON over keep-alive TLS, so many requests in flight. */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import { parse } from 'yaml';

/** What is in flight at a time; one connection each. */
const IN_FLIGHT = 16;

export interface Api {
  /** Sends `count` requests, IN_FLIGHT at a time; a status of 300 or more is an error. Resolves with requests per second. */
  drive(count: number, request: (i: number) => ApiRequest): Promise<number>;
  /** One request; resolves with the body and the milliseconds to its last byte. */
  get(path: string, accept?: string): Promise<{ body: Buffer; ms: number }>;
  /** Opens a watch; `seen` gets how many events each piece ended. Resolves once it is open. */
  watch(path: string, seen: (events: number) => void): Promise<void>;
  close(): Promise<void>;
}

export interface ApiRequest {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body: object;
  type?: string;
}

interface Kubeconfig {
  clusters: {
    cluster: { server: string; 'certificate-authority'?: string; 'certificate-authority-data'?: string };
  }[];
  users: { user: { token?: string; 'client-certificate'?: string; 'client-key'?: string } }[];
}

const file = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));

/** Speaks as the first user of a kubeconfig. */
export function api(kubeconfig: string): Api {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const { cluster } = clusters[0]!;
  const { user } = users[0]!;
  const data = cluster['certificate-authority-data'];
  const pool = (connections: number) =>
    new Pool(cluster.server, {
      connections,
      pipelining: 1,
      connect: {
        ca: data ? Buffer.from(data, 'base64') : file(cluster['certificate-authority']),
        cert: file(user['client-certificate']),
        key: file(user['client-key']),
      },
    });
  const requests = pool(IN_FLIGHT);
  const watches = pool(1000);
  const headers = { 'user-agent': 'bench', ...(user.token ? { authorization: `Bearer ${user.token}` } : {}) };

  return {
    async drive(count, request) {
      let next = 0;
      const began = performance.now();
      const lane = async () => {
        while (next < count) {
          const { method, path, body, type = 'application/json' } = request(next++);
          const response = await requests.request({
            method,
            path,
            headers: { ...headers, 'content-type': type },
            body: JSON.stringify(body),
          });
          if (response.statusCode < 300) await response.body.dump({ limit: 1 << 30 });
          else throw new Error(`${method} ${path}: ${response.statusCode} ${await response.body.text()}`);
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
      return (count * 1000) / (performance.now() - began);
    },
    async get(path, accept = 'application/json') {
      const began = performance.now();
      const { statusCode, body } = await requests.request({ method: 'GET', path, headers: { ...headers, accept } });
      const bytes = Buffer.from(await body.arrayBuffer());
      if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode} ${bytes.toString().slice(0, 300)}`);
      return { body: bytes, ms: performance.now() - began };
    },
    async watch(path, seen) {
      const { statusCode, body } = await watches.request({ method: 'GET', path, headers });
      if (statusCode !== 200) throw new Error(`watch ${path}: ${statusCode} ${await body.text()}`);
      body.on('error', () => {});
      body.on('data', (chunk: Buffer) => {
        let lines = 0;
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
        seen(lines);
      });
    },
    async close() {
      await Promise.all([requests.destroy(), watches.destroy()]);
    },
  };
}
