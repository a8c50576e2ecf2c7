#!/bin/sh
# A simulated tool: hands its arguments to the engine behind the container and prints what it answers, as it comes.
b=$OPSDECK_RUN/$$
mkfifo "$b.live" "$b.ask" "$b.out" "$b.err" || exit 70
if [ -t 0 ]; then tty=tty; else tty=; fi
printf '%s\000' "${0##*/}" "$PWD" "$tty" "$@" >"$b.argv"
exec 9<>"$b.live"                      # closed by the system when this shell ends, however it ends
echo "$b" >"$OPSDECK_CALLS" || exit 70 # one short write: the lines of several callers don't mix
cat "$b.err" >&2 9>&- &
cat "$b.out" 9>&- &
# It may ask for the standard input, or a line of it, before or after its first words, and says when it is through.
while read -r ask <"$b.ask" && [ "$ask" != end ]; do
  if [ "$ask" = stdin ]; then
    cat >"$b.in" 9>&-
  elif IFS= read -r line; then
    printf '%s\n' "$line" >"$b.in"
  else
    : >"$b.in"
  fi
  echo "$b" >"$OPSDECK_CALLS"
done
wait
read -r code <"$b.code" || exit 70
exit "$code"
