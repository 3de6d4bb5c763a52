# shellcheck shell=bash
# Migrations of a database that only its network reaches, to be sourced after aws.sh.

# migrate FUNCTION SECRET: has the function apply what is missing, as the master user, whose password is in no argument,
# and on this machine only for as long as that takes.
migrate() {
  local private error
  # For what nobody else may read.
  umask 077
  private=$(mktemp -d)
  # shellcheck disable=SC2064 # The folder of now.
  trap "rm -rf ${private@Q}" EXIT
  cd "$private" || exit
  heading 'Applying the migrations'
  read_secret "$2" >secret.json
  error=$(invoke_migrations "$1")
  rm secret.json
  # shellcheck disable=SC2154 # aws.sh sets it.
  ! "$dry_run" || return 0
  [[ $error == None ]] || fail "the migrations were not applied: $(error_message "$(<answer.json)")"
  printf '%s\n' "$(<answer.json)" >&2
}

# invoke_migrations FUNCTION: prints its error, or None. A function that was idle for weeks is no longer in its network:
# Lambda refuses the first invocation, and then puts it back there.
# https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
invoke_migrations() {
  # The function has five minutes.
  local call=(lambda invoke --function-name "$1" --payload fileb://secret.json --cli-read-timeout 0
    --query FunctionError answer.json) error
  if "$dry_run"; then change "${call[@]}" && return; fi
  error=$(call_aws '@(ResourceNotReady|ResourceConflict|ENINotReady)*' "${call[@]}")
  if [[ -z $error ]]; then
    WAIT_SECONDS=${WAIT_SECONDS:-600} wait_for "$1 is ready" Active Failed \
      ask lambda get-function-configuration --function-name "$1" --query State
    error=$(change "${call[@]}")
  fi
  echo "$error"
}

# read_secret ARN: prints the secret.
read_secret() {
  local call=(secretsmanager get-secret-value --secret-id "$1" --query SecretString)
  if "$dry_run"; then print_call 'umask 077 && >secret.json ' "${call[@]}"; else ask "${call[@]}"; fi
}

# error_message ANSWER: prints the message of a function error.
error_message() {
  local message='"errorMessage" *: *"(([^"\\]|\\.)*)"'
  if [[ $1 =~ $message ]]; then printf '%s\n' "${BASH_REMATCH[1]}"; else printf '%s\n' "${1//$'\n'/ }"; fi
}
