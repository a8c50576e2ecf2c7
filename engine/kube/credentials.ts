/** As whom to speak: what each way of logging in puts into a request, and when it is fetched anew. */
import { readFileSync } from 'node:fs';
import { type Connection, pem } from './connection.ts';
import { pluginOf, runExecPlugin } from './exec-plugin.ts';
import { configError, type Entry, type Environment, mapping, pathOf, text } from './kubeconfig.ts';
import { clean } from './sanitise.ts';
import { KubeError } from './types.ts';

/** What goes into one request. A client certificate belongs to the connection it travels on. */
export interface Credential {
  authorization?: string;
  cert?: string;
  key?: string;
}

/** A credential and until when it is good, epoch milliseconds; undefined: no end is known. */
export interface Granted {
  credential: Credential;
  expiresAt: number | undefined;
}

export interface CredentialSource {
  get(): Promise<Credential>;
  /** After a 401: whether another try may go better, because this credential has been or will now be replaced. */
  renew(refused: Credential): boolean;
  /** Who is waited for while logging in, where that is not the server. */
  readonly asks?: string;
  /** Ends a login that is under way. */
  close?(): void;
}

/** Where somebody is there to log in: a plugin may then open a browser and wait for them. */
export interface LoginOptions {
  /** Infinity: as long as it takes. */
  patienceMs?: number;
  /** Before the first request, which has a time of its own. */
  ahead?: boolean;
  /** Who is waited for now; '' when nobody is any more. */
  onWait?(who: string): void;
  /** A line that the plugin has for whoever logs in, such as where to. */
  onLine?(text: string): void;
  /** Lends the terminal to a plugin that asks there, for as long as `use` takes; a string: why not, and the way out. */
  keyboard?: (<T>(use: () => Promise<T>) => Promise<T>) | string | undefined;
  /** Ends a login that is under way, and lets none begin. */
  signal?: AbortSignal;
}

/** A token file is read again after this time: kubelet rotates it. */
const TOKEN_FILE_MS = 60_000;
/** A credential younger than this was refused for what it is, not for its age: it isn't fetched again. */
const YOUNG_MS = 10_000;
/** A failed login is repeated to everyone who asks within this time, instead of starting the plugin for each. */
const FAILURE_MS = 2_000;

/** The source for a connection's user. `loadProvider` brings in the legacy `auth-provider` methods only when one is used. */
export function credentialsFor(
  connection: Connection,
  env: Environment,
  loadProvider: (user: Entry) => Promise<Granted> = async (user) =>
    (await import('./auth-provider.ts')).askAuthProvider(user),
  now: () => number = Date.now,
  { patienceMs, onWait, onLine, keyboard, signal }: LoginOptions = {},
): CredentialSource {
  const { user } = connection;
  const certificate = clientCertificate(user);
  if (user.fields.exec !== undefined) {
    const asks = pluginOf(connection);
    const ending = new AbortController();
    const ends = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
    let said: string[] = [];
    const hear = (line: string) => {
      if (line !== '') said = [...said, line].slice(-2);
      onLine?.(line);
    };
    const login = async () => {
      said = [];
      onWait?.(asks);
      try {
        return await runExecPlugin(connection, env, { deadlineMs: patienceMs, signal: ends, onLine: hear, keyboard });
      } finally {
        onWait?.('');
      }
    };
    return {
      ...renewable(login, now, certificate),
      get asks() {
        return said.length === 0 ? asks : `${asks}, which says "${clean(said.join(' '), 300)}",`;
      },
      close: () => ending.abort(),
    };
  }
  const provider = mapping(user.fields['auth-provider']);
  if (text(provider, 'name') !== '') {
    return renewable(() => loadProvider(user), now, certificate);
  }
  const tokenFile = pathOf(user, 'tokenFile');
  const token = text(user.fields, 'token');
  if (tokenFile !== '') {
    return renewable(async () => readToken(tokenFile, token, user, now()), now, certificate);
  }
  const name = text(user.fields, 'username');
  const authorization =
    token !== ''
      ? `Bearer ${headerSafe(token, user)}`
      : name !== ''
        ? `Basic ${Buffer.from(`${name}:${text(user.fields, 'password')}`).toString('base64')}`
        : undefined;
  const fixed: Credential = { ...certificate, ...(authorization === undefined ? {} : { authorization }) };
  return { get: async () => fixed, renew: () => false };
}

function clientCertificate(user: Entry): Credential {
  const cert = pem(user, 'client-certificate', `client certificate of user "${user.name}"`);
  const key = pem(user, 'client-key', `client key of user "${user.name}"`);
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? 'client-certificate' : 'client-key';
    throw configError(`user "${user.name}" has half a client certificate: ${missing} is missing in ${user.file}`);
  }
  return { cert, key };
}

function readToken(file: string, fallback: string, user: Entry, now: number): Granted {
  let token = fallback;
  try {
    token = readFileSync(file, 'utf8').trim() || fallback;
  } catch (error) {
    if (fallback === '')
      throw configError(`token file ${file} of user "${user.name}" cannot be read; log in again`, error);
  }
  if (token === '') throw configError(`token file ${file} of user "${user.name}" is empty; log in again`);
  return { credential: { authorization: `Bearer ${headerSafe(token, user)}` }, expiresAt: now + TOKEN_FILE_MS };
}

/** A line break in a token would end the header, and every request would fail with a riddle. */
function headerSafe(token: string, user: Entry): string {
  const trimmed = token.trim();
  if (/[^\x21-\x7e]/.test(trimmed)) throw configError(`the token of user "${user.name}" has characters no token has`);
  return trimmed;
}

/** Fetches when needed, once for all who ask at the same time; keeps the answer until shortly before its end. */
export function renewable(fetch: () => Promise<Granted>, now: () => number, base: Credential = {}): CredentialSource {
  let held: { credential: Credential; fetchedAt: number; until: number } | undefined;
  let failed: { error: unknown; at: number } | undefined;
  let flight: Promise<Credential> | undefined;

  async function login(): Promise<Credential> {
    try {
      const { credential, expiresAt } = await fetch();
      const at = now();
      const early = expiresAt === undefined ? 0 : Math.min(30_000, Math.max(0, (expiresAt - at) / 10));
      held = { credential: { ...base, ...credential }, fetchedAt: at, until: (expiresAt ?? Infinity) - early };
      failed = undefined;
      return held.credential;
    } catch (error) {
      failed = { error: asAuthError(error), at: now() };
      throw failed.error;
    } finally {
      flight = undefined;
    }
  }

  return {
    async get() {
      if (held && now() < held.until) return held.credential;
      if (failed && now() - failed.at < FAILURE_MS) throw failed.error;
      flight ??= login();
      return flight;
    },
    renew(refused) {
      if (!held || held.credential !== refused) return true;
      if (now() - held.fetchedAt < YOUNG_MS) return false;
      held = undefined;
      return true;
    },
  };
}

function asAuthError(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  return new KubeError(`login failed: ${clean((error as Error).message, 300)}`, {
    status: 0,
    reason: 'Auth',
    sent: false,
    cause: error,
  });
}
