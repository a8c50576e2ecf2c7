/** What of an object may change while it lives, and what else of it is refused: the code and the words of each. */
import { recorded } from './recorded.ts';
import { changed, made, spec } from './tried.ts';

const core = '/api/v1/namespaces/NS';
const jobs = '/apis/batch/v1/namespaces/NS/jobs';
const deployments = '/apis/apps/v1/namespaces/NS/deployments';
const claim = (storageClassName: string): object => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
  storageClassName,
});
/** Of it nothing is left to be allocated. */
const outside = {
  type: 'NodePort',
  clusterIP: '10.96.77.7',
  selector: { a: 'b' },
  ports: [{ port: 80, nodePort: 30_777 }],
};

recorded('lives of objects', 'lifetimes.txt', [
  // Services.
  made('a service for outside', `${core}/services`, { metadata: { name: 'out' }, spec: outside }),
  changed('a service for inside only', `${core}/services/out`, { spec: { type: 'ClusterIP' } }, { brief: false }),
  changed('its policy', `${core}/services/out`, { spec: { externalTrafficPolicy: 'Local' } }),
  changed('two families where one is', `${core}/services/out`, { spec: { ipFamilyPolicy: 'RequireDualStack' } }),
  changed('another family', `${core}/services/out`, { spec: { ipFamilies: ['IPv6'] } }),
  made('an address of elsewhere', `${core}/services`, {
    metadata: { name: 'far' },
    spec: { clusterIP: '9.9.9.9', ports: [{ port: 80 }] },
  }),
  made('two families', `${core}/services`, {
    metadata: { name: 'two' },
    spec: { ipFamilyPolicy: 'RequireDualStack', ports: [{ port: 80 }] },
  }),
  // Pods.
  made('a pod', `${core}/pods`, {
    metadata: { name: 'p' },
    spec: spec({ schedulerName: 'nobody', tolerations: [{ key: 'k', operator: 'Exists' }] }),
  }),
  changed('another grace', `${core}/pods/p`, { spec: { terminationGracePeriodSeconds: 5 } }),
  changed('a toleration less', `${core}/pods/p`, [{ op: 'remove', path: '/spec/tolerations/0' }], { patch: 'json' }),
  changed(
    'a toleration of another key',
    `${core}/pods/p`,
    [{ op: 'replace', path: '/spec/tolerations/0/key', value: 'k' }],
    { patch: 'json' },
  ),
  changed(
    'a toleration for longer',
    `${core}/pods/p`,
    [{ op: 'replace', path: '/spec/tolerations/0/tolerationSeconds', value: 7 }],
    { patch: 'json' },
  ),
  changed(
    'a toleration more',
    `${core}/pods/p`,
    [{ op: 'add', path: '/spec/tolerations/-', value: { operator: 'Exists' } }],
    { patch: 'json' },
  ),
  changed('a gate', `${core}/pods/p`, { spec: { schedulingGates: [{ name: 'x.io/g' }] } }),
  changed('no time at all', `${core}/pods/p`, { spec: { activeDeadlineSeconds: -1 } }),
  changed('some time', `${core}/pods/p`, { spec: { activeDeadlineSeconds: 100 } }),
  changed('more time', `${core}/pods/p`, { spec: { activeDeadlineSeconds: 200 } }),
  changed('less time', `${core}/pods/p`, { spec: { activeDeadlineSeconds: 50 } }),
  changed('all the time', `${core}/pods/p`, { spec: { activeDeadlineSeconds: null } }),
  // Placing what is not there.
  made('a place for no pod', `${core}/bindings`, { metadata: { name: 'nope' }, target: { kind: 'Node', name: 'n' } }),
  made('a place for no pod, under it', `${core}/pods/nope/binding`, {
    metadata: { name: 'nope' },
    target: { kind: 'Node', name: 'n' },
  }),
  // Claims.
  made('a claim', `${core}/persistentvolumeclaims`, { metadata: { name: 'c' }, spec: claim('man') }),
  changed('a claim of another class', `${core}/persistentvolumeclaims/c`, { spec: { storageClassName: 'other' } }),
  changed('a claim of a volume', `${core}/persistentvolumeclaims/c`, { spec: { volumeName: 'v' } }),
  // Jobs.
  made('a job', jobs, {
    metadata: { name: 'j' },
    spec: {
      completions: 2,
      completionMode: 'Indexed',
      suspend: true,
      template: { spec: spec({ restartPolicy: 'Never' }) },
    },
  }),
  changed('completions alone', `${jobs}/j`, { spec: { completions: 3 } }),
  changed('completions with parallelism', `${jobs}/j`, { spec: { completions: 3, parallelism: 3 } }),
  made('a job that counts', jobs, {
    metadata: { name: 'k' },
    spec: { completions: 2, suspend: true, template: { spec: spec({ restartPolicy: 'Never' }) } },
  }),
  changed('completions of it', `${jobs}/k`, { spec: { completions: 3, parallelism: 3 } }),
  // Deployments.
  made('a deployment', deployments, {
    metadata: { name: 'd' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: spec() },
    },
  }),
  changed('fewer than none', `${deployments}/d/status`, { status: { replicas: -3 } }),
  changed('more ready than there are', `${deployments}/d/status`, { status: { replicas: 1, readyReplicas: 9 } }),
  changed('more available than ready', `${deployments}/d/status`, {
    status: { replicas: 3, readyReplicas: 1, availableReplicas: 2 },
  }),
  changed('all below', `${deployments}/d/status`, {
    status: {
      observedGeneration: -1,
      updatedReplicas: -1,
      readyReplicas: -1,
      availableReplicas: -1,
      unavailableReplicas: -1,
      collisionCount: -1,
    },
  }),
  // Events by what they are about.
  {
    name: 'events about',
    path: '/apis/events.k8s.io/v1/namespaces/NS/events?fieldSelector=regarding.name%3Dnobody,regarding.kind%3DPod,reason%3Dx,reportingController%3Dx,type%3DNormal',
    brief: true,
  },
  { name: 'events of old about', path: `${core}/events?fieldSelector=involvedObject.name%3Dnobody`, brief: true },
  {
    name: 'events by an old name',
    path: '/apis/events.k8s.io/v1/namespaces/NS/events?fieldSelector=involvedObject.name%3Dnobody',
    brief: true,
  },
  { name: 'events by a new name', path: `${core}/events?fieldSelector=regarding.name%3Dnobody`, brief: true },
  {
    name: 'events by their source',
    path: '/apis/events.k8s.io/v1/namespaces/NS/events?fieldSelector=source%3Dnobody',
    brief: true,
  },
  { name: 'events by who reports', path: `${core}/events?fieldSelector=reportingController%3Dnobody`, brief: true },
  // Others.
  made('a class of the system', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'system-x' },
    value: 5,
  }),
]);
