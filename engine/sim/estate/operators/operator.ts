import { equal } from '../../json.ts';
import type { SimObject } from '../../types.ts';
import type { Controller, Kit } from '../../workloads/controller.ts';
import { isReady, ownerReference, statusOf } from '../../workloads/template.ts';
import type { Leaders } from '../leaders.ts';

/** One pod that an operator wants. */
export interface Member {
  name: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  spec: object;
  claims: { name: string; labels: Record<string, string>; storage: string; owned: boolean }[];
}

export interface Seen {
  pods: SimObject[];
  ready: SimObject[];
  /** Name of the pod that leads. */
  leader: string | undefined;
  roles: Map<string, 'leader' | 'follower'>;
  now: number;
}

/** What one operator's custom resource means, as functions of the object: the loop below does the rest. */
export interface Operator {
  name: string;
  resource: string;
  kind: string;
  /** Further objects, made once and owned as they say: `[resource, object]`. */
  objects(cr: SimObject): [string, object][];
  members(cr: SimObject): Member[];
  /** Owner of pods and claims; default the custom resource. */
  owner?(cr: SimObject, kit: Kit): SimObject | undefined;
  /** Label of a pod that names its cluster. */
  clusterLabel: string;
  /** None where a pod's role is nothing the operator tells. */
  role?: { label: string; leader: string; follower: string; also?: (role: string) => Record<string, string> };
  /** Milliseconds without a leader until a follower is promoted. */
  failoverAfter: number;
  status(cr: SimObject, seen: Seen): object;
  /** Anything else that its loop does. */
  more?(cr: SimObject, seen: Seen, kit: Kit): void;
}

/** When a cluster was first seen without its leader, by uid. */
const leaderless = new Map<string, number>();

export function operatorController(operator: Operator, leaders: Leaders): Controller {
  return {
    name: operator.name,
    resource: operator.resource,
    kind: operator.kind,
    owns: [],
    also: {
      pods: (pod) => {
        const name = pod.labels[operator.clusterLabel];
        return name ? [`${pod.namespace}/${name}`] : [];
      },
    },
    sync(cr, kit) {
      if (cr.metadata.deletionTimestamp) return;
      for (const [resource, object] of operator.objects(cr)) once(kit, resource, object as SimObject);
      const pods = keep(operator, cr, kit);
      leaders.align(pods);
      const leader = lead(operator, cr, kit, leaders, pods);
      const roles = leaders.roles(pods);
      if (operator.role) label(operator.role, kit, pods, roles);
      const seen: Seen = { pods, ready: pods.filter(isReady), leader, roles, now: kit.view.now };
      operator.more?.(cr, seen, kit);
      const current = kit.view.get(operator.resource, cr.metadata.namespace ?? '', cr.metadata.name) ?? cr;
      const status = operator.status(current, seen);
      if (!equal(status, current.status))
        kit.view.update(operator.resource, { ...current, status } as SimObject, 'status');
    },
  };
}

function once(kit: Kit, resource: string, object: SimObject): void {
  const { namespace = '', name } = object.metadata;
  if (!kit.view.get(resource, namespace, name)) kit.view.create(resource, object);
}

/** Makes missing claims and pods; answers the pods there are. */
function keep(operator: Operator, cr: SimObject, kit: Kit): SimObject[] {
  const namespace = cr.metadata.namespace ?? '';
  const owner = operator.owner ? operator.owner(cr, kit) : cr;
  if (!owner) return [];
  const found: SimObject[] = [];
  for (const member of operator.members(cr)) {
    for (const claim of member.claims)
      once(kit, 'persistentvolumeclaims', {
        metadata: {
          name: claim.name,
          namespace,
          labels: claim.labels,
          ...(claim.owned ? { ownerReferences: [ownerReference(owner)] } : {}),
        },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: claim.storage } } },
      } as unknown as SimObject);
    const pod = kit.view.get('pods', namespace, member.name);
    if (pod) {
      found.push(pod);
      // A pod that has ended for good is in the way of its successor.
      if (/^(Succeeded|Failed)$/.test(statusOf(pod).phase ?? '') && !pod.metadata.deletionTimestamp)
        kit.view.delete('pods', pod);
      continue;
    }
    found.push(
      kit.view.create('pods', {
        metadata: {
          name: member.name,
          namespace,
          labels: member.labels,
          ...(member.annotations ? { annotations: member.annotations } : {}),
          ownerReferences: [ownerReference(owner)],
        },
        spec: member.spec,
      }),
    );
  }
  const wanted = new Set(operator.members(cr).map((member) => member.name));
  for (const pod of kit.view.list('pods', namespace)) {
    if (pod.metadata.labels?.[operator.clusterLabel] !== cr.metadata.name || wanted.has(pod.metadata.name)) continue;
    if (
      pod.metadata.ownerReferences?.some((one) => one.uid === owner.uid || one.uid === owner.metadata.uid) &&
      !pod.metadata.deletionTimestamp
    )
      kit.view.delete('pods', pod);
  }
  return found;
}

/** The leader; a new one where there has been none for too long. */
function lead(operator: Operator, cr: SimObject, kit: Kit, leaders: Leaders, pods: SimObject[]): string | undefined {
  const uid = cr.metadata.uid ?? '';
  const leader = leaders.of(pods);
  if (leader !== undefined || pods.length < 2 || !operator.role) {
    leaderless.delete(uid);
    return leader;
  }
  const since = leaderless.get(uid) ?? kit.view.now;
  leaderless.set(uid, since);
  const left = since + operator.failoverAfter - kit.view.now;
  if (left > 0) {
    kit.again(left);
    return undefined;
  }
  const next = leaders.promote(pods);
  // Nobody can: the first server that comes up is heard of.
  if (next === undefined) return undefined;
  leaderless.delete(uid);
  kit.record(cr, {
    type: 'Warning',
    reason: 'FailingOver',
    message: `No primary for ${operator.failoverAfter / 1000} s; ${next} was promoted`,
  });
  return next;
}

function label(
  role: NonNullable<Operator['role']>,
  kit: Kit,
  pods: SimObject[],
  roles: Map<string, 'leader' | 'follower'>,
): void {
  for (const pod of pods) {
    const part = roles.get(pod.metadata.name);
    // While it is down a pod has no role: two primaries on the screen would be a lie.
    const word = part === undefined ? null : role[part];
    const also = role.also?.(word ?? '') ?? {};
    const wanted: Record<string, string | null> = { [role.label]: word };
    for (const [key, value] of Object.entries(also)) wanted[key] = word === null ? null : value;
    const differs = Object.entries(wanted).some(([key, value]) => (pod.metadata.labels?.[key] ?? null) !== value);
    if (differs) kit.view.patch('pods', pod, { metadata: { labels: wanted } });
  }
}
