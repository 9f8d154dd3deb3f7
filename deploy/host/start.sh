#!/usr/bin/env bash
# ApplicationStart: the release in the slot that is not live. Users do not see it yet: ValidateService sends them there.
. "$(dirname "$0")/lib.sh"
lock
if [ "$ROLE" = front ]; then
  exit 0
fi
id=$(release)
now=$(live)
if [ -n "$now" ] && [ "$(holds "$now")" = "$id" ] && running "$now"; then
  say "$id is live in slot $now already"
  exit 0
fi
slot=$(other "${now:-green}")
if [ "$(holds "$slot")" = "$id" ] && running "$slot"; then
  say "$id runs in slot $slot already"
else
  # It may still drain from the switch before: its users have had the time since.
  if running "$slot"; then end_slot "$slot"; fi
  point "$OPT/slots/$slot" "../releases/$id"
  {
    echo "PORT=$(port "$slot")"
    echo "JUPYTERLAB_EMR_RELEASE=$id"
  } | put "$ETC/slot-$slot.env" || true
  systemctl restart "$(unit "$slot")"
  say "$id starts in slot $slot"
fi
