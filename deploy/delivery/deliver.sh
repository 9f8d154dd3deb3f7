#!/usr/bin/env bash
# A version to a group of hosts, by CodeDeploy. The steps of .github/workflows/deliver.yml.
#   deliver.sh deploy GROUP COMMIT     the revision to the group; waits; CodeDeploy rolls back what fails
#   deliver.sh promote FROM TO         what FROM got last, to TO
#   deliver.sh rollback GROUP [COMMIT] the group back to the version before (or to COMMIT)
#   deliver.sh status GROUP            the commit that the group has
# Environment: APPLICATION (CodeDeploy's), REPOSITORY (owner/name); credentials of the deploy role. Exit code 1: not delivered.
set -euo pipefail
: "${APPLICATION:?name of the CodeDeploy application}" "${REPOSITORY:?owner/name of the GitHub repository}"

info() { aws deploy get-deployment --deployment-id "$1" --output text --query "deploymentInfo.$2"; }
commit_of() { info "$1" revision.gitHubLocation.commitId; }

# The commit that a group got last, or nothing.
status() {
  local id
  id=$(aws deploy get-deployment-group --application-name "$APPLICATION" --deployment-group-name "$1" --output text \
    --query deploymentGroupInfo.lastSuccessfulDeployment.deploymentId)
  [ "$id" = None ] || commit_of "$id"
}

list() {
  local group=$1
  shift
  aws deploy list-deployments --application-name "$APPLICATION" --deployment-group-name "$group" --output text \
    --query deployments --include-only-statuses "$@" | tr '\t' '\n' | sed '/^None$/d; /^$/d'
}

# Wait for a deployment's end; its exit code. The waiter of the AWS CLI gives up after half an hour.
ended() {
  until aws deploy wait deployment-successful --deployment-id "$1"; do
    case $(info "$1" status) in Created | Queued | InProgress | Ready) ;; *) return 1 ;; esac
  done
}

# Wait for a deployment; say how it ended.
await() {
  local id=$1 back
  if ended "$id"; then
    echo "$id: delivered $(commit_of "$id")"
    return 0
  fi
  echo "$id: $(info "$id" status): $(info "$id" errorInformation.message)" >&2
  back=$(info "$id" rollbackInfo.rollbackDeploymentId)
  if [ "$back" != None ]; then
    if ended "$back"; then
      echo "$back: rolled back to $(commit_of "$back")" >&2
    else
      echo "$back: the rollback failed too: $(info "$back" errorInformation.message)" >&2
    fi
  fi
  return 1
}

deploy() {
  local group=$1 commit=$2 id
  # A run that was killed has left its deployment: the same commit is waited for, another one's end comes first.
  for id in $(list "$group" Created Queued InProgress Ready); do
    echo "$id is under way"
    if [ "$(commit_of "$id")" = "$commit" ]; then
      await "$id"
      return
    fi
    await "$id" || true
  done
  id=$(aws deploy create-deployment --application-name "$APPLICATION" --deployment-group-name "$group" \
    --github-location "repository=$REPOSITORY,commitId=$commit" \
    --description "${GITHUB_WORKFLOW:-by hand} ${GITHUB_RUN_ID:-} by ${GITHUB_ACTOR:-$USER}" \
    --output text --query deploymentId)
  echo "$id: $commit to $group"
  await "$id"
}

promote() {
  local commit
  commit=$(status "$1")
  [ -n "$commit" ] || { echo "the group $1 has no version to promote" >&2; return 1; }
  if [ "$(status "$2")" = "$commit" ]; then
    echo "$2 has $commit already"
    return 0
  fi
  deploy "$2" "$commit"
}

# The commits that a group got, newest first. CodeDeploy promises no order.
history() {
  list "$1" Succeeded | xargs -r -n 25 aws deploy batch-get-deployments --output text \
    --query 'deploymentsInfo[].[createTime, revision.gitHubLocation.commitId]' --deployment-ids |
    sort -r | cut -f2
}

# The version that a group had before the one it has. A deployment that was a rollback itself counts as any other.
rollback() {
  local group=$1 commit=${2:-}
  if [ -z "$commit" ]; then
    commit=$(history "$group" | grep -vx "$(status "$group")" | head -n 1 || true)
    [ -n "$commit" ] || { echo "the group $group never had another version" >&2; return 1; }
  fi
  deploy "$group" "$commit"
}

USER=${USER:-$(id -un)}
case "${1:-} $#" in
  "deploy 3") deploy "$2" "$3" ;;
  "promote 3") promote "$2" "$3" ;;
  "rollback 2" | "rollback 3") rollback "$2" "${3:-}" ;;
  "status 2") status "$2" ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
