/** What the tests on a real cluster share: the cluster that `run` or `up` started, kubectl, the program itself, the audit log, redis. */

export type { Outcome, Running } from '../kit/program.ts';
export { KEY, type Terminal } from '../kit/pty.ts';
export { type AuditedRequest, type AuditMark, audit } from './kit/audit.ts';
export { hasCrds, withCrds } from './kit/crds.ts';
export { idle } from './kit/idle.ts';
export { apply, type Kubectl, kubectl, kubectlFails } from './kit/kubectl.ts';
export { type Link, link } from './kit/link.ts';
export { namespace } from './kit/namespace.ts';
export { cockpit, type OpsdeckOptions, opsdeck, startOpsdeck } from './kit/opsdeck.ts';
export { ADMIN, AUDIT_LOG, KUBECTL, REPO, STATE, USERS } from './kit/place.ts';
export { type RedisCluster, type RedisNode, redisCluster } from './kit/redis.ts';
export { grant, type Rule } from './kit/rights.ts';
export { until } from './kit/until.ts';
