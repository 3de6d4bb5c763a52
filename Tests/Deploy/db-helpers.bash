# shellcheck shell=bash
# For the tests of deploy/bin/db-*: a server for each file of tests, and names and a password that are all special
# characters.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() { start_db; }

# start_db: the same for a file that has more to set up.
start_db() {
  make_folder
  start_throwaway
  # As on RDS, whoever makes databases makes roles as well, but is no superuser. Another file of tests, which may run at
  # the same time, looks for the password among all arguments.
  run_psql "$url" --quiet <<'END'
CREATE ROLE "us""er:n@me/é %?" LOGIN CREATEDB CREATEROLE PASSWORD 'p@ss:w/o%rd?&#''" \ ü';
CREATE ROLE cruddurroot LOGIN CREATEDB CREATEROLE PASSWORD 'p@ss:w/o%rd?&#''" \ ü';
END
  port=${url##*:}
  export port=${port%/*} folder url
}

teardown_file() {
  end_throwaway
  remove_folder
}

# shellcheck disable=SC2034 # Tests use them.
setup() {
  password='p%40ss%3Aw%2Fo%25rd%3F%26%23%27%22%20%5C%20%C3%BC'
  odd='Odd "name"/é'
  user='us%22er%3An%40me%2F%C3%A9%20%25%3F'
  odd_url="postgresql://$user:$password@127.0.0.1:$port/Odd%20%22name%22%2F%C3%A9?connect_timeout=60"
  cruddur_url="postgresql://cruddurroot:$password@127.0.0.1:$port/cruddur"
  export CONNECTION_URL=$odd_url
}

teardown() {
  run_psql "$url" --quiet <<'END'
SET client_min_messages = warning;
DROP DATABASE IF EXISTS "Odd ""name""/é" WITH (FORCE);
DROP DATABASE IF EXISTS cruddur WITH (FORCE);
DROP DATABASE IF EXISTS cruddurroot WITH (FORCE);
DROP ROLE IF EXISTS cruddur_app;
END
}

# db NAME ARGUMENT…: runs db-NAME. Its arguments are the test's, so no secret may be among them.
db() {
  by_hand "$top/deploy/bin/db-$1" "${@:2}"
}

# db_works NAME ARGUMENT…: the same, and passes if it did.
db_works() {
  db "$@"
  # shellcheck disable=SC2154 # `run` sets it.
  [ "$status" -eq 0 ]
}

# db_sql STATEMENT: runs it in the database of CONNECTION_URL.
db_sql() {
  run_psql "$CONNECTION_URL" --quiet --tuples-only --no-align --command "$1"
}

# exists DATABASE
exists() {
  [ "$(count "$1")" = 1 ]
}

# is_missing DATABASE
is_missing() {
  [ "$(count "$1")" = 0 ]
}

# count DATABASE: prints how many there are of that name.
count() {
  run_psql "$url" -At --set name="$1" <<<"SELECT count(*) FROM pg_database WHERE datname = :'name'"
}

# What db-seed leaves.
is_seeded() {
  [ "$(db_sql 'SELECT handle FROM users ORDER BY handle')" = $'andrewbrown\nbayko' ]
}

add_user() {
  db_sql "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'alice', '1')"
}

# Prints the users' handles.
handles() {
  db_sql 'SELECT handle FROM users'
}
