# shellcheck shell=bash
# What the hooks share: where things are, which slot serves, how another comes to serve. Sourced, bash.
#
# Two slots, blue and green, each a JupyterLab of one release on its own loopback port. nginx sends users to the live
# one; after a switch the other one drains. The link $OPT/live says which is live: it is changed by one rename, and
# nginx follows it by a reload. Whoever stops a slot brings nginx up to date with the link first, so that a hook that
# was killed between rename and reload does no harm.
set -euo pipefail

# Only tests set a root; on a host it is empty.
ROOT=${JUPYTERLAB_EMR_ROOT:-}
OPT=$ROOT/opt/jupyterlab-emr
ETC=$ROOT/etc/jupyterlab-emr
STATE=$ROOT/var/lib/jupyterlab-emr
# shellcheck disable=SC2034 # after_install.sh
UNITS=$ROOT/etc/systemd/system
NGINX=$ROOT/etc/nginx
INCOMING=$OPT/incoming

# The host's own settings; docs/delivery.md lists them.
if [ -f "$ETC/host.env" ]; then
  # shellcheck disable=SC1091
  . "$ETC/host.env"
fi
# For the AWS CLI of the front.
if [ -n "${AWS_REGION:-}" ]; then export AWS_REGION; fi
ROLE=${ROLE:-host}
TRACK=${TRACK:-stable}
PYTHON=${PYTHON:-python3.12}
SERVICE_USER=${SERVICE_USER:-jupyter}
HTTPS_PORT=${HTTPS_PORT:-443}
BLUE_PORT=${BLUE_PORT:-8881}
GREEN_PORT=${GREEN_PORT:-8882}
SERVER_NAME=${SERVER_NAME:-_}
DRAIN_HOURS=${DRAIN_HOURS:-24}
GRACE_SECONDS=${GRACE_SECONDS:-5}
KEEP_RELEASES=${KEEP_RELEASES:-3}

say() { echo "${LIFECYCLE_EVENT:-jupyterlab-emr}: $*"; }
die() {
  echo "${LIFECYCLE_EVENT:-jupyterlab-emr}: $*" >&2
  exit 1
}

# One hook at a time, and none beside the drain timer. A child of a killed hook (pip) holds the lock until it has ended.
lock() {
  mkdir -p "$STATE"
  exec 9>"$STATE/lock"
  flock -w "${LOCK_SECONDS:-240}" 9 || die "another hook holds $STATE/lock; see: fuser $STATE/lock"
}

# The id of the release that is being deployed: VERSION+gCOMMIT.
release() {
  local id
  id=$(cat "$INCOMING/RELEASE")
  [[ $id =~ ^[0-9A-Za-z.+_-]+$ ]] || die "RELEASE holds \"$id\": letters, digits and . + _ - are allowed"
  echo "$id"
}

other() { if [ "$1" = blue ]; then echo green; else echo blue; fi; }
port() { if [ "$1" = blue ]; then echo "$BLUE_PORT"; else echo "$GREEN_PORT"; fi; }
unit() { echo "jupyterlab-emr@$1.service"; }
running() { systemctl is-active --quiet "$(unit "$1")"; }

# Name of the live slot; nothing before the first release.
live() { [ ! -L "$OPT/live" ] || basename "$(readlink "$OPT/live")"; }
# Name of the slot that still serves those who were on it before the last switch; nothing where there is none.
draining() { [ ! -f "$STATE/draining" ] || cut -d' ' -f1 "$STATE/draining"; }
# Release that a slot holds.
holds() { [ ! -L "$OPT/slots/$1" ] || basename "$(readlink "$OPT/slots/$1")"; }

# point LINK TARGET: the link is the old one or the new one at each moment.
point() {
  ln -sfn "$2" "$1.new"
  mv -Tf "$1.new" "$1"
}

# put FILE: standard input becomes the file, at once; says by its exit code whether that changed anything.
put() {
  mkdir -p "$(dirname "$1")"
  cat >"$1.new"
  if [ -f "$1" ] && cmp -s "$1" "$1.new"; then
    rm "$1.new"
    return 1
  fi
  chmod 0644 "$1.new"
  mv -f "$1.new" "$1"
}

# A file of the revision with the host's values in it.
render() {
  sed -e "s|@ROOT@|$ROOT|g" -e "s|@OPT@|$OPT|g" -e "s|@ETC@|$ETC|g" -e "s|@STATE@|$STATE|g" -e "s|@TRACK@|$TRACK|g" \
    -e "s|@USER@|$SERVICE_USER|g" -e "s|@HTTPS_PORT@|$HTTPS_PORT|g" -e "s|@SERVER_NAME@|$SERVER_NAME|g" \
    -e "s|@HOSTS_NAME@|${HOSTS_NAME:-localhost}|g" "$1"
}

# Does the JupyterLab of a slot work? A kernel starts and answers, the sidebar's kernel lists the clusters.
healthy() {
  "$OPT/slots/$1/bin/python" "$OPT/slots/$1/deploy/host/health.py" --url "http://127.0.0.1:$(port "$1")" \
    --token-file "$ETC/token" --seconds "${HEALTH_SECONDS:-120}"
}

# What nginx needs to know of the slots: from the link, the slots and the draining file.
slots_conf() {
  local now old new_release old_release='' sticky='' held='' known=''
  now=$(live)
  new_release=$(holds "$now")
  old=$(draining)
  if [ -n "$old" ]; then
    old_release=$(holds "$old")
    sticky="\"$old_release\" $old;"
    held="$old \"$old_release\";"
    known="\"$old_release\" \"\";"
  fi
  cat <<CONF
# Written by the hooks of CodeDeploy: $now is live${old:+, $old drains}.
upstream emr_blue { server 127.0.0.1:$BLUE_PORT; }
upstream emr_green { server 127.0.0.1:$GREEN_PORT; }
# Whoever was on a release that drains stays there with their kernels; everybody else gets the live one.
map \$cookie_emr_release \$emr_slot { default $now; $sticky }
map \$emr_slot \$emr_release { default "$new_release"; $held }
map \$cookie_emr_release \$emr_set_cookie {
  default "emr_release=$new_release; Path=/; Secure; HttpOnly; SameSite=Lax";
  "$new_release" "";
  $known
}
map "" \$emr_live { default "$new_release"; }
map "" \$emr_draining { default "$old_release"; }
map "" \$emr_live_slot { default $now; }
CONF
}

# Bring nginx to what the link says, and see that it is there. A configuration that nginx refuses is taken back.
follow() {
  local now kept
  now=$(live)
  [ -n "$now" ] || return 0
  kept=$(mktemp -d)
  cp -p "$NGINX"/conf.d/jupyterlab-emr*.conf "$kept/" 2>/dev/null || true
  slots_conf | put "$NGINX/conf.d/jupyterlab-emr-slots.conf" || true
  render "$OPT/live/deploy/host/nginx/host.conf" | put "$NGINX/conf.d/jupyterlab-emr.conf" || true
  reload_nginx "$kept" && await_releases "$(holds "$now")" "$(holds "$(draining)")"
}

# reload_nginx FOLDER: with the configuration from FOLDER where nginx does not take the new one.
reload_nginx() {
  local said
  if ! said=$(nginx_test 2>&1); then
    rm -f "$NGINX"/conf.d/jupyterlab-emr*.conf
    cp -p "$1"/*.conf "$NGINX/conf.d/" 2>/dev/null || true
    rm -rf "$1"
    echo "nginx refuses the configuration, the one before stays: $said" >&2
    return 1
  fi
  rm -rf "$1"
  if systemctl is-active --quiet nginx.service; then systemctl reload nginx.service; else systemctl start nginx.service; fi
}

nginx_test() { nginx -t -q -c "$NGINX/nginx.conf"; }

# await_releases LIVE DRAINING: a reload is over when the new workers answer. Where a slot has stopped draining the live
# one is the same before and after: the old workers would still send people there.
await_releases() {
  local said=
  for _ in $(seq 300); do
    said=$(ask_nginx /version 2>&1) || true
    case $said in *"\"live\":\"$1\",\"draining\":\"$2\""*) return 0 ;; esac
    sleep 0.2
  done
  echo "nginx does not serve $1${2:+ with $2 draining}; it says: $said" >&2
  return 1
}

# GET a path of this host's own nginx, certificate checked.
ask_nginx() {
  local name=$SERVER_NAME
  [ "$name" != _ ] || name=localhost
  curl -sS --max-time 5 --noproxy '*' --cacert "$ETC/tls/ca.pem" --resolve "$name:$HTTPS_PORT:127.0.0.1" \
    "https://$name:$HTTPS_PORT$1"
}

# Make a slot live; the one that was drains.
switch_to() {
  local before
  before=$(live)
  if [ "$before" != "$1" ]; then
    if [ -n "$before" ] && running "$before"; then
      echo "$before $(date +%s)" >"$STATE/draining.new"
      mv -f "$STATE/draining.new" "$STATE/draining"
    fi
    point "$OPT/live" "slots/$1"
  fi
  if [ "$(draining)" = "$1" ]; then rm -f "$STATE/draining"; fi
  follow
}

# Stop a slot that is not live, after nginx sends nobody there any more.
end_slot() {
  [ "$(live)" != "$1" ] || die "slot $1 is live"
  if [ "$(draining)" = "$1" ]; then
    rm -f "$STATE/draining"
  fi
  follow || return 1
  # Requests that were on their way when nginx turned.
  if running "$1"; then sleep "$GRACE_SECONDS"; fi
  systemctl disable --quiet --now "$(unit "$1")"
}
