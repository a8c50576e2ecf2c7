# The detached part of an attempt. $1 its directory, then NAME=VALUE…, --, the command.
# It outlives the connection; the exit code appears whole, by rename, or not at all.
d=$1; shift
trap : HUP INT TERM
started() { shift 19; echo "$1"; }
read -r l <"/proc/$$/stat"
: >"$d/out" && : >"$d/err" && echo "$$ $(started ${l##*\) })" >"$d/pid.t" && mv "$d/pid.t" "$d/pid" || exit 1
(
  while [ "$1" != -- ]; do export "$1"; shift; done
  shift
  exec "$@"
) >>"$d/out" 2>>"$d/err"
echo $? >"$d/rc.t" && mv "$d/rc.t" "$d/rc"
