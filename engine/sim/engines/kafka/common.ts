import type { Clock } from '../../clock.ts';
import type { ToolCall } from '../../node/tool.ts';
import { type Group, type Groups, javaOptions } from '../group.ts';

export interface Arguments {
  has(name: string): boolean;
  one(name: string): string | undefined;
  all(name: string): string[];
}

const FLAGS =
  '--list --describe --create --alter --delete --if-exists --if-not-exists --under-replicated-partitions --exclude-internal --generate --execute --verify --cancel --additional --preserve-throttles --disable-rack-aware --entity-default --force --version --help --all --all-groups'.split(
    ' ',
  );

const VALUED =
  '--bootstrap-server --bootstrap-controller --command-config --zookeeper --topic --topic-id --partitions --replication-factor --replica-assignment --config --delete-config --entity-type --entity-name --add-config --add-config-file --topics-to-move-json-file --reassignment-json-file --broker-list --throttle --replica-alter-log-dirs-throttle --timeout --time --partition-size-limit-per-response --topic-partitions'.split(
    ' ',
  );

/** `2026-01-02 03:04:05,678`, as log4j writes it. */
export const stamp = (clock: Clock): string =>
  new Date(clock.now()).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');

export function failure(call: ToolCall, message: string): number {
  call.err(`${message}\n`);
  return 1;
}

/** Reads the arguments and finds the cluster behind --bootstrap-server, or says why it can't. */
export async function reach(
  call: ToolCall,
  groups: Groups,
  clock: Clock,
  what: string,
): Promise<{ group: Group; args: Arguments } | number> {
  const { values, unknown } = javaOptions(call.args, FLAGS, VALUED);
  const args: Arguments = {
    has: (name) => values.has(name),
    one: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
  };
  if (args.has('--zookeeper')) return failure(call, 'zookeeper is not a recognized option');
  if (unknown !== undefined) return failure(call, `${unknown} is not a recognized option`);
  if (args.has('--version')) {
    call.out('3.9.1\n');
    return 0;
  }
  const server = args.one('--bootstrap-server');
  if (server === undefined) return failure(call, 'Missing required argument "[bootstrap-server]"');
  const [host = '', port = '9092'] = (server.split(',')[0] ?? '').split(':');
  const pod = call.resolve(host);
  const group = pod ? groups.of(pod) : undefined;
  if (pod && group?.members.get(pod.name)?.up && /^909\d$/.test(port)) return { group, args };
  if (!pod) {
    call.err(
      `Exception in thread "main" org.apache.kafka.common.KafkaException: Failed to create new KafkaAdminClient\nCaused by: org.apache.kafka.common.config.ConfigException: No resolvable bootstrap urls given in bootstrap.servers\n`,
    );
    return 1;
  }
  for (let tries = 0; tries < 3 && !call.signal.aborted; tries++) {
    call.err(
      `[${stamp(clock)}] WARN [AdminClient clientId=adminclient-1] Connection to node -1 (${host}/${pod.ip}:${port}) could not be established. Node may not be available. (org.apache.kafka.clients.NetworkClient)\n`,
    );
    await call.sleep(1000);
  }
  call.out(`Error while executing ${what} command : Timed out waiting for a node assignment. Call: listTopics\n`);
  call.err(
    `[${stamp(clock)}] ERROR org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics\n`,
  );
  return 1;
}
