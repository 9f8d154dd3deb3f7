#!/usr/bin/env bash
# The front host: one nginx that sends each user to the hosts of their group. Sourced by validate.sh; as a program
# (by the timer) it follows the hosts that the account has. FRONT_GRAY and FRONT_STABLE in host.env name them instead:
# HOST:PORT, separated by blanks.
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  . "$(dirname "$0")/lib.sh"
  lock
  # Between BeforeInstall and Install nothing is there to follow with.
  [ -f "$INCOMING/RELEASE" ] || exit 0
fi

# Addresses of the hosts of a track that run, from EC2's tags.
hosts_of() {
  aws ec2 describe-instances --output text --query 'Reservations[].Instances[].PrivateIpAddress' \
    --filters "Name=tag:jupyterlab-emr:track,Values=$1" Name=instance-state-name,Values=running |
    tr '\t' '\n' | sort | sed '/^$/d; s/$/:443/'
}

upstream() {
  echo "upstream emr_$1 {"
  # One user stays on one host: their kernels are there.
  # shellcheck disable=SC2016 # nginx's variables, here and below
  echo '  hash $emr_client consistent;'
  local host
  for host in $2; do echo "  server $host;"; done
  echo '}'
}

front_follow() {
  local gray stable kept served
  gray=${FRONT_GRAY:-$(hosts_of gray)}
  stable=${FRONT_STABLE:-$(hosts_of stable)}
  [ -n "$stable" ] || die "no host of the track stable runs"
  kept=$(mktemp -d)
  cp -p "$NGINX"/conf.d/jupyterlab-emr*.conf "$kept/" 2>/dev/null || true
  {
    upstream stable "$stable"
    # Without gray hosts everybody is on the stable ones.
    upstream gray "${gray:-$stable}"
    # shellcheck disable=SC2016
    echo 'split_clients "$emr_client" $emr_by_share {'
    if [ "${GRAY_PERCENT:-0}" != 0 ]; then echo "  $GRAY_PERCENT% gray;"; fi
    echo '  * stable;'
    echo '}'
    # shellcheck disable=SC2016
    echo 'map $remote_user $emr_by_user {'
    echo '  default "";'
    sed -e '/^ *#/d; /^ *$/d; s/.*/  "&" gray;/' "$INCOMING/deploy/host/gray-users.txt"
    echo '}'
  } | put "$NGINX/conf.d/jupyterlab-emr-groups.conf" || true
  put "$ETC/front-auth.conf.example" <<<'auth_basic "JupyterLab"; auth_basic_user_file /etc/jupyterlab-emr/users;' || true
  [ -f "$ETC/front-auth.conf" ] || : >"$ETC/front-auth.conf"
  render "$INCOMING/deploy/host/nginx/front.conf" | put "$NGINX/conf.d/jupyterlab-emr.conf" || true
  # A reload leaves a worker behind for each page that is open: only where something differs from what is served.
  served=$(cat "$NGINX"/conf.d/jupyterlab-emr*.conf "$ETC/front-auth.conf" "$ETC"/tls/*.pem | sha256sum)
  if [ "$served" = "$(cat "$STATE/served" 2>/dev/null)" ] && systemctl is-active --quiet nginx.service; then
    rm -rf "$kept"
    return 0
  fi
  reload_nginx "$kept" || die "the front could not be brought to this release"
  echo "$served" >"$STATE/served"
  say "gray: ${gray:-none}; stable: $stable"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then front_follow; fi
