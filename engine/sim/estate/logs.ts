/** What the containers of the estate had printed before anybody looked: lines made up when they are first read, always the same. */
import type { KubeObject } from '../../api/types.ts';
import { numberOf } from '../engines/group.ts';

/** Lines by engine; `#` is a small number, `@` the time in the engine's own form. */
const LINES: [RegExp, (at: Date) => string, readonly string[]][] = [
  [
    /sentinel/,
    (at) => `1:X ${at.toUTCString().slice(5, 16)} ${at.toISOString().slice(11, 23)}`,
    [
      '@ * +sentinel-address-switch master cache ip 10.244.0.# port 26379',
      '@ # Next failover delay: I will not start a failover before Sat',
      '@ * +slave slave 10.244.0.#:6379 10.244.0.# 6379 @ cache',
    ],
  ],
  [
    /redis/,
    (at) => `1:M ${at.toUTCString().slice(5, 16)} ${at.toISOString().slice(11, 23)}`,
    [
      '@ * 100 changes in 300 seconds. Saving...',
      '@ * Background saving started by pid #',
      '@ * DB saved on disk',
      '@ * Fork CoW for RDB: current # MB, peak # MB, average 0 MB',
      '@ * Background saving terminated with success',
      '@ # Client id=# addr=10.244.1.#:5# closed by idle timeout',
    ],
  ],
  [
    /kafka/,
    (at) => `[${at.toISOString().slice(0, 23).replace('T', ' ').replace('.', ',')}]`,
    [
      '@ INFO [GroupCoordinator #]: Preparing to rebalance group consumer-# in state PreparingRebalance (kafka.coordinator.group.GroupCoordinator)',
      '@ INFO [UnifiedLog partition=clicks-#, dir=/data] Rolled new log segment at offset 1#00# in # ms. (kafka.log.UnifiedLog)',
      '@ INFO [UnifiedLog partition=clicks-#, dir=/data] Deleting segment files (kafka.log.UnifiedLog)',
      '@ INFO [ReplicaFetcher replicaId=#, leaderId=#, fetcherId=0] Retrying leaderEpoch request for partition orders-# (kafka.server.ReplicaFetcherThread)',
      '@ WARN [ReplicaManager broker=#] Leader # failed to record follower # position: not in sync yet (kafka.server.ReplicaManager)',
    ],
  ],
  [
    /postgres/,
    (at) => `${at.toISOString().slice(0, 23).replace('T', ' ')} UTC`,
    [
      '@ [#] LOG:  checkpoint starting: time',
      '@ [#] LOG:  checkpoint complete: wrote #00 buffers (0.#%); 0 WAL file(s) added, 0 removed, # recycled; write=2#.1 s',
      '@ [#] LOG:  automatic vacuum of table "app.public.orders": index scans: #',
      '@ [#] LOG:  duration: 1#00.# ms  statement: select * from orders where customer = $1',
      '@ [#] ERROR:  duplicate key value violates unique constraint "orders_pkey"',
      '@ [#] FATAL:  password authentication failed for user "reporting"',
    ],
  ],
  [
    /mysql/,
    (at) => `${at.toISOString().slice(0, 23)}000Z`,
    [
      '@ # [Note] [MY-012551] [InnoDB] Page cleaner took #0ms to flush # pages',
      "@ # [Warning] [MY-010055] [Server] IP address '10.244.2.#' could not be resolved: Name or service not known",
      '@ # [System] [MY-010562] [Repl] Replica I/O thread: connected to source',
      "@ # [Note] [MY-010914] [Server] Aborted connection # to db: 'app' user: 'fraud' (Got timeout reading communication packets)",
    ],
  ],
  [
    /opengauss/,
    (at) => `${at.toISOString().slice(0, 23).replace('T', ' ')}`,
    [
      '@ [unknown] [unknown] localhost # LOG:  checkpoint complete: wrote # buffers',
      '@ [unknown] [unknown] localhost # LOG:  walsender thread started, peer standby #',
      '@ app ledger 10.244.0.# # WARNING:  there is already a transaction in progress',
      '@ [unknown] [unknown] localhost # LOG:  autovacuum: done',
    ],
  ],
  [
    /influx/,
    (at) => `ts=${at.toISOString()}`,
    [
      '@ lvl=info msg="Snapshot for path written" engine=tsm1 path=/var/lib/influxdb/data/telegraf/autogen/# duration=#ms',
      '@ lvl=info msg="TSM compaction (end)" tsm1_level=# op_elapsed=#00ms',
      '@ lvl=info msg="Executing query" service=query query="SELECT mean(usage_idle) FROM telegraf.autogen.cpu WHERE time > now() - #h"',
      '@ lvl=warn msg="hinted handoff write to node failed" node_id=# error=timeout',
    ],
  ],
  [
    /elasticsearch/,
    (at) => at.toISOString(),
    [
      '{"@timestamp":"@","log.level":"INFO","message":"[logs-2026.11][#] refresh took #ms","elasticsearch.cluster.name":"catalog"}',
      '{"@timestamp":"@","log.level":"WARN","message":"[gc][young][#00][#] duration [#00ms], collections [1]","elasticsearch.cluster.name":"catalog"}',
      '{"@timestamp":"@","log.level":"INFO","message":"updating [indices.lifecycle] index [orders]","elasticsearch.cluster.name":"catalog"}',
    ],
  ],
];

/** Between two lines, on average, milliseconds. */
const EVERY = 17_000;
const COUNT = 600;

export function pastLines(pod: KubeObject, container: string, until: number): { at: number; text: string }[] {
  const spec = pod.spec as { containers: { name: string; image: string }[] };
  const image = spec.containers.find((one) => one.name === container)?.image ?? '';
  const found = LINES.find(([match]) => match.test(image));
  if (!found) return [];
  const [, stamp, texts] = found;
  const seed = `${pod.metadata.namespace}/${pod.metadata.name}/${container}`;
  const started = Date.parse((pod.status as { startTime?: string } | undefined)?.startTime ?? '') || until;
  const lines: { at: number; text: string }[] = [];
  for (let i = COUNT; i > 0; i--) {
    const roll = numberOf(seed, i);
    const at = until - i * EVERY - (roll % EVERY);
    if (at < started) continue;
    let n = roll;
    const text = (texts[roll % texts.length] ?? '').replaceAll('#', () => {
      n = (n * 1103515245 + 12345) & 0x7fffffff;
      return String((n >> 8) % 10);
    });
    lines.push({ at, text: text.replaceAll('@', stamp(new Date(at))) });
  }
  return lines;
}
