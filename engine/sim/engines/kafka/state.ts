/** What a kafka cluster knows: topics, where their replicas are, what moves, which throttles are set. */
import type { Clock } from '../../clock.ts';
import { type Group, numberOf } from '../group.ts';

export interface Partition {
  replicas: number[];
  /** Bytes of one replica. */
  size: number;
  move?: Move;
}

interface Move {
  to: number[];
  from: number[];
  startedAt: number;
  doneAt: number;
}

export interface Topic {
  name: string;
  id: string;
  partitions: Partition[];
  config: Map<string, string>;
  messages: number;
}

export interface Kafka {
  topics: Map<string, Topic>;
  brokerConfig: Map<string, Map<string, string>>;
  /** Bytes a second, while a throttle is set. */
  throttle: number | undefined;
  /** Counts the plans that were made: each is another one. */
  plans: number;
}

export const kafkaOf = (group: Group): Kafka => {
  const known = group.data.get('kafka') as Kafka | undefined;
  if (known) return known;
  const made: Kafka = { topics: new Map(), brokerConfig: new Map(), throttle: undefined, plans: 0 };
  group.data.set('kafka', made);
  return made;
};

export const brokersOf = (group: Group): number[] => group.up().map((member) => member.ordinal);

/** 22 characters, as kafka writes a UUID. */
const topicId = (group: Group, name: string): string =>
  Buffer.from(
    Array.from({ length: 4 }, (_, i) => numberOf(group.key, name, i)).flatMap((n) => [
      n & 255,
      (n >> 8) & 255,
      (n >> 16) & 255,
      n >>> 24,
    ]),
  ).toString('base64url');

/** Dealt out round robin, the followers one place on. */
export function addPartitions(group: Group, topic: Topic, count: number, factor: number, given?: number[][]): void {
  const brokers = brokersOf(group);
  const start = numberOf(topic.name) % Math.max(1, brokers.length);
  for (let i = topic.partitions.length; i < count; i++) {
    const replicas =
      given?.[i] ?? Array.from({ length: factor }, (_, r) => brokers[(start + i + r) % brokers.length] ?? 0);
    topic.partitions.push({ replicas, size: 4_000_000 + (numberOf(topic.name, i) % 8_000_000) });
  }
}

export function createTopic(
  group: Group,
  name: string,
  count: number,
  factor: number,
  config: Iterable<[string, string]>,
  given?: number[][],
): Topic {
  const topic: Topic = { name, id: topicId(group, name), partitions: [], config: new Map(config), messages: 0 };
  addPartitions(group, topic, count, factor, given);
  kafkaOf(group).topics.set(name, topic);
  return topic;
}

/** Moves that are over by now have happened. */
export function settle(group: Group, now: number): void {
  for (const topic of kafkaOf(group).topics.values())
    for (const partition of topic.partitions)
      if (partition.move && now >= partition.move.doneAt) {
        partition.replicas = partition.move.to;
        delete partition.move;
      }
}

/** Starts a move, or goes on with one at another speed. It takes as long as the bytes need; an unthrottled broker copies 20 MB a second. */
export function startMove(group: Group, clock: Clock, partition: Partition, to: number[]): void {
  const { throttle } = kafkaOf(group);
  const missing = to.filter((broker) => !partition.replicas.includes(broker)).length;
  const now = clock.now();
  const { move } = partition;
  const left = String(move?.to) === String(to) && move ? (move.doneAt - now) / (move.doneAt - move.startedAt) : 1;
  const took = missing === 0 ? 100 : 500 + ((partition.size * missing * left) / (throttle ?? 20_000_000)) * 1000;
  partition.move = { to, from: partition.replicas, startedAt: now, doneAt: now + took };
}

const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];
const THROTTLED = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'];

/** As the tool sets it: a rate on every broker, and on each topic the replicas it is for. It stays until somebody clears it. */
export function setThrottle(group: Group, rate: number, moving: Iterable<[topic: string, partition: number]>): void {
  const kafka = kafkaOf(group);
  kafka.throttle = rate;
  for (const broker of brokersOf(group)) {
    const config = kafka.brokerConfig.get(String(broker)) ?? new Map<string, string>();
    kafka.brokerConfig.set(String(broker), config);
    for (const key of RATES) config.set(key, String(rate));
  }
  const replicas = new Map<string, string[]>();
  for (const [name, i] of moving) {
    const from = kafka.topics.get(name)?.partitions[i]?.replicas ?? [];
    replicas.set(name, [...(replicas.get(name) ?? []), ...from.map((broker) => `${i}:${broker}`)]);
  }
  for (const [name, words] of replicas)
    for (const key of THROTTLED) kafka.topics.get(name)?.config.set(key, words.join(','));
}

export function clearThrottle(group: Group, topics: Iterable<string>): void {
  const kafka = kafkaOf(group);
  kafka.throttle = undefined;
  for (const config of kafka.brokerConfig.values()) for (const key of RATES) config.delete(key);
  for (const name of topics) for (const key of THROTTLED) kafka.topics.get(name)?.config.delete(key);
}

/** Replicas as they are named while a move is under way: the new ones first. */
export function seenReplicas(partition: Partition): number[] {
  if (!partition.move) return partition.replicas;
  return [...partition.move.to, ...partition.replicas.filter((broker) => !partition.move?.to.includes(broker))];
}

export function inSync(group: Group, partition: Partition): number[] {
  const up = new Set(brokersOf(group));
  return partition.replicas.filter((broker) => up.has(broker));
}
