/** The little client of the test cluster's own tools: one kubeconfig of up, JSON over keep-alive HTTPS. No part of the product. */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { parse } from 'yaml';

export interface Client {
  /** Resolves with the body, that of a 409 included; rejects with status and text from 300 on. */
  call<T>(method: string, path: string, body?: object, type?: string): Promise<T>;
  close(): void;
}

export const MERGE = 'application/merge-patch+json';

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority': string } }[];
  users: { user: { 'client-certificate': string; 'client-key': string } }[];
}

export function client(kubeconfig: string, userAgent: string, sockets = 4): Client {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority': ca } = config.clusters[0]!.cluster;
  const { 'client-certificate': cert, 'client-key': key } = config.users[0]!.user;
  const agent = new https.Agent({
    keepAlive: true,
    maxSockets: sockets,
    ca: readFileSync(ca),
    cert: readFileSync(cert),
    key: readFileSync(key),
  });
  const call = <T>(method: string, path: string, body?: object, type = 'application/json') =>
    new Promise<T>((resolve, reject) => {
      const headers = { 'content-type': type, accept: 'application/json', 'user-agent': userAgent };
      const request = https.request(new URL(path, server), { method, agent, timeout: 30_000, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status < 300 || status === 409) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`));
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  return { call, close: () => agent.destroy() };
}
