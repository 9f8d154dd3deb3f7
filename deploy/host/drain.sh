#!/usr/bin/env bash
# The release before the last switch ends when nobody is on it any more: no kernel, no page. At the latest after
# DRAIN_HOURS. By a timer each minute; by hand with --now for everybody at once (their kernels end).
. "$(dirname "$0")/lib.sh"
lock
slot=$(draining)
[ -n "$slot" ] || exit 0
since=$(cut -d' ' -f2 "$STATE/draining")
status=$(curl -sS --max-time 10 --noproxy '*' -H @- "http://127.0.0.1:$(port "$slot")/api/status" \
  <<<"Authorization: token $(cat "$ETC/token")" || echo '{}')
busy=$(grep -cE '"(kernels|connections)": *[1-9]' <<<"$status" || true)
if [ "${1:-}" != --now ] && [ "$busy" != 0 ] && [ $(($(date +%s) - since)) -lt $((DRAIN_HOURS * 3600)) ]; then
  say "$(holds "$slot") is still used: $status"
  exit 0
fi
end_slot "$slot"
say "$(holds "$slot") has ended in slot $slot"
