import type { IncomingMessage } from 'node:http';
import type { Kernel } from '../kernel.ts';
import { accountGroups } from '../rbac/account.ts';
import { authorize } from '../rbac/rules.ts';
import type { User } from '../types.ts';

const EXTRA = 'impersonate-extra-';
const AUTHENTICATION = 'authentication.k8s.io';
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Impersonation headers that make no sense: answered as text, as the real server does. */
export class BadImpersonation extends Error {}

/** The person the request is to be made as: another, where its headers say so and the caller may; 403 where they may not. */
export function impersonated(kernel: Kernel, request: IncomingMessage, caller: User): User {
  if (!Object.keys(request.headers).some((name) => name.startsWith('impersonate-'))) return caller;
  const headers = request.headersDistinct;
  const name = headers['impersonate-user']?.[0] ?? '';
  const groups = headers['impersonate-group'] ?? [];
  const uid = headers['impersonate-uid']?.[0];
  const extraKeys = Object.keys(headers).filter((key) => key.startsWith(EXTRA));
  if (!name) {
    if (groups.length > 0)
      throw new BadImpersonation(
        `requested [${groups.map((group) => `{Group  ${group}    }`).join(' ')}] without impersonating a user`,
      );
    return caller;
  }
  const may = (resource: string, what: string, group = '', subresource = '', namespace = ''): void =>
    authorize(kernel, caller, { verb: 'impersonate', group, resource, subresource, namespace, name: what });
  const account = ACCOUNT.exec(name);
  if (account) may('serviceaccounts', account[2]!, '', '', account[1]!);
  else may('users', name);
  for (const group of groups) may('groups', group);
  if (uid) may('uids', uid, AUTHENTICATION);
  const extra: Record<string, string[]> = {};
  for (const header of extraKeys) {
    const key = decodeURIComponent(header.slice(EXTRA.length));
    for (const value of headers[header] ?? []) may('userextras', value, AUTHENTICATION, key);
    extra[key] = headers[header] ?? [];
  }
  const own = account && groups.length === 0 ? accountGroups(account[1] ?? '') : groups;
  const known =
    own.includes('system:authenticated') || name === 'system:anonymous' ? own : [...own, 'system:authenticated'];
  return { name, groups: known, ...(uid ? { uid } : {}), ...(extraKeys.length > 0 ? { extra } : {}) };
}
