/** Reviews: questions about rights and people, answered from the same rules that guard every request. Nothing is stored. */
import { badRequest } from '../errors.ts';
import { at, text } from '../json.ts';
import { type Kernel, timestamp, type WriteContext } from '../kernel.ts';
import { emptyObject, nodeOf } from '../kinds/schema.ts';
import { trackUpdate } from '../managed/manager.ts';
import type { ResourceInfo } from '../resources/info.ts';
import { type Dict, isDict, type SimObject, type User } from '../types.ts';
import { type FieldError, invalid, invalidObject } from '../validation/fielderror.ts';
import { managerInfo } from '../verbs/common.ts';
import { type Attributes, decide, grantsOf, isMaster, type Rule } from './rules.ts';

/** Who signs the tokens of service accounts, and whom they are for where nobody is named. */
export const ISSUER = 'https://kubernetes.default.svc';

export interface Reviewing {
  kernel: Kernel;
  user: User;
  /** The namespace of the request; empty where it has none. */
  namespace: string;
  /** Whose token it is. */
  byToken(token: string): User | undefined;
}

const NONE = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' };

function attributesOf(spec: Dict): Attributes {
  const path = spec.nonResourceAttributes;
  if (isDict(path)) return { ...NONE, verb: text(path.verb), path: text(path.path) };
  const asked = isDict(spec.resourceAttributes) ? spec.resourceAttributes : {};
  return {
    verb: text(asked.verb),
    group: text(asked.group),
    resource: text(asked.resource),
    subresource: text(asked.subresource),
    namespace: text(asked.namespace),
    name: text(asked.name),
  };
}

function checkQuestion(spec: Dict): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (isDict(resource) && isDict(path))
    return [
      invalid(
        'spec.nonResourceAttributes',
        { Path: path.path, Verb: path.verb },
        'cannot be specified in combination with resourceAttributes',
      ),
    ];
  if (!isDict(resource) && !isDict(path))
    return [
      invalid(
        'spec.resourceAttributes',
        null,
        'exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ),
    ];
  return [];
}

function checkSubject(spec: Dict): FieldError[] {
  const groups = Array.isArray(spec.groups) ? spec.groups.length : 0;
  return text(spec.user) === '' && groups === 0
    ? [invalid('spec.user', '', 'at least one of user or group must be specified')]
    : [];
}

function refuse(info: ResourceInfo, errors: readonly FieldError[]): void {
  // These reviews are refused without the name of their kind.
  if (errors.length > 0) {
    const error = invalidObject(info.group, '', '', errors);
    delete error.status.details?.kind;
    throw error;
  }
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

function decision(kernel: Kernel, user: User, spec: Dict): Dict {
  const { allowed, reason } = decide(kernel, user, attributesOf(spec));
  return { allowed, ...(reason ? { reason } : {}) };
}

function rulesStatus(kernel: Kernel, user: User, namespace: string): Dict {
  if (!namespace) throw badRequest('no namespace on request');
  const all: Rule[] = isMaster(user) ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [];
  const rules = [...all, ...grantsOf(kernel, user, namespace).map(({ rule }) => rule)];
  return {
    resourceRules: rules.filter((rule) => rule.resources),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

const userInfo = ({ name, uid, groups, extra }: User): Dict => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
});

interface Review {
  check?: (spec: Dict, about: Reviewing) => FieldError[];
  status: (spec: Dict, about: Reviewing) => Dict;
  /** How the answer looks beside its status. */
  shows: 'question' | 'nothing' | 'time';
}

const others = (spec: Dict): User => ({ name: text(spec.user), groups: strings(spec.groups) });

const REVIEWS: Record<string, Review> = {
  SelfSubjectAccessReview: {
    check: checkQuestion,
    status: (spec, { kernel, user }) => decision(kernel, user, spec),
    shows: 'question',
  },
  SubjectAccessReview: {
    check: (spec) => [...checkQuestion(spec), ...checkSubject(spec)],
    status: (spec, { kernel }) => decision(kernel, others(spec), spec),
    shows: 'question',
  },
  LocalSubjectAccessReview: {
    check: (spec, { namespace }) => {
      const asked = text(at(spec, 'resourceAttributes', 'namespace'));
      return [
        ...checkQuestion(spec),
        ...checkSubject(spec),
        ...(asked === namespace
          ? []
          : [invalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')]),
      ];
    },
    status: (spec, { kernel }) => decision(kernel, others(spec), spec),
    shows: 'question',
  },
  SelfSubjectRulesReview: {
    status: (spec, { kernel, user }) => rulesStatus(kernel, user, text(spec.namespace)),
    shows: 'nothing',
  },
  SelfSubjectReview: { status: (_, { user }) => ({ userInfo: userInfo(user) }), shows: 'time' },
  TokenReview: {
    check(spec) {
      if (text(spec.token) === '') throw badRequest('token is required for TokenReview in authentication');
      return [];
    },
    status(spec, { byToken }) {
      const user = byToken(text(spec.token));
      return user
        ? { authenticated: true, user: userInfo(user), audiences: [ISSUER] }
        : { user: {}, error: 'invalid bearer token' };
    },
    shows: 'question',
  },
};

export const isReview = (info: ResourceInfo): boolean => !info.custom && REVIEWS[info.kind] !== undefined;

/** The answer to a review. */
export function review(info: ResourceInfo, object: SimObject, context: WriteContext, about: Reviewing): Dict {
  const kind = REVIEWS[info.kind]!;
  const spec = isDict(object.spec) ? object.spec : {};
  refuse(info, kind.check?.(spec, about) ?? []);
  const status = kind.status(spec, about);
  const head = { kind: object.kind, apiVersion: object.apiVersion };
  if (kind.shows === 'time') return { ...head, metadata: { creationTimestamp: timestamp(about.kernel) }, status };
  if (kind.shows === 'nothing') return { ...head, metadata: {}, spec: {}, status };
  trackUpdate(
    nodeOf(info, context.version),
    emptyObject(info, context.version),
    object,
    managerInfo(about.kernel, info, context, 'Update'),
  );
  return { ...head, metadata: object.metadata, spec, status };
}
