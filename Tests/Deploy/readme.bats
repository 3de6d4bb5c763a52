#!/usr/bin/env bats
# The README's commands, which are the lines of its ```sh blocks, but for deploy/test, which runs this.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  export CRUDDUR_POSTGRES="$folder/postgres"
  cd "$top" || return
  # shellcheck disable=SC2016 # The backquotes are Markdown's.
  mapfile -t commands < <(sed --quiet '/^```sh$/,/^```$/ { /^```/!p }' README.md | grep --invert-match '^deploy/test$')
}

teardown() {
  deploy/run --stop
  remove_folder
}

@test "The README's commands work" {
  ((${#commands[@]} > 0))
  for command in "${commands[@]}"; do
    echo "$ $command"
    by_hand bash -c "$command"
    [ "$status" -eq 0 ]
  done
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
