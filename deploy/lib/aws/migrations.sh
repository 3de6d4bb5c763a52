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
  # The function has five minutes.
  error=$(change lambda invoke --function-name "$1" --payload fileb://secret.json --cli-read-timeout 0 \
    --query FunctionError answer.json)
  rm secret.json
  # shellcheck disable=SC2154 # aws.sh sets it.
  ! "$dry_run" || return 0
  [[ $error == None ]] || fail "the migrations were not applied: $(error_message "$(<answer.json)")"
  printf '%s\n' "$(<answer.json)" >&2
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
