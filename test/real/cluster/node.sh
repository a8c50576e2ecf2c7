# The node: containerd, kubelet, kube-proxy, DNS, and a storage class. Sourced.

node() {
  mkdir -p "$state"/{cni,kubelet,ctr,volumes,pods}
  cgroups
  container_config
  service containerd containerd -c "$state/ctr/config.toml"
  await 30 containerd containerd containers version
  pause_image
  kubelet_config
  start_kubelet
  service proxy "$bin/kube-proxy" --kubeconfig="$state/proxy.kubeconfig" --hostname-override=node1 --proxy-mode=iptables --conntrack-max-per-core=0
  name_service
  await 90 "the node" kubelet node_is_ready
  storage
}

containers() { ctr --address "$socket" -n k8s.io "$@"; }

# A part of the cgroup tree of our own: another kubelet on the machine would remove the groups of pods that it does not know.
cgroups() {
  local top controllers
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    read -r controllers </sys/fs/cgroup/cgroup.controllers
    for top in $controllers; do echo "+$top" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true; done
    mkdir -p "/sys/fs/cgroup/$cgroup"
    return
  fi
  for top in /sys/fs/cgroup/*/; do
    [ -f "$top/cgroup.procs" ] || continue
    mkdir -p "$top$cgroup"
    # A new cpuset has no processor until it is given some.
    if [ -f "$top/cpuset.cpus" ]; then
      cat "$top/cpuset.cpus" >"$top$cgroup/cpuset.cpus"
      cat "$top/cpuset.mems" >"$top$cgroup/cpuset.mems"
    fi
  done
}

# Pods are routed (ptp), not bridged: an answer over a Service then passes the node's address translation without br_netfilter.
# restrict_oom_score_adj: a machine without CAP_SYS_RESOURCE starts no container otherwise.
container_config() {
  cat >"$state/cni/10-ptp.conflist" <<K
{"cniVersion": "0.4.0", "name": "opsdeck", "plugins": [
  {"type": "ptp", "ipMasq": false, "ipam": {"type": "host-local", "dataDir": "$state/ctr/ipam", "ranges": [[{"subnet": "$pods"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
K
  cat >"$state/ctr/config.toml" <<K
version = 2
root = "$state/ctr/root"
state = "$state/ctr/state"
[grpc]
  address = "$socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "local/pause:1"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cni"
K
}

# resolvConf /dev/null keeps this machine's resolver out of the pods.
kubelet_config() {
  cat >"$state/kubelet/config.yaml" <<K
kind: KubeletConfiguration
apiVersion: kubelet.config.k8s.io/v1beta1
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "$state/pki/ca.crt"}}
authorization: {mode: AlwaysAllow}
containerRuntimeEndpoint: "unix://$socket"
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup
failSwapOn: false
tlsCertFile: "$state/pki/kubelet.crt"
tlsPrivateKeyFile: "$state/pki/kubelet.key"
evictionHard: {memory.available: "50Mi"}
imageGCHighThresholdPercent: 100
podLogsDir: "$state/pods"
volumePluginDir: "$state/kubelet/plugins"
resolvConf: /dev/null
clusterDNS: [$inside]
clusterDomain: cluster.local
address: $inside
maxPods: 200
K
}

# containerd answers before its CRI service has recovered old pods, and a kubelet that comes too early exits: try again.
start_kubelet() {
  since=$(date -u +%FT%T)
  if alive kubelet; then since=0; fi
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    service kubelet "$bin/kubelet" --config="$state/kubelet/config.yaml" --kubeconfig="$state/kubelet.kubeconfig" --root-dir="$state/kubelet/root" \
      --hostname-override=node1 --node-ip="$inside"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      sleep 0.2
      if ! alive kubelet || in_net bash -c ': </dev/tcp/127.0.0.1/10248' 2>/dev/null; then break; fi
    done
    if alive kubelet; then return; fi
  done
}

# Ready as stored may be from before; a lease renewed since the start proves that the kubelet lives.
node_is_ready() {
  kube get node node1 | grep -q ' Ready' &&
    [[ $(kube -n kube-node-lease get lease node1 -o jsonpath='{.spec.renewTime}') > $since ]]
}

name_service() {
  printf '.:53 {\n  bind %s\n  errors\n  kubernetes cluster.local in-addr.arpa {\n    kubeconfig %s %s\n    pods insecure\n    ttl 2\n  }\n}\n' \
    "$inside" "$state/dns.kubeconfig" "$name" >"$state/Corefile"
  service dns "$bin/coredns" -conf "$state/Corefile"
}

storage() {
  kube apply -f - >/dev/null <<K
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: standard, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: opsdeck.dev/test-storage
allowVolumeExpansion: true
volumeBindingMode: Immediate
K
  service storage "$(node_js)" "$real/cluster/storage.ts" "$state/storage.kubeconfig" "$state/volumes"
}
