import { beforeEach, describe, expect, it } from 'vitest';
import { type VirtualClock, virtualClock } from '../../../../../engine/sim/clock.ts';
import { makeGroups } from '../../../../../engine/sim/engines/group.ts';
import { kafkaEngine } from '../../../../../engine/sim/engines/kafka/index.ts';
import { bench, type Ran, type ToolBench } from './bench.ts';

let clock: VirtualClock;
let pods: ToolBench;
beforeEach(async () => {
  clock = virtualClock();
  pods = bench(clock, kafkaEngine(clock, makeGroups(clock), 1));
  for (let i = 0; i < 3; i++) pods.start(pods.host(`kafka-${i}`), 'local/kafka:3', ['kafka-server-start.sh']);
  await pods.settle();
});

const B = '--bootstrap-server localhost:9092';
const run = (line: string, from = 'kafka-0'): Promise<Ran> => pods.run(from, 'local/kafka:3', line.split(' '));
const ok = (out: string): Ran => ({ out, err: '', code: 0 });

describe('kafka-topics.sh', () => {
  it('creates, describes, grows and deletes; silent where the real one is', async () => {
    expect(
      await run(
        `kafka-topics.sh ${B} --create --topic foo1 --partitions 6 --replication-factor 2 --config retention.ms=86400000`,
      ),
    ).toEqual(ok('Created topic foo1.\n'));
    const told = await run(`kafka-topics.sh ${B} --describe --topic foo1`);
    expect(told.out).toMatch(
      /^Topic: foo1\tTopicId: [\w-]{22}\tPartitionCount: 6\tReplicationFactor: 2\tConfigs: retention.ms=86400000\n/,
    );
    expect(told.out).toMatch(/\n\tTopic: foo1\tPartition: 5\tLeader: (\d)\tReplicas: \1,\d\tIsr: \1,\d\t/);
    expect(await run(`kafka-topics.sh ${B} --alter --topic foo1 --partitions 8`)).toEqual(ok(''));
    expect((await run(`kafka-topics.sh ${B} --list`)).out).toBe('foo1\n');
    expect(await run(`kafka-topics.sh ${B} --delete --topic foo1`)).toEqual(ok(''));
    expect((await run(`kafka-topics.sh ${B} --list`)).out).toBe('');
  });

  it('says its errors on standard output and again, with a log line, on standard error', async () => {
    await run(`kafka-topics.sh ${B} --create --topic foo1 --partitions 8 --replication-factor 2`);
    for (const [line, message] of [
      ['--create --topic foo1', "Topic 'foo1' already exists."],
      [
        '--create --topic foo2 --replication-factor 4',
        'Unable to replicate the partition 4 time(s): The target replication factor of 4 cannot be reached because only 3 broker(s) are registered.',
      ],
      [
        '--alter --topic foo1 --partitions 6',
        'The topic foo1 currently has 8 partition(s); 6 would not be an increase.',
      ],
      ['--describe --topic nope', "Topic 'Optional[nope]' does not exist as expected"],
    ] as const) {
      const ran = await run(`kafka-topics.sh ${B} ${line}`);
      expect(ran).toMatchObject({ code: 1, out: `Error while executing topic command : ${message}\n` });
      expect(ran.err).toMatch(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] ERROR /);
    }
    expect(await run('kafka-topics.sh --zookeeper z:2181 --list')).toEqual({
      out: '',
      err: 'zookeeper is not a recognized option\n',
      code: 1,
    });
    expect((await run('kafka-topics.sh --bootstrap-server nosuch:9092 --list')).err).toContain(
      'No resolvable bootstrap urls',
    );
  });
});

describe('kafka-configs.sh', () => {
  it('changes a topic, and refuses what is no number and no key', async () => {
    await run(`kafka-topics.sh ${B} --create --topic foo1 --partitions 1`);
    const alter = (config: string, name = 'foo1') =>
      run(`kafka-configs.sh ${B} --entity-type topics --entity-name ${name} --alter --add-config ${config}`);
    expect(await alter('retention.ms=172800000,max.message.bytes=2000000')).toEqual(
      ok('Completed updating config for topic foo1.\n'),
    );
    expect((await run(`kafka-configs.sh ${B} --entity-type topics --entity-name foo1 --describe`)).out).toContain(
      'retention.ms=172800000',
    );
    expect(await alter('retention.ms=soon')).toMatchObject({
      out: '',
      code: 1,
      err: expect.stringContaining('Error while executing config command with args'),
    });
    expect(await alter('x=y')).toMatchObject({ code: 1, err: expect.stringContaining('Unknown topic config name: x') });
    expect(await alter('retention.ms=1', 'nope')).toMatchObject({ code: 1 });
  });
});

describe('kafka-reassign-partitions.sh', () => {
  const R = `kafka-reassign-partitions.sh ${B}`;
  const proposed = (out: string) => out.split('Proposed partition reassignment configuration\n')[1]!;

  beforeEach(async () => {
    await run(`kafka-topics.sh ${B} --create --topic big --replica-assignment 0:1,0:1,0:1,0:1`);
    pods.files.set('move.json', '{"version":1,"topics":[{"topic":"big"}]}');
  });

  it('proposes another plan each time, and moves partitions over time at the throttle', async () => {
    const plans = [];
    for (let i = 0; i < 6; i++)
      plans.push(proposed((await run(`${R} --topics-to-move-json-file move.json --broker-list 1,2 --generate`)).out));
    expect(new Set(plans).size).toBeGreaterThan(1);
    const plan =
      '{"version":1,"partitions":[{"topic":"big","partition":0,"replicas":[1,2]},{"topic":"big","partition":1,"replicas":[2,1]}]}';
    pods.files.set('plan.json', plan);
    const started = await run(`${R} --reassignment-json-file plan.json --execute --throttle 1000000`);
    expect(started.out).toMatch(
      /^Current partition replica assignment\n\n\{.*\}\n\nSave this to use as the --reassignment-json-file option during rollback\nWarning: .*\nThe inter-broker throttle limit was set to 1000000 B\/s\nSuccessfully started partition reassignments for big-0,big-1\n$/,
    );
    expect(await run(`${R} --reassignment-json-file plan.json --execute`)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^Cannot execute because there is an existing partition assignment\./),
    });

    const rate = async () => (await run(`kafka-configs.sh ${B} --entity-type brokers --entity-name 1 --describe`)).out;
    expect(await rate()).toContain('  leader.replication.throttled.rate=1000000 ');
    // Moving, it says so with exit code 0, keeps the throttle, and shows both replica sets.
    expect(await run(`${R} --reassignment-json-file plan.json --verify`)).toEqual(
      ok(
        'Status of partition reassignment:\nReassignment of partition big-0 is still in progress.\nReassignment of partition big-1 is still in progress.\n\n',
      ),
    );
    expect((await run(`${R} --list`)).out).toMatch(
      /^Current partition reassignments:\nbig-0: replicas: 1,2,0. adding: 2. removing: 0.\n/,
    );
    expect((await run(`kafka-topics.sh ${B} --describe --topic big`)).out).toContain(
      'Adding Replicas: 2\tRemoving Replicas: 0',
    );

    await pods.live(20_000);
    const done =
      'Status of partition reassignment:\nReassignment of partition big-0 is completed.\nReassignment of partition big-1 is completed.\n';
    expect(await run(`${R} --reassignment-json-file plan.json --verify --preserve-throttles`)).toEqual(ok(`${done}\n`));
    expect(await run(`${R} --reassignment-json-file plan.json --verify`)).toEqual(
      ok(`${done}\nClearing broker-level throttles on brokers 0,1,2\nClearing topic-level throttles on topic big\n`),
    );
    expect((await run(`kafka-topics.sh ${B} --describe --topic big`)).out).toContain(
      'Partition: 1\tLeader: 2\tReplicas: 2,1\tIsr: 2,1',
    );
    expect(await rate()).not.toContain('throttled');
    expect((await run(`${R} --list`)).out).toBe('No partition reassignments found.\n');
    expect(await run(`${R} --lst`)).toEqual({ out: '', err: 'lst is not a recognized option\n', code: 1 });
  });

  it('goes back when it is cancelled, and refuses what it can’t read', async () => {
    pods.files.set('plan.json', '{"version":1,"partitions":[{"topic":"big","partition":0,"replicas":[2,1]}]}');
    const cleared =
      'None of the specified partition moves are active.Clearing broker-level throttles on brokers 0,1,2\nClearing topic-level throttles on topic big\n';
    expect((await run(`${R} --reassignment-json-file plan.json --cancel`)).out).toBe(
      `None of the specified partition reassignments are active.\n${cleared}`,
    );
    expect((await run(`${R} --reassignment-json-file plan.json --execute`)).out).toContain(
      'Successfully started partition reassignment for big-0\n',
    );
    expect((await run(`${R} --reassignment-json-file plan.json --cancel`)).out).toBe(
      `Successfully cancelled partition reassignment for: big-0\n${cleared}`,
    );
    expect((await run(`${R} --reassignment-json-file plan.json --verify`)).out).toContain(
      'There is no active reassignment of partition big-0, but replica set is 0,1 rather than 2,1.',
    );
  });

  it('refuses plans that can’t be, on standard output, and changes nothing', async () => {
    const part = (partition: number, replicas: number[], topic = 'big') => ({ topic, partition, replicas });
    for (const [partitions, message] of [
      [[part(0, [1, 99])], 'Unknown broker id 99'],
      [[], 'Partition reassignment list cannot be empty'],
      [[part(0, [])], 'Partition replica list cannot be empty'],
      [[part(0, [1]), part(0, [2])], 'Partition reassignment contains duplicate topic partitions: big-0'],
      [
        [part(0, [1, 1])],
        'Partition replica lists may not contain duplicate entries: big-0 contains multiple entries for 1',
      ],
      [
        [part(0, [1], 'nope')],
        'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: Topic nope not found.',
      ],
      [
        [part(9, [1])],
        'org.apache.kafka.common.errors.UnknownTopicOrPartitionException: Unable to find partition: big-9',
      ],
    ] as const) {
      pods.files.set('plan.json', JSON.stringify({ version: 1, partitions }));
      const ran = await run(`${R} --reassignment-json-file plan.json --execute`);
      expect(ran).toMatchObject({ code: 1, err: '' });
      expect(ran.out.split('\n')[0]).toBe(`Error: ${message}`);
    }
    for (const [file, text, message] of [
      ['bad.json', '{', 'The input string is not a valid JSON'],
      ['absent.json', undefined, 'absent.json'],
      ['v5.json', '{"version":5,"partitions":[]}', 'Not supported version field value 5'],
      ['text.json', '{"version":"1","partitions":[]}', 'Expected `Integer` value, received "1"'],
      [
        'word.json',
        '{"partitions":[{"topic":"big","partition":"2","replicas":[1]}]}',
        'Expected `Integer` value, received "2"',
      ],
      ['bare.json', '{"partitions":[{"topic":"big","partition":0}]}', 'No such field exists: `replicas`'],
      [
        'dirs.json',
        '{"version":1,"partitions":[{"topic":"big","partition":0,"replicas":[1,2],"log_dirs":["any"]}]}',
        'Size of replicas list \\[1, 2\\] is different from size of log dirs list \\[any\\] for partition big-0',
      ],
    ] as const) {
      if (text) pods.files.set(file, text);
      const ran = await run(`${R} --reassignment-json-file ${file} --execute`);
      expect(ran).toMatchObject({ code: 1, out: expect.stringMatching(`^Error: ${message}\n`) });
    }
    for (const [brokers, message] of [
      ['1,1', 'Broker list contains duplicate entries: [1]'],
      ['1,x', 'For input string: "x"'],
      ['1,99', 'Replication factor: 2 larger than available brokers: 1.'],
    ] as const) {
      const ran = await run(`${R} --topics-to-move-json-file move.json --broker-list ${brokers} --generate`);
      expect(ran.out.split('\n')[0]).toBe(`Error: ${message}`);
      expect(ran.code).toBe(1);
    }
    expect((await run(`${R} --list`)).out).toBe('No partition reassignments found.\n');
  });

  it('a dead broker leaves its partitions under-replicated', async () => {
    await pods.stop('kafka-1');
    expect(
      (await run(`kafka-topics.sh ${B} --describe --under-replicated-partitions`)).out.match(/Isr: 0\t/g),
    ).toHaveLength(4);
  });
});
