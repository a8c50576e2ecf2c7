/** A believable engine behind the port: rows at once, answers by a script that a test can change. */
import type {
  Calls,
  ClusterRow,
  EnginePort,
  FromEngine,
  Header,
  InstanceRow,
  LogLine,
  OperationRow,
  RunDetail,
  RunRow,
  ToEngine,
  Topic,
  WarningRow,
} from '../../engine/protocol.ts';
import { CLUSTERS, INSTANCES, NOW, RUNS } from './rows.ts';
import { logLine, MASTERS_READ, OPERATIONS, planOf, RUN_DETAIL, YAML } from './runs.ts';

export { NOW };

export const HEADER: Header = {
  context: 'prod-eu',
  server: 'https://10.0.0.1:6443',
  namespace: 'payments',
  user: 'ana',
  as: '',
  mode: { kind: 'standalone', holder: 'ana@bastion-3' },
  sources: [
    { id: 'clusters.apps.kubeblocks.io', topics: ['clusters'], freshness: { state: 'live', at: NOW } },
    { id: 'pods', topics: ['clusters', 'instances'], freshness: { state: 'live', at: NOW } },
    { id: 'opsrequests.opsdeck.dev', topics: ['runs'], freshness: { state: 'live', at: NOW } },
    { id: 'opsdefinitions.opsdeck.dev', topics: ['operations:'], freshness: { state: 'live', at: NOW } },
  ],
  journal: 'opsrequest',
  latency: 40,
};

type Script = {
  [M in keyof Calls]?: (ask: Calls[M]['ask']) => Calls[M]['answer'] | { error: string } | Promise<never>;
};

export interface Estate {
  port: EnginePort;
  /** Everything the cockpit has sent. */
  sent: ToEngine[];
  emit(message: FromEngine): void;
  /** Replaces answers; `hang` leaves a call open. */
  script: Script;
  /** Sent when a topic is subscribed to. */
  rows: { clusters: ClusterRow[]; instances: InstanceRow[]; runs: RunRow[] };
  /** null: the engine has not told yet. */
  operations: OperationRow[] | null;
  warnings: Partial<Record<Topic, WarningRow[]>>;
  header: Header | null;
  run: RunDetail | null;
  log: LogLine[];
  topics(): Topic[];
  /** Answers a call that was left open. */
  answer(id: number, value: unknown): void;
  calls<M extends keyof Calls>(method: M): { id: number; ask: Calls[M]['ask'] }[];
}

const never = new Promise<never>(() => undefined);
export const hang = () => never;

export function createEstate(): Estate {
  const listeners = new Set<(message: FromEngine) => void>();
  const sent: ToEngine[] = [];
  const topics = new Set<Topic>();
  const emit = (message: FromEngine) => {
    // As from a worker: later, and never in the middle of a key.
    queueMicrotask(() => {
      for (const listener of listeners) listener(structuredClone(message));
    });
  };
  const estate: Estate = {
    sent,
    emit,
    rows: { clusters: CLUSTERS, instances: INSTANCES, runs: RUNS },
    operations: OPERATIONS,
    warnings: {},
    header: HEADER,
    run: RUN_DETAIL,
    log: Array.from({ length: 1204 }, (_, i) => logLine(i)),
    topics: () => [...topics],
    answer: (id, value) => emit({ t: 'answer', id, value }),
    calls: (method) =>
      sent.flatMap((message) =>
        message.t === 'call' && message.method === method ? [{ id: message.id, ask: message.ask as never }] : [],
      ),
    script: {
      validate: ({ values }) =>
        values.from !== undefined && values.from === values.to
          ? [{ field: 'to', message: 'must not be the source' }]
          : [],
      choices: () => MASTERS_READ,
      plan: ({ definition, values }) => planOf(definition, values),
      start: ({ definition }) => ({ namespace: 'payments', name: `${definition.toLowerCase()}-x7f2` }),
      adoption: ({ name }) => ({
        plan: planOf('redis-reshard', { 'cluster-slots': '1024' }),
        claims: [`${name} on cart-redis-0: attempt 1 Running`],
        by: 'bob@laptop',
      }),
      adopt: () => null,
      cancel: () => null,
      resolve: () => null,
      yaml: () => YAML,
      namespaces: () => ['billing', 'default', 'payments', 'search'],
      contexts: () => [
        { name: 'prod-eu', current: true },
        { name: 'prod-us', current: false },
        { name: 'staging', current: false },
      ],
      scope: () => null,
    },
    port: {
      listen(listener) {
        listeners.add(listener);
        if (estate.header) emit({ t: 'header', header: estate.header });
        return () => listeners.delete(listener);
      },
      send(message) {
        sent.push(message);
        if (message.t === 'subscribe') {
          topics.add(message.topic);
          feed(message.topic);
        } else if (message.t === 'unsubscribe') topics.delete(message.topic);
        else if (message.t === 'call') reply(message);
      },
    },
  };
  function feed(topic: Topic): void {
    const { clusters, instances, runs } = estate.rows;
    if (topic === 'clusters') emit({ t: 'rows', topic, reset: true, upsert: clusters, remove: [] });
    else if (topic === 'instances') emit({ t: 'rows', topic, reset: true, upsert: instances, remove: [] });
    else if (topic === 'runs') emit({ t: 'rows', topic, reset: true, upsert: runs, remove: [] });
    else if (topic.startsWith('operations:')) {
      const rows = estate.operations;
      if (rows) emit({ t: 'operations', topic, rows, error: '' });
    } else if (topic.startsWith('warnings:')) {
      const told = estate.warnings[topic];
      if (told) emit({ t: 'warnings', topic, rows: told, error: '' });
    } else {
      if (topic.startsWith('run:')) emit({ t: 'run', topic, detail: estate.run });
      emit({ t: 'log', topic, lines: estate.log, dropped: 0, reset: true, ended: false });
    }
  }
  function reply(message: Extract<ToEngine, { t: 'call' }>): void {
    const answer = (estate.script[message.method] as ((ask: unknown) => unknown) | undefined)?.(message.ask);
    if (answer instanceof Promise) return;
    if (typeof answer === 'object' && answer !== null && 'error' in answer)
      emit({ t: 'answer', id: message.id, error: String(answer.error) });
    else emit({ t: 'answer', id: message.id, value: answer });
  }
  return estate;
}
