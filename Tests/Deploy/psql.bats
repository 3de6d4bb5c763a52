#!/usr/bin/env bats
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  start_throwaway
  sql "CREATE ROLE tester LOGIN PASSWORD 'p\"%\\ &/:?é'"
  port=${url##*:}
  export port=${port%/*} folder url
}

teardown_file() {
  end_throwaway
  remove_folder
}

# connects CONNECTION: passes if CONNECTION works, and psql's arguments have its user, but no password.
connects() {
  run run_psql "$1" --quiet --tuples-only --no-align <<'END'
SELECT session_user;
\! tr '\0' ' ' </proc/$PPID/cmdline
END
  echo "$output"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = tester ]
  [[ ${lines[1]} == *"user='tester'"* && ${lines[1]} != *pass* && ${lines[1]} != *'p"%'* && ${lines[1]} != *%22* ]]
}

@test "run_psql hides the password of a URL" {
  local password='p%22%25%5C%20%26%2F%3A%3F%C3%A9'
  connects "postgresql://tester:$password@127.0.0.1:$port/postgres?application_name=a"
  connects "postgres://tester@127.0.0.1:$port/postgres?application_name=a&password=$password"
  connects "postgres://tester@127.0.0.1:$port/postgres?p%61ssword=$password"
}

@test "run_psql hides the password among keywords" {
  local others="host=127.0.0.1 port=$port user=tester dbname=postgres"
  connects "$others password = 'p\"%\\\\ &/:?é'"
  connects "password=p\"%\\\\\\ &/:?é $others"
}

@test "run_psql leaves a password of the environment where it is" {
  PGPASSWORD='p"%\ &/:?é' connects "postgresql://tester@127.0.0.1:$port/postgres"
}

@test "run_psql is the same whatever a person has set" {
  cat >"$folder/psqlrc" <<<$'\\echo welcome\n\\set ON_ERROR_STOP off'
  PSQLRC="$folder/psqlrc" run run_psql "$url" -At <<<'SELECT 1; SELECT 1/0; SELECT 2;'
  [ "$status" -eq 3 ]
  [ "${lines[0]}" = 1 ]
}

@test "run_psql refuses other secrets, which it could not hide" {
  run run_psql "$url?sslpassword=SECRET"
  [ "$status" -eq 2 ]
  [[ $output == *": sslpassword is not supported: "* && $output != *SECRET* ]]
}

@test "run_psql ends with 3 after an SQL error in its input, and runs nothing after it" {
  run run_psql "$url" <<<'SELECT 1/0; CREATE TABLE late ();'
  [ "$status" -eq 3 ]
  [ "$(sql "SELECT to_regclass('late')")" = "" ]
}
