#!/usr/bin/env bash
# AfterInstall: the release into its own environment beside the others, and the units. Nothing that is served changes.
. "$(dirname "$0")/lib.sh"
lock
id=$(release)
# Units that differ from those that the host has. The new template serves the slot that is started next.
units() {
  local file changed=
  for file in "$INCOMING/deploy/host/systemd/jupyterlab-emr"*; do
    if render "$file" | put "$UNITS/$(basename "$file")"; then changed=1; fi
  done
  if render "$INCOMING/deploy/host/systemd/journald.conf" |
    put "$ROOT/etc/systemd/journald.conf.d/jupyterlab-emr.conf" && [ -z "$ROOT" ]; then
    systemctl restart systemd-journald.service
  fi
  [ -z "$changed" ] || systemctl daemon-reload
}
if [ "$ROLE" = front ]; then
  units
  exit 0
fi
home=$OPT/releases/$id
if [ -f "$home/.complete" ]; then
  say "$id is installed"
else
  # What a killed run left is not trusted.
  rm -rf "$home"
  "$PYTHON" -m venv --without-pip "$home"
  pip=("$PYTHON" -m pip --python "$home/bin/python" --disable-pip-version-check --quiet install --no-cache-dir)
  if [ -n "${BASE_SITE:-}" ]; then
    # The host's image has JupyterLab and the rest already: only our wheel is new. First it, then the sight of the base.
    "${pip[@]}" --no-deps "$INCOMING"/*.whl
    echo "$BASE_SITE" >"$("$home/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/base.pth"
  else
    # constraints.txt holds the versions that the build resolved: each host and each later promotion gets the same.
    "${pip[@]}" -c "$INCOMING/constraints.txt" -r "$INCOMING/deploy/host/requirements.txt" "$INCOMING"/*.whl
  fi
  if [ -d "$INCOMING/site" ]; then cp -r "$INCOMING/site" "$home/site"; fi
  # nginx's configuration, the health check and the drain belong to the release that is live, not to the last tried.
  cp -r "$INCOMING/deploy" "$home/deploy"
  sync -f "$home"
  touch "$home/.complete"
  say "$id installed"
fi
units
