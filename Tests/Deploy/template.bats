#!/usr/bin/env bats
# deploy/template.yaml: what CloudFormation and SAM think of it, and what it promises.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

setup_file() {
  make_folder
  require_python_tools "$top"
  # The translator asks boto3 for it.
  export folder python_tools AWS_DEFAULT_REGION=eu-central-1
}

teardown_file() { remove_folder; }

setup() { :; }

@test "cfn-lint finds nothing, not even to remark, and is told to ignore nothing" {
  run grep --recursive --ignore-case --line-number cfn-lint "$top/deploy/template.yaml"
  [ "$status" -eq 1 ]
  cd "$folder" || return # A .cfnlintrc of the folder would be read.
  run "$python_tools/cfn-lint" --include-checks I -- "$top/deploy/template.yaml"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "cfn-lint finds nothing in what SAM makes of it" {
  "$python_tools/python3" "$BATS_TEST_DIRNAME/stack_template.py" >"$folder/expanded.json"
  cd "$folder" || return
  run "$python_tools/cfn-lint" -- expanded.json
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "It keeps its promises in each profile, with and without RDS Proxy" {
  run "$python_tools/python3" -m unittest discover --start-directory "$BATS_TEST_DIRNAME" --pattern "template_*_tests.py"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ ${lines[*]} == *"Ran "[1-9]* ]]
}

# lines_that_count: prints how many lines of standard input the metric filter of lost users counts.
lines_that_count() {
  "$python_tools/python3" "$BATS_TEST_DIRNAME/lost_users.py"
}

# invoke EVENT…: gives them to a bootstrap that logs as in the stack, and whose database is away.
invoke() {
  cd "$top" || return
  by_hand .build/debug/cruddur invoke "$@" --env AWS_LAMBDA_LOG_FORMAT=JSON \
    --env CONNECTION_URL=postgresql://cruddur_app@127.0.0.1:1/cruddur
}

@test "Of the function's own log, the alarm of lost users counts the line that says so, and no other" {
  invoke events/confirm-sign-up.json events/unknown-trigger.json
  [ "$status" -eq 1 ]
  [ "$(lines_that_count <<<"$output")" -eq 1 ]

  # A user with an id that cannot be stored is lost as well.
  jq '.request.userAttributes.sub = "\u0000"' events/confirm-sign-up.json >"$folder/nobody.json"
  invoke "$folder/nobody.json"
  [ "$status" -eq 1 ]
  [ "$(lines_that_count <<<"$output")" -eq 1 ]

  invoke events/post-authentication.json
  [[ $status -eq 0 && $output == *'healing failed: '* ]]
  [ "$(lines_that_count <<<"$output")" -eq 0 ]

  invoke events/health.json
  [[ $output == *'"level":"ERROR"'* ]]
  [ "$(lines_that_count <<<"$output")" -eq 0 ]
}
