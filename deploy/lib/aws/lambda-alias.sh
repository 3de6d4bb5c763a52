# shellcheck shell=bash
# The alias live, to be sourced after lambda-function.sh.
#
# Who calls the alias gets no version that has not answered an event before: a new one is tried by its number first.
# What only the alias shows (it may have kept a share for another version, say) is tried through it afterwards; if that
# fails, it goes back to where it was.
# shellcheck disable=SC2154 # Those before have set them.

# go_live: publishes what the function has now, unless the alias has it already, and prints the alias's ARN.
go_live() {
  local previous version failure arn
  describe live >"$scratch/live.json"
  previous=$(jq --raw-output .Version "$scratch/live.json")
  if [[ -n $previous && $previous != "$latest" ]] && is_live; then
    heading "Version $previous of $function is live and up to date"
    jq --raw-output '.FunctionArn | split(":")[:7] + ["live"] | join(":")' "$scratch/live.json"
    return
  fi

  heading "Publishing a version of $function"
  version=$(change lambda publish-version --function-name "$function" --query Version)
  wait_for_function "$function" "$version"
  failure=$(smoke_test "$version" 2>&1) ||
    fail "version $version did not go live${previous:+, version $previous stays}: $failure"

  heading "Making version $version live"
  arn=$(point_alias "$previous" "$version")
  failure=$(smoke_test live 2>&1) || roll_back "$previous" "$version" "$failure"
  "$dry_run" || echo "$arn"
}

# is_live: whether the alias has the settings of the function, and those that --dry-run did not give to it.
is_live() {
  [[ -z "$(changed_settings wanted live)$(changed_settings latest live)" ]]
}

# point_alias PREVIOUS VERSION: moves the alias, all of it, or makes it if PREVIOUS is empty; and prints its ARN.
point_alias() {
  if [[ -n $1 ]]; then
    change lambda update-alias --function-name "$function" --name live --function-version "$2" \
      --routing-config AdditionalVersionWeights={} --query AliasArn
  else
    change lambda create-alias --function-name "$function" --name live --function-version "$2" --query AliasArn
  fi
}

# roll_back PREVIOUS VERSION FAILURE: ends the script.
roll_back() {
  if [[ -n $1 ]]; then
    point_alias "$1" "$1" >/dev/null
    fail "live is version $1 again, because version $2 failed through it: $3"
  else
    change lambda delete-alias --function-name "$function" --name live
    fail "there is no live version, because version $2 failed through it: $3"
  fi
}

# smoke_test QUALIFIER: invokes the function with an event that it answers as it is, and writes nothing for. If it
# fails, says so in a sentence.
smoke_test() {
  local event=$top/events/unknown-trigger.json answer=$scratch/answer.json failed
  ! "$dry_run" || answer=/dev/stdout
  failed=$(change lambda invoke --function-name "$function" --qualifier "$1" --payload "fileb://$event" \
    --query FunctionError "$answer") || return
  ! "$dry_run" || return 0
  if [[ $failed != None ]]; then
    jq --raw-output '"\(.errorType // "error"): \(.errorMessage // "no message")"' "$answer"
    return 1
  elif ! jq --null-input --exit-status --slurpfile event "$event" --slurpfile answer "$answer" \
    '$event == $answer' >/dev/null; then
    echo "its answer to ${event##*/} is not the event."
    return 1
  fi
}
