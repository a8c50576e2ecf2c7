/** Who answers on a port of a pod, as its probes find it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ContainerSpec, Probe } from './status.ts';
import { marked } from './stray.ts';

/** State of a listening socket in the kernel's tables. */
const LISTENING = '0A';

/** What a probe has found; no code where it could not even ask: that counts for nothing. */
export interface Answer {
  code?: number;
  text: string;
}

export interface Door {
  ip: string;
  /** Opens a connection to whatever of the pod listens there; true where it is known to, without one; undefined: nobody. */
  open(port: number): Duplex | number | true | undefined;
}

/**
 * Whether a process of the containers in that directory listens on the port. Their network is the machine's: a connection could reach
 * anybody. False where the system has no /proc.
 */
export function listens(dir: string, port: number): boolean {
  const sockets = new Set<string>();
  for (const table of ['tcp', 'tcp6']) {
    let lines: string[];
    try {
      lines = readFileSync(`/proc/net/${table}`, 'latin1').split('\n');
    } catch {
      continue;
    }
    for (const line of lines) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === LISTENING && Number.parseInt(local.split(':')[1] ?? '', 16) === port)
        sockets.add(`socket:[${inode}]`);
    }
  }
  return sockets.size > 0 && marked(dir).some((pid) => holds(pid, sockets));
}

function holds(pid: number, sockets: ReadonlySet<string>): boolean {
  const files = `/proc/${pid}/fd`;
  try {
    return readdirSync(files).some((file) => sockets.has(linkOf(`${files}/${file}`)));
  } catch {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

interface Target {
  port?: number | string;
  path?: string;
  host?: string;
  scheme?: string;
}

/** Asks as the kubelet does, in its words. */
export async function knock(probe: Probe, { name, ports = [] }: ContainerSpec, door: Door): Promise<Answer> {
  const target = (probe.httpGet ?? probe.tcpSocket ?? probe.grpc ?? {}) as Target;
  // Another host than the pod: nobody of this cluster knows what is there.
  if (target.host) return { code: 0, text: '' };
  const named = ports.find((one) => one.name === target.port)?.containerPort;
  const port = named ?? Number(target.port);
  if (!Number.isInteger(port))
    return { text: `strconv.Atoi: parsing ${JSON.stringify(target.port ?? name)}: invalid syntax` };
  const to = `${door.ip}:${port}`;
  const seconds = probe.timeoutSeconds ?? 1;
  const found = door.open(port);
  const url = `${(target.scheme ?? 'HTTP').toLowerCase()}://${to}${target.path ?? '/'}`;
  if (found === undefined) {
    const refused = `dial tcp ${to}: connect: connection refused`;
    if (probe.grpc)
      return {
        code: 1,
        text: `timeout: failed to connect service "${to}" within ${seconds}s: context deadline exceeded`,
      };
    return { code: 1, text: probe.httpGet ? `Get "${url}": ${refused}` : refused };
  }
  if (probe.httpGet && found !== true && target.scheme !== 'HTTPS') return get(found, target.path ?? '/', url, seconds);
  if (typeof found === 'object') found.destroy();
  return { code: 0, text: '' };
}

function get(to: Duplex | number, path: string, url: string, seconds: number): Promise<Answer> {
  return new Promise((done) => {
    const asked = request({
      path,
      timeout: seconds * 1000,
      headers: { 'user-agent': 'kube-probe/1.34', connection: 'close' },
      ...(typeof to === 'number' ? { host: '127.0.0.1', port: to } : { createConnection: () => to as never }),
    });
    const end = (answer: Answer) => {
      clearTimeout(late);
      asked.destroy();
      done(answer);
    };
    const late = setTimeout(
      () =>
        end({
          code: 1,
          text: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
        }),
      seconds * 1000,
    );
    asked.on('error', (error) => end({ code: 1, text: `Get "${url}": ${error.message}` }));
    asked.on('response', ({ statusCode = 0 }) =>
      end(
        statusCode >= 200 && statusCode < 400
          ? { code: 0, text: '' }
          : { code: 1, text: `HTTP probe failed with statuscode: ${statusCode}` },
      ),
    );
    asked.end();
  });
}
