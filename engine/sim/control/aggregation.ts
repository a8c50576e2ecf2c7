import type { SimCluster } from '../cluster.ts';
import { ApiError } from '../errors.ts';
import { equal } from '../json.ts';
import { matchesLabels, parseLabelSelector } from '../selectors.ts';
import { selectorText } from '../table/cells.ts';
import type { SimObject } from '../types.ts';

const ROLES = 'clusterroles.rbac.authorization.k8s.io';

/** Keeps the rules of cluster roles that are made up of others. */
export function aggregationController(cluster: SimCluster): () => void {
  const gather = (role: SimObject): void => {
    const rule = role.aggregationRule as { clusterRoleSelectors?: object[] } | undefined;
    if (!rule) return;
    const selectors = (rule.clusterRoleSelectors ?? []).map((selector) => parseLabelSelector(selectorText(selector)));
    const found = cluster
      .list(ROLES)
      .filter(
        (one) =>
          one.metadata.name !== role.metadata.name &&
          selectors.some((terms) => matchesLabels(terms, one.metadata.labels)),
      );
    const rules = found
      .flatMap((one) => (one.rules as object[] | undefined) ?? [])
      .filter((one, index, all) => all.findIndex((other) => equal(one, other)) === index);
    if (equal(rules, role.rules ?? [])) return;
    try {
      cluster.patch(ROLES, '', role.metadata.name, { rules }, { manager: 'clusterrole-aggregation-controller' });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  };
  let waiting = false;
  return cluster.watch(ROLES, {}, () => {
    if (waiting) return;
    waiting = true;
    cluster.defer(() => {
      waiting = false;
      for (const role of cluster.list(ROLES)) gather(role);
    });
  });
}
