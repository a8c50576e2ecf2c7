import { clusterName } from '../engines/group.ts';
import type { Engines } from '../engines/index.ts';
import type { SimObject } from '../types.ts';

/** Who leads the servers in some pods, whatever engine they run; what operators ask and do. */
export interface Leaders {
  /** Name of the pod that leads now, if one does. */
  of(pods: readonly SimObject[]): string | undefined;
  /** Each running pod's part: it leads, or it follows. */
  roles(pods: readonly SimObject[]): Map<string, 'leader' | 'follower'>;
  /** Makes the best follower lead; its name, or undefined where none can. */
  promote(pods: readonly SimObject[], wanted?: string): string | undefined;
  /** Makes redis followers replicate the leader: nobody else tells them. */
  align(pods: readonly SimObject[]): void;
  /** Calls back with namespace and pod when a server starts, stops, or changes its role. */
  listen(changed: (namespace: string, pod: string) => void): () => void;
}

export function makeLeaders(engines: Engines): Leaders {
  const { redis, groups } = engines;
  const redisOf = (pods: readonly SimObject[]) => {
    const uids = new Set(pods.map((pod) => pod.metadata.uid));
    return redis.all().filter((node) => uids.has(node.host.uid));
  };
  const groupOf = (pods: readonly SimObject[]) => {
    const [pod] = pods;
    return (
      pod &&
      groups.find(
        pod.metadata.namespace ?? '',
        clusterName({ name: pod.metadata.name, labels: pod.metadata.labels ?? {} }),
      )
    );
  };
  const leaders: Leaders = {
    of(pods) {
      const nodes = redisOf(pods);
      if (nodes.length > 0)
        return nodes.find((node) => redis.roleOf(node) === 'master' && redis.replicasOf(node).length > 0)?.host.name;
      return groupOf(pods)?.leader?.name;
    },
    roles(pods) {
      const roles = new Map<string, 'leader' | 'follower'>();
      for (const node of redisOf(pods))
        roles.set(node.host.name, redis.roleOf(node) === 'master' ? 'leader' : 'follower');
      const group = roles.size === 0 ? groupOf(pods) : undefined;
      for (const member of group?.up() ?? [])
        roles.set(member.name, member.name === group?.primary ? 'leader' : 'follower');
      return roles;
    },
    promote(pods, wanted) {
      const nodes = redisOf(pods);
      const now = leaders.of(pods);
      const heir =
        wanted === undefined
          ? nodes
              .filter((node) => node.host.name !== now)
              .sort((a, b) => b.offset - a.offset || (a.host.name < b.host.name ? -1 : 1))[0]
          : nodes.find((node) => node.host.name === wanted);
      if (heir) {
        redis.replicate(heir, null);
        for (const node of nodes) if (node !== heir) redis.replicate(node, { ip: heir.ip, port: heir.options.port });
        return heir.host.name;
      }
      const group = groupOf(pods);
      const next = group
        ?.up()
        .find((member) => (wanted === undefined ? member.name !== group.primary : member.name === wanted));
      return group && next && groups.promote(group, next.name) ? next.name : undefined;
    },
    align(pods) {
      const nodes = redisOf(pods).filter((node) => !node.options.clusterEnabled);
      const masters = nodes.filter((node) => redis.roleOf(node) === 'master');
      if (nodes.length < 2 || masters.length === 0) return;
      const leader =
        masters.find((node) => redis.replicasOf(node).length > 0) ??
        masters.sort((a, b) => (a.host.name < b.host.name ? -1 : 1))[0];
      for (const node of nodes) {
        const follows = redis.masterOf(node);
        if (leader && node !== leader && (follows?.ip !== leader.ip || follows.port !== leader.options.port))
          redis.replicate(node, { ip: leader.ip, port: leader.options.port });
      }
    },
    listen(changed) {
      const stops = [
        redis.listen((node) => changed(node.host.namespace, node.host.name)),
        groups.listen((_group, member) => changed(member.host.namespace, member.name)),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
  return leaders;
}
