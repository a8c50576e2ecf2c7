/** Operations that the estate's own people have written, as OpsDefinition objects in the cluster. */

const own = (name: string, spec: object): object => ({
  apiVersion: 'opsdeck.dev/v1alpha1',
  kind: 'OpsDefinition',
  metadata: { name, labels: { 'app.kubernetes.io/part-of': 'demo' } },
  spec: { type: 'Custom', ...spec },
});

const B = ['--bootstrap-server', '{{HOST}}:9092'];
const topic = {
  name: 'topic',
  required: true,
  description: 'name of the topic',
  schema: { type: 'string', pattern: '^[a-zA-Z0-9._-]{1,249}$' },
};
const address = (name: string, description: string) => ({
  name,
  required: true,
  description,
  schema: { type: 'string', pattern: '^[a-z0-9.-]+:8088$' },
});

export const DEFINITIONS: readonly object[] = [
  own('kafka-create-topic', {
    clusterDefinitionRef: 'kafka',
    description: 'Create a topic',
    parameters: [
      topic,
      { name: 'partitions', value: 6, schema: { type: 'integer', minimum: 1, maximum: 1000 } },
      { name: 'replication-factor', value: 3, schema: { type: 'integer', minimum: 1, maximum: 3 } },
    ],
    strategies: {
      container: {
        name: 'kafka',
        command: [
          'kafka-topics.sh',
          ...B,
          '--create',
          '--topic',
          '{{parameters.topic}}',
          '--partitions',
          '{{parameters.partitions}}',
          '--replication-factor',
          '{{parameters.replication-factor}}',
        ],
      },
      components: [{ type: 'broker', pickOne: true }],
    },
  }),
  own('kafka-add-partitions', {
    clusterDefinitionRef: 'kafka',
    description: 'Give a topic more partitions; they can’t be taken away again',
    parameters: [topic, { name: 'partitions', required: true, schema: { type: 'integer', minimum: 1, maximum: 1000 } }],
    strategies: {
      container: {
        name: 'kafka',
        command: [
          'kafka-topics.sh',
          ...B,
          '--alter',
          '--topic',
          '{{parameters.topic}}',
          '--partitions',
          '{{parameters.partitions}}',
        ],
      },
      components: [{ type: 'broker', pickOne: true }],
    },
  }),
  own('kafka-topics', {
    clusterDefinitionRef: 'kafka',
    effect: 'read',
    description: 'Show all topics, their partitions and replicas',
    strategies: {
      container: { name: 'kafka', command: ['kafka-topics.sh', ...B, '--describe'] },
      components: [{ type: 'broker', pickOne: true }],
    },
  }),
  own('influxdb-show-shards', {
    clusterDefinitionRef: 'influxdb-enterprise',
    effect: 'read',
    description: 'Show the shards and who holds them',
    strategies: {
      container: { name: 'influxdb-meta', command: ['influxd-ctl', 'show-shards'] },
      components: [{ type: 'meta', pickOne: true }],
    },
  }),
  own('influxdb-copy-shard', {
    clusterDefinitionRef: 'influxdb-enterprise',
    description: 'Copy one shard from a data node to another',
    parameters: [
      address('source', 'data node that has it'),
      address('target', 'data node that gets it'),
      { name: 'shard', required: true, schema: { type: 'integer', minimum: 1 } },
    ],
    strategies: {
      container: {
        name: 'influxdb-meta',
        command: [
          'influxd-ctl',
          'copy-shard',
          '{{parameters.source}}',
          '{{parameters.target}}',
          '{{parameters.shard}}',
        ],
      },
      components: [{ type: 'meta', pickOne: true }],
    },
  }),
  own('influxdb-copy-shards', {
    clusterDefinitionRef: 'influxdb-enterprise',
    description: 'Copy all cold telegraf shards from a data node to another, one after the other',
    parameters: [address('source', 'data node that has them'), address('target', 'data node that gets them')],
    strategies: {
      container: {
        name: 'influxdb-meta',
        command: ['sh', '-c'],
        args: [
          'for id in 1 2 3 4 5 6; do echo "shard $id of 6"; influxd-ctl copy-shard "$OPS_SOURCE" "$OPS_TARGET" $id || exit 1; sleep 12; done',
        ],
      },
      components: [{ type: 'meta', pickOne: true }],
    },
  }),
  own('opengauss-switchover', {
    clusterDefinitionRef: 'opengauss',
    description: 'Make a standby the primary, without losing data',
    strategies: {
      container: { name: 'og', command: ['gs_ctl', 'switchover', '-D', '/gaussdata/openGauss/db1'] },
      components: [{ type: 'og', roleGroups: ['standby'], pickOne: true }],
    },
  }),
  own('opengauss-status', {
    clusterDefinitionRef: 'opengauss',
    effect: 'read',
    description: 'Ask every instance for its role, state and replication',
    strategies: {
      container: { name: 'og', command: ['gs_ctl', 'query', '-D', '/gaussdata/openGauss/db1'] },
      components: [{ type: 'og' }],
    },
  }),
  own('elasticsearch-shards', {
    clusterDefinitionRef: 'elasticsearch',
    effect: 'read',
    description: 'Show every shard and where it is',
    strategies: {
      container: { name: 'elasticsearch', command: ['curl', '-s', 'http://localhost:9200/_cat/shards'] },
      components: [{ type: 'elasticsearch', pickOne: true }],
    },
  }),
  own('mysql-replication', {
    clusterDefinitionRef: 'mysql',
    effect: 'read',
    description: 'Ask the replicas how far behind they are',
    strategies: {
      container: { name: 'mysql', command: ['mysql', '-e', 'show replica status\\G'] },
      components: [{ type: 'mysql', roleGroups: ['replica'] }],
    },
  }),
];
