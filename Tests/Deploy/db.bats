#!/usr/bin/env bats
# deploy/bin/db-* on a real server, with names and a password that are all special characters.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  start_throwaway
  # As on RDS, whoever makes databases is no superuser.
  sql "CREATE ROLE \"us\"\"er:n@me/é %?\" LOGIN CREATEDB PASSWORD 'p@ss:w/o%rd?&#''\" \\ ü'"
  sql "CREATE ROLE cruddurroot LOGIN CREATEDB PASSWORD 'p@ss:w/o%rd?&#''\" \\ ü'"
  port=${url##*:}
  export port=${port%/*} folder url
}

teardown_file() {
  end_throwaway
  remove_folder
}

setup() {
  password='p%40ss%3Aw%2Fo%25rd%3F%26%23%27%22%20%5C%20%C3%BC'
  odd='Odd "name"/é'
  odd_url="postgresql://us%22er%3An%40me%2F%C3%A9%20%25%3F:$password@127.0.0.1:$port/Odd%20%22name%22%2F%C3%A9?connect_timeout=60"
  cruddur_url="postgresql://cruddurroot:$password@127.0.0.1:$port/cruddur"
  export CONNECTION_URL=$odd_url
}

teardown() {
  sql 'DROP DATABASE IF EXISTS "Odd ""name""/é" WITH (FORCE)'
  sql 'DROP DATABASE IF EXISTS cruddur WITH (FORCE)'
  sql 'DROP DATABASE IF EXISTS cruddurroot WITH (FORCE)'
}

# db NAME ARGUMENT…: runs db-NAME. Its arguments are the test's, so no secret may be among them.
db() {
  by_hand "$top/deploy/bin/db-$1" "${@:2}"
}

# db_works NAME ARGUMENT…: the same, and passes if it did.
db_works() {
  db "$@"
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

handles() {
  db_sql 'SELECT handle FROM users'
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

@test "They work by a relative path, in a folder with spaces" {
  mkdir "$folder/a folder"
  ln -s "$top" "$folder/a folder/the repository"
  cd "$folder/a folder"
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
  CONNECTION_URL="host=127.0.0.1 port=$port user=cruddurroot password='p@ss:w/o%rd?&#\\'\" \\\\ ü' dbname='Odd \"name\"/é'"
  db_works setup
  exists "$odd"
  is_seeded
}

@test "A connection that names no database means libpq's default" {
  CONNECTION_URL=${cruddur_url%/cruddur}
  db_works create
  exists cruddurroot
  export PGDATABASE=cruddur
  db_works create
  exists cruddur
  db_works drop
  is_missing cruddur
  exists cruddurroot
}

@test "A database that only a service could name is left alone" {
  CONNECTION_URL="postgresql:///?service=cruddur"
  db drop
  [ "$status" -eq 2 ]
  [[ $output == "db-drop: "*" service"* ]]
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

sleeps() {
  [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'")" = 1 ]
}

@test "db-sessions lists pid, user, database, client, application and state" {
  db_works create
  PGAPPNAME='an application' run_psql "$CONNECTION_URL" --command 'SELECT pg_sleep(600)' 3>&- &
  eventually sleeps
  pid=$(sql "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'")
  db_works sessions
  [[ $output =~ pid\ +\|\ +user\ +\|\ +database\ +\|\ +client\ +\|\ +application\ +\|\ +state ]]
  [[ $output =~ \ $pid\ \|\ us\"er:n@me/é\ %\?\ +\|\ Odd\ \"name\"/é\ +\|\ 127.0.0.1:[0-9]+\ +\|\ an\ application\ +\|\ active ]]
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

@test "db-connect ends with psql's exit code" {
  db connect --command 'SELECT 1'
  [ "$status" -eq 2 ]
  [[ $output == *'"Odd "name"/é" does not exist'* ]]
  db_works create
  echo 'SELECT 1/0; SELECT 2' >"$folder/broken.sql"
  db connect --file "$folder/broken.sql"
  [ "$status" -eq 3 ]
}

# Breaks the file $2 of a copy of deploy with sed's $1, and has the copy's scripts run from now on.
break_copy() {
  rm -rf "$folder/copy"
  mkdir "$folder/copy"
  cp -r "$top/deploy" "$folder/copy"
  top=$folder/copy
  sed --in-place "$1" "$top/deploy/db/$2"
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
  [ "$status" -ne 0 ]
  [ "$(handles)" = alice ]
}

@test "The files of deploy/db are one transaction each" {
  for file in "$top"/deploy/db/*.sql; do
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

@test "Production is destroyed only by name" {
  export PROD_CONNECTION_URL=$cruddur_url
  CONNECTION_URL=$PROD_CONNECTION_URL db_works setup
  for script in drop schema-load setup; do
    db "$script" prod
    [ "$status" -eq 2 ]
    [[ $output == "db-$script: "*$'\n'"usage: db-$script [prod] [--yes-destroy NAME]" ]]
    db "$script" prod --yes-destroy "$odd"
    [ "$status" -eq 2 ]
    db "$script" --yes-destroy cruddurroot prod
    [ "$status" -eq 2 ]
  done
  CONNECTION_URL=$PROD_CONNECTION_URL is_seeded
  is_missing "$odd"

  db_works setup prod --yes-destroy cruddur
  db_works schema-load --yes-destroy cruddur prod
  [ "$(CONNECTION_URL=$PROD_CONNECTION_URL handles)" = "" ]
  db_works seed prod
  CONNECTION_URL=$PROD_CONNECTION_URL is_seeded
  db_works drop prod --yes-destroy cruddur
  is_missing cruddur
  db_works create prod
  exists cruddur
}

@test "A wrong name protects what is not production, too" {
  db_works create
  db drop --yes-destroy cruddur
  [ "$status" -eq 2 ]
  exists "$odd"
  db_works drop --yes-destroy "$odd"
  is_missing "$odd"
}

# answers_usage NAME ARGUMENT…: passes if all that db-NAME says to them is its usage, on standard error.
answers_usage() {
  run bash -c '"$0" "$@" 2>&1 >/dev/null' "$top/deploy/bin/db-$1" "${@:2}"
  echo "$* -> $output"
  [ "$status" -eq 2 ]
  [[ $output == "db-$1: "*$'\n'"usage: db-$1 [prod]"* && ${#lines[@]} -eq 2 && $output != *SECRET* ]]
}

@test "What they do not understand is answered with a usage line and 2" {
  for script in connect create drop schema-load seed sessions setup; do
    answers_usage "$script" frobnicate
    answers_usage "$script" "postgresql://user:SECRET@host/database"
    answers_usage "$script" prod
    PROD_CONNECTION_URL='' answers_usage "$script" prod
    [[ $script != connect ]] || continue # The rest would be psql's.
    answers_usage "$script" prod frobnicate
    answers_usage "$script" --frobnicate
    answers_usage "$script" ''
  done
  answers_usage create --yes-destroy "$odd"
  answers_usage drop --yes-destroy
}

@test "A URL that is none is refused without quoting it" {
  CONNECTION_URL='postgresql://user:SEC/RET@host/database'
  for script in connect create drop schema-load seed sessions setup; do
    db "$script"
    [ "$status" -eq 2 ]
    [[ $output == *"db-$script: the connection URL is malformed"* && $output != *SEC* && $output != *RET* ]]
  done
}

@test "--help says what each does" {
  for script in connect create drop schema-load seed sessions setup; do
    db_works "$script" --help
    [[ $output == "usage: db-$script [prod]"*CONNECTION_URL* ]]
  done
}

@test "Headings are coloured on a terminal, and nowhere else" {
  db_works create
  [[ $output != *$'\e'* ]]
  export TERM=xterm
  on_terminal "$top/deploy/bin/db-sessions"
  [[ $output == *$'\e[1;36m== Sessions\e[0m'* && $output == *"(0 rows)"* ]]
  on_terminal env NO_COLOR=1 "$top/deploy/bin/db-sessions"
  [[ $output == *"== Sessions"* && $output != *$'\e'* ]]
}

# on_terminal COMMAND…
on_terminal() {
  by_hand script --quiet --return --command "$*" /dev/null </dev/null
  [ "$status" -eq 0 ]
}

@test "No process has the password among its arguments, and no output shows it" {
  sample &
  sampler=$!
  db_works setup
  said=$output
  db_works sessions
  said+=$output
  db_works connect --command 'SELECT pg_sleep(1)'
  said+=$output
  kill "$sampler"
  grep --quiet --text "dbname='Odd \"name\"/é'" "$folder/samples"
  printf '%s\n' "$password" 'p@ss:w/o%rd?&#' 'ss%3Aw' >"$folder/secrets"
  run grep --text --fixed-strings --file "$folder/secrets" "$folder/samples"
  [ "$status" -eq 1 ]
  [[ $said != *'p@ss'* && $said != *ss%3Aw* ]]

  # It would have been seen.
  sample &
  sampler=$!
  bash -c 'sleep 1; true' "$password"
  kill "$sampler"
  grep --quiet --text --fixed-strings --file "$folder/secrets" "$folder/samples"
}

# Writes the arguments of every process to the file samples, again and again.
sample() {
  exec >"$folder/samples" 2>/dev/null 3>&-
  while :; do cat /proc/[0-9]*/cmdline || true; done # Some have ended since.
}
