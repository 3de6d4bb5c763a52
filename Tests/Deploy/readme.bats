#!/usr/bin/env bats
# The README's commands, which are the lines of its ```sh blocks, but for deploy/test, which runs this, and for those of
# readme-aws.bats and reconcile.bats. Those that need the server of deploy/run --serve have its address in them.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  export CRUDDUR_POSTGRES="$folder/postgres"
  leave_swift_out
  cd "$top" || return
  # shellcheck disable=SC2016 # The backquotes are Markdown's.
  mapfile -t commands < <(sed --quiet '/^```sh$/,/^```$/ { /^```/!p }' README.md |
    grep --extended-regexp --invert-match "^deploy/test\$|$aws_commands|$pool_commands")
  mapfile -t requests < <(printf '%s\n' "${commands[@]}" | grep --fixed-strings 127.0.0.1:3000)
}

teardown() {
  end_serve
  deploy/run --stop
  remove_folder
}

end_serve() {
  [[ -v serve ]] || return 0
  kill "$serve" 2>/dev/null || true
  eventually is_gone "$serve"
}

@test "The README's commands work" {
  ((${#commands[@]} > 0))
  for command in "${commands[@]}"; do
    [[ $command != *--serve* && $command != *127.0.0.1:3000* ]] || continue
    echo "$ $command"
    by_hand bash -c "$command"
    [ "$status" -eq 0 ]
  done
}

@test "The README's requests work" {
  ((${#requests[@]} > 0))
  [[ " ${commands[*]} " == *" deploy/run --serve "* ]]
  : >"$folder/serve" # For tail, which may be there first.
  deploy/run --serve --port 0 >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  # It may have to be built.
  timeout 900 tail --pid "$serve" --follow --lines +1 "$folder/serve" | grep --quiet --max-count 1 '^http://'
  read -r server <"$folder/serve"
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
  for command in "${requests[@]}"; do
    echo "$ $command"
    by_hand bash -c "${command//http:\/\/127.0.0.1:3000/$server}"
    [ "$status" -eq 0 ]
  done
  # shellcheck disable=SC2154 # `run` sets it.
  [[ $output == *'"statusCode":200'*'"StatusCode": 200'* ]]
}

@test "deploy/run adds a user, and the second time finds them" {
  [[ " ${commands[*]} " == *" deploy/run "* ]]
  answer=$(<events/confirm-sign-up.json)
  row='email           | alice@example.com'

  by_hand deploy/run
  [ "$status" -eq 0 ]
  [[ $output == *"user added"*"$row"* ]]
  [[ $output == *"$answer"* ]]

  by_hand deploy/run
  [ "$status" -eq 0 ]
  [[ $output == *"user already there"*"$row"* ]]
  [[ $output != *"user added"* ]]
}
