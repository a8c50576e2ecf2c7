/** InfluxDB Enterprise: influxd-ctl on a meta node, shards that are truncated, copied and removed. */
import type { Clock } from '../clock.ts';
import type { Image, Tool, ToolCall } from '../node/tool.ts';
import { type Group, type Groups, numberOf } from './group.ts';

interface Shard {
  id: number;
  database: string;
  policy: string;
  group: number;
  start: number;
  end: number;
  truncated: boolean;
  /** `host:8088` of those that hold it. */
  owners: string[];
  size: number;
}

interface Copy {
  shard: number;
  from: string;
  to: string;
  startedAt: number;
  until: number;
  killed: boolean;
}

export interface Influx {
  shards: Shard[];
  copies: Copy[];
  /** How many owners a shard shall have, by `database/policy`. */
  replication: Map<string, number>;
  nextId: number;
  /** When a truncation takes effect. */
  truncateAt: number | undefined;
}

const VERSION = '1.11.8-c1.11.8';
const DAY = 86_400_000;
/** Bytes a second that a copy makes. */
const RATE = 40_000_000;
const zulu = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
/** Columns as Go's tabwriter lays them out: two blanks between, the last one as it is. */
function columns(rows: readonly (readonly (string | number)[])[]): string {
  const width = (i: number) => Math.max(...rows.map((row) => String(row[i] ?? '').length)) + 2;
  return rows
    .map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : String(cell).padEnd(width(i)))).join('')}\n`)
    .join('');
}
const isData = (name: string) => /data/.test(name);
const isMeta = (name: string) => /meta/.test(name);

function influxOf(group: Group, clock: Clock): Influx {
  const known = group.data.get('influx') as Influx | undefined;
  if (known) {
    settle(known, clock.now());
    return known;
  }
  const dataNodes = [...group.members.keys()].filter(isData).sort();
  const today = Math.floor(clock.now() / DAY) * DAY;
  const owners = dataNodes.slice(0, 2).map((name) => `${name}:8088`);
  const shards: Shard[] = [];
  for (const [database, policy] of [
    ['telegraf', 'autogen'],
    ['_internal', 'monitor'],
  ] as const)
    for (let day = 6; day >= 0; day--) {
      const id = shards.length + 1;
      shards.push({
        id,
        database,
        policy,
        group: id,
        start: today - day * DAY,
        end: today - (day - 1) * DAY,
        truncated: false,
        owners: [...owners],
        size: 30_000_000 + (numberOf(database, day) % 60_000_000),
      });
    }
  const made: Influx = {
    shards,
    copies: [],
    replication: new Map(shards.map((shard) => [`${shard.database}/${shard.policy}`, 2])),
    nextId: shards.length + 1,
    truncateAt: undefined,
  };
  group.data.set('influx', made);
  return made;
}

/** What was to happen by now has happened. */
function settle(influx: Influx, now: number): void {
  if (influx.truncateAt !== undefined && now >= influx.truncateAt) {
    const at = influx.truncateAt;
    influx.truncateAt = undefined;
    for (const hot of influx.shards.filter((shard) => shard.end > at && shard.start <= at && !shard.truncated)) {
      influx.shards.push({
        ...hot,
        id: influx.nextId,
        group: influx.nextId++,
        start: at,
        owners: [...hot.owners],
        size: 1_000_000,
      });
      hot.end = at;
      hot.truncated = true;
    }
  }
}

export function influxEngine(clock: Clock, groups: Groups, pace: number): Image[] {
  const owner = (address: string) => address.replace(/:8088$/, '').split('.')[0] ?? '';
  const ctl: Tool = async (call) => {
    const args = call.args.filter(
      (word, i) =>
        !/^-(bind|auth-type|bind-tls|k|user|pwd)$/.test(word) &&
        !/^-(bind|auth-type|user|pwd)$/.test(call.args[i - 1] ?? ''),
    );
    const [command = '', ...rest] = args;
    const group = groups.of(call.host);
    if (!isMeta(call.host.name) || !group.members.get(call.host.name)?.up) {
      call.err(
        'Failed to connect to the meta service at localhost:8091: dial tcp 127.0.0.1:8091: connect: connection refused\n',
      );
      return 1;
    }
    await call.sleep(150 * pace);
    if (/^(help|-h|--help)$/.test(command)) {
      call.out(`Usage: influxd-ctl [global-flags] <command> [command-flags] [arguments]\n\nCommands:\n`);
      call.out(
        Object.keys(COMMANDS)
          .map((name) => `    ${name}\n`)
          .join(''),
      );
      return 0;
    }
    const run = COMMANDS[command];
    if (!run) {
      call.err(`unknown command "${command}"\nRun 'influxd-ctl help' for usage\n`);
      return 1;
    }
    return run(call, group, rest);
  };

  const fail = (call: ToolCall, text: string) => {
    call.err(`${text}\n`);
    return 1;
  };
  const dataNodes = (group: Group) =>
    [...group.members.values()].filter((member) => isData(member.name)).sort((a, b) => a.ordinal - b.ordinal);
  /** As the table of owners numbers them: meta nodes come first. */
  const nodeId = (group: Group, address: string) =>
    dataNodes(group).findIndex((member) => member.name === owner(address)) + 4;
  const canonical = (group: Group, address: string): string | undefined => {
    const member = group.members.get(owner(address));
    return member && isData(member.name) && /:8088$/.test(address) ? `${member.name}:8088` : undefined;
  };

  const COMMANDS: Record<string, (call: ToolCall, group: Group, args: string[]) => number | Promise<number>> = {
    show(call, group) {
      const meta = [...group.members.values()].filter((member) => isMeta(member.name));
      const data = dataNodes(group).map((member, i) => [i + 4, `${member.name}:8088`, VERSION, '{}', 'false']);
      const metas = meta.map((member, i) => [i + 1, `${member.name}:8091`, VERSION, '{}']);
      call.out(
        `Data Nodes\n==========\n${columns([['ID', 'TCP Address', 'Version', 'Labels', 'Passive'], ...data])}\n`,
      );
      call.out(`Meta Nodes\n==========\n${columns([['ID', 'TCP Address', 'Version', 'Labels'], ...metas])}\n`);
      return 0;
    },
    'show-shards'(call, group) {
      const { shards, replication } = influxOf(group, clock);
      const rows = shards.map((shard) => [
        shard.id,
        shard.database,
        shard.policy,
        replication.get(`${shard.database}/${shard.policy}`) ?? 1,
        shard.group,
        zulu(shard.start),
        `${zulu(shard.end)}${shard.truncated ? '*' : ''}`,
        shard.policy === 'autogen' ? '' : zulu(shard.end + 7 * DAY),
        `[${shard.owners.map((address) => `{${nodeId(group, address)} ${address}}`).join(' ')}]`,
      ]);
      const head = ['ID', 'Database', 'Retention Policy', 'Desired Replicas', 'Shard Group', 'Start', 'End', 'Expires'];
      call.out(`Shards\n==========\n${columns([[...head, 'Owners'], ...rows])}`);
      return 0;
    },
    'truncate-shards'(call, group, args) {
      const at = args.indexOf('-delay');
      const match = /^(\d+)(s|m|h)?$/.exec(at < 0 ? '1m' : (args[at + 1] ?? ''));
      if (!match) return fail(call, `invalid value for flag -delay: parse error`);
      const unit = { s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] ?? 1000;
      influxOf(group, clock).truncateAt = clock.now() + Number(match[1]) * unit;
      call.out('Truncated shards.\n');
      return 0;
    },
    async 'copy-shard'(call, group, words) {
      const [from = '', to = '', id = ''] = words;
      if (words.length !== 3) return fail(call, 'usage: influxd-ctl copy-shard <source> <destination> <shard ID>');
      const influx = influxOf(group, clock);
      const shard = influx.shards.find((one) => one.id === Number(id));
      const [source, target] = [canonical(group, from), canonical(group, to)];
      if (!source)
        return fail(call, `copy-shard: operation timed out with error: dial tcp: lookup ${owner(from)}: no such host`);
      if (!target)
        return fail(call, `copy-shard: operation timed out with error: dial tcp: lookup ${owner(to)}: no such host`);
      if (!shard) return fail(call, `copy-shard: shard ${id} not found`);
      if (!shard.owners.includes(source)) return fail(call, `copy-shard: shard ${id} does not exist on ${source}`);
      if (shard.owners.includes(target)) return fail(call, `copy-shard: ${target} already owns shard ${id}`);
      const copy: Copy = {
        shard: shard.id,
        from: source,
        to: target,
        startedAt: clock.now(),
        until: clock.now() + (shard.size / RATE) * 1000 * pace,
        killed: false,
      };
      influx.copies.push(copy);
      while (clock.now() < copy.until && !copy.killed && !call.signal.aborted)
        await call.sleep(Math.min(250, copy.until - clock.now()));
      influx.copies.splice(influx.copies.indexOf(copy), 1);
      if (copy.killed || call.signal.aborted) return fail(call, `copy-shard: copy of shard ${id} was killed`);
      if (group.data.get(`full ${owner(target)}`))
        return fail(call, `copy-shard: error writing count of 4096: write: no space left on device`);
      shard.owners.push(target);
      call.out(`Copied shard ${id} from ${source} to ${target}\n`);
      return 0;
    },
    'copy-shard-status'(call, group) {
      const influx = influxOf(group, clock);
      const rows = influx.copies.map((copy) => {
        const shard = influx.shards.find((one) => one.id === copy.shard);
        const part = Math.min(1, (clock.now() - copy.startedAt) / Math.max(1, copy.until - copy.startedAt));
        return [
          copy.from,
          copy.to,
          shard?.database ?? '',
          shard?.policy ?? '',
          copy.shard,
          shard?.size ?? 0,
          Math.floor((shard?.size ?? 0) * part),
          `${new Date(copy.startedAt).toISOString().replace('T', ' ').replace('Z', '000000')} +0000 UTC`,
        ];
      });
      const head = ['Source', 'Dest', 'Database', 'Policy', 'ShardID', 'TotalSize', 'CurrentSize', 'StartedAt'];
      call.out(columns([head, ...rows]));
      return 0;
    },
    'kill-copy-shard'(call, group, [from = '', to = '', id = '']) {
      const copy = influxOf(group, clock).copies.find(
        (one) => one.shard === Number(id) && one.from === canonical(group, from) && one.to === canonical(group, to),
      );
      if (!copy) return fail(call, `kill-copy-shard: no copy of shard ${id} is running`);
      copy.killed = true;
      call.out(`Killed shard copy ${id} from ${copy.from} to ${copy.to}\n`);
      return 0;
    },
    'remove-shard'(call, group, words) {
      const [from = '', id = ''] = words;
      if (words.length !== 2) return fail(call, 'usage: influxd-ctl remove-shard <source> <shard ID>');
      const shard = influxOf(group, clock).shards.find((one) => one.id === Number(id));
      const source = canonical(group, from);
      if (!source || !shard?.owners.includes(source))
        return fail(call, `remove-shard: shard ${id} does not exist on ${from}`);
      shard.owners = shard.owners.filter((address) => address !== source);
      call.out(`Removed shard ${id} from ${source}\n`);
      return 0;
    },
  };

  /** `influx -execute`: what the rebalance asks of it, retention policies. */
  const influx: Tool = async (call) => {
    const at = call.args.indexOf('-execute');
    const query = (at < 0 ? await call.stdin() : (call.args[at + 1] ?? '')).trim().replace(/;$/, '');
    const group = groups.of(call.host);
    if (!group.members.get(call.host.name)?.up) {
      call.err(
        'Failed to connect to http://localhost:8086: Get "http://localhost:8086/ping": dial tcp 127.0.0.1:8086: connect: connection refused\n',
      );
      return 1;
    }
    const { replication } = influxOf(group, clock);
    const databases = [...new Set([...replication.keys()].map((key) => key.split('/')[0] ?? ''))];
    const error = (text: string) => {
      call.err(`ERR: ${text}\n`);
      return 1;
    };
    if (/^show databases$/i.test(query)) {
      call.out(`name: databases\nname\n----\n${databases.map((name) => `${name}\n`).join('')}`);
      return 0;
    }
    const show = /^show retention policies on "?([^"\s]+)"?$/i.exec(query);
    const alter = /^alter retention policy "?([^"\s]+)"? on "?([^"\s]+)"? replication (\d+)$/i.exec(query);
    const database = show?.[1] ?? alter?.[2];
    if (database === undefined)
      return error(`error parsing query: found ${query.split(/\s+/)[0]}, expected ALTER, SHOW at line 1, char 1`);
    if (!databases.includes(database)) return error(`database not found: ${database}`);
    if (alter) {
      const key = `${database}/${alter[1]}`;
      if (!replication.has(key)) return error(`retention policy not found: ${alter[1]}`);
      replication.set(key, Number(alter[3]));
      return 0;
    }
    call.out('name duration shardGroupDuration replicaN default\n---- -------- ------------------ -------- -------\n');
    for (const [key, count] of replication) {
      const [of, policy] = key.split('/');
      if (of === database) call.out(`${policy} ${policy === 'autogen' ? '0s' : '168h0m0s'} 24h0m0s ${count} true\n`);
    }
    return 0;
  };

  /** `ls` below the data directory shows shards; a copy that is not done lacks its last file. Anything else is the machine's own ls. */
  const ls: Tool = (call) => {
    const path = call.args.find((word) => !word.startsWith('-')) ?? '';
    if (!path.startsWith('/var/lib/influxdb')) return call.own();
    const match = /^\/var\/lib\/influxdb\/data(?:\/([^/]+)(?:\/([^/]+)(?:\/(\d+))?)?)?\/?$/.exec(path);
    const group = groups.of(call.host);
    const { shards } = influxOf(group, clock);
    const held = shards.filter((shard) => shard.owners.includes(`${call.host.name}:8088`));
    const [, database, policy, id] = match ?? [];
    const unique = (values: (string | number)[]) => [...new Set(values)].map((value) => `${value}\n`).join('');
    const shard = held.find((one) => one.database === database && one.policy === policy && one.id === Number(id));
    const known = held.some((one) => (!database || one.database === database) && (!policy || one.policy === policy));
    if (!match || !known || (id !== undefined && !shard)) {
      call.err(`ls: cannot access '${path}': No such file or directory\n`);
      return 2;
    }
    if (shard) call.out(unique([`00000000${1 + (shard.id % 3)}-000000002.tsm`, 'fields.idx', 'index']));
    else if (policy)
      call.out(unique(held.filter((one) => one.database === database && one.policy === policy).map((one) => one.id)));
    else if (database) call.out(unique(held.filter((one) => one.database === database).map((one) => one.policy)));
    else call.out(unique(held.map((one) => one.database)));
    return 0;
  };

  const server =
    (what: string): Tool =>
    async (call) => {
      const { stop } = groups.start(call.host);
      const say = (text: string) =>
        call.out(`ts=${new Date(clock.now()).toISOString()} lvl=info msg="${text}" log_id=simulated\n`);
      say(`InfluxDB Enterprise ${what} starting`);
      say('Listening on HTTP');
      while (!call.signal.aborted) {
        await call.sleep(30_000);
        if (!call.signal.aborted && what === 'data') say('Compacted file');
      }
      stop();
      return 0;
    };

  return [
    {
      match: /influxdb.*meta/,
      entrypoint: ['influxd-meta'],
      tools: { 'influxd-meta': server('meta'), 'influxd-ctl': ctl },
    },
    { match: /influxdb/, entrypoint: ['influxd'], tools: { influxd: server('data'), influx, ls } },
  ];
}
