import { type Embedded, embedded } from '../kit/embedded.ts';

/** What the tests of the whole program look at: a plain StatefulSet of three members with roles. */
const CART = `
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {clusterIP: None, selector: {app.kubernetes.io/instance: cart}, ports: [{port: 6379}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: cart
  labels: {app.kubernetes.io/name: redis-cluster, app.kubernetes.io/component: redis}
  annotations: {opsdeck.dev/role-label: role}
spec:
  serviceName: cart
  replicas: 3
  podManagementPolicy: Parallel
  selector: {matchLabels: {app.kubernetes.io/instance: cart}}
  template:
    metadata: {labels: {app.kubernetes.io/instance: cart, role: master}}
    spec:
      containers:
      - name: redis
        image: test/engine:1
        command: [sh, -c, "echo ready to serve; exec sleep 1000"]
`;

/** A cluster of Kubernetes with that set on it, ready. */
export async function withCart(): Promise<Embedded> {
  const cluster = await embedded();
  cluster.apply(CART);
  await cluster.ready('default', 'app.kubernetes.io/instance=cart', 3);
  return cluster;
}

const ORDERS = CART.replaceAll('cart', 'orders');
/** A plain StatefulSet of three simulated redis servers that are not a cluster yet. */
export const REDIS = `${ORDERS.slice(0, ORDERS.indexOf('image:'))}image: demo/redis:7.0.15
        args: [--cluster-enabled, "yes"]
`;
