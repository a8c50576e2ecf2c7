import type { SimCluster } from '../cluster.ts';
import { unlessRefused } from '../errors.ts';

const ROOT_CA = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Every namespace has a service account `default` and the server's certificate, and gets them back when they are deleted. */
export function accountController(cluster: SimCluster, certificate: () => string): () => void {
  const complete = (namespace: string): void => {
    if (cluster.get('namespaces', '', namespace)?.metadata.deletionTimestamp !== undefined) return;
    if (!cluster.get('serviceaccounts', namespace, 'default'))
      unlessRefused(() =>
        cluster.create(
          'serviceaccounts',
          { metadata: { name: 'default', namespace } },
          { manager: 'kube-controller-manager' },
        ),
      );
    if (!cluster.get('configmaps', namespace, ROOT_CA))
      unlessRefused(() =>
        cluster.create(
          'configmaps',
          {
            metadata: { name: ROOT_CA, namespace, annotations: { 'kubernetes.io/description': DESCRIPTION } },
            data: { 'ca.crt': certificate() },
          },
          { manager: 'kube-controller-manager' },
        ),
      );
  };
  cluster.kernel.completeNamespace = complete;
  const stops = [
    cluster.watch('namespaces', {}, (type, namespace) => {
      if (type !== 'DELETED') complete(namespace.metadata.name);
    }),
    cluster.watch('serviceaccounts', { fieldSelector: 'metadata.name=default' }, (type, account) => {
      if (type === 'DELETED') complete(account.metadata.namespace ?? '');
    }),
    cluster.watch('configmaps', { fieldSelector: `metadata.name=${ROOT_CA}` }, (type, map) => {
      if (type === 'DELETED') complete(map.metadata.namespace ?? '');
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
