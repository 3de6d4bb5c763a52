#!/usr/bin/env bats
# deploy/bin/db-migrate, with the real bootstrap and cruddur.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=db-helpers.bash
. "$BATS_TEST_DIRNAME/db-helpers.bash"

setup_file() {
  start_db
  leave_swift_out
}

# Prints the names of what is recorded.
recorded() {
  db_sql "SELECT string_agg(name, ' ' ORDER BY name) FROM schema_migrations"
}

# The names of the migrations that there are.
migrations() {
  (cd "$top/deploy/db" && printf '%s\n' [0-9]*.sql) | sed 's/\.sql$//' | paste --serial --delimiters ' '
}

@test "db-migrate brings an empty database up to date, and does nothing the second time" {
  CONNECTION_URL=$cruddur_url
  db_works create
  cd /
  db_works migrate
  [[ $output == *"Migrating the database 'cruddur'"*'{"applied":["001-users",'* ]]
  [ "$(recorded)" = "$(migrations)" ]
  [ "$(db_sql "SELECT has_column_privilege('cruddur_app', 'users', 'handle', 'INSERT')")" = t ]
  db_works migrate
  [[ $output == *'{"applied":[],"current":'* ]]
  db_works seed
  is_seeded
}

@test "db-migrate goes on from schema.sql" {
  CONNECTION_URL=$cruddur_url
  db_works create
  db_works schema-load
  db_works migrate
  [[ $output == *'{"applied":[],"current":'* ]]
}

@test "db-migrate prod migrates production alone, and a database that is missing is an error" {
  export PROD_CONNECTION_URL=$cruddur_url
  db_works create prod
  db_works migrate prod
  is_missing "$odd"
  db migrate
  [ "$status" -eq 1 ]
  [[ $output == *Function.DatabaseNotFound* && $output != *ss:w* && $output != *ss%3Aw* ]]
}
