/** A redis cluster of three masters in pods, as a plain StatefulSet with the role as a pod label, and what redis itself says about it. */
import { apply, kubectl } from './kubectl.ts';
import { until } from './until.ts';

export interface RedisNode {
  pod: string;
  /** The cluster's node id, 40 hex digits. */
  id: string;
  ip: string;
  role: 'master' | 'slave';
  /** How many of the 16,384 slots it holds. */
  slots: number;
}

export interface RedisCluster {
  name: string;
  namespace: string;
  port: number;
  pods: string[];
  /** redis-cli in a pod (default: the first); rejects when it fails. */
  cli(args: string[], pod?: string): Promise<string>;
  /** Asked of redis at the moment of the call. */
  nodes(): Promise<RedisNode[]>;
  /** Slots by pod. */
  slots(): Promise<Record<string, number>>;
}

export interface RedisOptions {
  /** Default "cart-redis". */
  name?: string;
  port?: number;
  /** What an operation's `components[].type` names; default "redis". */
  component?: string;
  /** What an operation's `clusterDefinitionRef` names; default "redis", which the shipped operations name. */
  definition?: string;
  /** Label of the pods that gets the role "master"; the StatefulSet names it in an annotation. */
  roleLabel?: string;
}

function manifests(name: string, port: number, o: RedisOptions): string {
  const { component = 'redis', definition = 'redis', roleLabel = 'role' } = o;
  const labels = { app: name, 'app.kubernetes.io/component': component };
  const annotations = {
    'opsdeck.dev/role-label': roleLabel,
    'opsdeck.dev/definition': definition,
  };
  const announce = ['--cluster-announce-ip', '$(POD_IP)', '--cluster-node-timeout', '5000'];
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels, annotations },
    spec: {
      serviceName: name,
      replicas: 3,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'redis',
              image: 'local/redis:7',
              command: ['redis-server'],
              args: [
                '--port',
                `${port}`,
                '--protected-mode',
                'no',
                '--cluster-enabled',
                'yes',
                '--save',
                '',
                ...announce,
              ],
              env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
              ports: [{ name: 'redis', containerPort: port }],
              readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            },
          ],
        },
      },
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, labels },
    spec: { clusterIP: 'None', selector: { app: name }, ports: [{ name: 'redis', port }] },
  };
  return `${JSON.stringify(set)}\n---\n${JSON.stringify(service)}`;
}

/** Lines of CLUSTER NODES: id ip:port@bus flags master ping pong epoch state slot-or-range… (slots on the move stand in brackets). */
function parseNodes(text: string): { id: string; ip: string; role: RedisNode['role']; slots: number }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', address = '', flags = '', , , , , , ...ranges] = line.trim().split(' ');
      let slots = 0;
      for (const range of ranges.filter((r) => !r.startsWith('['))) {
        const [from, to = from] = range.split('-').map(Number);
        slots += to! - from! + 1;
      }
      return { id, ip: address.split(':')[0]!, role: flags.includes('master') ? 'master' : 'slave', slots };
    });
}

/** Starts the pods, joins them, and labels each as master. Resolves when every node calls the cluster ok. */
export async function redisCluster(namespace: string, options: RedisOptions = {}): Promise<RedisCluster> {
  const { name = 'cart-redis', port = 6379, roleLabel = 'role' } = options;
  const pods = [0, 1, 2].map((i) => `${name}-${i}`);
  const cli = (args: string[], pod = pods[0]!) =>
    kubectl(['exec', pod, '-c', 'redis', '--', 'redis-cli', '-p', `${port}`, ...args], { namespace });
  const podIps = async () => {
    const list = await kubectl(['get', 'pods', ...pods, '-o', 'jsonpath={.items[*].status.podIP}'], { namespace });
    return list.split(' ');
  };
  await apply(manifests(name, port, options), namespace);
  await kubectl(['rollout', 'status', `statefulset/${name}`, '--timeout=120s'], { namespace });
  const addresses = (await podIps()).map((ip) => `${ip}:${port}`);
  await cli(['--cluster', 'create', ...addresses, '--cluster-yes']);
  for (const pod of pods) {
    await until(`${pod} calls the cluster ok`, async () =>
      (await cli(['cluster', 'info'], pod)).includes('cluster_state:ok'),
    );
  }
  await kubectl(['label', 'pods', ...pods, `${roleLabel}=master`, '--overwrite'], { namespace });

  const nodes = async () => {
    const ips = await podIps();
    const parsed = parseNodes(await cli(['cluster', 'nodes']));
    return pods.map((pod, i) => {
      const node = parsed.find((n) => n.ip === ips[i]);
      if (!node) throw new Error(`redis knows no node at ${ips[i]}, the address of ${pod}`);
      return { pod, ...node };
    });
  };
  const slots = async () => Object.fromEntries((await nodes()).map((n) => [n.pod, n.slots]));
  return { name, namespace, port, pods, cli, nodes, slots };
}
