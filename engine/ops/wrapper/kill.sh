# Ends one attempt. $1 its directory, $2 seconds between TERM and KILL.
# An attempt that was never started is claimed, so that it never will be. Says "S PID NAME" of what goes on running, then "E STATE".
d=$1 g=$2 p='' t='' c='' pg='' sid='' own=''
alive() {
  { read -r l <"/proc/$p/stat"; } 2>/dev/null || return 1
  set -- ${l##*\) }
  case $1 in Z|X|x) return 1 ;; esac
  pg=$3 sid=$4
  shift 19
  [ "$1" = "$t" ]
}
ended() { # seconds: whether it ends within them
  k=$(($1 * 5))
  while alive; do
    [ "$k" -gt 0 ] || return 1
    k=$((k - 1))
    sleep 0.2 2>/dev/null || { sleep 1; k=$((k - 4)); }
  done
}
over() { read -r c <"$d/rc"; echo "E done $c"; exit 0; }
if [ ! -d "${d%/*}" ]; then echo 'E gone'; exit 0; fi
if mkdir "$d" 2>/dev/null; then echo never >"$d/rc.t" && mv "$d/rc.t" "$d/rc"; fi
[ -d "$d" ] || { echo 'E unclaimed'; exit 0; }
[ ! -f "$d/rc" ] || over
k=15
while [ ! -f "$d/pid" ] && [ ! -f "$d/rc" ] && [ "$k" -gt 0 ]; do k=$((k - 1)); sleep 0.2 2>/dev/null || sleep 1; done
[ ! -f "$d/rc" ] || over
[ -f "$d/pid" ] || { echo 'E claimed'; exit 0; }
read -r p t <"$d/pid"
if alive; then
  # The whole process group; never that of the container's first process.
  if [ "$pg" -gt 1 ]; then a=-$pg; else a=$p; fi
  kill -TERM "$a" 2>/dev/null
  ended "$g" || { kill -KILL "$a" 2>/dev/null; ended 5; }
  own=$sid
  for x in /proc/[0-9]*; do
    p=${x#/proc/}
    { read -r l <"$x/stat"; } 2>/dev/null || continue
    n=${l#*\(}; n=${n%\)*}
    set -- ${l##*\) }
    case $1 in Z|X|x) continue ;; esac
    [ "$4" != "$own" ] || [ "$own" -le 1 ] || echo "S $p $n"
  done
  read -r p t <"$d/pid"
fi
[ ! -f "$d/rc" ] || over
if alive; then echo 'E running'; exit 0; fi
# Dead before this cancel came: how it ended is not known.
[ -n "$own" ] || { echo 'E lost'; exit 0; }
echo killed >"$d/rc.t" && mv "$d/rc.t" "$d/rc"
over
