# One network namespace a cluster, joined to this machine by one link. Every server of the cluster listens inside it: its ports, addresses
# and iptables rules meet nobody else's, several clusters run side by side, and deleting the namespace removes all of them. Sourced.
#   10.N.0.1 this machine   10.N.0.2 the node and every server   10.N.64.0/18 pods
# Services have addresses of 10.96.0.0/16 as in most clusters; only the inside of the namespace knows them.

# The namespace is a mount in the state folder, not one of `ip netns`: that command remounts /run/netns, and every other container runtime
# on the machine could then no longer remove its pods' networks.
network() {
  if ! in_net true 2>/dev/null; then
    [ -z "$(ip -4 route show root "10.$net.0.0/16")" ] ||
      die "10.$net.0.0/16 is in use on this machine; choose other addresses with: test/real/down --wipe --name $name"
    touch "$state/netns"
    unshare --net="$state/netns" true 2>>"$state/log/network.log" || die "this machine allows no network namespace; see $state/log/network.log"
  fi
  if ! ip link show "$link" >/dev/null 2>&1; then
    in_net ip link add eth0 type veth peer name "$link" netns $$
  fi
  ip addr replace "$outside/30" dev "$link"
  ip link set "$link" up
  in_net ip addr replace "$inside/30" dev eth0
  in_net ip link set eth0 up
  in_net ip link set lo up
  # The API server reaches webhooks by the addresses of their Services, which a rule of kube-proxy replaces once there is a way at all.
  in_net ip route replace 10.96.0.0/16 via "$outside"
  in_net sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  ip route replace "10.$net.0.0/16" via "$inside" dev "$link"
}

# The processes whose network is this cluster's, by pid.
network_pids() {
  local inode p
  inode=$(in_net readlink /proc/self/ns/net 2>/dev/null) || return 0
  for p in /proc/[0-9]*; do [ "$(readlink "$p/ns/net" 2>/dev/null)" != "$inode" ] || echo "${p#/proc/}"; done
}

network_gone() {
  ip link del "$link" 2>/dev/null
  umount "$state/netns" 2>/dev/null
  rm -f "$state/netns"
}
