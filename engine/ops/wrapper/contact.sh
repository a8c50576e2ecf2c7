# First contact with a container: makes the run's private directory and says where. $1 is its name.
# Further arguments are directories of runs that are over, or names of some that no run came to have: removed, unless something
# in them has not ended.
# Says "dir PATH", "lacks TOOL" or "nowhere". The directory is the proof, later, that the container is still the same one.
n=$1; shift
# Calls $1 with each place where there may be room in $b, the best first.
everywhere() { for b in "$TMPDIR" /tmp /var/tmp /dev/shm /run "$HOME" "$(pwd)"; do "$1"; done; }
rid() {
  [ -f "$1/made" ] || return
  for a in "$1"/*/; do [ ! -d "$a" ] || [ -f "$a/rc" ] || return; done
  rm -rf "$1" 2>/dev/null
}
lost() { rid "$b/$x"; }
for x do
  case $x in /*) rid "$x" ;; *) everywhere lost ;; esac
done
for c in mkdir mv wc tail head sleep; do
  command -v $c >/dev/null 2>&1 || { echo "lacks $c"; exit 0; }
done
room() {
  case $b in ''|/|[!/]*|*[!A-Za-z0-9/_.-]*) return ;; esac
  [ -d "$b" ] && mkdir -m 700 "$b/$n" 2>/dev/null || return
  # A full disk lets a directory be made and nothing be written.
  { echo 1 >"$b/$n/made"; } 2>/dev/null && { echo "dir $b/$n"; exit 0; }
}
everywhere room
echo nowhere
