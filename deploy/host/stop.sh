#!/usr/bin/env bash
# ApplicationStop. Runs from the revision before, so a failure here would block every later deployment: it never fails.
# The live release is not stopped, it serves until the new one has proved itself. What goes is a slot that a killed or
# failed deployment left running beside it.
. "$(dirname "$0")/lib.sh"
lock
now=$(live)
[ -n "$now" ] || { say "nothing is live"; exit 0; }
idle=$(other "$now")
if running "$idle" && [ "$(draining)" != "$idle" ]; then
  say "slot $idle was left by a deployment that did not end: stopped"
  end_slot "$idle" || say "slot $idle could not be stopped; ApplicationStart tries again"
fi
say "$(holds "$now") goes on serving in slot $now"
exit 0
