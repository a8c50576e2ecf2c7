/** What rules may ask about rights: who asks what of which resource or path, put together a step at a time. */
import { accountGroups, accountName } from '../rbac/account.ts';
import type { Attributes } from '../rbac/rules.ts';
import type { User } from '../types.ts';
import { dnsLabel, subdomain } from '../validation/names.ts';
import type { Functions } from './runtime.ts';
import { RuleError } from './values.ts';

type Decide = (who: User, wanted: Attributes) => { allowed: boolean; reason: string };

export class Authorizer {
  static readonly celName = 'kubernetes.authorization.Authorizer';
  readonly who: User;
  readonly decide: Decide;
  constructor(who: User, decide: Decide) {
    this.who = who;
    this.decide = decide;
  }
}

type Question = Omit<Attributes, 'verb'>;

class Check {
  readonly by: Authorizer;
  readonly about: Question;
  constructor(by: Authorizer, about: Question) {
    this.by = by;
    this.about = about;
  }
}

class PathCheck extends Check {
  static readonly celName = 'kubernetes.authorization.PathCheck';
}
class GroupCheck extends Check {
  static readonly celName = 'kubernetes.authorization.GroupCheck';
}
export class ResourceCheck extends Check {
  static readonly celName = 'kubernetes.authorization.ResourceCheck';
  with(more: Partial<Question>): ResourceCheck {
    return new ResourceCheck(this.by, { ...this.about, ...more });
  }
}

class Decision {
  static readonly celName = 'kubernetes.authorization.Decision';
  readonly allowed: boolean;
  readonly reason: string;
  constructor({ allowed, reason }: { allowed: boolean; reason: string }) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

const NOTHING: Question = { group: '', resource: '', subresource: '', namespace: '', name: '' };

const needed = (text: string, what: string): string => {
  if (text.trim() === '') throw new RuleError(`${what} must not be empty`);
  return text;
};

const checked = ({ by, about }: Check, verb: string): Decision => new Decision(by.decide(by.who, { verb, ...about }));

function serviceAccount(by: Authorizer, namespace: string, name: string): Authorizer {
  if (subdomain(name).length > 0) throw new RuleError('Invalid service account name');
  if (dnsLabel(namespace).length > 0) throw new RuleError('Invalid service account namespace');
  return new Authorizer({ name: accountName(namespace, name), groups: accountGroups(namespace) }, by.decide);
}

export const AUTHORIZATION: Functions = {
  '.path': (by: Authorizer, path: string) => new PathCheck(by, { ...NOTHING, path: needed(path, 'path') }),
  '.group': (by: Authorizer, group: string) => new GroupCheck(by, { ...NOTHING, group }),
  '.serviceAccount': serviceAccount,
  '.resource': ({ by, about }: GroupCheck, resource: string) =>
    new ResourceCheck(by, { ...about, resource: needed(resource, 'resource') }),
  '.subresource': (check: ResourceCheck, subresource: string) => check.with({ subresource }),
  '.namespace': (check: ResourceCheck, namespace: string) => check.with({ namespace }),
  '.name': (check: ResourceCheck, name: string) => check.with({ name }),
  // Roles know no selectors.
  '.fieldSelector': (check: ResourceCheck) => check,
  '.labelSelector': (check: ResourceCheck) => check,
  '.check': checked,
  '.errored': () => false,
  '.error': () => '',
  '.allowed': ({ allowed }: Decision) => allowed,
  '.reason': ({ reason }: Decision) => reason,
};
