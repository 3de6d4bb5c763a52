#!/usr/bin/env bats
# lambda-logs.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck disable=SC2016 # What is in single quotes is not for this shell to expand.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

setup() {
  reset_aws
  aws_says logs create-log-group --log-group-name /aws/lambda/cruddur
  aws_says logs create-log-stream --log-group-name /aws/lambda/cruddur --log-stream-name one
  export FUNCTION_NAME=cruddur
}

# log AGE MESSAGE…: puts events, the first of which is so many seconds old, each next one a millisecond younger.
log() {
  local message time=$((($(date +%s) - $1) * 1000)) events='[]'
  shift
  for message; do
    events=$(jq --arg message "$message" ". + [{timestamp: $((time++)), message: \$message}]" <<<"$events")
  done
  aws_says logs put-log-events --log-group-name /aws/lambda/cruddur --log-stream-name one --log-events "$events" \
    >"$folder/answer"
}

teardown() {
  [[ ! -v follower ]] || kill -KILL -- "-$follower" 2>/dev/null || true # It has ended, if the test passed.
}

# follow: runs lambda-logs with its output in the file followed, and as if on a terminal of its own: what a shell starts
# in the background is deaf to Ctrl-C.
follow() {
  setsid env --default-signal=INT "$top/deploy/bin/lambda-logs" >"$folder/followed" 2>&1 3>&- &
  follower=$!
}

# says LINE: whether a line of what was followed is this one, once.
says() {
  [ "$(grep --count --line-regexp --fixed-strings -- "$1" "$folder/followed")" -eq 1 ]
}

@test "What was logged is shown in its order, and nothing that steers a terminal" {
  log 7200 old
  log 60 $'a name é 😀 \\x41 "quoted"\n' $'a\ttab\nand two lines\n' $'\e[31mred'
  works lambda-logs --no-follow
  [ "$output" = $'a name é 😀 \\x41 "quoted"\na\ttab\nand two lines\n?[31mred' ]
  works lambda-logs --no-follow --filter quoted
  [ "$output" = 'a name é 😀 \x41 "quoted"' ]
  works lambda-logs --no-follow --filter -quoted
  works lambda-logs --no-follow --since 3h
  [[ $output == old$'\n'* ]]
  works lambda-logs --no-follow --since 2h --log-group /aws/lambda/cruddur --function other --filter tab
  [[ $output == a$'\t'tab* ]]
  works lambda-logs --no-follow --since 2100-01-31T12:00Z
  [ "$output" = "" ]
}

@test "What is logged later follows, each event once, until Ctrl-C" {
  log 5 first first
  follow
  eventually grep --quiet first "$folder/followed"
  log 0 second
  eventually says second
  # It was written before the second, and arrives after it.
  log 3 late
  eventually says late
  [ "$(grep --count first "$folder/followed")" -eq 2 ]
  says second
  kill -INT -- "-$follower"
  status=0
  wait "$follower" || status=$?
  [ "$status" -eq 130 ]
  [ "$(wc -l <"$folder/followed")" -eq 4 ]
}

@test "Wrong names and times end in one sentence" {
  fails_with 1 "there is no log group /aws/lambda/nobody in eu-central-1: *" lambda-logs --function nobody
  for since in yesterday 10 5y -1h '' '$(id)'; do
    script lambda-logs --no-follow --since "$since"
    [[ $status -eq 2 && ${#lines[@]} -eq 1 && $output == "lambda-logs: --since "* ]]
  done
}

@test "--dry-run shows the call, and ends" {
  log 0 something
  works lambda-logs --dry-run
  [[ ${lines[0]} == "# aws logs filter-log-events --log-group-name /aws/lambda/cruddur --start-time "* ]]
}
