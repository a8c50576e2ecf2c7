# Servers of a cluster: started once, known by pid and start time, stopped by them. Sourced.

# service NAME COMMAND...: starts it inside the cluster's network, unless it runs. Output goes to log/NAME.log.
service() {
  local service=$1
  shift
  if alive "$service"; then return; fi
  setsid nohup nsenter --net="$state/netns" "$@" >>"$state/log/$service.log" 2>&1 8>&- 9>&- </dev/null &
  echo "$! $(started_at $!)" >"$state/run/$service"
}

# started_at PID: its start time; nothing for one that has ended, a zombie that nobody has waited for included.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'; }

# The start time guards against a pid that belongs to someone else by now.
alive() {
  local pid at
  [ -f "$state/run/$1" ] && read -r pid at <"$state/run/$1" && [ -n "$at" ] && [ "$(started_at "$pid")" = "$at" ]
}

stop() {
  local pid
  if alive "$1"; then
    read -r pid _ <"$state/run/$1"
    kill "$pid"
    for _ in $(seq 100); do alive "$1" || break; sleep 0.1; done
    if alive "$1"; then kill -9 "$pid"; fi
  fi
  rm -f "$state/run/$1"
}

# await SECONDS WHAT SERVICE COMMAND...: until the command succeeds; gives up early when the service ends.
await() {
  local end=$((SECONDS + $1)) what=$2 service=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    if ! alive "$service"; then
      tail -n 5 "$state/log/$service.log" >&2
      die "$service stopped; see $state/log/$service.log"
    fi
    if [ $SECONDS -ge $end ]; then
      tail -n 5 "$state/log/$service.log" >&2
      die "$what was not ready in time; see $state/log/$service.log"
    fi
    sleep 0.2
  done
}
