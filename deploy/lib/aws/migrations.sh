# shellcheck shell=bash
# Migrations of a database that only its network reaches, to be sourced after aws.sh, lambda-zip.sh and
# function-state.sh.

private='' # A folder for what nobody else may read.

# forget_secret: removes what the script may have of it, to be called at its end.
forget_secret() {
  [[ -z $private ]] || { cd / && rm -rf "$private"; }
}

# give_code FUNCTION ZIP BUCKET KEY: gives the function the code of ZIP, which is KEY in BUCKET, unless it has that. Its
# stack learns of it with its next update.
give_code() {
  local found sha256 state architecture
  found=$(ask lambda get-function-configuration --function-name "$1" --query "[CodeSha256,LastUpdateStatus||'Successful']")
  read -r sha256 state <<<"$found"
  if [[ $sha256 != "$(zip_sha256 "$2")" || $state == Failed ]]; then
    heading "Giving $1 the new code"
    architecture=$(zip_architecture "$2")
    change lambda update-function-code --function-name "$1" --s3-bucket "$3" --s3-key "$4" \
      --architectures "$architecture"
    state=InProgress
  fi
  # Until it is done, the code that runs is the one from before.
  # shellcheck disable=SC2154 # function-state.sh sets it.
  [[ $state == Successful ]] || wait_for_function "$1" "$latest"
}

# migrate FUNCTION SECRET SO: has the function apply what is missing, as the master user, whose password is in no argument,
# and on this machine only for as long as that takes. SO says what it means for the rest if that fails.
migrate() {
  local error
  umask 077
  private=$(mktemp -d)
  cd "$private" || exit
  heading 'Applying the migrations'
  read_secret "$2" >secret.json
  error=$(invoke_migrations "$1")
  rm secret.json
  # shellcheck disable=SC2154 # aws.sh sets it.
  ! "$dry_run" || return 0
  [[ $error == None ]] || fail "the migrations were not applied$3: $(error_message "$(<answer.json)")"
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
