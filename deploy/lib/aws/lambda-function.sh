# shellcheck shell=bash
# A function's code and configuration, to be sourced after aws.sh, lambda-zip.sh, function-state.sh and scratch.sh. The
# caller has set function, zip, arch, memory, timeout, env_file, subnets and security_groups, and role_arn.
# shellcheck disable=SC2154

# read_environment FILE: makes Lambda's JSON of its KEY=VALUE lines. A value is all that follows the first =, but not
# the carriage return that editors on Windows end a line with, nor the blanks around CONNECTION_URL: see trim_connection.
read_environment() {
  local line key
  [[ -f $1 && -r $1 ]] || die "the file ${1@Q} of --env-file cannot be read."
  # Which line is wrong, and no more: any of them may have a secret.
  line=$(grep --line-number --invert-match --extended-regexp '^([[:space:]]*(#.*)?|[A-Za-z][A-Za-z0-9_]+=.*)$' "$1" |
    head -n 1 | cut --delimiter : --fields 1 || true)
  [[ -z $line ]] || die "line $line of ${1@Q} is not KEY=VALUE, with a key of letters, digits and _."
  key=$(grep --only-matching --extended-regexp '^[A-Za-z][A-Za-z0-9_]+=' "$1" | sort | uniq --repeated |
    head -n 1 || true)
  [[ -z $key ]] || die "${1@Q} has ${key%=} twice."
  jq --raw-input --null-input --ascii-output '
    def trimmed: sub("^[ \t\r]+"; "") | if test("^postgres(ql)?://") then sub("[ \t\r]+$"; "") else . end;
    {Variables: [inputs | rtrimstr("\r") | select(test("^\\s*(#|$)") | not) | capture("^(?<key>[^=]+)=(?<value>.*)$")
        | if .key == "CONNECTION_URL" then .value |= trimmed else . end]
      | from_entries}
  ' "$1" >"$call_files/environment.json"
}

# make_configuration: sets configuration to the options of both calls that take one, and writes the settings that they
# stand for. What they leave out stays as it is.
make_configuration() {
  local variables=$call_files/environment.json
  configuration=(--runtime provided.al2023 --handler cruddur.events --role "$role_arn"
    --memory-size "$memory" --timeout "$timeout" --logging-config LogFormat=JSON)
  [[ -z $subnets ]] || configuration+=(--vpc-config "SubnetIds=$subnets,SecurityGroupIds=$security_groups")
  if [[ -n $env_file ]]; then
    configuration+=(--environment "file://$variables")
  else
    variables=$scratch/no-variables.json
    echo '{}' >"$variables"
  fi
  jq --null-input --arg role "$role_arn" --argjson memory "$memory" --argjson timeout "$timeout" --arg arch "$arch" \
    --arg sha256 "$(zip_sha256 "$zip")" --arg subnets "$subnets" --arg groups "$security_groups" \
    --slurpfile variables "$variables" '
      {Role: $role, Runtime: "provided.al2023", Handler: "cruddur.events", MemorySize: $memory, Timeout: $timeout,
        Architectures: [$arch], CodeSha256: $sha256, LogFormat: "JSON"}
      + if $subnets == "" then {}
        else {SubnetIds: ($subnets / "," | sort), SecurityGroupIds: ($groups / "," | sort)} end
      + $variables[0]
    ' >"$scratch/wanted.json"
}

# ensure_function: makes the function, or updates of it what is not as wanted; and writes how it is now.
ensure_function() {
  local changes
  describe "$latest" >"$scratch/latest.json"
  if [[ ! -s $scratch/latest.json ]]; then
    heading "Making the function $function"
    change_with_role create-function --function-name "$function" "${configuration[@]}" --architectures "$arch" \
      --zip-file "fileb://$zip"
    check_code
  else
    changes=" $(changed_settings wanted latest) "
    [[ $changes =~ [^\ ] ]] || return 0
    heading "Updating the function $function:${changes% }"
    update_function "$changes"
  fi
}

# update_function CHANGES: CHANGES are the names of the settings to change, each between spaces. Lambda takes no update
# while another one is not over, which may be that of a run that was interrupted.
update_function() {
  local configured=${1/ CodeSha256 / }
  configured=${configured/ Architectures / }
  if jq --exit-status '.State == "Pending" or .LastUpdateStatus == "InProgress"' "$scratch/latest.json" >/dev/null; then
    wait_for_function "$function" "$latest"
  fi
  if [[ $configured =~ [^\ ] ]]; then
    change_with_role update-function-configuration --function-name "$function" "${configuration[@]}"
  fi
  if [[ $1 == *' CodeSha256 '* || $1 == *' Architectures '* ]]; then
    change lambda update-function-code --function-name "$function" --architectures "$arch" --zip-file "fileb://$zip"
    wait_for_function "$function" "$latest"
    check_code
  else
    "$dry_run" || describe "$latest" >"$scratch/latest.json"
  fi
}

# changed_settings WANTED NOW: prints the names of the settings in which two files of the scratch folder differ.
changed_settings() {
  jq --raw-output -L "$top/deploy/lib/aws" --slurpfile now "$scratch/$2.json" 'include "lambda-settings";
    (if .Version then settings else . end) | changes($now[0] | settings) | join(" ")' "$scratch/$1.json"
}

# describe QUALIFIER: prints the configuration of that version or alias; nothing if there is none.
describe() {
  seek ResourceNotFoundException lambda get-function-configuration --function-name "$function" --qualifier "$1"
}

# change_with_role OPERATION ARGUMENT…: makes a call that gives the function its role, and waits for the function. A new
# role, and what it may, takes some seconds to be known everywhere, and until then Lambda refuses it.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
change_with_role() {
  if "$dry_run"; then
    change lambda "$@"
  else
    WAIT_SECONDS=${WAIT_SECONDS:-120} wait_for 'Lambda may assume the role' ready '' try_with_role "$@"
  fi
  wait_for_function "$function" "$latest"
}

# try_with_role OPERATION ARGUMENT…: prints whether the call was made.
try_with_role() {
  local said unknown='cannot be assumed|role does not have permissions|KMS key is invalid for CreateGrant'
  if said=$(change lambda "$@" 2>&1); then
    echo ready
  elif [[ $said =~ $unknown ]]; then
    echo 'not yet'
  else
    printf '\n%s\n' "$said" >&2
    exit 1
  fi
}

# check_code: ends the script if Lambda has other code than the zip.
check_code() {
  ! "$dry_run" || return 0
  describe "$latest" >"$scratch/latest.json"
  [[ " $(changed_settings wanted latest) " != *' CodeSha256 '* ]] ||
    fail "the code that arrived is not that of ${zip@Q}: run it again."
}
