/** The check that every `redis-cli --cluster` subcommand begins with. */
import type { ToolCall } from '../../node/tool.ts';
import { bracketRanges, SLOTS } from './slots.ts';
import type { Member, RedisNode, RedisWorld } from './world.ts';

/** A session of the manager on one node of a cluster. */
export interface Manager {
  call: ToolCall;
  world: RedisWorld;
  /** The node it talks to, and the address it was given, which it goes on printing. */
  node: RedisNode;
  host: string;
  port: number;
  options: Map<string, string>;
}

/** As the manager names a member: the entry node by the address that was typed. */
export const address = (m: Manager, member: Member): string =>
  member.id === m.node.id ? `${m.host}:${m.port}` : `${member.ip}:${member.port}`;

/** Members that can be reached; the entry node first. The others are not shown. */
export const reachable = (m: Manager): Member[] =>
  m.node.cluster.seenFrom(m.node.id).filter((member) => m.world.at(member.ip, member.port));

export const masters = (m: Manager) => reachable(m).filter((member) => member.master === null);

export function memberText(m: Manager, member: Member, indent = ''): string {
  const slots = m.node.cluster.slotsOf(member.id);
  const head = `${indent}${member.master === null ? 'M' : 'S'}: ${member.id} ${address(m, member)}\n`;
  const pad = `${indent}   `;
  const lines = [
    `${pad}slots:${slots.length > 0 ? bracketRanges(slots) : ' '}${slots.length > 0 ? ' ' : ''}(${slots.length} slots) ${member.master === null ? 'master' : 'slave'}\n`,
  ];
  if (member.master !== null) lines.push(`${pad}replicates ${member.master}\n`);
  const replicas = m.node.cluster.replicasOf(member.id).length;
  if (member.master === null && replicas > 0) lines.push(`${pad}${replicas} additional replica(s)\n`);
  return head + lines.join('');
}

/** Keys and slots per master. */
export function summary(m: Manager): void {
  const all = masters(m);
  let keys = 0;
  for (const member of all) {
    const size = m.world.at(member.ip, member.port)?.keys.size ?? 0;
    keys += size;
    m.call.out(
      `${address(m, member)} (${member.id.slice(0, 8)}...) -> ${size} keys | ${m.node.cluster.slotsOf(member.id).length} slots | ${m.node.cluster.replicasOf(member.id).length} slaves.\n`,
    );
  }
  m.call.out(`[OK] ${keys} keys in ${all.length} masters.\n${(keys / SLOTS).toFixed(2)} keys per slot on average.\n`);
}

/** The check block. False where something is wrong. `quiet` leaves the members out; `fix` closes an open slot. */
export async function check(
  m: Manager,
  how: { quiet?: boolean; fix?: (m: Manager, slot: number) => Promise<void> } = {},
): Promise<boolean> {
  const { call, node } = m;
  call.out(`>>> Performing Cluster Check (using node ${m.host}:${m.port})\n`);
  if (!how.quiet) for (const member of reachable(m)) call.out(memberText(m, member));
  call.out('[OK] All nodes agree about slots configuration.\n>>> Check for open slots...\n');
  let ok = true;
  const open = [...node.cluster.open].sort(([a], [b]) => a - b);
  for (const member of reachable(m)) {
    const which = (side: 'migrating' | 'importing') =>
      open.filter(([, one]) => one[side] === member.id).map(([slot]) => slot);
    for (const side of ['migrating', 'importing'] as const)
      if (which(side).length > 0)
        call.out(`[WARNING] Node ${address(m, member)} has slots in ${side} state ${which(side).join(',')}.\n`);
  }
  if (open.length > 0) {
    call.out(`[WARNING] The following slots are open: ${open.map(([slot]) => slot).join(',')}.\n`);
    if (how.fix) for (const [slot] of open) await how.fix(m, slot);
    else ok = false;
  }
  call.out('>>> Check slots coverage...\n');
  const covered = masters(m).reduce((sum, member) => sum + node.cluster.slotsOf(member.id).length, 0);
  if (covered === SLOTS) call.out('[OK] All 16384 slots covered.\n');
  else {
    call.out('[ERR] Not all 16384 slots are covered by nodes.\n\n');
    ok = false;
  }
  return ok;
}
