/**
 * The legacy `oidc` method: an id-token, refreshed at the identity provider when it has ended. @kubernetes/client-node is no
 * help here: its refresh hands the OpenID library a string where that wants a URL, and always fails.
 */
import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import type { Granted } from './credentials.ts';
import { type Entry, type Fields, mapping, pathOf, text } from './kubeconfig.ts';
import { clean } from './sanitise.ts';
import { readTokens, type Tokens, writeTokens } from './token-store.ts';
import { KubeError } from './types.ts';

const DEADLINE_MS = 30_000;
const MAX_ANSWER = 1 << 20;

/** One login. It starts from the tokens that the kubeconfig has now, and leaves refreshed ones there, as kubectl does. */
export async function loginByOidc(user: Entry, now: () => number = Date.now): Promise<Granted> {
  const config: Entry = { ...user, fields: mapping(mapping(user.fields['auth-provider']).config) };
  const kept = readTokens(user.file, user.name) ?? {
    idToken: text(config.fields, 'id-token'),
    refreshToken: text(config.fields, 'refresh-token'),
  };
  const end = endOf(kept.idToken);
  if (end !== undefined && end > now()) return granted(kept.idToken, end);
  if (kept.refreshToken === '') {
    throw refuse(user, 'its id-token has ended and there is no refresh-token; log in again');
  }
  const fresh = await refresh(config, kept.refreshToken);
  writeTokens(user.file, user.name, kept, fresh);
  return granted(fresh.idToken, endOf(fresh.idToken) ?? now() + 60_000);
}

const granted = (token: string, expiresAt: number): Granted => ({
  credential: { authorization: `Bearer ${token}` },
  expiresAt,
});

/** When the token ends, epoch milliseconds; undefined where it is not a token that can be read. */
function endOf(token: string): number | undefined {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      exp?: unknown;
    };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

async function refresh(config: Entry, refreshToken: string): Promise<Tokens> {
  const issuer = text(config.fields, 'idp-issuer-url').replace(/\/$/, '');
  if (!/^https:\/\/./.test(issuer))
    throw refuse(config, 'its idp-issuer-url is not an https address; fix the kubeconfig');
  const agent = new Agent({ connect: { timeout: 10_000, ...trust(config) } });
  try {
    const found = await ask(agent, config, `${issuer}/.well-known/openid-configuration`);
    const endpoint = text(found.body, 'token_endpoint');
    if (!endpoint.startsWith('https://')) throw refuse(config, `${issuer} names no token endpoint`);
    const id = text(config.fields, 'client-id');
    const secret = text(config.fields, 'client-secret');
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    // Providers differ in where they want the client's secret: the header first, then the form.
    let answer = await ask(
      agent,
      config,
      endpoint,
      secret === '' ? { ...form, client_id: id } : form,
      secret && `${id}:${secret}`,
    );
    if (
      (answer.status === 400 || answer.status === 401) &&
      secret !== '' &&
      text(answer.body, 'error') === 'invalid_client'
    ) {
      answer = await ask(agent, config, endpoint, { ...form, client_id: id, client_secret: secret });
    }
    const idToken = text(answer.body, 'id_token');
    if (answer.status !== 200 || !/^[\w.-]+$/.test(idToken)) {
      const why = text(answer.body, 'error_description') || text(answer.body, 'error') || `status ${answer.status}`;
      throw refuse(config, `${issuer} refuses to refresh its token (${clean(why, 200)}); log in again`);
    }
    return { idToken, refreshToken: text(answer.body, 'refresh_token') || refreshToken };
  } finally {
    await agent.destroy();
  }
}

function trust(config: Entry): { ca?: string } {
  const data = text(config.fields, 'idp-certificate-authority-data');
  if (data !== '') return { ca: Buffer.from(data, 'base64').toString('latin1') };
  const path = pathOf(config, 'idp-certificate-authority');
  if (path === '') return {};
  try {
    return { ca: readFileSync(path, 'latin1') };
  } catch {
    throw refuse(config, `its idp-certificate-authority ${path} cannot be read; check the file`);
  }
}

/** GET, or POST of a form. The answer's JSON, or an empty one. */
async function ask(
  agent: Agent,
  config: Entry,
  address: string,
  form?: Record<string, string>,
  basic = '',
): Promise<{ status: number; body: Fields }> {
  const url = new URL(address);
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: form ? 'POST' : 'GET',
      headers: {
        accept: 'application/json',
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...(basic === '' ? {} : { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
      },
      ...(form ? { body: new URLSearchParams(form).toString() } : {}),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    let body = '';
    for await (const chunk of answer.body) {
      body += String(chunk);
      if (body.length > MAX_ANSWER) throw new Error('its answer is too long');
    }
    return { status: answer.statusCode, body: parsed(body) };
  } catch (error) {
    throw refuse(config, `${url.origin} cannot be asked (${clean((error as Error).message, 200)})`, error);
  }
}

function parsed(body: string): Fields {
  try {
    return mapping(JSON.parse(body));
  } catch {
    return {};
  }
}

function refuse(user: Entry, why: string, cause?: unknown): KubeError {
  return new KubeError(`login of user "${user.name}" by oidc: ${why}`, {
    status: 0,
    reason: 'Auth',
    sent: false,
    cause,
  });
}
