import type { Clock } from '../../clock.ts';
import type { Image, Tool, ToolCall } from '../../node/tool.ts';
import type { Group, Groups } from '../group.ts';
import { type Arguments, reach, stamp } from './common.ts';
import { configsTool } from './configs.ts';
import { reassignTool } from './reassign.ts';
import { brokersOf, kafkaOf, settle } from './state.ts';
import { topicsTool } from './topics.ts';

export { createTopic, kafkaOf } from './state.ts';

/** Milliseconds that a tool takes: a Java program has to start. */
const START = 400;

/** Kafka 3.9's tools and a broker, KRaft mode. */
export function kafkaEngine(clock: Clock, groups: Groups, pace: number): Image[] {
  const tool =
    (what: string, run: (call: ToolCall, group: Group, args: Arguments, clock: Clock) => number): Tool =>
    async (call) => {
      await call.sleep(START * pace);
      const found = await reach(call, groups, clock, what);
      return typeof found === 'number' ? found : run(call, found.group, found.args, clock);
    };

  const offsets = (call: ToolCall, group: Group, args: Arguments): number => {
    for (const topic of kafkaOf(group).topics.values())
      if (!args.has('--topic') || args.one('--topic') === topic.name)
        for (const i of topic.partitions.keys())
          call.out(`${topic.name}:${i}:${Math.floor(topic.messages / topic.partitions.length)}\n`);
    return 0;
  };

  const server: Tool = async (call) => {
    const { group, member, stop } = groups.start(call.host);
    const say = (text: string) => call.out(`[${stamp(clock)}] INFO ${text}\n`);
    say(`[KafkaRaftServer nodeId=${member.ordinal}] Kafka Server started (kafka.server.KafkaRaftServer)`);
    say(`[BrokerServer id=${member.ordinal}] Transition from STARTING to STARTED (kafka.server.BrokerServer)`);
    while (!call.signal.aborted) {
      await call.sleep(30_000);
      settle(group, clock.now());
      if (!call.signal.aborted)
        say(
          `[SnapshotEmitter id=${member.ordinal}] Successfully wrote snapshot; brokers ${brokersOf(group).join(',')}`,
        );
    }
    if (call.signal.reason === 'SIGTERM')
      say(`[BrokerServer id=${member.ordinal}] Transition from SHUTTING_DOWN to SHUTDOWN (kafka.server.BrokerServer)`);
    stop();
    return 0;
  };

  return [
    {
      match: /kafka/,
      entrypoint: ['kafka-server-start.sh'],
      tools: {
        'kafka-server-start.sh': server,
        'kafka-topics.sh': tool('topic', topicsTool),
        'kafka-configs.sh': tool('config', configsTool),
        'kafka-reassign-partitions.sh': tool('reassignment', reassignTool),
        'kafka-get-offsets.sh': tool('offset', offsets),
      },
    },
  ];
}
