# Starts one attempt, at most once ever, and follows it; or only follows it.
# $1 start|follow, $2 the attempt's directory, $3 $4 bytes of out and err that the caller has.
# start: $5 the text of runner.sh, then NAME=VALUE…, --, the command.
# Answers in frames: "O|R OFFSET COUNT" and COUNT bytes of out or err, "T O|R" (that file was truncated), "H" (alive), "E STATE" last.
m=$1 d=$2 o=$3 e=$4 p='' t='' c='' x='' w='' v=0 j=''
trap '[ -z "$w" ] || { kill "$w"; wait "$w"; } 2>/dev/null' EXIT
# Every write to the caller is a child's: one that nobody takes can be ended without this shell, which reaps it.
say() { (echo "$1") || exit 0; }
if [ "$m" = start ]; then
  # In a container that was replaced since first contact the run's directory is missing.
  [ -d "${d%/*}" ] || { say 'E barred'; exit 0; }
  r=$5; shift 5
  # The claim: of any number of starters one makes the directory.
  if mkdir "$d" 2>/dev/null; then
    if command -v setsid >/dev/null 2>&1; then
      setsid sh -c "$r" opsdeck "$d" "$@" </dev/null >/dev/null 2>&1 &
    else
      sh -c "$r" opsdeck "$d" "$@" </dev/null >/dev/null 2>&1 &
    fi
    x=$!
  elif [ ! -d "$d" ]; then
    if [ -d "${d%/*}" ]; then say 'E unclaimed'; else say 'E barred'; fi
    exit 0
  fi
fi
# A dead command under a first process that does not reap stays a zombie; another process may have its number by now.
alive() {
  { read -r l <"/proc/$p/stat"; } 2>/dev/null || return 1
  set -- ${l##*\) }
  case $1 in Z|X|x) return 1 ;; esac
  shift 19
  [ "$1" = "$t" ]
}
state() {
  if [ -f "$d/rc" ]; then read -r c <"$d/rc"; s="done $c"
  elif [ ! -d "$d" ]; then if [ -d "${d%/*}" ]; then s=not-started; else s=gone; fi
  elif [ ! -f "$d/pid" ]; then s=claimed
  elif read -r p t <"$d/pid" && alive; then s=running
  elif [ -f "$d/rc" ]; then read -r c <"$d/rc"; s="done $c"
  else s=lost
  fi
}
# A caller that is gone may leave the other end of the pipe open and unread: a write then stands for ever. Whoever works here has
# children all the time, which its stat counts; where that stands still, the child that writes is killed. The command is spared.
guard() {
  [ -z "$w" ] || return 0
  (
    b=''
    # What was started last: the command, until the first sleep is.
    trap '[ "$!" = "$x" ] || { kill "$!"; wait "$!"; }; exit 0' TERM
    while :; do
      sleep 20 &
      wait "$!"
      read -r l <"/proc/$$/stat" || exit 0
      a=${l##*\) }
      case $a in Z*|X*|x*) exit 0 ;; esac
      if [ "$a" = "$b" ]; then
        k=$$
        read -r l </proc/self/stat; y=${l%% *}
        for f in /proc/[0-9]*; do
          read -r l <"$f/stat" || continue
          set -- ${l##*\) }
          case ${f#/proc/} in "$x"|"$y") continue ;; esac
          [ "$2" != $$ ] || { k=''; kill -KILL "${f#/proc/}"; }
        done
        [ -z "$k" ] || kill -KILL "$k"
        exit 0
      fi
      b=$a
    done
  ) </dev/null >/dev/null 2>&1 &
  w=$!
}
send() { # letter, file, bytes had, size
  n=$(($4 - $3))
  [ "$n" -le 65536 ] || n=65536
  # So much any pipe takes at once.
  v=$((v + n))
  [ "$v" -lt 4000 ] || guard
  h="$1 $3 $n"
  { echo "$h"; exec tail -c "+$(($3 + 1))" "$2"; } | head -c "$((n + ${#h} + 1))" || exit 0
  [ "$n" = 65536 ] || sleep 0.05 2>/dev/null
  q=0 j=1
}
# A file that was truncated while a frame was made of it: the frame may be too short, and nothing more can be told after it.
truncated() { [ -z "$j" ] || exit 0; say "T $1"; }
i=0 q=0
while :; do
  # The state before the sizes: once it is over, every byte is in the files.
  state
  set -- 0 x 0
  [ ! -f "$d/err" ] || set -- $(wc -c "$d/out" "$d/err" 2>/dev/null)
  if [ "$1" -lt "$o" ]; then truncated O; o=0
  elif [ "$3" -lt "$e" ]; then truncated R; e=0
  elif [ "$1" -gt "$o" ]; then send O "$d/out" "$o" "$1"; o=$((o + n))
  elif [ "$3" -gt "$e" ]; then send R "$d/err" "$e" "$3"; e=$((e + n))
  else
    j=''
    case $s in
      running) ;;
      claimed) [ "$q" -lt 25 ] || { say 'E claimed'; exit 0; } ;;
      *) say "E $s"; exit 0 ;;
    esac
    i=$((i + 1)) q=$((q + 1))
    [ $((q % 20)) != 0 ] || say H
    # A follower whose caller went away must not stay for ever.
    [ "$i" -lt 240 ] || { say 'E running'; exit 0; }
    case $q in [1-4]) z=0.03 ;; [5-9]) z=0.1 ;; 1?) z=0.2 ;; *) z=0.5 ;; esac
    sleep $z 2>/dev/null || sleep 1
  fi
done
