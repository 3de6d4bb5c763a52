# shellcheck shell=bash
# Waiting for what takes AWS its time, to be sourced by aws.sh.

# wait_for WHAT WANTED FAILED COMMAND…: runs COMMAND, which prints a state, again and again until the state matches the
# pattern WANTED; a state that matches FAILED, or an hour, ends the script. WHAT completes "Waiting until …". Says each
# new state, and between them a dot for each look.
wait_for() {
  local what=$1 wanted=$2 failed=$3 state='' new limit=$((SECONDS + ${WAIT_SECONDS:-3600}))
  shift 3
  # shellcheck disable=SC2154 # aws.sh sets them.
  if "$dry_run"; then
    echo "# waits until $what" >&"$plan"
    return
  fi
  printf 'Waiting until %s: ' "$what" >&2
  while :; do
    new=$("$@") || exit
    if [[ $new == "$state" ]]; then printf . >&2; else printf '%s ' "${new:-gone}" >&2; fi
    state=$new
    # shellcheck disable=SC2053 # A pattern.
    if [[ $state == $wanted ]]; then break; fi
    # shellcheck disable=SC2053 # A pattern.
    if [[ -n $failed && $state == $failed ]]; then echo >&2 && fail "gave up waiting until $what: it is $state."; fi
    if ((SECONDS >= limit)); then echo >&2 && fail "gave up waiting until $what: it is still ${state:-gone}."; fi
    sleep "${POLL_SECONDS:-5}"
  done
  echo >&2
}
