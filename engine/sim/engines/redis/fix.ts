/** `redis-cli --cluster fix`: closes a slot that a broken move left open. */
import { address, type Manager } from './check.ts';

export async function fixOpen(m: Manager, slot: number): Promise<void> {
  const { call, node, world } = m;
  const { cluster } = node;
  const open = cluster.open.get(slot);
  if (!open) return;
  const name = (id: string | undefined) => {
    const member = cluster.members.get(id ?? '');
    return member ? address(m, member) : '';
  };
  call.out(`>>> Fixing open slot ${slot}\n`);
  if (open.migrating) call.out(`Set as migrating in: ${name(open.migrating)}\n`);
  if (open.importing) call.out(`Set as importing in: ${name(open.importing)}\n`);
  if (open.migrating && open.importing) {
    call.out(`>>> Case 1: Moving slot ${slot} from ${name(open.migrating)} to ${name(open.importing)}\n`);
    const from = cluster.members.get(open.migrating);
    const to = cluster.members.get(open.importing);
    const source = from && world.at(from.ip, from.port);
    const target = to && world.at(to.ip, to.port);
    for (const key of source ? world.inSlot(source, slot) : []) {
      target?.keys.set(key, source?.keys.get(key) ?? '');
      source?.keys.delete(key);
    }
    cluster.owner[slot] = open.importing;
    await call.sleep(world.pace.slot);
  } else if (open.migrating) call.out(`>>> Case 4: Closing slot ${slot} on ${name(open.migrating)}\n`);
  else call.out(`>>> Case 3: Closing slot ${slot} on ${name(open.importing)}\n`);
  cluster.open.delete(slot);
}
