/** `redis-cli --cluster reshard` and `rebalance`: slots move one after the other, each with its line or its mark. */
import { address, check, type Manager, memberText, reachable } from './check.ts';
import { answered } from './client.ts';
import { keySlot, SLOTS } from './slots.ts';
import type { Member } from './world.ts';

/** Slots that move between two looks at the clock: a timer for each would cost more than the move. */
const BATCH = 8;

interface Move {
  slot: number;
  from: Member;
  to: Member;
}

export async function reshard(m: Manager): Promise<number> {
  const { call, options } = m;
  const from = options.get('--cluster-from') ?? '';
  const to = options.get('--cluster-to') ?? '';
  if (!(await check(m))) {
    call.err('*** Please fix your cluster problems before resharding\n');
    return 1;
  }
  const count = await slotCount(m);
  if (count === undefined) return 1;
  const target = master(m, to);
  if (!target) return 1;
  const sources: Member[] = [];
  const asked =
    from === 'all'
      ? reachable(m)
          .filter((one) => one.master === null && one.id !== target.id && m.node.cluster.slotsOf(one.id).length > 0)
          .map((one) => one.id)
      : from.split(',');
  for (const id of asked) {
    const source = master(m, id);
    if (!source) return 1;
    if (source.id === target.id) {
      call.out('*** It is not possible to use the target node as source node.\n');
      call.err('*** No source nodes given, operation aborted.\n');
      return 1;
    }
    sources.push(source);
  }
  call.out(`\nReady to move ${count} slots.\n  Source nodes:\n`);
  for (const source of sources) call.out(memberText(m, source, '    '));
  call.out(`  Destination node:\n${memberText(m, target, '    ')}  Resharding plan:\n`);
  const moves = table(m, sources, target, count);
  call.out(moves.map(({ slot, from: source }) => `    Moving slot ${slot} from ${source.id}\n`).join(''));
  if (!options.has('--cluster-yes')) {
    call.out('Do you want to proceed with the proposed reshard plan (yes/no)? ');
    if ((await answered(call)) !== 'yes') return 1;
  }
  return (await carry(m, moves, true)) ? 0 : 1;
}

/** The number, asked for until it makes sense; an input that ends counts as giving up. */
async function slotCount(m: Manager): Promise<number | undefined> {
  const given = Number.parseInt(m.options.get('--cluster-slots') ?? '', 10);
  if (given > 0) return given;
  const lines = m.call.terminal ? undefined : (await m.call.stdin()).split('\n');
  for (;;) {
    if (lines?.length === 0) return undefined;
    m.call.out(`How many slots do you want to move (from 1 to ${SLOTS})? `);
    const line = lines ? lines.shift() : await m.call.line();
    if (line === undefined) return undefined;
    const count = Number.parseInt(line, 10);
    if (count > 0 && count <= SLOTS) return count;
  }
}

function master(m: Manager, id: string): Member | undefined {
  const member = reachable(m).find((one) => one.id === id && one.master === null);
  if (!member) m.call.out(`*** The specified node (${id}) is not known or not a master, please retry.\n`);
  return member;
}

/** Each source gives in proportion to what it has, the largest first, its lowest slots. */
function table(m: Manager, sources: Member[], to: Member, count: number): Move[] {
  const owned = sources
    .map((from) => ({ from, slots: m.node.cluster.slotsOf(from.id) }))
    .sort((a, b) => b.slots.length - a.slots.length);
  const total = owned.reduce((sum, { slots }) => sum + slots.length, 0);
  const moves: Move[] = [];
  for (const [i, { from, slots }] of owned.entries()) {
    const share = total === 0 ? 0 : (count / total) * slots.length;
    for (const slot of slots.slice(0, i === 0 ? Math.ceil(share) : Math.floor(share))) {
      if (moves.length >= count) return moves;
      moves.push({ slot, from, to });
    }
  }
  return moves;
}

/** Moves slots, with a line each or a mark each. False when a move broke, which leaves its slot open. */
async function carry(m: Manager, moves: Move[], lines: boolean): Promise<boolean> {
  const { call, world, node } = m;
  const { cluster } = node;
  for (const [n, { slot, from, to }] of moves.entries()) {
    const source = world.at(from.ip, from.port);
    const target = world.at(to.ip, to.port);
    if (lines) call.out(`Moving slot ${slot} from ${address(m, from)} to ${address(m, to)}: `);
    if (!source || !target || call.signal.aborted) {
      cluster.open.set(slot, { migrating: from.id, to: to.id, importing: to.id, from: from.id });
      const gone = source ? to : from;
      call.err(`\nCould not connect to Redis at ${gone.ip}:${gone.port}: Connection refused\n`);
      return false;
    }
    const keys = [...source.keys].filter(([key]) => keySlot(key) === slot);
    // The source is told the target's address as it was typed: by that name it reaches itself.
    if (keys.length > 0 && to.id === node.id && /^(localhost|127\.)/.test(m.host) && from.id !== to.id) {
      cluster.open.set(slot, { migrating: from.id, to: to.id, importing: to.id, from: from.id });
      await call.sleep(1000);
      call.err(
        `\nNode ${from.ip}:${from.port} replied with error:\nIOERR error or timeout writing to target instance\n`,
      );
      return false;
    }
    cluster.open.set(slot, { migrating: from.id, to: to.id, importing: to.id, from: from.id });
    for (const [key, value] of keys) {
      world.write(target, (all) => all.set(key, value));
      world.write(source, (all) => all.delete(key));
      if (lines) call.out('.');
    }
    cluster.owner[slot] = to.id;
    cluster.open.delete(slot);
    if (n === 0) {
      const member = cluster.members.get(to.id);
      if (member) member.epoch = ++cluster.epoch;
      target.log(`# New configEpoch set to ${cluster.epoch}`);
      target.log(`# configEpoch updated after importing slot ${slot}`);
    }
    call.out(lines ? '\n' : '#');
    if (n % BATCH === BATCH - 1) await call.sleep(world.pace.slot * BATCH);
  }
  // A master without slots becomes a replica of whoever took the last one, and so do its replicas.
  for (const from of new Set(moves.map((move) => move.from))) {
    const to = moves.findLast((move) => move.from === from)?.to;
    if (!to || cluster.slotsOf(from.id).length > 0) continue;
    for (const member of [from, ...cluster.replicasOf(from.id)]) {
      member.master = to.id;
      const changed = world.at(member.ip, member.port);
      if (!changed) continue;
      for (const [key, value] of world.at(to.ip, to.port)?.keys ?? []) changed.keys.set(key, value);
      changed.log(`# Configuration change detected. Reconfiguring myself as a replica of ${to.id}`);
      world.changed(changed, 'role');
    }
  }
  return true;
}

export async function rebalance(m: Manager): Promise<number> {
  const { call, node, options } = m;
  const threshold = Number(options.get('--cluster-threshold') ?? 2);
  const useEmpty = options.has('--cluster-use-empty-masters');
  if (!(await check(m, { quiet: true }))) {
    call.err('*** Please fix your cluster problems before rebalancing\n');
    return 1;
  }
  const weight = (member: Member) =>
    Number(
      options.get(`weight ${member.id}`) ??
        [...options].find(([key]) => key.startsWith('weight ') && member.id.startsWith(key.slice(7)))?.[1] ??
        1,
    );
  const involved = reachable(m).filter(
    (one) => one.master === null && (useEmpty || node.cluster.slotsOf(one.id).length > 0),
  );
  const total = involved.reduce((sum, member) => sum + weight(member), 0);
  const balances = involved.map((member) => {
    const has = node.cluster.slotsOf(member.id).length;
    const wanted = Math.floor((SLOTS / total) * weight(member));
    return { member, has, balance: has - wanted };
  });
  const over = balances.some(({ has, balance }) => {
    const wanted = has - balance;
    return threshold > 0 && (has > 0 ? Math.abs(100 - (100 * wanted) / has) > threshold : wanted > 1);
  });
  if (!over) {
    call.out(`*** No rebalancing needed! All nodes are within the ${threshold.toFixed(2)}% threshold.\n`);
    return 0;
  }
  // Rounding leaves some over: those that have least too much take it.
  let sum = balances.reduce((all, { balance }) => all + balance, 0);
  while (sum > 0)
    for (const one of balances)
      if (one.balance <= 0 && sum > 0) {
        one.balance--;
        sum--;
      }
  call.out(`>>> Rebalancing across ${involved.length} nodes. Total weight = ${total.toFixed(2)}\n`);
  const sorted = [...balances].sort((a, b) => a.balance - b.balance);
  let [to, from] = [0, sorted.length - 1];
  while (to < from) {
    const [target, source] = [sorted[to]!, sorted[from]!];
    const count = Math.min(-target.balance, source.balance);
    if (count > 0) {
      call.out(`Moving ${count} slots from ${address(m, source.member)} to ${address(m, target.member)}\n`);
      const moves = table(m, [source.member], target.member, count);
      if (options.has('--cluster-simulate')) call.out('#'.repeat(moves.length));
      else if (!(await carry(m, moves, false))) return 1;
      call.out('\n');
    }
    target.balance += count;
    source.balance -= count;
    if (target.balance >= 0) to++;
    if (source.balance <= 0) from--;
  }
  return 0;
}
