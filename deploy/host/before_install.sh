#!/usr/bin/env bash
# BeforeInstall: is this a revision that can be installed, and a host that can take it? Changes nothing that is served.
. "$(dirname "$0")/lib.sh"
lock
archive=$(cd "$(dirname "$0")/../.." && pwd)
[ -s "$archive/RELEASE" ] || die "this commit is no delivery: deploy a commit of a branch delivery/RELEASE (docs/delivery.md)"
for tool in nginx curl flock systemctl "$PYTHON"; do
  command -v "$tool" >/dev/null || die "$tool is not on PATH; the host's set-up is in deploy/delivery/hosts.yaml"
done
for file in cert.pem key.pem ca.pem; do
  [ -s "$ETC/tls/$file" ] || die "$ETC/tls/$file is missing: nginx needs certificate, key and CA there"
done
if [ "$ROLE" = host ]; then
  ls "$archive"/*.whl >/dev/null 2>&1 || die "no wheel in this revision"
  if [ -z "$ROOT" ] && ! id "$SERVICE_USER" >/dev/null 2>&1; then
    useradd --system --create-home --home-dir /srv/notebooks --shell /usr/sbin/nologin "$SERVICE_USER"
  fi
  mkdir -p "$OPT/releases" "$OPT/slots" "$ETC" "$STATE"
  # Jupyter Server's token: for the hooks, and for whoever the administrator gives it to. Made once.
  if [ ! -s "$ETC/token" ]; then
    (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$ETC/token.new")
    mv "$ETC/token.new" "$ETC/token"
  fi
  if [ -z "$ROOT" ]; then
    install -d -o "$SERVICE_USER" -g "$SERVICE_USER" -m 0700 "$STATE/home" /srv/notebooks
  else
    mkdir -p "$STATE/home" "$ROOT/srv/notebooks"
  fi
fi
# Files of the revision before must not stay among those of this one (wheel, manual).
rm -rf "$INCOMING"
mkdir -p "$INCOMING"
say "ready for $(cat "$archive/RELEASE")"
