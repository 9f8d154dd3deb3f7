#!/usr/bin/env bash
# ValidateService: does the new release work? Then users come to it, and the one before drains. Else it is stopped, the
# one before has never been left, and the exit code makes CodeDeploy roll back.
. "$(dirname "$0")/lib.sh"
lock
id=$(release)
if [ "$ROLE" = front ]; then
  . "$(dirname "$0")/front.sh"
  front_follow
  systemctl enable --quiet --now jupyterlab-emr-front.timer
  exit 0
fi
now=$(live)
if [ -n "$now" ] && [ "$(holds "$now")" = "$id" ]; then slot=$now; else slot=$(other "${now:-green}"); fi
if ! healthy "$slot"; then
  if [ "$slot" != "$now" ]; then systemctl disable --quiet --now "$(unit "$slot")"; fi
  die "$id does not work; users stay on ${now:+$(holds "$now")}"
fi
systemctl enable --quiet "$(unit "$slot")"
if ! switch_to "$slot"; then
  if [ -n "$now" ] && [ "$now" != "$slot" ]; then
    switch_to "$now" || true
    end_slot "$slot" || true
  fi
  die "nginx could not be brought to $id"
fi
systemctl enable --quiet --now jupyterlab-emr-drain.timer
say "$id is live in slot $slot"

# Old releases go, but for those in a slot and the newest few.
# shellcheck disable=SC2012 # release() allows no name that ls could garble
for old in $(ls -1t "$OPT/releases" | tail -n "+$((KEEP_RELEASES + 1))"); do
  if [ "$old" != "$(holds blue)" ] && [ "$old" != "$(holds green)" ]; then rm -rf "${OPT:?}/releases/$old"; fi
done
