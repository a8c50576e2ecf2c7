/** Makers of what the tests of this folder speak of. */
import { parse } from 'yaml';
import type { OpsDefinition } from '../../../../engine/api/types.ts';
import type { Cluster, Instance } from '../../../../engine/inventory/model.ts';
import { type Definition, readDefinition } from '../../../../engine/ops/definition.ts';
import type { Journal } from '../../../../engine/ops/journal.ts';

/** The definition of the seed document, word for word. */
export const SEED = `
apiVersion: opendbaas.infracreate.com/v1alpha1
kind: OpsDefinition
metadata:
  name: redis-reshard
spec:
  # 关联的clusterDefinition
  clusterDefinitionRef: a-vendor-redis-clsuter
  type: Custom
  # 描述这个opsDefinition是干嘛的，可以在console呈现
  # 同时点击按钮的时候，可以生成执行计划
  description: "redis reshard"
  # 可以外部传参
  parameters:
    - name: cluster-slots
      value: 1024
    - name: port
      value: 7000
    - name: nodeId
      value: 07c37dfeb235213a872192d90877d0cd55635b91
  strategies:
    # 重试次数
    retryTimes: 3
    # 规范跟k8s容器一样，会起一个job运行
    container:
      # 如果image没有填写，到指定组件和roleGroup执行
      # name: engine 会到指定容器执行
      image: redis-cli:lastest
      command: [sh,-c]
      args: ["redis-cli --cluster reshard {{HOST}}:{{parameters.port}} --cluster-from {{parameters.nodeId}} --cluster-to {{parameters.nodeId}} --cluster-slots {{parameters.cluster-slots}} --cluster-yes"]
    components:
    -  type: master-slave
       roleGroups: [master]
       # tip: redis-cluster是多个主从节点群组成的分布式服务集群
       # 从这个组件的master角色中，挑选一个执行；
       pickOne: true 
`;

export const document = (yaml: string): OpsDefinition => parse(yaml) as OpsDefinition;

export function definition(yaml: string): Definition {
  const read = readDefinition(document(yaml), 'file');
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

/** A definition of one exec step; `strategies` in YAML flow form. */
export const execDefinition = (strategies: string, more = ''): Definition =>
  definition(
    `{apiVersion: opsdeck.dev/v1alpha1, kind: OpsDefinition, metadata: {name: op}, spec: {strategies: ${strategies}${more}}}`,
  );

export const instance = (name: string, role = '', more: Partial<Instance> = {}): Instance => ({
  uid: `uid-${name}`,
  namespace: 'data',
  name,
  component: 'master-slave',
  role,
  roleClass: { master: 'primary', slave: 'replica' }[role] ?? role,
  ready: true,
  phase: 'Running',
  ip: '10.0.0.1',
  node: 'n1',
  createdAt: 0,
  deleting: false,
  containers: [
    { name: 'redis', image: 'redis:7', ready: true, restarts: 0, id: `containerd://${name}`, state: 'running' },
  ],
  ...more,
});

export const cluster = (instances: Instance[], more: Partial<Cluster> = {}): Cluster => ({
  ref: {
    group: 'apps',
    version: 'v1',
    kind: 'StatefulSet',
    plural: 'statefulsets',
    namespace: 'data',
    name: 'my-redis-clsuter',
    uid: 'uid-cluster',
  },
  name: 'my-redis-clsuter',
  provider: 'plain',
  definitions: [],
  phase: 'Running',
  health: 'ok',
  reasons: [],
  version: '7',
  createdAt: 0,
  components: [...new Set(instances.map((i) => i.component))].map((name) => ({
    name,
    aliases: ['redis'],
    instances: instances.filter((i) => i.component === name),
  })),
  services: [],
  volumes: [],
  ...more,
});

export const threeRedis = (): Cluster =>
  cluster([
    instance('redis-0', 'slave', { ip: '10.0.0.10' }),
    instance('redis-1', 'master', { ip: '10.0.0.11' }),
    instance('redis-2', 'master', { ip: '10.0.0.12' }),
  ]);

/** A journal of one exec step, nothing of it begun. */
export const journalOf = ({ targets = 1, retryTimes = 0 }: { targets?: number; retryTimes?: number }): Journal => ({
  version: 1,
  definition: { name: 'op', digest: 'sha256:0', source: 'file', spec: { strategies: {} } },
  cluster: { uid: 'uid-cluster', namespace: 'data', name: 'c', kind: 'StatefulSet.apps' },
  parameters: [],
  effect: 'change',
  phase: 'Pending',
  message: '',
  createdAt: '2026-01-01T00:00:00.000Z',
  conditions: [],
  steps: [
    {
      name: 'op',
      effect: 'change',
      via: 'exec',
      retryTimes,
      env: {},
      targets: Array.from({ length: targets }, (_, i) => ({
        instance: `p${i}`,
        uid: `uid-p${i}`,
        role: '',
        component: 'c',
        container: 'main',
        containerId: `id-${i}`,
        argv: ['true'],
        dir: '',
        attempts: [],
      })),
    },
  ],
  holder: null,
  verdicts: [],
});
