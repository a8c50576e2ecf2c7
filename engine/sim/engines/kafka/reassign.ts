import type { Clock } from '../../clock.ts';
import type { ToolCall } from '../../node/tool.ts';
import { type Group, numberOf } from '../group.ts';
import { type Arguments, failure } from './common.ts';
import { brokersOf, clearThrottle, kafkaOf, type Partition, setThrottle, settle, startMove } from './state.ts';

interface Placed {
  topic: string;
  partition: number;
  replicas: number[];
}

/** After a move is over, the tool may for a moment still see the old replica set: it then says so instead of `is completed`. */
const LIE = 400;

const json = (placed: Placed[]): string =>
  JSON.stringify({
    version: 1,
    partitions: placed.map((one) => ({ ...one, log_dirs: one.replicas.map(() => 'any') })),
  });

/** `kafka-reassign-partitions.sh`: --verify exits with 0 whatever it finds. */
export function reassignTool(call: ToolCall, group: Group, args: Arguments, clock: Clock): number {
  const now = clock.now();
  const finished = justFinished(group, now);
  settle(group, now);
  if (args.has('--list')) return list(call, group);
  const action = ['--generate', '--execute', '--verify', '--cancel'].find((name) => args.has(name));
  if (!action)
    return failure(call, 'Command must include exactly one action: --generate, --execute, --verify, --cancel, --list');
  const option = action === '--generate' ? '--topics-to-move-json-file' : '--reassignment-json-file';
  const file = args.one(option);
  if (file === undefined) return failure(call, `Missing required argument "[${option.slice(2)}]"`);
  const text = call.readFile(file);
  if (text === undefined) return broke(call, 'java.nio.file.NoSuchFileException', file);
  let plan: { topics?: { topic: string }[]; partitions?: Placed[] };
  try {
    plan = JSON.parse(text);
  } catch {
    return broke(call, `${ADMIN}.AdminOperationException`, 'The input string is not a valid JSON');
  }
  const [exception, wrong] = misread(plan) ?? [];
  if (exception && wrong) return broke(call, exception, wrong);
  if (action === '--generate') return generate(call, group, plan.topics ?? [], args);
  const wanted = plan.partitions ?? [];
  if (action === '--execute') return execute(call, group, wanted, args, clock);
  return action === '--verify' ? verify(call, group, wanted, args, finished) : cancel(call, group, wanted, args);
}

const ADMIN = 'org.apache.kafka.server.common';
const ERRORS = 'org.apache.kafka.common.errors';

const MAPPING = 'com.fasterxml.jackson.databind.JsonMappingException';

/** What of a file can't be read, and which exception says so. */
function misread(plan: unknown): [exception: string, message: string] | undefined {
  const { version = 1, partitions = [] } = (plan ?? {}) as { version?: unknown; partitions?: unknown };
  const noInteger = (value: unknown) => !Number.isInteger(value);
  const unlike = (type: string, value: unknown): [string, string] => [
    MAPPING,
    `Expected \`${type}\` value, received ${JSON.stringify(value)}`,
  ];
  if (noInteger(version)) return unlike('Integer', version);
  if (version !== 1) return [`${ADMIN}.AdminOperationException`, `Not supported version field value ${version}`];
  if (!Array.isArray(partitions)) return [MAPPING, `Expected JSON array, received ${JSON.stringify(partitions)}`];
  for (const one of partitions as Record<string, unknown>[]) {
    const missing = ['topic', 'partition', 'replicas'].find((name) => one[name] === undefined);
    if (missing) return [MAPPING, `No such field exists: \`${missing}\``];
    const { topic, partition, replicas, log_dirs: dirs = replicas } = one;
    if (typeof topic !== 'string') return unlike('String', topic);
    if (noInteger(partition)) return unlike('Integer', partition);
    for (const list of [replicas, dirs])
      if (!Array.isArray(list)) return [MAPPING, `Expected JSON array, received ${JSON.stringify(list)}`];
    const [ids, places] = [replicas as unknown[], dirs as unknown[]];
    const odd = ids.find(noInteger);
    if (odd !== undefined) return unlike('Integer', odd);
    if (ids.length !== places.length)
      return [
        `${ADMIN}.AdminCommandFailedException`,
        `Size of replicas list [${ids.join(', ')}] is different from size of log dirs list [${places.join(', ')}] for partition ${topic}-${partition}`,
      ];
  }
  return undefined;
}

/** What goes wrong while it works is said on standard output, with a trace. */
function broke(call: ToolCall, exception: string, message: string): number {
  call.out(`Error: ${message}\n${exception}: ${message}\n\tat ${COMMAND}.main(ReassignPartitionsCommand.java:118)\n\n`);
  return 1;
}

const COMMAND = 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand';
const refused = (call: ToolCall, message: string) => broke(call, `${ADMIN}.AdminCommandFailedException`, message);
const unknown = (call: ToolCall, message: string) =>
  broke(call, 'java.util.concurrent.ExecutionException', `${ERRORS}.UnknownTopicOrPartitionException: ${message}`);

const twice = <T>(values: readonly T[]): T[] => [...new Set(values.filter((value, i) => values.indexOf(value) !== i))];
const plural = (count: number) => (count === 1 ? '' : 's');

const find = (group: Group, one: Placed): Partition | undefined =>
  kafkaOf(group).topics.get(one.topic)?.partitions[one.partition];
const tp = (one: Placed) => `${one.topic}-${one.partition}`;

function justFinished(group: Group, now: number): Map<Partition, number[]> {
  const found = new Map<Partition, number[]>();
  for (const topic of kafkaOf(group).topics.values())
    for (const partition of topic.partitions) {
      const { move } = partition;
      if (move && now >= move.doneAt && now < move.doneAt + LIE)
        found.set(partition, [...move.to, ...move.from.filter((b) => !move.to.includes(b))]);
    }
  return found;
}

function generate(call: ToolCall, group: Group, topics: { topic: string }[], args: Arguments): number {
  const kafka = kafkaOf(group);
  const given = args.one('--broker-list');
  if (given === undefined) return failure(call, 'Missing required argument "[broker-list]"');
  const words = given.split(',');
  const word = words.find((one) => !/^[+-]?\d+$/.test(one));
  if (word !== undefined) return broke(call, 'java.lang.NumberFormatException', `For input string: "${word}"`);
  const listed = words.map(Number);
  if (twice(listed).length > 0)
    return refused(call, `Broker list contains duplicate entries: [${twice(listed).join(', ')}]`);
  const repeated = twice(topics.map(({ topic }) => topic));
  if (repeated.length > 0)
    return refused(call, `List of topics to reassign contains duplicate entries: [${repeated.join(', ')}]`);
  const absent = topics.find(({ topic }) => !kafka.topics.has(topic));
  if (absent) return unknown(call, `Topic ${absent.topic} not found.`);
  // One that isn't there is left out without a word.
  const brokers = brokersOf(group).filter((broker) => listed.includes(broker));
  const current: Placed[] = [];
  const proposed: Placed[] = [];
  // Each run proposes another plan: what was shown has to be kept.
  const turn = numberOf(group.key, kafka.plans++);
  for (const { topic } of topics)
    for (const [i, partition] of (kafka.topics.get(topic)?.partitions ?? []).entries()) {
      current.push({ topic, partition: i, replicas: partition.replicas });
      const factor = partition.replicas.length;
      if (factor > brokers.length)
        return broke(
          call,
          `${ERRORS}.InvalidReplicationFactorException`,
          `Replication factor: ${factor} larger than available brokers: ${brokers.length}.`,
        );
      proposed.push({
        topic,
        partition: i,
        replicas: Array.from({ length: factor }, (_, r) => brokers[(turn + i + r) % brokers.length] ?? 0),
      });
    }
  call.out(
    `Current partition replica assignment\n${json(current)}\n\nProposed partition reassignment configuration\n${json(proposed)}\n`,
  );
  return 0;
}

/** What is wrong with a plan in itself; undefined where nothing is. */
function flaw(wanted: readonly Placed[]): string | undefined {
  if (wanted.length === 0) return 'Partition reassignment list cannot be empty';
  if (wanted.some(({ replicas }) => replicas.length === 0)) return 'Partition replica list cannot be empty';
  const repeated = twice(wanted.map(tp));
  if (repeated.length > 0) return `Partition reassignment contains duplicate topic partitions: ${repeated.join(',')}`;
  const doubled = wanted.filter(({ replicas }) => twice(replicas).length > 0);
  const each = doubled.map((one) => `${tp(one)} contains multiple entries for ${twice(one.replicas).join(',')}`);
  return each.length > 0 ? `Partition replica lists may not contain duplicate entries: ${each.join('. ')}` : undefined;
}

function execute(call: ToolCall, group: Group, wanted: Placed[], args: Arguments, clock: Clock): number {
  const wrong = flaw(wanted);
  if (wrong) return refused(call, wrong);
  if (isMoving(group) && !args.has('--additional')) {
    call.out(
      'Cannot execute because there is an existing partition assignment.  Use --additional to override this and create a new partition assignment in addition to the existing one. The --additional flag can also be used to change the throttle by resubmitting the current reassignment.\n',
    );
    return 1;
  }
  const brokers = new Set(brokersOf(group));
  const stranger = [...new Set(wanted.flatMap(({ replicas }) => replicas))]
    .sort((a, b) => a - b)
    .find((broker) => !brokers.has(broker));
  if (stranger !== undefined) return refused(call, `Unknown broker id ${stranger}`);
  const absent = wanted.find(({ topic }) => !kafkaOf(group).topics.has(topic));
  if (absent) return unknown(call, `Topic ${absent.topic} not found.`);
  const missing = wanted.filter((one) => !find(group, one));
  if (missing.length > 0) return unknown(call, `Unable to find partition: ${missing.map(tp).join(', ')}`);
  const throttle = args.one('--throttle');
  if (throttle !== undefined)
    setThrottle(
      group,
      Number(throttle),
      wanted.map((one) => [one.topic, one.partition]),
    );
  const current = wanted.map((one) => ({
    topic: one.topic,
    partition: one.partition,
    replicas: find(group, one)?.replicas ?? [],
  }));
  call.out(
    `Current partition replica assignment\n\n${json(current)}\n\nSave this to use as the --reassignment-json-file option during rollback\n`,
  );
  if (throttle !== undefined)
    call.out(
      `Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.\nThe inter-broker throttle limit was set to ${throttle} B/s\n`,
    );
  for (const one of wanted) {
    const partition = find(group, one);
    if (partition && String(partition.replicas) !== String(one.replicas))
      startMove(group, clock, partition, one.replicas);
  }
  call.out(
    `Successfully started partition reassignment${wanted.length > 1 ? 's' : ''} for ${wanted.map(tp).join(',')}\n`,
  );
  return 0;
}

function verify(
  call: ToolCall,
  group: Group,
  wanted: Placed[],
  args: Arguments,
  finished: Map<Partition, number[]>,
): number {
  call.out('Status of partition reassignment:\n');
  for (const one of wanted) {
    const partition = find(group, one);
    const stale = partition && one.partition % 2 === 1 ? finished.get(partition) : undefined;
    if (!partition)
      call.out(
        `There is no active reassignment of partition ${tp(one)}, but replica set is  rather than ${one.replicas.join(',')}.\n`,
      );
    else if (partition.move) call.out(`Reassignment of partition ${tp(one)} is still in progress.\n`);
    else if (stale && String(stale) !== String(one.replicas))
      call.out(
        `There is no active reassignment of partition ${tp(one)}, but replica set is ${stale.join(',')} rather than ${one.replicas.join(',')}.\n`,
      );
    else if (String(partition.replicas) === String(one.replicas))
      call.out(`Reassignment of partition ${tp(one)} is completed.\n`);
    else
      call.out(
        `There is no active reassignment of partition ${tp(one)}, but replica set is ${partition.replicas.join(',')} rather than ${one.replicas.join(',')}.\n`,
      );
  }
  // Where moves between folders of a broker would be told.
  call.out('\n');
  return isMoving(group) || args.has('--preserve-throttles') ? 0 : clear(call, group, wanted);
}

const isMoving = (group: Group): boolean =>
  [...kafkaOf(group).topics.values()].some((topic) => topic.partitions.some((partition) => partition.move));

function clear(call: ToolCall, group: Group, wanted: readonly Placed[]): number {
  const brokers = [...new Set([...brokersOf(group), ...wanted.flatMap(({ replicas }) => replicas)])].sort(
    (a, b) => a - b,
  );
  const topics = [...new Set(wanted.map(({ topic }) => topic))];
  call.out(`Clearing broker-level throttles on broker${plural(brokers.length)} ${brokers.join(',')}\n`);
  call.out(`Clearing topic-level throttles on topic${plural(topics.length)} ${topics.join(',')}\n`);
  clearThrottle(group, topics);
  const absent = topics.find((topic) => !kafkaOf(group).topics.has(topic));
  return absent === undefined ? 0 : unknown(call, `The topic '${absent}' does not exist.`);
}

function list(call: ToolCall, group: Group): number {
  const lines: string[] = [];
  for (const topic of [...kafkaOf(group).topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    for (const [i, { move }] of topic.partitions.entries()) {
      if (!move) continue;
      const adding = move.to.filter((broker) => !move.from.includes(broker));
      const removing = move.from.filter((broker) => !move.to.includes(broker));
      const all = [...move.to, ...removing];
      lines.push(
        `${topic.name}-${i}: replicas: ${all.join(',')}.${adding.length ? ` adding: ${adding.join(',')}.` : ''}${removing.length ? ` removing: ${removing.join(',')}.` : ''}`,
      );
    }
  call.out(
    lines.length > 0
      ? `Current partition reassignments:\n${lines.join('\n')}\n`
      : 'No partition reassignments found.\n',
  );
  return 0;
}

function cancel(call: ToolCall, group: Group, wanted: Placed[], args: Arguments): number {
  const active = wanted.filter((one) => find(group, one)?.move);
  for (const one of active) delete find(group, one)?.move;
  if (active.length === 0) call.out('None of the specified partition reassignments are active.\n');
  else
    call.out(
      `Successfully cancelled partition reassignment${plural(active.length)} for: ${active.map(tp).join(',')}\n`,
    );
  call.out('None of the specified partition moves are active.');
  return args.has('--preserve-throttles') ? 0 : clear(call, group, wanted);
}
