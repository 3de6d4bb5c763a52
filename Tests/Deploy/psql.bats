#!/usr/bin/env bats
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  start_throwaway
  sql "CREATE ROLE tester LOGIN PASSWORD 'p\"%\\ &/:?é'"
  port=${url##*:}
  port=${port%/*}
}

teardown() {
  end_throwaway
  remove_folder
}

# connects CONNECTION [SHOWN]: passes if CONNECTION works, and psql's arguments have SHOWN of it and no password.
connects() {
  run run_psql "$1" --quiet --tuples-only --no-align <<'END'
SELECT session_user;
\! tr '\0' ' ' </proc/$PPID/cmdline
END
  echo "$output"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = tester ]
  [[ ${lines[1]} == *"--dbname $2 " ]]
}

@test "run_psql hides the password before a URL's host" {
  connects "postgresql://tester:p%22%25%5C%20%26%2F%3A%3F%C3%A9@127.0.0.1:$port/postgres?application_name=a" \
    "postgresql://tester@127.0.0.1:$port/postgres?application_name=a"
}

@test "run_psql hides the password in a URL's query" {
  local password='p%22%25%5C%20%26%2F%3A%3F%C3%A9' base="postgres://tester@127.0.0.1:$port/postgres?"
  connects "${base}password=$password" "$base"
  connects "${base}password=$password&application_name=a" "${base}application_name=a"
  connects "${base}application_name=a&password=$password" "${base}application_name=a&"
}

@test "run_psql hides the password among keywords" {
  local host="host=127.0.0.1 port=$port" user='user=tester dbname=postgres'
  connects "$host password='p\"%\\\\ &/:?é' $user" "$host  $user"
  connects "password=p\"%\\\\\\ &/:?é $host $user" " $host $user"
  connects "$host $user password = 'p\"%\\\\ &/:?é'" "$host $user "
}

@test "run_psql leaves a connection without a password as it is" {
  PGPASSWORD='p"%\ &/:?é' connects "postgresql://tester@127.0.0.1:$port/postgres" \
    "postgresql://tester@127.0.0.1:$port/postgres"
}

@test "run_psql ends with 3 after an SQL error in its input, and runs nothing after it" {
  run run_psql "$url" <<<'SELECT 1/0; CREATE TABLE late ();'
  [ "$status" -eq 3 ]
  [ "$(sql "SELECT to_regclass('late')")" = "" ]
}
