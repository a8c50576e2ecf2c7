import { recorded } from './recorded.ts';

const maps = '/api/v1/namespaces/NS/configmaps';
const deploys = '/apis/apps/v1/namespaces/NS/deployments';
const pods = '/api/v1/namespaces/NS/pods';
const services = '/api/v1/namespaces/NS/services';
const ingresses = '/apis/networking.k8s.io/v1/namespaces/NS/ingresses';
const i = `${ingresses}/i`;
const backend = { service: { name: 's', port: { number: 80 } } };
/** No controller of a bare cluster touches an ingress, and no scheduler a pod that names another. */
const ingress = { metadata: { name: 'i', labels: { x: 'y' } }, spec: { defaultBackend: backend } };
const container = { name: 'c', image: 'nginx' };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } };
const deployment = {
  metadata: { name: 'd', labels: { x: 'y' } },
  spec: { selector: { matchLabels: { a: 'b' } }, template },
};

recorded('updates, generation and immutable fields', 'writes.txt', [
  { name: 'create', method: 'POST', path: ingresses, body: ingress },
  { name: 'put with the same content', method: 'PUT', path: i, body: ingress },
  { name: 'is no write', path: i },
  { name: 'put a label', method: 'PUT', path: i, body: { ...ingress, metadata: { name: 'i', labels: { x: 'z' } } } },
  {
    name: 'put a spec',
    method: 'PUT',
    path: i,
    body: { ...ingress, spec: { ingressClassName: 'c', defaultBackend: backend } },
  },
  {
    name: 'put a status does nothing',
    method: 'PUT',
    path: i,
    body: { ...ingress, status: { loadBalancer: { ingress: [{ ip: '10.1.1.1' }] } } },
  },
  {
    name: 'put status',
    method: 'PUT',
    path: `${i}/status`,
    body: {
      ...ingress,
      spec: { ingressClassName: 'no', defaultBackend: backend },
      status: { loadBalancer: { ingress: [{ ip: '10.1.1.1' }] } },
    },
  },
  {
    name: 'put status with a label',
    method: 'PUT',
    path: `${i}/status`,
    body: { ...ingress, metadata: { name: 'i', labels: { l: 'm' }, annotations: { a: 'b' } }, status: {} },
  },
  { name: 'get status', path: `${i}/status` },
  {
    name: 'patch status',
    patch: 'merge',
    path: `${i}/status`,
    body: { status: { loadBalancer: { ingress: [{ hostname: 'x.example' }] } }, spec: { ingressClassName: 'no' } },
  },
  {
    name: 'patch status of an old version',
    patch: 'merge',
    path: `${i}/status`,
    body: { metadata: { resourceVersion: '1' }, status: {} },
  },
  {
    name: 'selector that does not match',
    method: 'POST',
    path: deploys,
    body: { metadata: { name: 'e' }, spec: { selector: { matchLabels: { a: 'c' } }, template } },
  },
  { name: 'no selector', method: 'POST', path: deploys, body: { metadata: { name: 'e' }, spec: { template } } },
  {
    name: 'no template',
    method: 'POST',
    path: deploys,
    body: { metadata: { name: 'e' }, spec: { selector: { matchLabels: { a: 'b' } } } },
  },
  {
    name: 'negative replicas',
    method: 'POST',
    path: deploys,
    body: { metadata: { name: 'e' }, spec: { ...deployment.spec, replicas: -1 } },
  },
  {
    name: 'empty selector',
    method: 'POST',
    path: deploys,
    body: { metadata: { name: 'e' }, spec: { selector: {}, template } },
  },
  {
    name: 'restart policy of a deployment',
    method: 'POST',
    path: deploys,
    body: {
      metadata: { name: 'e' },
      spec: { ...deployment.spec, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
    },
  },
  {
    name: 'pod without containers',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [] } },
  },
  { name: 'pod without spec', method: 'POST', path: pods, body: { metadata: { name: 'p' } } },
  {
    name: 'container without name and image',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [{}] } },
  },
  {
    name: 'containers of one name',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [container, container] } },
  },
  {
    name: 'bad container name',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'A', image: 'x' }] } },
  },
  {
    name: 'mount of no volume',
    method: 'POST',
    path: pods,
    body: {
      metadata: { name: 'p' },
      spec: { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/v' }] }] },
    },
  },
  {
    name: 'bad port',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [{ ...container, ports: [{ containerPort: 70000 }] }] } },
  },
  {
    name: 'bad protocol',
    method: 'POST',
    path: pods,
    body: {
      metadata: { name: 'p' },
      spec: { containers: [{ ...container, ports: [{ containerPort: 70, protocol: 'X' }] }] },
    },
  },
  {
    name: 'bad pull policy',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [{ ...container, imagePullPolicy: 'Sometimes' }] } },
  },
  {
    name: 'bad restart policy',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [container], restartPolicy: 'Sometimes' } },
  },
  {
    name: 'bad quantity',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { containers: [{ ...container, resources: { requests: { cpu: 'x' } } }] } },
  },
  {
    name: 'no such service account',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { serviceAccountName: 'nope', containers: [container] } },
  },
  {
    name: 'no such priority class',
    method: 'POST',
    path: pods,
    body: { metadata: { name: 'p' }, spec: { priorityClassName: 'nope', containers: [container] } },
  },
  {
    name: 'pod',
    method: 'POST',
    path: pods,
    query: { fieldManager: 'me' },
    body: {
      metadata: { name: 'p' },
      spec: { schedulerName: 'none', automountServiceAccountToken: false, containers: [container] },
    },
  },
  {
    name: 'pod image may change',
    patch: 'strategic',
    path: `${pods}/p`,
    body: { spec: { containers: [{ name: 'c', image: 'nginx:2' }] } },
  },
  {
    name: 'pod command may not',
    patch: 'strategic',
    path: `${pods}/p`,
    body: { spec: { containers: [{ name: 'c', command: ['x'] }] } },
  },
  { name: 'service without ports', method: 'POST', path: services, body: { metadata: { name: 's' }, spec: {} } },
  {
    name: 'service with ports without names',
    method: 'POST',
    path: services,
    body: { metadata: { name: 's' }, spec: { ports: [{ port: 1 }, { port: 2 }] } },
  },
  {
    name: 'service of no type',
    method: 'POST',
    path: services,
    body: { metadata: { name: 's' }, spec: { type: 'Foo', ports: [{ port: 1 }] } },
  },
  {
    name: 'service name with a dot',
    method: 'POST',
    path: services,
    body: { metadata: { name: 's.x' }, spec: { ports: [{ port: 1 }] } },
  },
  {
    name: 'headless service',
    method: 'POST',
    path: services,
    body: { metadata: { name: 's' }, spec: { clusterIP: 'None', selector: { a: 'b' }, ports: [{ port: 1 }] } },
  },
  {
    name: 'service address is fixed',
    patch: 'merge',
    path: `${services}/s`,
    body: { spec: { clusterIP: '10.96.7.7' } },
  },
  {
    name: 'immutable config',
    method: 'POST',
    path: maps,
    body: { metadata: { name: 'i' }, immutable: true, data: { a: 'b' } },
  },
  { name: 'immutable config does not change', patch: 'merge', path: `${maps}/i`, body: { data: { a: 'c' } } },
  { name: 'immutable config stays so', patch: 'merge', path: `${maps}/i`, body: { immutable: false } },
  {
    name: 'secret type is fixed',
    method: 'POST',
    path: '/api/v1/namespaces/NS/secrets',
    body: { metadata: { name: 's' }, type: 'Opaque', data: { a: 'Yg==' } },
  },
  { name: 'secret of another type', patch: 'merge', path: '/api/v1/namespaces/NS/secrets/s', body: { type: 'x/y' } },
  {
    name: 'secret with bad base64',
    method: 'POST',
    path: '/api/v1/namespaces/NS/secrets',
    body: { metadata: { name: 't' }, data: { a: 'x' } },
  },
  {
    name: 'claim without mode',
    method: 'POST',
    path: '/api/v1/namespaces/NS/persistentvolumeclaims',
    body: { metadata: { name: 'c' }, spec: { resources: { requests: { storage: '1Gi' } } } },
  },
  {
    name: 'claim without size',
    method: 'POST',
    path: '/api/v1/namespaces/NS/persistentvolumeclaims',
    body: { metadata: { name: 'c' }, spec: { accessModes: ['ReadWriteOnce'] } },
  },
  {
    name: 'job',
    method: 'POST',
    path: '/apis/batch/v1/namespaces/NS/jobs',
    body: {
      metadata: { name: 'j' },
      spec: { template: { spec: { restartPolicy: 'Always', containers: [container] } } },
    },
  },
  {
    name: 'role without verbs',
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/roles',
    body: { metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] },
  },
  {
    name: 'binding',
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings',
    body: { metadata: { name: 'r' }, roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' } },
  },
  {
    name: 'role of a binding is fixed',
    patch: 'merge',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings/r',
    body: { roleRef: { name: 's' } },
  },
  {
    name: 'lease by PUT is created',
    method: 'PUT',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases/l',
    body: { metadata: { name: 'l' }, spec: { holderIdentity: 'a' } },
  },
  {
    name: 'lease by PUT without version',
    method: 'PUT',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases/l',
    body: { metadata: { name: 'l' }, spec: { holderIdentity: 'b' } },
  },
  {
    name: 'lease by PUT',
    method: 'PUT',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases/l',
    body: { metadata: { name: 'l', resourceVersion: 'RV(lease by PUT is created)' }, spec: { holderIdentity: 'b' } },
  },
  {
    name: 'bad lease',
    method: 'POST',
    path: '/apis/coordination.k8s.io/v1/namespaces/NS/leases',
    body: { metadata: { name: 'm' }, spec: { holderIdentity: 'a', leaseDurationSeconds: 0 } },
  },
  {
    name: 'event of another namespace',
    method: 'POST',
    path: '/api/v1/namespaces/NS/events',
    body: { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' } },
  },
  {
    name: 'eviction',
    method: 'POST',
    path: `${pods}/p/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
  },
  { name: 'evicted', path: `${pods}/p` },
  {
    name: 'eviction of what is not there',
    method: 'POST',
    path: `${pods}/nope/eviction`,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'nope' } },
  },
  ...Object.entries({
    'without labels': [{}, {}],
    'with labels': [{ a: 'b' }, {}],
    'whose pods have labels': [{}, { t: 'u' }],
    'with labels, as its pods': [{ a: 'b' }, { t: 'u' }],
  }).map(([name, [labels, ofPods]]) => ({
    name: `a job ${name}`,
    method: 'POST' as const,
    path: '/apis/batch/v1/namespaces/NS/jobs',
    query: { dryRun: 'All' },
    body: {
      metadata: { name: 'j', labels },
      spec: { template: { metadata: { labels: ofPods }, spec: { restartPolicy: 'Never', containers: [container] } } },
    },
  })),
]);
