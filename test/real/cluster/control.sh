# The control plane: etcd, API server, controllers, scheduler. Sourced.

# control_plane NODE: without a node (no) nothing reports for the fake ones, and they are to stay ready.
control_plane() {
  local controllers='*'
  [ "$1" = yes ] || controllers='*,-node-lifecycle-controller'
  mkdir -p "$state/etcd"
  service etcd "$bin/etcd" --data-dir "$state/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster default=http://127.0.0.1:2380 --unsafe-no-fsync
  service apiserver "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --bind-address="$inside" --advertise-address="$inside" \
    --tls-cert-file="$state/pki/apiserver.crt" --tls-private-key-file="$state/pki/apiserver.key" --client-ca-file="$state/pki/ca.crt" \
    --token-auth-file="$state/pki/tokens.csv" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --kubelet-client-certificate="$state/pki/admin.crt" --kubelet-client-key="$state/pki/admin.key" --kubelet-preferred-address-types=InternalIP \
    --service-account-key-file="$state/pki/sa.key" --service-account-signing-key-file="$state/pki/sa.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.96.0.0/16 \
    --requestheader-client-ca-file="$state/pki/ca.crt" --proxy-client-cert-file="$state/pki/admin.crt" --proxy-client-key-file="$state/pki/admin.key" \
    --audit-policy-file="$real/cluster/audit.yaml" --audit-log-path="$state/log/audit.jsonl" --audit-log-maxsize=200 --audit-log-maxbackup=2
  await 90 "the API server" apiserver kube get --raw=/readyz
  service controllers "$bin/kube-controller-manager" --kubeconfig="$state/controllers.kubeconfig" --root-ca-file="$state/pki/ca.crt" \
    --service-account-private-key-file="$state/pki/sa.key" --use-service-account-credentials=true --leader-elect=false --allocate-node-cidrs=false \
    --controllers="$controllers"
  service scheduler "$bin/kube-scheduler" --kubeconfig="$state/scheduler.kubeconfig" --leader-elect=false
  await 60 "the service account of namespace default" controllers kube -n default get serviceaccount default
}
