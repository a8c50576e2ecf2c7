/** The objects that scenarios are made of. Nothing is pulled: the images are on the node. */

export const SERVER = 'local/pause:1';
export const SHELL = 'local/redis:7';

export const container = (name = 'c', more: object = {}) => ({
  name,
  image: SERVER,
  imagePullPolicy: 'IfNotPresent',
  ...more,
});

/** One that runs a line of shell. */
export const shell = (line: string, name = 'c', more: object = {}) =>
  container(name, { image: SHELL, command: ['sh', '-c', line], ...more });

/** Waits, and ends at once when it is told to: a container's first process hears no signal that it doesn't ask for. */
export const WAIT = 'trap "exit 0" TERM; sleep 600 & wait';

export const podSpec = (containers: object[] = [container()], more: object = {}) => ({
  terminationGracePeriodSeconds: 1,
  containers,
  ...more,
});

export const pod = (name: string, spec: object = podSpec(), labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec,
});

const template = (app: string, spec: object, labels: object = {}) => ({
  metadata: { labels: { app, ...labels } },
  spec,
});

const workload =
  (apiVersion: string, kind: string) =>
  (name: string, spec: object = {}, of: object = podSpec()) => ({
    apiVersion,
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: template(name, of), ...spec },
  });

export const deployment = workload('apps/v1', 'Deployment');
export const statefulSet = workload('apps/v1', 'StatefulSet');
export const daemonSet = workload('apps/v1', 'DaemonSet');

export const replicationController = (name: string, replicas: number) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name },
  spec: { replicas, selector: { app: name }, template: template(name, podSpec()) },
});

export const job = (name: string, spec: object, of: object) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, ...of } }, ...spec },
});

export const claimTemplate = (name: string) => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

export const claim = (name: string, storage: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
});

export const service = (name: string, selector: object = { app: name }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector, ports: [{ name: 'main', port: 80, targetPort: 6379 }] },
});
