import type { Clock } from '../../clock.ts';
import type { ToolCall } from '../../node/tool.ts';
import type { Group } from '../group.ts';
import { type Arguments, failure, stamp } from './common.ts';
import { TOPIC_KEYS } from './configs.ts';
import { addPartitions, brokersOf, createTopic, inSync, kafkaOf, seenReplicas, settle, type Topic } from './state.ts';

const CLASS = 'org.apache.kafka.tools.TopicCommand';

/** `kafka-topics.sh`: says its errors on standard output, and again with a log line on standard error. */
export function topicsTool(call: ToolCall, group: Group, args: Arguments, clock: Clock): number {
  const kafka = kafkaOf(group);
  settle(group, clock.now());
  const fail = (exception: string, message: string): number => {
    call.out(`Error while executing topic command : ${message}\n`);
    call.err(`[${stamp(clock)}] ERROR ${exception}: ${message}\n (${CLASS})\n`);
    return 1;
  };
  const name = args.one('--topic');
  const missing = () => {
    const message = `Topic 'Optional[${name}]' does not exist as expected`;
    call.out(`Error while executing topic command : ${message}\n`);
    call.err(
      `[${stamp(clock)}] ERROR java.lang.IllegalArgumentException: ${message}\n\tat ${CLASS}.ensureTopicExists(TopicCommand.java:215)\n (${CLASS})\n`,
    );
    return 1;
  };
  const chosen = (): Topic[] => {
    const all = [...kafka.topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return name === undefined ? all : all.filter((topic) => new RegExp(`^(${name})$`).test(topic.name));
  };

  if (args.has('--list')) {
    call.out(
      chosen()
        .map((topic) => `${topic.name}\n`)
        .join(''),
    );
    return 0;
  }
  if (args.has('--describe')) {
    const topics = chosen();
    if (topics.length === 0 && name !== undefined) return args.has('--if-exists') ? 0 : missing();
    for (const topic of topics) describe(call, group, topic, args.has('--under-replicated-partitions'));
    return 0;
  }
  if (name === undefined) return failure(call, `Missing required argument "[topic]"`);
  if (args.has('--create')) return create(call, group, args, name, fail);
  const topics = chosen();
  if (topics.length === 0) return args.has('--if-exists') ? 0 : missing();
  if (args.has('--delete')) {
    for (const topic of topics) kafka.topics.delete(topic.name);
    return 0;
  }
  if (args.has('--alter')) {
    const count = Number(args.one('--partitions'));
    for (const topic of topics) {
      if (count <= topic.partitions.length)
        return fail(
          'org.apache.kafka.common.errors.InvalidPartitionsException',
          count === topic.partitions.length
            ? `Topic already has ${count} partition(s).`
            : `The topic ${topic.name} currently has ${topic.partitions.length} partition(s); ${count} would not be an increase.`,
        );
      addPartitions(group, topic, count, topic.partitions[0]?.replicas.length ?? 1);
    }
    return 0;
  }
  return failure(call, 'Command must include exactly one action: --list, --describe, --create, --alter or --delete');
}

function create(
  call: ToolCall,
  group: Group,
  args: Arguments,
  name: string,
  fail: (exception: string, message: string) => number,
): number {
  const kafka = kafkaOf(group);
  const errors = 'org.apache.kafka.common.errors';
  if (kafka.topics.has(name)) {
    if (args.has('--if-not-exists')) return 0;
    return fail(`${errors}.TopicExistsException`, `Topic '${name}' already exists.`);
  }
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    return fail(
      `${errors}.InvalidTopicException`,
      `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`,
    );
  const given = args
    .one('--replica-assignment')
    ?.split(',')
    .map((part) => part.split(':').map(Number));
  const count = given?.length ?? Number(args.one('--partitions') ?? 1);
  const factor = Number(args.one('--replication-factor') ?? 1);
  const brokers = brokersOf(group);
  if (!(count > 0))
    return fail(
      `${errors}.InvalidPartitionsException`,
      'Number of partitions was set to an invalid non-positive value.',
    );
  if (!given && factor > brokers.length)
    return fail(
      `${errors}.InvalidReplicationFactorException`,
      `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached because only ${brokers.length} broker(s) are registered.`,
    );
  const config = args.all('--config').map(pair);
  const unknown = config.find(([key]) => !TOPIC_KEYS.test(key));
  if (unknown) return fail(`${errors}.InvalidConfigurationException`, `Unknown topic config name: ${unknown[0]}`);
  if (/[._]/.test(name))
    call.out(
      "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.\n",
    );
  createTopic(group, name, count, factor, config, given);
  call.out(`Created topic ${name}.\n`);
  return 0;
}

const pair = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

function describe(call: ToolCall, group: Group, topic: Topic, onlySick: boolean): void {
  const config = [...topic.config].map(([key, value]) => `${key}=${value}`).join(',');
  if (!onlySick)
    call.out(
      `Topic: ${topic.name}\tTopicId: ${topic.id}\tPartitionCount: ${topic.partitions.length}\tReplicationFactor: ${topic.partitions[0]?.replicas.length ?? 0}\tConfigs: ${config}\n`,
    );
  for (const [i, partition] of topic.partitions.entries()) {
    const isr = inSync(group, partition);
    if (onlySick && isr.length >= partition.replicas.length) continue;
    const { move } = partition;
    const adding = move?.to.filter((broker) => !move.from.includes(broker)) ?? [];
    const removing = move?.from.filter((broker) => !move.to.includes(broker)) ?? [];
    call.out(
      `\tTopic: ${topic.name}\tPartition: ${i}\tLeader: ${isr[0] ?? 'none'}\tReplicas: ${seenReplicas(partition).join(',')}\tIsr: ${isr.join(',')}` +
        `${move ? `\tAdding Replicas: ${adding.join(',')}\tRemoving Replicas: ${removing.join(',')}` : ''}\tElr: \tLastKnownElr: \n`,
    );
  }
}
