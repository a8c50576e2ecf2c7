import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { User } from '../types.ts';

/** A person or program that may call the API. */
export interface SimUser {
  name: string;
  groups?: string[];
  /** Made up where absent. */
  token?: string;
  /** Default: the name. */
  uid?: string;
  extra?: Record<string, string[]>;
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

const newToken = (): string => randomBytes(24).toString('base64url');

/** Tokens and whose they are. Compared by digest, in constant time and against every known one. */
export class Authenticator {
  private readonly known: { digest: Buffer; user: User; until: number }[] = [];
  /** What a connection has proved already: its next requests carry the same header. */
  private readonly proved = new WeakMap<Socket, { header: string; user: User; until: number }>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** `until`: epoch milliseconds. */
  add(user: SimUser, until = Number.POSITIVE_INFINITY): string {
    const token = user.token ?? newToken();
    this.known.push({
      digest: digest(token),
      user: {
        name: user.name,
        uid: user.uid ?? user.name,
        groups: [...(user.groups ?? []), 'system:authenticated'],
        ...(user.extra ? { extra: user.extra } : {}),
      },
      until,
    });
    return token;
  }

  authenticate(request: IncomingMessage): User | undefined {
    const header = request.headers.authorization ?? '';
    const before = this.proved.get(request.socket);
    if (before?.header === header && before.until > this.now()) return before.user;
    const match = /^bearer +(\S+)$/i.exec(header);
    const entry = this.entry(match?.[1] ?? protocolToken(request) ?? '');
    if (entry && match) this.proved.set(request.socket, { header, user: entry.user, until: entry.until });
    return entry?.user;
  }

  byToken(token: string): User | undefined {
    return this.entry(token)?.user;
  }

  private entry(token: string) {
    const asked = digest(token);
    let found: (typeof this.known)[number] | undefined;
    for (const entry of this.known) if (timingSafeEqual(entry.digest, asked)) found = entry;
    return token === '' || (found?.until ?? 0) <= this.now() ? undefined : found;
  }
}

/** Websocket clients that can't set headers send the token as a subprotocol. */
function protocolToken(request: IncomingMessage): string | undefined {
  const match = /(?:^|,)\s*base64url\.bearer\.authorization\.k8s\.io\.([\w-]+)/.exec(
    request.headers['sec-websocket-protocol'] ?? '',
  );
  return match?.[1] ? Buffer.from(match[1], 'base64url').toString('utf8') : undefined;
}

/**
 * Whether the Host header names this server. A page of another site whose name resolves to loopback (DNS rebinding) sends its own name.
 */
export function hostAllowed(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}` || host === `[::1]:${port}`;
}

/**
 * Whether a request may come from where it says. Programs name no origin, or the server's own; a browser names the page's, and no page
 * has business here.
 */
export function originAllowed(origin: string | undefined, port: number): boolean {
  return origin === undefined || (origin.startsWith('https://') && hostAllowed(origin.slice(8), port));
}
