#!/usr/bin/env bats
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
}

teardown() {
  end_throwaway
  remove_folder
}

# Nothing of the cluster in the folder $1 is left, nor any process that worked there.
assert_nothing_left() {
  [ ! -e "$1" ]
  eventually is_gone "$postmaster"
}

@test "throwaway-postgres prints the URL and the process id of a UTF8 server on loopback" {
  start_throwaway
  [ "$(sql 'SHOW server_encoding')" = UTF8 ]
  [ "$(sql 'SHOW listen_addresses')" = 127.0.0.1 ]
  [ "$(sql "SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)")" = "$postmaster" ]
}

@test "throwaway-postgres refuses a wrong password" {
  start_throwaway
  run run_psql "${url/postgres:*@/postgres:wrong@}" --command 'SELECT 1'
  [ "$status" -eq 2 ]
  [[ $output == *"password authentication failed"* ]]
}

@test "throwaway-postgres ends and leaves nothing when its standard input ends" {
  start_throwaway
  data=$(sql 'SHOW data_directory')
  end_throwaway
  assert_nothing_left "${data%/data}"
}

@test "throwaway-postgres ends and leaves nothing when it is terminated" {
  start_throwaway
  data=$(sql 'SHOW data_directory')
  kill "$throwaway"
  eventually is_gone "$throwaway"
  assert_nothing_left "${data%/data}"
}

@test "throwaway-postgres ends and leaves nothing when every process of the server is held" {
  start_throwaway
  data=$(sql 'SHOW data_directory')
  for process in $(cluster_processes "${data%/data}"); do kill -STOP "$process"; done
  end_throwaway
  assert_nothing_left "${data%/data}"
}

@test "throwaway-postgres ends and leaves nothing when the server was killed" {
  start_throwaway
  data=$(sql 'SHOW data_directory')
  kill -KILL "$postmaster"
  end_throwaway
  assert_nothing_left "${data%/data}"
}

@test "throwaway-postgres works in a temporary folder with a long and hostile name" {
  hostile="$folder/it's \"a\" \$folder with $(printf 'x%.0s' {1..100})"
  mkdir -m 777 "$hostile"
  TMPDIR=$hostile start_throwaway
  data=$(sql 'SHOW data_directory')
  [[ $data == "$hostile"/* ]]
}

@test "throwaway-postgres works where PostgreSQL's user cannot use the temporary folder" {
  mkdir -m 700 "$folder/private"
  TMPDIR="$folder/private" start_throwaway
  sql 'SELECT 1'
}

@test "throwaway-postgres copies a cluster that the first one has made, and each copy is apart" {
  export THROWAWAY_POSTGRES_TEMPLATE=$folder/template
  start_throwaway
  first=$url
  sql 'CREATE TABLE marks ()'
  end_throwaway
  made=$(stat --format %Y-%i "$folder/template/complete")
  start_throwaway
  [ "$(sql "SELECT to_regclass('marks')")" = "" ]
  [ "${url%@*}" = "${first%@*}" ]
  [ "$(stat --format %Y-%i "$folder/template/complete")" = "$made" ]
}

@test "throwaway-postgres makes a cluster of its own without a template" {
  unset THROWAWAY_POSTGRES_TEMPLATE
  start_throwaway
  sql 'SELECT 1'
}

@test "throwaway-postgres says in one sentence that PostgreSQL is missing" {
  unshare --mount true || skip "PostgreSQL can be hidden only where a mount namespace can be made"
  # shellcheck disable=SC2016 # The inner shell expands it.
  run unshare --mount sh -c 'mount -t tmpfs none /usr/lib/postgresql && exec "$0" </dev/null' \
    "$top/Tests/TestSupport/throwaway-postgres"
  [ "$status" -eq 2 ]
  [ "$output" = "throwaway-postgres: PostgreSQL is not installed (package postgresql)." ]
}
