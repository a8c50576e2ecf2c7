import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Host } from '../node/tool.ts';

/** One server of a group. It stays known while it is down: its data is still there. */
export interface Member {
  readonly name: string;
  host: Host;
  up: boolean;
  startedAt: number;
  /** Ordinal at the end of the pod's name. */
  readonly ordinal: number;
  /** What it is called in its own product's words is up to the engine; here only who leads. */
  lag: number;
}

export type GroupEvent = 'up' | 'down' | 'role';

/** Servers that replicate one another: one leads. Who may take over, and when, is the operator's business or the engine's. */
export class Group {
  readonly key: string;
  readonly members = new Map<string, Member>();
  primary: string | undefined;
  term = 1;
  /** What the engine keeps for the whole group: topics, shards, settings. */
  readonly data = new Map<string, unknown>();

  constructor(key: string) {
    this.key = key;
  }

  get leader(): Member | undefined {
    const member = this.primary === undefined ? undefined : this.members.get(this.primary);
    return member?.up ? member : undefined;
  }

  up(): Member[] {
    return [...this.members.values()].filter((member) => member.up).sort((a, b) => a.ordinal - b.ordinal);
  }

  followers(): Member[] {
    return this.up().filter((member) => member.name !== this.primary);
  }
}

export interface Groups {
  /** The group of a server's pod, made when its first one starts. */
  of(host: Host): Group;
  find(namespace: string, name: string): Group | undefined;
  /** Registers a running server; returns what to call when it has stopped. The first one of a group leads it. */
  start(host: Host): { group: Group; member: Member; stop(): void };
  /** Makes a member lead. False where it isn't up. */
  promote(group: Group, name: string): boolean;
  listen(listener: (group: Group, member: Member, event: GroupEvent) => void): () => void;
}

/** Labels by which operators say to which cluster a pod belongs, strongest first. */
const CLUSTER_LABELS = [
  'strimzi.io/cluster',
  'cnpg.io/cluster',
  'opengauss.cluster',
  'elasticsearch.k8s.elastic.co/cluster-name',
  'influxdb.cluster',
  'app.kubernetes.io/instance',
];

export function clusterName(host: Pick<Host, 'name' | 'labels'>): string {
  for (const label of CLUSTER_LABELS) {
    const value = host.labels[label];
    if (value) return value;
  }
  return host.name.replace(/-\d+$/, '');
}

export function makeGroups(clock: Clock): Groups {
  const groups = new Map<string, Group>();
  const listeners = new Set<(group: Group, member: Member, event: GroupEvent) => void>();
  const tell = (group: Group, member: Member, event: GroupEvent) => {
    for (const listener of listeners) listener(group, member, event);
  };
  const of = (host: Host): Group => {
    const key = `${host.namespace}/${clusterName(host)}`;
    const found = groups.get(key) ?? new Group(key);
    groups.set(key, found);
    return found;
  };
  return {
    of,
    find: (namespace, name) => groups.get(`${namespace}/${name}`),
    start(host) {
      const group = of(host);
      const known = group.members.get(host.name);
      const member: Member = known ?? {
        name: host.name,
        host,
        up: true,
        startedAt: 0,
        ordinal: Number(/(\d+)$/.exec(host.name)?.[1] ?? group.members.size),
        lag: 0,
      };
      Object.assign(member, { host, up: true, startedAt: clock.now() });
      group.members.set(host.name, member);
      group.primary ??= host.name;
      tell(group, member, 'up');
      return {
        group,
        member,
        stop() {
          // Another run of the same pod may be there already.
          if (member.host !== host) return;
          member.up = false;
          tell(group, member, 'down');
        },
      };
    },
    promote(group, name) {
      const member = group.members.get(name);
      if (!member?.up) return false;
      group.primary = name;
      group.term++;
      tell(group, member, 'role');
      return true;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A number that is always the same for the same words. */
export const numberOf = (...words: (string | number)[]): number =>
  createHash('sha256').update(words.join('/')).digest().readUInt32BE();

/** `--name value` and `--flag` of the tools that Java programs bring; a name may come several times. `unknown`: the first word that is neither. */
export function javaOptions(
  args: readonly string[],
  flags: readonly string[],
  valued: readonly string[],
): { values: Map<string, string[]>; unknown: string | undefined } {
  const values = new Map<string, string[]>();
  let unknown: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    if (!word.startsWith('--')) {
      unknown ??= word;
      continue;
    }
    const [name = '', inline] = word.split(/=(.*)/s);
    if (!flags.includes(name) && !valued.includes(name)) unknown ??= name.slice(2);
    const given = values.get(name) ?? [];
    if (inline !== undefined) given.push(inline);
    else if (!flags.includes(name) && args[i + 1] !== undefined && !args[i + 1]?.startsWith('--'))
      given.push(args[++i] ?? '');
    values.set(name, given);
  }
  return { values, unknown };
}
