#!/usr/bin/env bats
# bootstrap, and the functions of Tests/Examples, under AWS's own emulator of Lambda and under `cruddur serve`: what
# callers see is the same, or the tables of emulators.py say what Lambda does, and why.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  require_aws_emulator "$top"
  [[ -x $top/.build/debug/bootstrap && -x $top/.build/debug/cruddur ]] || build_programs "$top"
  build_examples "$top"
  start_throwaway
  load_schema
  # shellcheck disable=SC2154 # start_throwaway, require_aws_emulator and build_examples set them.
  export url AWS_EMULATOR=$aws_emulator FUNCTIONS=$functions
  export BOOTSTRAP=$top/.build/debug/bootstrap CRUDDUR=$top/.build/debug/cruddur
}

teardown_file() {
  end_throwaway
  remove_folder
}

# both_play TABLE…: passes if both emulators show what the tables say; is skipped if AWS's cannot play them here.
both_play() {
  CONNECTION_URL=$url by_hand timeout 300 /usr/bin/python3 -B "$BATS_TEST_DIRNAME/emulators.py" "$@"
  # shellcheck disable=SC2154 # `run` sets them.
  [ "$status" -ne 3 ] || skip "${lines[-1]}"
  [ "$status" -eq 0 ]
}

@test "Both emulators hand out events, and pass on responses and errors" {
  both_play events
}

@test "Both end a function that crashed or hangs, and go on with another process" {
  both_play ends
}

@test "Both say why a function does not start" {
  both_play start
}

@test "Both run functions of other people" {
  both_play functions
}

@test "Both pass on streams, whether they break or not" {
  both_play streams
}

@test "Under both a function says in time that it misses its deadline, and ends cleanly" {
  both_play deadlines
}

@test "Both play Managed Instances, where one process handles many events at once" {
  both_play managed
}
