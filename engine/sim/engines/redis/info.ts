/** The text of `info`: real field names in real order, values from the node's state where it has them. */
import type { RedisNode, RedisWorld } from './world.ts';

type Fields = [string, string | number][];

const SECTIONS: Record<string, (node: RedisNode, world: RedisWorld) => Fields> = {
  Server: (node, world) => [
    ['redis_version', node.options.version],
    ['redis_mode', node.options.clusterEnabled ? 'cluster' : 'standalone'],
    ['os', 'Linux simulated x86_64'],
    ['arch_bits', 64],
    ['process_id', 1],
    ['run_id', node.id],
    ['tcp_port', node.options.port],
    ['uptime_in_seconds', Math.floor((world.clock.now() - node.startedAt) / 1000)],
    ['uptime_in_days', Math.floor((world.clock.now() - node.startedAt) / 86_400_000)],
    ['hz', 10],
    ['executable', '/redis-server'],
    ['config_file', ''],
  ],
  Clients: () => [
    ['connected_clients', 1],
    ['maxclients', 10000],
    ['blocked_clients', 0],
  ],
  Memory: (node) => {
    const used = 1_872_928 + node.keys.size * 96;
    return [
      ['used_memory', used],
      ['used_memory_human', `${(used / 2 ** 20).toFixed(2)}M`],
      ['used_memory_rss', used + 11_000_000],
      ['maxmemory', node.options.config.get('maxmemory') ?? 0],
      ['maxmemory_policy', node.options.config.get('maxmemory-policy') ?? 'noeviction'],
      ['mem_fragmentation_ratio', '1.10'],
    ];
  },
  Persistence: (node) => [
    ['loading', 0],
    ['rdb_changes_since_last_save', 0],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_bgsave_status', 'ok'],
    ['aof_enabled', node.options.config.get('appendonly') === 'yes' ? 1 : 0],
  ],
  Stats: (node) => [
    ['total_connections_received', node.commands + 1],
    ['total_commands_processed', node.commands],
    ['instantaneous_ops_per_sec', 4],
    ['rejected_connections', 0],
    ['expired_keys', 0],
    ['evicted_keys', 0],
  ],
  Replication: replication,
  CPU: () => [
    ['used_cpu_sys', '0.026489'],
    ['used_cpu_user', '0.013430'],
  ],
  Cluster: (node) => [['cluster_enabled', node.options.clusterEnabled ? 1 : 0]],
  Keyspace: (node) => (node.keys.size > 0 ? [['db0', `keys=${node.keys.size},expires=0,avg_ttl=0`]] : []),
};

function replication(node: RedisNode, world: RedisWorld): Fields {
  const master = world.masterOf(node);
  const replicas = world.replicasOf(node);
  const link: Fields = [];
  if (master) {
    const up = world.at(master.ip, master.port) !== undefined;
    link.push(
      ['master_host', master.ip],
      ['master_port', master.port],
      ['master_link_status', up ? 'up' : 'down'],
      ['master_last_io_seconds_ago', up ? 1 : -1],
      ['master_sync_in_progress', 0],
      ['slave_read_repl_offset', node.offset],
      ['slave_repl_offset', node.offset],
      ...(up ? [] : ([['master_link_down_since_seconds', 1]] as Fields)),
      ['slave_priority', 100],
      ['slave_read_only', 1],
      ['replica_announced', 1],
    );
  }
  return [
    ['role', master ? 'slave' : 'master'],
    ...link,
    ['connected_slaves', replicas.length],
    ...replicas.map((replica, i): Fields[number] => [
      `slave${i}`,
      `ip=${replica.ip},port=${replica.options.port},state=online,offset=${replica.offset},lag=0`,
    ]),
    ['master_failover_state', 'no-failover'],
    ['master_replid', node.id],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', node.offset],
    ['second_repl_offset', -1],
    ['repl_backlog_active', replicas.length > 0 || master ? 1 : 0],
    ['repl_backlog_size', 1048576],
    ['repl_backlog_first_byte_offset', replicas.length > 0 ? 1 : 0],
    ['repl_backlog_histlen', node.offset],
  ];
}

/** All sections, or one; '' for a section that doesn't exist. */
export function infoText(node: RedisNode, world: RedisWorld, section: string): string {
  const names = Object.keys(SECTIONS).filter(
    (name) =>
      section === '' || /^(all|everything|default)$/i.test(section) || name.toLowerCase() === section.toLowerCase(),
  );
  return names
    .map((name) => {
      const fields = SECTIONS[name]?.(node, world) ?? [];
      return `# ${name}\n${fields.map(([key, value]) => `${key}:${value}\n`).join('')}`;
    })
    .join('\n');
}
