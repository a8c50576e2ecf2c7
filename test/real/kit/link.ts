/** A TCP link to the API server that a test can cut and mend: a proxy on this machine, and a kubeconfig that goes through it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ADMIN } from './place.ts';

export interface Link {
  /** Goes through the link. */
  kubeconfig: string;
  /** Resets every connection; new ones go through. */
  cut(): void;
  /** Cuts, and refuses new connections. */
  down(): void;
  /** Nothing gets through the connections that are open, and nobody is told: as after a laptop's sleep. New ones live. */
  stall(): void;
  up(): Promise<void>;
}

/** Closed when the test file has ended. */
export async function link(kubeconfig = ADMIN): Promise<Link> {
  const config = readFileSync(kubeconfig, 'utf8');
  const server = /server: "?(https:\/\/[^",}\s]+)/.exec(config)?.[1];
  if (server === undefined) throw new Error(`${kubeconfig} names no server`);
  const { hostname, port } = new URL(server);
  const pairs = new Set<[net.Socket, net.Socket]>();
  const proxy = net.createServer((near) => {
    const far = net.connect(Number(port), hostname);
    const pair: [net.Socket, net.Socket] = [near, far];
    pairs.add(pair);
    near.pipe(far).pipe(near);
    for (const [socket, other] of [pair, [far, near] as const]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        other.destroy();
      });
    }
  });
  const listen = (at: number) => new Promise<void>((ready) => proxy.listen(at, '127.0.0.1', ready));
  await listen(0);
  const own = (proxy.address() as net.AddressInfo).port;
  const folder = mkdtempSync(join(tmpdir(), 'opsdeck-link-'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, config.replace(server, `https://127.0.0.1:${own}`), { mode: 0o600 });
  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  const down = () => {
    proxy.close();
    cut();
  };
  afterAll(() => {
    down();
    rmSync(folder, { recursive: true });
  });
  return {
    kubeconfig: path,
    cut,
    down,
    stall() {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    async up() {
      if (!proxy.listening) await listen(own);
    },
  };
}
