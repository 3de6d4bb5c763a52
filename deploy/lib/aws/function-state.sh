# shellcheck shell=bash
# The states of a function, to be sourced after aws.sh.

# shellcheck disable=SC2034 # Scripts use it.
latest=\$LATEST # As Lambda calls what is not published.

# wait_for_function FUNCTION VERSION
wait_for_function() {
  wait_for "$1:$2 is ready" '@(Active|Inactive) Successful*' '*Failed*' function_state "$1" "$2"
}

# function_state FUNCTION VERSION: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
function_state() {
  ask lambda get-function-configuration --function-name "$1" --qualifier "$2" --query \
    "[State || 'Active', LastUpdateStatus || 'Successful', StateReason, LastUpdateStatusReason][?@] | join(' ', @)"
}
