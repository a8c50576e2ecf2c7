/** Tokens of service accounts. */

import { badRequest, notFound } from '../errors.ts';
import { at, text } from '../json.ts';
import { type Kernel, timestamp } from '../kernel.ts';
import { accountGroups, accountName } from '../rbac/account.ts';
import { ISSUER } from '../rbac/reviews.ts';
import type { Dict, User } from '../types.ts';
import { type FieldError, invalid, invalidObject } from '../validation/fielderror.ts';
import { current } from '../verbs/common.ts';
import { admitPosted } from './admitted.ts';
import { type Answer, bodyOf } from './answer.ts';
import { writeContext } from './options.ts';
import { sendJson } from './reply.ts';
import { signedToken } from './signer.ts';

const HOUR = 3600;
const LEAST = 600;
const MOST = 2 ** 32;

/** Objects whose end a token's validity can hang on. */
const BINDABLE: Record<string, { plural: string; namespaced: boolean }> = {
  Pod: { plural: 'pods', namespaced: true },
  Secret: { plural: 'secrets', namespaced: true },
  Node: { plural: 'nodes', namespaced: false },
};

function checkDuration(seconds: number): FieldError[] {
  const wrong = (why: string) => [invalid('spec.expirationSeconds', seconds, why)];
  if (seconds < LEAST) return wrong('may not specify a duration less than 10 minutes');
  return seconds > MOST ? wrong('may not specify a duration larger than 2^32 seconds') : [];
}

/** The claims about what the token is bound to. */
function bound(kernel: Kernel, namespace: string, reference: unknown): Dict {
  if (reference === undefined || reference === null) return {};
  const [kind, apiVersion, name] = ['kind', 'apiVersion', 'name'].map((field) => text(at(reference, field)));
  const found = apiVersion === 'v1' ? BINDABLE[kind ?? ''] : undefined;
  if (!found) {
    const [version = '', group = ''] = (apiVersion ?? '').split('/').reverse();
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const info = kernel.registry.get(found.plural);
  const entry = kernel.store.entry(info, found.namespaced ? namespace : '', name ?? '');
  if (!entry) throw notFound(info, name ?? '');
  const claims = { [(kind ?? '').toLowerCase()]: { name, uid: entry.uid } };
  const node = kind === 'Pod' ? text(at(kernel.store.object(info, entry), 'spec', 'nodeName')) : '';
  const there = node ? kernel.store.entry(kernel.registry.get('nodes'), '', node) : undefined;
  return { ...(node ? { node: { name: node, ...(there ? { uid: there.uid } : {}) } } : {}), ...claims };
}

const EXTRA = 'authentication.kubernetes.io/';

/** What is known of who shows the token, beside the account. */
function extraOf(id: string, about: Dict): Record<string, string[]> {
  const extra: Record<string, string[]> = { [`${EXTRA}credential-id`]: [`JTI=${id}`] };
  for (const kind of ['node', 'pod'])
    for (const field of ['name', 'uid']) {
      const value = text(at(about, kind, field));
      if (value) extra[`${EXTRA}${kind}-${field}`] = [value];
    }
  return extra;
}

export const postToken: Answer = async (kernel, call, target) => {
  const { info, namespace, name } = target;
  const account = kernel.store.object(info, current(kernel, info, namespace, name));
  const context = writeContext(call, target, 'CreateOptions');
  const request = await admitPosted(kernel, target, await bodyOf(call, 'TokenRequest'), context);
  const seconds = Number(at(request, 'spec', 'expirationSeconds') ?? HOUR);
  const errors = checkDuration(seconds);
  if (errors.length > 0) throw invalidObject('authentication.k8s.io', 'TokenRequest', '', errors);
  const reference = at(request, 'spec', 'boundObjectRef') ?? null;
  const about = bound(kernel, namespace, reference);
  const audiences = (at(request, 'spec', 'audiences') as string[] | undefined) ?? [];
  const aud = audiences.length > 0 ? audiences : [ISSUER];
  const now = Math.floor(kernel.clock.now() / 1000);
  const uid = account.metadata.uid ?? '';
  const jti = kernel.uid();
  const user: User = {
    name: accountName(namespace, name),
    uid,
    groups: accountGroups(namespace),
    extra: extraOf(jti, about),
  };
  const claims = {
    aud,
    exp: now + seconds,
    iat: now,
    iss: ISSUER,
    jti,
    'kubernetes.io': { namespace, ...about, serviceaccount: { name, uid } },
    nbf: now,
    sub: user.name,
  };
  const token = signedToken(kernel, claims);
  if (aud.includes(ISSUER)) kernel.addToken?.(user, token, claims.exp * 1000);
  sendJson(call, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, uid, creationTimestamp: timestamp(kernel) },
    spec: { audiences: aud, expirationSeconds: seconds, boundObjectRef: reference },
    status: { token, expirationTimestamp: timestamp(kernel, seconds * 1000) },
  });
};
