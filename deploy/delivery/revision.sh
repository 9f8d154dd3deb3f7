#!/usr/bin/env bash
# Makes the revision that CodeDeploy takes from GitHub: a commit without history that holds what a host needs, and pushes it as
# the branch delivery/RELEASE. Prints the commit. The same input gives the same commit, so a second run changes nothing.
#   revision.sh WHEEL SITE [REMOTE]   SITE: folder of the built manual; REMOTE: default origin
# Branches of old releases go: KEEP (default 20) stay, which is how far one can roll back.
set -euo pipefail
wheel=$1
site=$2
remote=${3:-origin}
cd "$(git rev-parse --show-toplevel)"
commit=$(git rev-parse HEAD)
when=$(git log -1 --format=%cI)
version=$(basename "$wheel" | cut -d- -f2)
release=$version+g${commit:0:12}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git archive HEAD appspec.yml deploy/host | tar -x -C "$work"
cp "$wheel" "$work/"
[ ! -d "$site" ] || cp -r "$site" "$work/site"
echo "$release" >"$work/RELEASE"
# The versions that this build was tested with: gray hosts, and everybody next Thursday, get these.
if [ -n "${PYTHON:-}" ]; then
  "$PYTHON" -m pip install --quiet --dry-run --ignore-installed --report "$work/report.json" \
    -r deploy/host/requirements.txt "$wheel" >&2
  "$PYTHON" - "$work/report.json" >"$work/constraints.txt" <<'PY'
import json, sys
for item in sorted(json.load(open(sys.argv[1]))["install"], key=lambda item: item["metadata"]["name"].lower()):
    if item["metadata"]["name"] != "jupyterlab-emr":
        print(f"{item['metadata']['name']}=={item['metadata']['version']}")
PY
  rm "$work/report.json"
else
  : >"$work/constraints.txt"
fi

export GIT_INDEX_FILE=$work.index GIT_AUTHOR_NAME=delivery GIT_AUTHOR_EMAIL=delivery@localhost \
  GIT_COMMITTER_NAME=delivery GIT_COMMITTER_EMAIL=delivery@localhost GIT_AUTHOR_DATE=$when GIT_COMMITTER_DATE=$when
trap 'rm -rf "$work" "$work.index"' EXIT
git --work-tree="$work" add --all --force .
revision=$(git commit-tree "$(git write-tree)" -m "jupyterlab-emr $release")
unset GIT_INDEX_FILE
git push --quiet --force "$remote" "$revision:refs/heads/delivery/$release" >&2
git ls-remote --heads "$remote" 'delivery/*' | cut -f1,2 >"$work/heads"
if [ "$(wc -l <"$work/heads")" -gt "${KEEP:-20}" ]; then
  git fetch --quiet --depth=1 "$remote" '+refs/heads/delivery/*:refs/deliveries/*' >&2
  git for-each-ref --sort=-committerdate --format='%(refname:lstrip=2)' refs/deliveries | tail -n "+$((${KEEP:-20} + 1))" |
    sed 's|^|refs/heads/delivery/|' | xargs -r git push --quiet --delete "$remote" >&2
fi
echo "$revision"
