#!/usr/bin/env bats
# bootstrap under AWS's own emulator of Lambda and under `cruddur serve`: what callers see is the same, or emulators.py says
# which of the two is as Lambda is. Each table has a PostgreSQL that all of them share.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  require_aws_emulator "$top"
  [[ -x $top/.build/debug/bootstrap && -x $top/.build/debug/cruddur ]] || build_programs "$top"
  start_throwaway
  run_psql "$url" --quiet --file "$top/deploy/db/schema.sql"
  # shellcheck disable=SC2154 # start_throwaway and require_aws_emulator set them.
  export url AWS_EMULATOR=$aws_emulator BOOTSTRAP=$top/.build/debug/bootstrap CRUDDUR=$top/.build/debug/cruddur
}

teardown_file() {
  end_throwaway
  remove_folder
}

# both_play TABLE…: passes if both emulators show what the tables say.
both_play() {
  CONNECTION_URL=$url by_hand timeout 300 /usr/bin/python3 -B "$BATS_TEST_DIRNAME/emulators.py" "$@"
  # shellcheck disable=SC2154 # `run` sets it.
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
