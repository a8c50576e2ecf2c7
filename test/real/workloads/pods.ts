/** Scenarios of pods themselves, and of what watches them: restarts, readiness, budgets, claims. */

import { until } from '../kit/until.ts';
import { claim, container, deployment, pod, podSpec, SERVER, SHELL, service, shell, WAIT } from './objects.ts';
import type { Scenario, Stage } from './stage.ts';
import { is, type Thing } from './watched.ts';

const restarted = (times: number) => (one: Thing) => (one.status?.containerStatuses?.[0]?.restartCount ?? 0) >= times;
const phase = (wanted: string) => (one: Thing) => one.status?.phase === wanted;
const waits = (reason: string) => (one: Thing) =>
  [...(one.status?.initContainerStatuses ?? []), ...(one.status?.containerStatuses ?? [])].some(
    (status) => status.state?.waiting?.reason === reason,
  );
const endpoints = (stage: Stage, wanted: string) =>
  stage.when('EndpointSlice', stage.all('EndpointSlice')[0]?.metadata.name ?? '', (slice) => {
    const found = ((slice.endpoints ?? []) as { conditions: { ready: boolean } }[]).map((one) => one.conditions.ready);
    return found.sort().join(' ') === wanted;
  });

export const PODS: readonly Scenario[] = [
  {
    name: 'a container that ends is started again, ever more seldom, as its policy says',
    async play(stage) {
      await stage.apply(
        pod('always', podSpec([shell('sleep 3')], { restartPolicy: 'Always' })),
        pod('on-failure', podSpec([shell('sleep 3; exit 3')], { restartPolicy: 'OnFailure' })),
        pod('never', podSpec([shell('sleep 3; exit 3')], { restartPolicy: 'Never' })),
        pod('done', podSpec([shell('sleep 3')], { restartPolicy: 'OnFailure' })),
      );
      await Promise.all([
        stage.when('Pod', 'always', restarted(2)),
        stage.when('Pod', 'on-failure', restarted(2)),
        stage.when('Pod', 'never', phase('Failed')),
        stage.when('Pod', 'done', phase('Succeeded')),
      ]);
      await Promise.all(['always', 'on-failure'].map((name) => stage.when('Pod', name, waits('CrashLoopBackOff'))));
    },
  },
  {
    name: 'init containers come first, and one that fails keeps the others waiting',
    async play(stage) {
      const of = (line: string, more: object = {}) =>
        podSpec([container()], { initContainers: [shell('sleep 3', 'first'), shell(line, 'second')], ...more });
      await stage.apply(
        pod('well', of('sleep 3')),
        pod('badly', of('sleep 3; exit 1')),
        pod('never', of('sleep 3; exit 1', { restartPolicy: 'Never' })),
      );
      await stage.when('Pod', 'well', (one) => is(one, 'Ready'));
      await stage.when('Pod', 'badly', waits('CrashLoopBackOff'));
      await stage.when('Pod', 'never', phase('Failed'));
    },
  },
  {
    name: 'a sidecar is there before the others and goes after them',
    async play(stage) {
      const sidecar = container('side', { restartPolicy: 'Always' });
      await stage.apply(
        pod('ends', podSpec([shell('sleep 4')], { initContainers: [sidecar], restartPolicy: 'Never' })),
        pod('stays', podSpec([container()], { initContainers: [sidecar, shell('sleep 3', 'next')] })),
      );
      await stage.when('Pod', 'ends', phase('Succeeded'));
      await stage.when('Pod', 'stays', (one) => is(one, 'Ready'));
      await stage.kubectl('delete', 'pod', 'stays');
    },
  },
  {
    name: 'a pod that no node has room for stays, and is told why',
    async play(stage) {
      const asks = (requests: object) => podSpec([container('c', { resources: { requests, limits: requests } })]);
      const term = (app: string) => ({
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/os', labelSelector: { matchLabels: { app } } },
        ],
      });
      const beside = (affinity: object) => podSpec([container()], { affinity });
      await stage.apply(pod('first', podSpec(), { app: 'x' }));
      await stage.when('Pod', 'first', (one) => is(one, 'Ready'));
      await stage.apply(
        pod('cpu', asks({ cpu: '500' })),
        pod('both', asks({ cpu: '500', memory: '50Ti' })),
        pod('device', asks({ 'example.com/gpu': '1' })),
        pod('apart', beside({ podAntiAffinity: term('x') })),
        pod('together', beside({ podAffinity: term('nobody') })),
        pod('near', beside({ podAffinity: term('x') })),
        pod('selects', podSpec([container()], { nodeSelector: { no: 'such' } })),
        pod('gated', podSpec([container()], { schedulingGates: [{ name: 'example.com/wait' }] })),
        pod('nowhere', podSpec([container()], { nodeName: 'no-such-node' })),
      );
      const refused = (one: Thing) => one.status?.conditions?.some(({ reason }: { reason?: string }) => reason);
      const held = ['cpu', 'both', 'device', 'apart', 'together', 'selects', 'gated'];
      await Promise.all(held.map((name) => stage.when('Pod', name, refused)));
      await stage.when('Pod', 'near', (one) => is(one, 'Ready'));
      await stage.kubectl(
        'patch',
        'pod',
        'gated',
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/spec/schedulingGates"}]',
      );
      await stage.when('Pod', 'gated', (one) => is(one, 'Ready'));
    },
  },
  {
    name: 'probes and gates decide who gets a Service’s traffic',
    async play(stage) {
      const command = ['test', '-e', '/tmp/ready'];
      // A busy machine may need more than the second that a probe has.
      const probe = { exec: { command }, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 30 };
      const labels = { app: 'front' };
      const probed = shell(WAIT, 'c', { readinessProbe: probe });
      await stage.apply(service('front'), pod('probed', podSpec([probed]), labels));
      await stage.when('Pod', 'probed', (one) => one.status?.podIP && one.status.phase === 'Running');
      await endpoints(stage, 'false');
      await stage.kubectl('exec', 'probed', '--', 'touch', '/tmp/ready');
      await endpoints(stage, 'true');
      await stage.kubectl('exec', 'probed', '--', 'rm', '/tmp/ready');
      await endpoints(stage, 'false');
      await stage.kubectl('delete', 'pod', 'probed');
      await endpoints(stage, '');
    },
  },
  {
    name: 'a probe that finds nobody, or waits too long, keeps the pod from being ready',
    async play(stage) {
      const probed = (probe: object, more: object = {}) =>
        podSpec([shell(WAIT, 'c', { readinessProbe: { periodSeconds: 1, ...probe }, ...more })]);
      await stage.apply(
        pod('tcp', probed({ tcpSocket: { port: 81 } })),
        pod('http', probed({ httpGet: { port: 'web', path: '/x' } }, { ports: [{ name: 'web', containerPort: 81 }] })),
        pod('grpc', probed({ grpc: { port: 81 } })),
        pod('slow', probed({ exec: { command: ['sleep', '5'] } })),
        pod(
          'server',
          podSpec([
            container('c', { image: SHELL, readinessProbe: { tcpSocket: { port: 6379 }, initialDelaySeconds: 5 } }),
          ]),
        ),
      );
      const unwell = (name: string) =>
        stage
          .all('Event')
          .some((one) => one.reason === 'Unhealthy' && (one.involvedObject as { name: string }).name === name);
      const probes = ['tcp', 'http', 'grpc', 'slow'];
      await until('every probe has failed', () => probes.every(unwell));
      await stage.when('Pod', 'server', (one) => is(one, 'Ready'));
    },
  },
  {
    name: 'hooks that fail are told of',
    async play(stage) {
      const hook = { exec: { command: ['sh', '-c', 'echo no; exit 3'] } };
      await stage.apply(
        pod('starts', podSpec([shell(WAIT, 'c', { lifecycle: { postStart: hook } })])),
        pod('stops', podSpec([shell(WAIT, 'c', { lifecycle: { preStop: hook } })])),
      );
      await Promise.all([
        stage.when('Pod', 'starts', waits('PostStartHookError')),
        stage.when('Pod', 'stops', (one) => is(one, 'Ready')),
      ]);
      await stage.kubectl('delete', 'pod', 'stops');
      await stage.when('Pod', 'starts', waits('CrashLoopBackOff'));
    },
  },
  {
    name: 'volumes, users and names that keep a container from being made',
    async play(stage) {
      const mounting = (volume: object) =>
        podSpec([container('c', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })], {
          volumes: [{ name: 'v', ...volume }],
        });
      await stage.apply(
        pod('map', mounting({ configMap: { name: 'absent' } })),
        pod('secret', mounting({ secret: { secretName: 'absent' } })),
        pod('maybe', mounting({ configMap: { name: 'absent', optional: true } })),
        pod('root', podSpec([container('c', { securityContext: { runAsNonRoot: true } })])),
        pod('zero', podSpec([container('c', { securityContext: { runAsNonRoot: true, runAsUser: 0 } })])),
        pod('user', podSpec([container('c', { securityContext: { runAsNonRoot: true, runAsUser: 1000 } })])),
        pod('upper', podSpec([container('c', { image: 'example/UPPER' })])),
        pod('bad', podSpec([container('c', { image: 'example@@1' })])),
      );
      await Promise.all([
        ...['maybe', 'user'].map((name) => stage.when('Pod', name, (one) => is(one, 'Ready'))),
        ...['root', 'zero'].map((name) => stage.when('Pod', name, waits('CreateContainerConfigError'))),
        ...['upper', 'bad'].map((name) => stage.when('Pod', name, waits('InvalidImageName'))),
      ]);
      await stage.kubectl('create', 'configmap', 'absent', '--from-literal=a=b');
      await stage.when('Pod', 'map', (one) => is(one, 'Ready'));
    },
  },
  {
    name: 'a readiness gate is opened from outside',
    async play(stage) {
      const gate = 'example.com/fed';
      const labels = { app: 'front' };
      await stage.apply(
        service('front'),
        pod('gated', podSpec([container()], { readinessGates: [{ conditionType: gate }] }), labels),
      );
      await stage.when('Pod', 'gated', (one) => is(one, 'ContainersReady'));
      await endpoints(stage, 'false');
      const say = (status: string) =>
        stage.kubectl(
          ...['patch', 'pod', 'gated', '--subresource=status', '--type=strategic', '-p'],
          JSON.stringify({ status: { conditions: [{ type: gate, status }] } }),
        );
      await say('True');
      await endpoints(stage, 'true');
      await say('False');
      await endpoints(stage, 'false');
    },
  },
  {
    name: 'a liveness probe that fails restarts the container, a startup probe holds the others back',
    async play(stage) {
      const test = (file: string) => ({
        exec: { command: ['test', '-e', file] },
        periodSeconds: 1,
        failureThreshold: 1,
      });
      const line = `sleep 5; touch /tmp/up; ${WAIT}`;
      const spec = shell(line, 'c', {
        startupProbe: { ...test('/tmp/up'), failureThreshold: 30 },
        livenessProbe: test('/tmp/up'),
      });
      await stage.apply(pod('probed', podSpec([spec])));
      await stage.when('Pod', 'probed', (one) => is(one, 'Ready'));
      await stage.kubectl('exec', 'probed', '--', 'rm', '/tmp/up');
      await stage.when('Pod', 'probed', (one) => restarted(1)(one) && is(one, 'Ready'));
    },
  },
  {
    name: 'a budget that is used up refuses an eviction',
    async play(stage) {
      const budget = {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web' },
        spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
      };
      await stage.apply(deployment('web', { replicas: 2 }));
      await stage.when('Deployment', 'web', (web) => web.status?.availableReplicas === 2);
      await stage.apply(budget);
      await stage.when('PodDisruptionBudget', 'web', (one) => one.status?.currentHealthy === 2);
      const evict = (name: string) =>
        stage.api.post(`/api/v1/namespaces/${stage.namespace}/pods/${name}/eviction`, {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name },
        });
      const [first] = stage.all('Pod');
      const refused = await evict(first?.metadata.name ?? '');
      if (refused.code !== 429) throw new Error(`not refused: ${refused.text}`);
      await stage.patch('pdb/web', { spec: { minAvailable: 1 } });
      await stage.when('PodDisruptionBudget', 'web', (one) => one.status?.disruptionsAllowed === 1);
      await evict(first?.metadata.name ?? '');
      await stage.gone('Pod', first?.metadata.name ?? '');
      await stage.when('PodDisruptionBudget', 'web', (one) => one.status?.disruptionsAllowed === 1);
      await stage.when('Deployment', 'web', (web) => web.status?.availableReplicas === 2);
    },
  },
  {
    name: 'a claim is bound, used, grown, and held until nobody uses it',
    async play(stage) {
      const used = podSpec([container('c', { volumeMounts: [{ name: 'data', mountPath: '/data' }] })], {
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      });
      await stage.apply(pod('early', used));
      await stage.when('Pod', 'early', (one) => one.status?.conditions?.[0]?.reason === 'Unschedulable');
      await stage.kubectl('delete', 'pod', 'early');
      await stage.apply(claim('data', '1Gi'));
      await stage.when('PersistentVolumeClaim', 'data', phase('Bound'));
      await stage.apply(pod('late', used));
      await stage.when('Pod', 'late', (one) => is(one, 'Ready'));
      await stage.patch('pvc/data', { spec: { resources: { requests: { storage: '2Gi' } } } });
      await stage.when('PersistentVolumeClaim', 'data', (one) => one.status?.capacity?.storage === '2Gi');
      await stage.kubectl('delete', 'pvc', 'data', '--wait=false');
      await stage.when('PersistentVolumeClaim', 'data', (one) => one.metadata.deletionTimestamp);
      await stage.kubectl('delete', 'pod', 'late');
      await stage.gone('PersistentVolumeClaim', 'data');
    },
  },
  {
    name: 'images and configuration that are not there',
    async play(stage) {
      const env = (from: object) => ({ env: [{ name: 'A', valueFrom: from }] });
      await stage.apply(
        pod('no-image', podSpec([container('c', { image: 'local/nothing:1', imagePullPolicy: 'Never' })])),
        pod('no-map', podSpec([container('c', env({ configMapKeyRef: { name: 'settings', key: 'a' } }))])),
        pod('no-secret', podSpec([container()], { imagePullSecrets: [{ name: 'none' }, { name: 'nothing' }] })),
        pod('no-program', podSpec([container('c', { image: SERVER, command: ['/none'] })], { restartPolicy: 'Never' })),
      );
      await stage.when('Pod', 'no-image', waits('ErrImageNeverPull'));
      await stage.when('Pod', 'no-map', waits('CreateContainerConfigError'));
      await stage.when('Pod', 'no-program', phase('Failed'));
      await stage.when('Pod', 'no-secret', (one) => is(one, 'Ready'));
      await stage.kubectl('create', 'configmap', 'settings', '--from-literal=a=1');
      await stage.when('Pod', 'no-map', (one) => is(one, 'Ready'));
    },
  },
  {
    name: 'a pod that lives longer than it may, and one that nobody waits for',
    async play(stage) {
      await stage.apply(pod('late', podSpec([container()], { activeDeadlineSeconds: 8 })), pod('killed'));
      await stage.when('Pod', 'killed', (one) => is(one, 'Ready'));
      await stage.kubectl('delete', 'pod', 'killed', '--force', '--grace-period=0');
      await stage.when('Pod', 'late', phase('Failed'));
    },
  },
];
