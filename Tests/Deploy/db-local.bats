#!/usr/bin/env bats
# deploy/bin/db-* on the PostgreSQL that deploy/run keeps.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  export CRUDDUR_POSTGRES="$folder/postgres"
}

teardown() {
  "$top/deploy/run" --stop
  remove_folder
}

@test "Without CONNECTION_URL they work on the local PostgreSQL, and start it" {
  # Meant for another server.
  export CONNECTION_URL='' PGHOST=nowhere.invalid PGDATABASE=nowhere PGSSLMODE=require
  by_hand "$top/deploy/bin/db-seed"
  [ "$status" -eq 0 ]
  "$top/deploy/run" --stop
  by_hand "$top/deploy/bin/db-connect" -At --command 'SELECT count(*) FROM users'
  [ "$status" -eq 0 ]
  [ "$output" = 2 ]
}

@test "A local database whose schema has changed can be made anew" {
  cp -r "$top/deploy" "$folder"
  top=$folder
  by_hand "$top/deploy/bin/db-seed"
  [ "$status" -eq 0 ]
  sed --in-place '/^COMMIT;/i CREATE TABLE public.additions ();' "$top/deploy/db/schema.sql"
  run tell_changed_schema "$CRUDDUR_POSTGRES" "$top/deploy/db/schema.sql"
  [[ $output == *"deploy/bin/db-setup"* ]]

  by_hand "$top/deploy/bin/db-setup"
  [ "$status" -eq 0 ]
  by_hand "$top/deploy/bin/db-connect" -At --command 'SELECT count(*) FROM public.additions, users'
  [ "$status" -eq 0 ]
  run tell_changed_schema "$CRUDDUR_POSTGRES" "$top/deploy/db/schema.sql"
  [ "$output" = "" ]
}

@test "prod never means the local PostgreSQL" {
  by_hand "$top/deploy/bin/db-setup" prod --yes-destroy postgres
  [ "$status" -eq 2 ]
  [ ! -e "$CRUDDUR_POSTGRES" ]
}
