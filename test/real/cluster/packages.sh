# What the machine must have, and what is installed on it. Sourced.
go_needed=1.24

# requirements: says in one line everything that is missing and can't be installed from here.
requirements() {
  local missing=()
  [ "$(id -u)" = 0 ] || missing+=("root (containers, network namespaces)")
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || missing+=("Debian or Ubuntu (apt-get)")
  local have
  have=$(go env GOVERSION 2>/dev/null | sed 's/^go//') || true
  if [ -z "$have" ]; then
    missing+=("Go >= $go_needed (package golang-go, or from the Go project)")
  elif [ "$(printf '%s\n' "$go_needed" "$have" | sort -V | head -n 1)" != "$go_needed" ]; then
    missing+=("Go >= $go_needed instead of $have")
  fi
  [ -x "$repo/node_modules/.bin/node" ] || missing+=("the repository's packages (npm ci)")
  [ ${#missing[@]} = 0 ] && return
  local all
  printf -v all '%s; ' "${missing[@]}"
  die "this machine can't run a real Kubernetes, it lacks: ${all%; }"
}

# packages PACKAGE...: installs those that are not there.
packages() {
  local missing
  missing=$(dpkg-query -W -f='${Package} ${Status}\n' "$@" 2>/dev/null | awk '/ok installed/ {print $1}' | sort -u |
    comm -13 - <(printf '%s\n' "$@" | sort -u)) || true
  [ -n "$missing" ] || return 0
  mapfile -t missing <<<"$missing"
  say "installing Debian packages: ${missing[*]}"
  {
    apt-get update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  } </dev/null >"$cache/apt.log" 2>&1 || die "apt-get could not install ${missing[*]}; see $cache/apt.log"
}
control_packages=(openssl iproute2 util-linux)
node_packages=(gcc libc6-dev containerd runc iptables containernetworking-plugins conntrack ethtool socat debootstrap)
