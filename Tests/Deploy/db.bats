#!/usr/bin/env bats
# What deploy/bin/db-* do to a real server.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=db-helpers.bash
. "$BATS_TEST_DIRNAME/db-helpers.bash"

# Whether a session sleeps.
sleeps() {
  [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'")" = 1 ]
}

# Breaks the file $2 of a copy of deploy with sed's $1, and has the copy's scripts run from now on.
break_copy() {
  rm -rf "$folder/copy"
  mkdir "$folder/copy"
  cp -r "$top/deploy" "$folder/copy"
  top=$folder/copy
  sed --in-place "$1" "$top/deploy/db/$2"
}

@test "Each makes its part of an oddly named database, from any folder, and twice" {
  cd /
  db_works create
  exists "$odd"
  db_works create
  [[ $output == *"It is there."* ]]
  db_works schema-load
  add_user
  db_works schema-load
  [ "$(handles)" = "" ]
  db_works seed
  db_works seed
  is_seeded
  db_works drop
  is_missing "$odd"
  db_works drop
}

@test "They work by a relative path, in a folder with an odd name" {
  odd_folder=$folder/'a "folder" that'\''s :odd\%'
  mkdir "$odd_folder"
  ln -s "$top" "$odd_folder/the repository"
  cd "$odd_folder"
  by_hand "the repository/deploy/bin/db-setup"
  [ "$status" -eq 0 ]
  cd "the repository/deploy/bin"
  by_hand ./db-drop
  [ "$status" -eq 0 ]
  is_missing "$odd"
}

@test "A name that PostgreSQL cuts off at 63 bytes can be made twice, and dropped" {
  name=$(printf 'x%.0s' {1..70})
  CONNECTION_URL=${cruddur_url%/*}/$name
  db_works create
  exists "${name::63}"
  db_works create
  [[ $output == *"It is there."* ]]
  db_works drop
  is_missing "${name::63}"
}

@test "A user called cruddurroot is no part of the database cruddur" {
  CONNECTION_URL=$cruddur_url
  db_works setup
  is_seeded
  [ "$(db_sql 'SELECT current_database(), session_user')" = 'cruddur|cruddurroot' ]
  exists cruddur
  db_works drop
  is_missing cruddur
}

@test "A connection may be keywords and values" {
  local secret="password='p@ss:w/o%rd?&#\\'\" \\\\ ü'"
  CONNECTION_URL="host=127.0.0.1 port=$port user=cruddurroot $secret dbname='Odd \"name\"/é'"
  db_works setup
  exists "$odd"
  is_seeded
}

@test "What is pasted around a URL is no part of the database's name" {
  CONNECTION_URL=$'\n\t '$cruddur_url$' \t\r\n'
  export PROD_CONNECTION_URL=$cruddur_url$'\n'
  db_works create prod
  exists cruddur
  db_works connect -At --command 'SELECT current_database()'
  [ "$output" = cruddur ]
  db_works setup
  db_works setup prod --yes-destroy cruddur
  db_works sessions
  [ "$(sql "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate")" = \
    'cruddur postgres' ]
  db_works drop
  is_missing cruddur
}

@test "Where nothing names a database, none is made, migrated or destroyed" {
  sql 'CREATE DATABASE cruddurroot OWNER cruddurroot'
  local unnamed="${cruddur_url%/cruddur}" script
  for CONNECTION_URL in "$unnamed" "$unnamed/" "$unnamed?dbname=" "$unnamed/cruddur?dbname=" \
    "host=127.0.0.1 port=$port user=cruddurroot password=p" "host=127.0.0.1 user=cruddurroot dbname=''"
  do
    for script in create drop migrate schema-load setup; do
      db "$script"
      [ "$status" -eq 2 ]
      [[ $output == "db-$script: the connection names no database"* && ${#lines[@]} -eq 1 ]]
    done
    db drop --yes-destroy cruddurroot
    [ "$status" -eq 2 ]
  done
  exists cruddurroot
  is_missing cruddur
}

@test "PGDATABASE, or a service, names the database where the connection does not" {
  CONNECTION_URL=${cruddur_url%/cruddur}
  PGDATABASE=cruddur db_works create
  exists cruddur
  printf '%s\n' '[cruddur]' dbname=cruddur >"$folder/services"
  export PGSERVICEFILE=$folder/services
  PGSERVICE=cruddur db_works setup
  CONNECTION_URL=$cruddur_url is_seeded
  CONNECTION_URL="$CONNECTION_URL?service=cruddur" db_works drop
  is_missing cruddur
}

@test "A database that only a service could name is left alone" {
  CONNECTION_URL="postgresql:///?service=cruddur"
  db drop
  [ "$status" -eq 2 ]
  [[ $output == "db-drop: "*" service 'cruddur' "* ]]
}

@test "The database called postgres can be dropped and made, too" {
  sql "ALTER DATABASE postgres OWNER TO cruddurroot"
  CONNECTION_URL="postgresql://cruddurroot:$password@127.0.0.1:$port/postgres"
  db_works setup
  is_seeded
  db_works drop
  db_works create
}

@test "db-drop drops under an open session" {
  db_works create
  run_psql "$CONNECTION_URL" --command 'SELECT pg_sleep(600)' 3>&- &
  session=$!
  eventually sleeps
  db_works drop
  is_missing "$odd"
  run wait "$session"
  [ "$status" -ne 0 ]
}

@test "db-sessions lists pid, user, database, client, application and state" {
  db_works create
  PGAPPNAME='an application' run_psql "$CONNECTION_URL" --command 'SELECT pg_sleep(600)' 3>&- &
  eventually sleeps
  pid=$(sql "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'")
  db_works sessions
  columns='pid +\| +user +\| +database +\| +client +\| +application +\| +state'
  [[ $output =~ $columns ]]
  row=" $pid \| us\"er:n@me/é %\? +\| Odd \"name\"/é +\| 127.0.0.1:[0-9]+ +\| an application +\| active"
  [[ $output =~ $row ]]
  [[ $output == *"(1 row)"* ]]
}

@test "db-connect hands arguments on to psql, and keeps what a person has set" {
  db_works create
  db_works connect --tuples-only --no-align --command 'SELECT current_database()'
  [ "$output" = "$odd" ]
  cat >"$folder/psqlrc" <<<'\echo welcome'
  PSQLRC=$folder/psqlrc db_works connect --command 'SELECT 1'
  [[ $output == *welcome* ]]
  export PROD_CONNECTION_URL=$cruddur_url
  CONNECTION_URL=$cruddur_url db_works create
  db_works connect prod -At --command 'SELECT current_database()'
  [ "$output" = cruddur ]
}

@test "db-connect ends with psql's exit code, as the README says" {
  db connect --command 'SELECT 1'
  [ "$status" -eq 2 ]
  [[ $output == *'"Odd "name"/é" does not exist'* ]]
  db_works create
  echo 'SELECT 1/0; SELECT 2' >"$folder/broken.sql"
  db connect --file "$folder/broken.sql"
  [ "$status" -eq 3 ]
  by_hand "$top/deploy/bin/db-connect" <"$folder/broken.sql"
  [ "$status" -eq 3 ]
  db connect --command 'SELECT 1/0'
  [ "$status" -eq 1 ]
  # shellcheck disable=SC2016 # The backquotes are Markdown's.
  [[ $(tr '\n' ' ' <"$top/README.md") == *'3 after an SQL error, but 1 where it was in a `--command` of `db-connect`'* ]]
}

@test "Nothing of a broken schema is loaded" {
  db_works create
  db_works schema-load
  add_user
  break_copy '/^COMMIT;/i SELECT 1/0;' schema.sql
  db schema-load
  [ "$status" -eq 3 ]
  [[ $output == *"division by zero"* ]]
  [ "$(handles)" = alice ]
}

@test "db-schema-load gives the application's role its rights, and makes no role" {
  CONNECTION_URL=$cruddur_url
  db_works setup
  [ "$(sql "SELECT count(*) FROM pg_roles WHERE rolname = 'cruddur_app'")" = 0 ]
  db_sql 'CREATE ROLE cruddur_app LOGIN'
  db_works schema-load
  [ "$(db_sql "SELECT has_table_privilege('cruddur_app', 'users', 'SELECT'),
    has_column_privilege('cruddur_app', 'users', 'handle', 'INSERT'),
    has_function_privilege('cruddur_app', 'activity_json(activities, users)', 'EXECUTE'),
    has_any_column_privilege('cruddur_app', 'users', 'UPDATE')")" = 't|t|t|f' ]
  db_works setup
  [ "$(db_sql "SELECT has_table_privilege('cruddur_app', 'users', 'SELECT')")" = t ]
}

@test "Who may change no role gives rights to one that is as it should be" {
  sql "CREATE ROLE owner LOGIN CREATEDB PASSWORD 'p'"
  CONNECTION_URL=postgresql://owner:p@127.0.0.1:$port/cruddur
  db_works setup
  run_psql "${url%/*}/cruddur" --quiet --single-transaction --file "$top/deploy/db/grants.sql"
  db_works schema-load
  [ "$(db_sql "SELECT has_table_privilege('cruddur_app', 'users', 'SELECT')")" = t ]
  db_works drop
  sql 'DROP ROLE owner'
}

@test "Rights that cannot be given are an error, and none is given by halves" {
  CONNECTION_URL=$cruddur_url
  db_works create
  db_sql 'CREATE ROLE cruddur_app LOGIN'
  break_copy '1iSELECT 1/0;' grants.sql
  db schema-load
  [ "$status" -eq 3 ]
  [[ $output == *"division by zero"* ]]
  [ "$(db_sql "SELECT has_table_privilege('cruddur_app', 'users', 'SELECT')")" = f ]
}

@test "Nothing of broken seed data is loaded" {
  db_works create
  db_works schema-load
  break_copy '/^COMMIT;/i INSERT INTO nowhere VALUES (1);' seed.sql
  db seed
  [ "$status" -eq 3 ]
  [ "$(handles)" = "" ]
}

@test "A file that lost its end is an error, and nothing of it is loaded" {
  db_works create
  db_works schema-load
  add_user
  break_copy '/CREATE INDEX/,/^COMMIT;/d' schema.sql
  db schema-load
  [ "$status" -eq 3 ]
  [ "$(handles)" = alice ]
}

@test "The files of deploy/db that psql loads are one transaction each" {
  for file in schema seed; do
    file=$top/deploy/db/$file.sql
    mapfile -t statements < <(grep --invert-match --extended-regexp '^(--.*)?$' "$file")
    [ "${statements[0]} ${statements[-1]}" = 'BEGIN; COMMIT;' ]
    [ "$(grep --count --extended-regexp --ignore-case '^ *(BEGIN|COMMIT|ROLLBACK|END) *;' "$file")" = 2 ]
  done
}

@test "db-setup stops at the first failure" {
  break_copy '/^COMMIT;/i SELECT 1/0;' schema.sql
  db setup
  [ "$status" -eq 3 ]
  exists "$odd"
  [[ $output == *"Loading the schema"* && $output != *"Sowing"* ]]
}

@test "db-setup leaves everything in a database that it may not drop" {
  sql 'CREATE DATABASE cruddur'
  run_psql "${url%/*}/cruddur" --quiet --file "$top/deploy/db/schema.sql"
  CONNECTION_URL=$cruddur_url
  db setup
  [ "$status" -eq 3 ]
  [[ $output == *"must be owner of database cruddur"* && $output != *"Creating"* ]]
  [ "$(run_psql "${url%/*}/cruddur" -At --command 'SELECT count(*) FROM users')" = 0 ]
}
