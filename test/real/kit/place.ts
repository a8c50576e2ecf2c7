/** Where the cluster of the real suite is. The environment of `run` says it; without it, the cluster that `up` started is taken. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** The folder of the cluster's state. */
export const STATE = process.env.OPSDECK_REAL_STATE ?? join(cache, 'opsdeck-real/clusters/main');
/** Kubeconfig of a cluster administrator. */
export const ADMIN = join(STATE, 'admin.kubeconfig');
/** Kubeconfigs of people who have no rights until a test grants some; alice and bob are in the group sre. */
export const USERS = {
  alice: join(STATE, 'alice.kubeconfig'),
  bob: join(STATE, 'bob.kubeconfig'),
  eve: join(STATE, 'eve.kubeconfig'),
} as const;
export const AUDIT_LOG = join(STATE, 'log/audit.jsonl');
export const KUBECTL = join(STATE, 'bin/kubectl');
export const REPO = resolve(import.meta.dirname, '../../..');

if (!existsSync(ADMIN)) throw new Error(`no real cluster is up; start it with test/real/up, or use npm run test:real`);
