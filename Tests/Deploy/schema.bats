#!/usr/bin/env bats
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  start_throwaway
  export folder server=$url
}

teardown_file() {
  end_throwaway
  remove_folder
}

# Each test has a database of its own.
setup() {
  run_psql "$server" --quiet --command "CREATE DATABASE test_$BATS_TEST_NUMBER"
  url=${server%/*}/test_$BATS_TEST_NUMBER
  load_sql schema.sql
}

# load_sql FILE: loads a file of deploy/db.
load_sql() {
  run_psql "$url" --quiet --file "$top/deploy/db/$1"
}

# add_user HANDLE EMAIL SUB: prints the user's uuid. EMAIL is an SQL expression.
add_user() {
  sql "INSERT INTO users (display_name, handle, email, cognito_user_id) VALUES ('A', '$1', $2, '$3') RETURNING uuid"
}

# refused STATEMENT CONSTRAINT: passes if STATEMENT breaks CONSTRAINT, or the NOT NULL of a column of that name.
refused() {
  run sql "$1"
  [ "$status" -eq 1 ]
  [[ $output == *"\"$2\""* ]]
}

@test "schema.sql drops what it finds and makes it anew" {
  user=$(add_user alice NULL 1)
  sql "INSERT INTO activities (user_uuid, message) VALUES ('$user', 'hello')"
  load_sql schema.sql
  [ "$(sql 'SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM activities)')" = 0 ]
}

@test "schema.sql is loaded whole or not at all" {
  add_user alice NULL 1
  sql 'CREATE VIEW handles AS SELECT handle FROM users' # Stands in the way of the second DROP.
  run load_sql schema.sql
  [ "$status" -eq 3 ]
  [ "$(sql 'SELECT handle FROM users')" = alice ]
  sql 'SELECT * FROM activities'
}

@test "A handle belongs to one user" {
  add_user alice NULL 1
  refused "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'alice', '2')" users_handle_key
  refused "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'ALICE', '2')" users_handle_digest_key
}

@test "A Cognito id belongs to one user" {
  add_user alice NULL 1
  refused "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'bob', '1')" \
    users_cognito_user_id_key
}

@test "Two users may share an email, or have none" {
  add_user alice "'alice@example.com'" 1
  add_user google_alice "'alice@example.com'" 2
  add_user bob NULL 3
  add_user carol NULL 4
}

@test "A user has a display name, a handle and a Cognito id" {
  refused "INSERT INTO users (handle, cognito_user_id) VALUES ('a', '1')" display_name
  refused "INSERT INTO users (display_name, cognito_user_id) VALUES ('A', '1')" handle
  refused "INSERT INTO users (display_name, handle) VALUES ('A', 'a')" cognito_user_id
}

@test "An activity belongs to a user, who stays as long as it does" {
  refused "INSERT INTO activities (user_uuid, message) VALUES (gen_random_uuid(), 'hello')" activities_user_uuid_fkey
  user=$(add_user alice NULL 1)
  sql "INSERT INTO activities (user_uuid, message) VALUES ('$user', 'hello')"
  refused 'DELETE FROM users' activities_user_uuid_fkey
}

@test "A reply is to an activity" {
  user=$(add_user alice NULL 1)
  refused "INSERT INTO activities (user_uuid, message, reply_to_activity_uuid)
    VALUES ('$user', 'hello', gen_random_uuid())" activities_reply_to_activity_uuid_fkey
}

@test "Counts start at zero and never fall below" {
  user=$(add_user alice NULL 1)
  sql "INSERT INTO activities (user_uuid, message) VALUES ('$user', 'hello')"
  [ "$(sql 'SELECT replies_count, reposts_count, likes_count FROM activities')" = '0|0|0' ]
  for count in replies_count reposts_count likes_count; do
    refused "UPDATE activities SET $count = -1" "activities_${count}_check"
  done
}

@test "The feed is read from its index, newest first" {
  run sql 'SET enable_seqscan = off;
    EXPLAIN (COSTS off) SELECT * FROM activities ORDER BY created_at DESC, uuid DESC LIMIT 20'
  [[ $output == *"Index Scan using activities_feed_idx"* ]]
  [[ $output != *Sort* ]]
}

@test "seed.sql adds two users and an activity of ten days, however often" {
  load_sql seed.sql
  load_sql seed.sql
  [ "$(sql 'SELECT handle FROM users ORDER BY handle')" = $'andrewbrown\nbayko' ]
  [ "$(sql 'SELECT count(DISTINCT cognito_user_id), count(DISTINCT email) FROM users')" = '2|2' ]
  [ "$(sql "SELECT count(*), min(expires_at) BETWEEN now() + interval '10 days' - interval '1 minute'
    AND now() + interval '10 days' FROM activities")" = '1|t' ]
}
