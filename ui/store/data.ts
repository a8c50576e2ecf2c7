/** What the engine has told, as the screens read it. Mutable, with versions; the clock says when it is drawn. */
import type {
  ClusterRow,
  Freshness,
  FromEngine,
  Header,
  InstanceRow,
  OperationRow,
  RunDetail,
  RunRow,
  SourceState,
  Topic,
  WarningRow,
} from '../../engine/protocol.ts';
import { naturalKey } from '../rows/columns.ts';
import { createLogBuffer, type LogBuffer } from './log.ts';
import { createTable, type Table } from './table.ts';

/** What may be run, as the engine has told it last; `error`: why there is nothing. */
export interface Operations {
  rows: readonly OperationRow[];
  error: string;
}

/** What Kubernetes warns of about one row, the newest first; `error`: why that is not all. */
export interface Warnings {
  rows: readonly WarningRow[];
  error: string;
}

/** The topic that the watches of definitions feed. */
export const DEFINITIONS: Topic = 'operations:';

export interface Data {
  header: Header;
  readonly clusters: Table<ClusterRow>;
  readonly instances: Table<InstanceRow>;
  readonly runs: Table<RunRow>;
  /** null: the engine says there is no such run; undefined: not told yet. */
  run(topic: Topic): RunDetail | null | undefined;
  /** undefined: not asked for, or not told yet. */
  warnings(topic: Topic): Warnings | undefined;
  /** undefined: not told yet. */
  operations(topic: Topic): Operations | undefined;
  log(topic: Topic): LogBuffer;
  /** Instances of a cluster, in the order of their names. */
  members(clusterUid: string): readonly InstanceRow[];
  /** Takes rows, details and logs in; answers and notices are not its business. True when something changed. */
  take(message: FromEngine): boolean;
  /** Forgets what belongs to a topic that is no longer on the screen. */
  forget(topic: Topic): void;
}

const NOTHING_YET: Header = {
  context: '',
  server: '',
  namespace: null,
  user: '',
  as: '',
  mode: { kind: 'connecting' },
  sources: [],
  journal: 'unknown',
};

export function createData(first: Partial<Header> = {}): Data {
  const clusters = createTable<ClusterRow>();
  const instances = createTable<InstanceRow>();
  const runs = createTable<RunRow>();
  const details = new Map<Topic, RunDetail | null>();
  const logs = new Map<Topic, LogBuffer>();
  const operations = new Map<Topic, Operations>();
  const warnings = new Map<Topic, Warnings>();
  let byCluster = new Map<string, InstanceRow[]>();
  let byClusterAt = -1;
  /** Sorted on first use: most clusters are never looked into. */
  const ordered = new Map<string, InstanceRow[]>();

  const log = (topic: Topic) => {
    let buffer = logs.get(topic);
    if (!buffer) {
      buffer = createLogBuffer();
      logs.set(topic, buffer);
    }
    return buffer;
  };

  const data: Data = {
    header: { ...NOTHING_YET, ...first },
    clusters,
    instances,
    runs,
    run: (topic) => details.get(topic),
    warnings: (topic) => warnings.get(topic),
    operations: (topic) => operations.get(topic),
    log,
    members(uid) {
      if (byClusterAt !== instances.version) {
        byCluster = new Map();
        for (const row of instances.byUid.values()) {
          const list = byCluster.get(row.clusterUid);
          if (list) list.push(row);
          else byCluster.set(row.clusterUid, [row]);
        }
        byClusterAt = instances.version;
        ordered.clear();
      }
      let list = ordered.get(uid);
      if (!list) {
        const keyed = (byCluster.get(uid) ?? []).map((row) => ({ row, key: naturalKey(row.name) }));
        list = keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
        ordered.set(uid, list);
      }
      return list;
    },
    take(message) {
      switch (message.t) {
        case 'header':
          data.header = message.header;
          return true;
        case 'rows':
          if (message.topic === 'clusters') clusters.apply(message);
          else if (message.topic === 'instances') instances.apply(message);
          else runs.apply(message);
          return true;
        case 'run':
          details.set(message.topic, message.detail);
          return true;
        case 'warnings':
          warnings.set(message.topic, { rows: message.rows, error: message.error });
          return true;
        case 'operations':
          operations.set(message.topic, { rows: message.rows, error: message.error });
          return true;
        case 'log':
          log(message.topic).push(message);
          return true;
        default:
          return false;
      }
    },
    forget(topic) {
      details.delete(topic);
      logs.delete(topic);
      operations.delete(topic);
      warnings.delete(topic);
    },
  };
  return data;
}

/** Whether every row of a topic has come at least once. */
export const isKnown = (freshness: Freshness | null): boolean =>
  freshness?.state === 'live' || freshness?.state === 'stale' || freshness?.state === 'absent';

const SEVERITY = ['live', 'syncing', 'denied', 'stale', 'down'] as const;

/**
 * The state of what feeds a topic: the worst of its sources. Kinds that the cluster doesn't have are left out, unless
 * there is nothing else. null: the engine has named no source yet.
 */
export function freshnessOf(sources: readonly SourceState[], topic: Topic | null): Freshness | null {
  const feeding = topic === null ? sources : sources.filter((s) => s.topics.includes(topic));
  let worst: Freshness | null = null;
  let loaded = 0;
  let remaining = 0;
  for (const { freshness } of feeding) {
    if (freshness.state === 'absent') {
      worst ??= freshness;
      continue;
    }
    if (freshness.state === 'syncing') {
      loaded += freshness.loaded;
      remaining += freshness.remaining ?? 0;
    }
    if (worst === null || worst.state === 'absent' || severity(freshness) > severity(worst)) worst = freshness;
  }
  return worst?.state === 'syncing' ? { state: 'syncing', loaded, ...(remaining > 0 ? { remaining } : {}) } : worst;
}

const severity = (f: Freshness) => (SEVERITY as readonly string[]).indexOf(f.state);
