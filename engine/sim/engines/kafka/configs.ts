import type { ToolCall } from '../../node/tool.ts';
import type { Group } from '../group.ts';
import { type Arguments, failure } from './common.ts';
import { brokersOf, kafkaOf } from './state.ts';

export const TOPIC_KEYS =
  /^(retention\.(ms|bytes)|cleanup\.policy|max\.message\.bytes|min\.insync\.replicas|segment\.(bytes|ms)|compression\.type|delete\.retention\.ms|(leader|follower)\.replication\.throttled\.replicas|unclean\.leader\.election\.enable|flush\.(ms|messages)|index\.interval\.bytes|min\.cleanable\.dirty\.ratio|message\.timestamp\.type)$/;

/** `kafka-configs.sh`: its errors are on standard error only, with a Java trace. */
export function configsTool(call: ToolCall, group: Group, args: Arguments): number {
  const kafka = kafkaOf(group);
  const type = args.one('--entity-type') ?? '';
  const name = args.one('--entity-name');
  const singular = type.replace(/s$/, '');
  const fail = (exception: string, message: string): number => {
    call.err(
      `Error while executing config command with args '${call.args.join(' ')}'\n${exception}: ${message}\n\tat kafka.admin.ConfigCommand$.alterConfig(ConfigCommand.scala:347)\n`,
    );
    return 1;
  };
  if (!/^(topics|brokers)$/.test(type))
    return failure(
      call,
      `Invalid entity type ${type}, the entity type must be one of topics, clients, users, brokers, ips, client-metrics, groups with a --bootstrap-server or --bootstrap-controller argument`,
    );
  if (type === 'topics' && name !== undefined && !kafka.topics.has(name))
    return fail(
      'java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.UnknownTopicOrPartitionException',
      'This server does not host this topic-partition.',
    );
  if (type === 'brokers' && name !== undefined && !brokersOf(group).includes(Number(name)))
    return fail(
      'java.lang.IllegalArgumentException',
      `The broker '${name}' doesn't exist and doesn't have dynamic config.`,
    );
  const key = name ?? '';
  const target =
    type === 'topics'
      ? kafka.topics.get(key)?.config
      : (kafka.brokerConfig.get(key) ?? kafka.brokerConfig.set(key, new Map()).get(key));
  const what = name === undefined ? `default config for ${type} in the cluster` : `config for ${singular} ${name}`;

  if (args.has('--describe')) {
    call.out(
      name === undefined
        ? `Default configs for ${type} in the cluster are:\n`
        : `Dynamic configs for ${singular} ${name} are:\n`,
    );
    for (const [k, v] of target ?? [])
      call.out(`  ${k}=${v} sensitive=false synonyms={DYNAMIC_${singular.toUpperCase()}_CONFIG:${k}=${v}}\n`);
    return 0;
  }
  if (!args.has('--alter')) return failure(call, 'Command must include exactly one action: --describe, --alter');
  for (const text of args.all('--add-config'))
    for (const part of text.split(/,(?=[a-z.]+=)/)) {
      const [k = '', v = ''] = part.split(/=(.*)/s);
      if (type === 'topics' && !TOPIC_KEYS.test(k))
        return fail(
          'java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.InvalidConfigurationException',
          `Unknown topic config name: ${k}`,
        );
      if (/(ms|bytes|replicas)$/.test(k) && !/throttled/.test(k) && !/^-?\d+$/.test(v))
        return fail(
          'java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.InvalidConfigurationException',
          `Invalid value ${v} for configuration ${k}: Not a number of type LONG`,
        );
      target?.set(k, v.replace(/^\[(.*)\]$/, '$1'));
    }
  for (const text of args.all('--delete-config')) for (const k of text.split(',')) target?.delete(k);
  call.out(`Completed updating ${what}.\n`);
  return 0;
}
