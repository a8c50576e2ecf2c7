# Names and places of a test cluster, and how its scripts speak and fail. Sourced, first, by every script of test/real.
real=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
repo=$(cd "$real/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/opsdeck-real
name=main

say() { echo "test cluster: $*" >&2; }
die() { say "error: $*"; exit 1; }

# Where the binaries of the pinned modules are. A changed pin is another folder, so an old binary is never taken for a new one.
pins=$(cat "$real"/go/*/go.mod "$real"/go/*/go.sum | sha256sum | cut -c1-12)
bin=$cache/bin/$pins

# use_cluster NAME: sets what belongs to that cluster. Its network number stays its own for as long as its state is kept.
use_cluster() {
  name=$1
  [[ $name =~ ^[a-z][a-z0-9-]{0,19}$ ]] || die "a cluster's name is up to 20 lower-case letters, digits and dashes, not '$name'"
  state=$cache/clusters/$name
  socket=$state/ctr/containerd.sock
  mkdir -p "$state"/{log,run}
  chmod 700 "$state"
  if [ ! -s "$state/net" ]; then
    local n=212
    while grep -qsx "$n" "$cache"/clusters/*/net || ip -4 -o addr show 2>/dev/null | grep -q " 10\.$n\."; do n=$((n + 1)); done
    [ "$n" -le 250 ] || die "no 10.x.0.0/16 from 10.212 on is free for cluster $name; remove one with: test/real/down --wipe --name NAME"
    echo "$n" >"$state/net"
  fi
  net=$(cat "$state/net")
  outside=10.$net.0.1 inside=10.$net.0.2 link=opsdeck$net cgroup=opsdeck$net
  pods=10.$net.64.0/18
}

kube() { "$bin/kubectl" --kubeconfig "$state/admin.kubeconfig" --request-timeout=10s "$@"; }
in_net() { nsenter --net="$state/netns" "$@"; }

# The Node.js of the repository, for the parts written in TypeScript.
node_js() {
  local node=$repo/node_modules/.bin/node
  [ -x "$node" ] || die "run npm ci first: the storage of the test cluster runs on the repository's Node.js"
  echo "$node"
}
