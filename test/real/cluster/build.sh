# Builds the cluster's binaries from Go modules, each once. Sourced.

# The version that go/kubernetes/go.mod pins; the binaries announce it.
kubernetes_version=$(awk '$1 == "k8s.io/kubernetes" {print $2; exit}' "$real/go/kubernetes/go.mod")

version_flags() {
  local v=$kubernetes_version package
  printf -- '-s -w'
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- ' -X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s' $package "$v" $package $package "$(cut -d. -f2 <<<"$v")"
  done
}

# compile MODULE-FOLDER LDFLAGS OUTPUT PACKAGE...: OUTPUT is a folder (ends in /) or a file
compile() {
  local module=$1 flags=$2 output=$3 names
  shift 3
  names=${*##*/}
  [[ $output = */ ]] || names=${output##*/}
  say "building $names (once)"
  (cd "$module" && GOWORK=off CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags "$flags" -o "$output" "$@") \
    >>"$cache/build.log" 2>&1 || die "building $names failed; see $cache/build.log"
}

# build NODE: NODE is yes for the binaries of a node too. Two builds at a time would not fit into a small machine's memory; who has all it
# needs waits for none. A binary gets its name when it is whole.
build() {
  local kubernetes=(kube-apiserver kube-controller-manager kube-scheduler kubectl) others=(etcd) todo b
  [ "$1" = no ] || { kubernetes+=(kubelet kube-proxy) others+=(coredns); }
  lacks "${kubernetes[@]}" "${others[@]}" >/dev/null || return 0
  mkdir -p "$bin/.new"
  exec 8>"$cache/build.lock"
  flock -w 1800 8 || die "another build goes on for half an hour already"
  mapfile -t todo < <(lacks "${kubernetes[@]}")
  [ ${#todo[@]} = 0 ] || compile "$real/go/kubernetes" "$(version_flags)" "$bin/.new/" "${todo[@]/#/k8s.io/kubernetes/cmd/}"
  for b in $(lacks "${others[@]}"); do
    case $b in
      etcd) compile "$real/go/etcd" '-s -w' "$bin/.new/etcd" go.etcd.io/etcd/server/v3 ;;
      coredns) compile "$real/go/coredns" '-s -w' "$bin/.new/coredns" github.com/coredns/coredns ;;
    esac
    todo+=("$b")
  done
  for b in "${todo[@]}"; do mv "$bin/.new/$b" "$bin/$b"; done
  exec 8>&-
}

# lacks BINARY...: those that are not made yet, a line each; fails where none is.
lacks() {
  local b some=1
  for b in "$@"; do [ -x "$bin/$b" ] || { echo "$b"; some=0; }; done
  return $some
}
