import { type Case, recorded } from './recorded.ts';

const V1 = '/api/v1/namespaces/NS';
const POD = { name: 'c', image: 'local/pause:1' };

const quota = (name: string, spec: object) => ({
  name: `quota ${name}`,
  method: 'POST' as const,
  path: `${V1}/resourcequotas`,
  body: { metadata: { name }, spec },
});
const counted = (name: string, text: string) => ({
  name: `quota ${name} is counted: ${text}`,
  path: `${V1}/resourcequotas/${name}`,
  until: text,
  settles: true,
});
const pod = (name: string, resources: object, spec: object = {}) => ({
  name: `pod ${name}`,
  method: 'POST' as const,
  path: `${V1}/pods`,
  body: { metadata: { name }, spec: { schedulerName: 'nobody', containers: [{ ...POD, resources }], ...spec } },
});
const claim = (name: string, storage: string, spec: object = {}) => ({
  name: `claim ${name}`,
  method: 'POST' as const,
  path: `${V1}/persistentvolumeclaims`,
  body: {
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'q', resources: { requests: { storage } }, ...spec },
  },
});
const service = (name: string, type: string, ports: number[]) => ({
  name: `service ${name}`,
  method: 'POST' as const,
  path: `${V1}/services`,
  body: { metadata: { name }, spec: { type, ports: ports.map((port) => ({ name: `p${port}`, port })) } },
});
const limits = (name: string, limits: object[]) => ({
  name: `limits ${name}`,
  method: 'POST' as const,
  path: `${V1}/limitranges`,
  body: { metadata: { name }, spec: { limits } },
});
/** A server refuses by limits that it has heard of: it hears of new ones a moment later. */
const known = (refused: { name: string; path: string; method: 'POST'; body: unknown }, words: string) => ({
  ...refused,
  name: `${refused.name} is refused`,
  path: `${refused.path}?dryRun=All`,
  until: words,
  settles: true,
});
const gone = (what: string, name: string) => ({
  name: `${what}/${name} goes`,
  method: 'DELETE' as const,
  path: `${V1}/${what}/${name}`,
});
const cpu = (request: string, limit?: string) => ({
  requests: { cpu: request },
  ...(limit ? { limits: { cpu: limit } } : {}),
});

const CASES: Case[] = [
  quota('best', { hard: { pods: '1' }, scopes: ['BestEffort'] }),
  quota('rest', { hard: { pods: '2', 'requests.cpu': '1' }, scopes: ['NotBestEffort'] }),
  quota('short', { hard: { pods: '0' }, scopes: ['Terminating'] }),
  quota('vital', {
    hard: { pods: '0' },
    scopeSelector: {
      matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] }],
    },
  }),
  counted('best', '"used":{"pods":"0"}'),
  counted('rest', '"used":{"pods":"0","requests.cpu":"0"}'),
  counted('short', '"used":{"pods":"0"}'),
  counted('vital', '"used":{"pods":"0"}'),
  pod('best-1', {}),
  counted('best', '"used":{"pods":"1"}'),
  pod('best-2', {}),
  pod('rest-1', cpu('600m')),
  counted('rest', '"requests.cpu":"600m"'),
  pod('rest-2', cpu('500m')),
  pod('rest-3', { requests: { memory: '1Gi' } }),
  pod('short-1', cpu('1m'), { activeDeadlineSeconds: 60 }),
  pod('vital-1', cpu('1m'), { priorityClassName: 'system-cluster-critical' }),
  {
    name: 'a pod comes to be short',
    patch: 'merge',
    path: `${V1}/pods/rest-1`,
    body: { spec: { activeDeadlineSeconds: 60 } },
  },
  quota('wrong', { hard: { services: '1' }, scopes: ['BestEffort'] }),
  quota('both', { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }),
  quota('none', { hard: { pods: '1' }, scopes: ['Nobody'] }),
  ...['best', 'rest', 'short', 'vital'].map((name) => gone('resourcequotas', name)),

  quota('things', {
    hard: {
      'count/configmaps': '3',
      'services.nodeports': '1',
      'services.loadbalancers': '0',
      'requests.storage': '3Gi',
      persistentvolumeclaims: '2',
      'q.storageclass.storage.k8s.io/requests.storage': '2Gi',
      'q.storageclass.storage.k8s.io/persistentvolumeclaims': '5',
    },
  }),
  counted('things', '"services.nodeports":"0"'),
  service('two', 'NodePort', [80, 81]),
  service('one', 'ClusterIP', [80, 81]),
  {
    name: 'a service comes to have ports of nodes',
    patch: 'merge',
    path: `${V1}/services/one`,
    body: { spec: { type: 'NodePort' } },
  },
  service('far', 'LoadBalancer', [80]),
  claim('small', '1Gi'),
  counted('things', '"requests.storage":"1Gi"'),
  claim('large', '1.5Gi'),
  claim('other', '3Gi', { storageClassName: 'r' }),
  {
    name: 'a map too many',
    method: 'POST',
    path: `${V1}/configmaps`,
    body: { metadata: { name: 'one' } },
  },
  { name: 'a map more', method: 'POST', path: `${V1}/configmaps`, body: { metadata: { name: 'two' } } },
  counted('things', '"count/configmaps":"3"'),
  {
    name: 'a map more than there may be',
    method: 'POST',
    path: `${V1}/configmaps`,
    body: { metadata: { name: 'three' } },
  },
  { name: 'a dry run more', method: 'POST', path: `${V1}/configmaps?dryRun=All`, body: { metadata: { name: 'four' } } },
  gone('resourcequotas', 'things'),

  limits('pods', [{ type: 'Pod', max: { cpu: '2' } }]),
  known(pod('silent', {}), 'maximum cpu usage per Pod'),
  pod('silent', {}),
  pod('wide', cpu('1', '3')),
  pod('two', {}, { containers: [1, 2].map((n) => ({ ...POD, name: `c${n}`, resources: cpu('1', '1500m') })) }),
  gone('limitranges', 'pods'),
  limits('ratio', [{ type: 'Container', maxLimitRequestRatio: { cpu: '2' } }]),
  known(pod('steep', cpu('1', '3')), 'limit to request ratio'),
  pod('steep', cpu('1', '3')),
  pod('plain', cpu('1')),
  gone('limitranges', 'ratio'),
  limits('claims', [{ type: 'PersistentVolumeClaim', min: { storage: '2Gi' }, max: { storage: '4Gi' } }]),
  known(claim('tiny', '1Gi'), 'minimum storage usage'),
  claim('tiny', '1Gi'),
  claim('huge', '5Gi'),
  claim('fits', '3Gi'),
  gone('limitranges', 'claims'),
  limits('odd', [{ type: 'PersistentVolumeClaim', default: { storage: '2Gi' } }]),
  limits('crossed', [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }]),
];

recorded(
  'quotas and limits',
  'quotas.txt',
  CASES.map((one) => ({ ...one, brief: true })),
);
