# usage: sh watch.sh LINES COMMAND kubectl get ...: prints that many lines of the watch; COMMAND runs when the first has come.
lines=$1 change=$2
shift 2
mkfifo pipe
"$@" >pipe 2>&1 &
n=0
while [ $n -lt "$lines" ] && IFS= read -r line; do
  echo "$line"
  n=$((n + 1))
  if [ $n = 1 ]; then sh -c "$change" >/dev/null; fi
done <pipe
kill $!
wait $! 2>/dev/null
rm pipe
