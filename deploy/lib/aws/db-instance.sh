# shellcheck shell=bash
# The states of a DB instance, to be sourced after aws.sh.

# Those in which it stays until somebody does something about it, as a pattern.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
broken='@(failed|deleting|incompatible-*|inaccessible-*|insufficient-capacity|restore-error|storage-full)'

# Prints an instance's state; ends the script if there is no such instance.
db_state() {
  ask rds describe-db-instances --db-instance-identifier "$1" --query 'DBInstances[0].DBInstanceStatus'
}

# Prints an instance's state, nothing if there is none.
instance_state() {
  seek 'DBInstanceNotFound*' rds describe-db-instances --db-instance-identifier "$1" \
    --query 'DBInstances[0].DBInstanceStatus'
}

# wait_for_state INSTANCE STATE
wait_for_state() {
  wait_for "$1 is $2" "$2" "$broken" db_state "$1"
}

# bring_to INSTANCE STATE OPERATION: calls OPERATION unless the instance is in STATE, or on its way to it, and waits for
# it unless wait is false. Whatever else is under way, a backup say, AWS has to finish before.
bring_to() {
  local instance=$1 wanted=$2 operation=$3 state
  local -A under_way=([stopped]=stopping [available]=starting)
  state=$(db_state "$instance")
  # shellcheck disable=SC2053 # A pattern.
  [[ $state != $broken ]] || fail "$instance is $state, and cannot be made $wanted."
  if [[ $state != @(available|stopped|"${under_way[$wanted]}") ]]; then
    wait_for "$instance is at rest" '@(available|stopped)' "$broken" db_state "$instance"
    state=$(db_state "$instance")
  fi
  case $state in
    "$wanted") heading "$instance is $state already" && return ;;
    "${under_way[$wanted]}") heading "$instance is $state already" ;;
    *) change rds "$operation" --db-instance-identifier "$instance" ;;
  esac
  if "${wait-true}"; then wait_for_state "$instance" "$wanted"; fi
}

# make_available INSTANCE: starts it if it is stopped, and waits for what AWS is doing with it, because AWS modifies only
# an instance that is available, and takes a last snapshot only of one. Leaves those alone that are not there, and those
# that are broken, about which whatever is done next has more to say.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html#USER_StopInstance.Limitations
make_available() {
  local state
  state=$(instance_state "$1")
  # shellcheck disable=SC2053 # A pattern.
  [[ $state != @(|available|storage-optimization) && $state != $broken ]] || return 0
  case $state in
    stop*) heading "Starting $1, which is $state" ;;
    *) heading "Waiting for $1, which is $state" ;;
  esac
  bring_to "$1" available start-db-instance
}
