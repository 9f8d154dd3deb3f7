#!/usr/bin/env bash
# The release before the last switch ends when nobody is on it any more: no kernel, no page. At the latest after
# DRAIN_HOURS. By a timer each minute; by hand with --now for everybody at once (their kernels end).
. "$(dirname "$0")/lib.sh"
lock
slot=$(draining)
[ -n "$slot" ] || exit 0
since=$(cut -d' ' -f2 "$STATE/draining")
status=$(curl -sS --fail --max-time 10 --noproxy '*' -H @- "http://127.0.0.1:$(port "$slot")/api/status" \
  <<<"Authorization: token $(cat "$ETC/token")" 2>&1) || status="no answer: $status"
# Only an answer that says so means nobody: Jupyter Server has others too, as while a kernel starts.
free=$({ grep -oE '"(kernels|connections)": *0[,}]' <<<"$status" || true; } | wc -l)
if [ "${1:-}" != --now ] && running "$slot" && [ "$free" != 2 ] &&
  [ $(($(date +%s) - since)) -lt $((DRAIN_HOURS * 3600)) ]; then
  say "$(holds "$slot") is still used: $status"
  exit 0
fi
end_slot "$slot"
say "$(holds "$slot") has ended in slot $slot"
