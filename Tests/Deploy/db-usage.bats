#!/usr/bin/env bats
# What deploy/bin/db-* refuse, say, and keep to themselves.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=db-helpers.bash
. "$BATS_TEST_DIRNAME/db-helpers.bash"

setup_file() {
  start_db
  leave_swift_out
}

# answers_usage NAME ARGUMENT…: passes if all that db-NAME says to them is its usage, on standard error.
answers_usage() {
  run bash -c '"$0" "$@" 2>&1 >/dev/null' "$top/deploy/bin/db-$1" "${@:2}"
  echo "$* -> $output"
  [ "$status" -eq 2 ]
  [[ $output == "db-$1: "*$'\n'"usage: db-$1 [prod]"* && ${#lines[@]} -eq 2 && $output != *SECRET* ]]
}

# on_terminal COMMAND…
on_terminal() {
  by_hand script --quiet --return --command "${*@Q}" /dev/null </dev/null
  [ "$status" -eq 0 ]
}

# Writes the arguments of every process to the file samples, again and again, until it is killed or the file is gone.
sample() {
  exec >"$folder/samples" 2>/dev/null 3>&-
  while [[ -e $folder/samples ]]; do cat /proc/[0-9]*/cmdline || true; done # Some have ended since.
}

@test "Production is destroyed only by name" {
  export consent=cruddur # No argument, so it says nothing.
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

# needs_consent CONNECTION: passes if with CONNECTION, which leads to the server of the tests, the database cruddur is
# destroyed only by name.
needs_consent() {
  local script
  for script in drop schema-load setup; do
    CONNECTION_URL=$1 db "$script"
    [ "$status" -eq 2 ]
    [[ $output == "db-$script: what is on another machine "*$'\n'"usage: db-$script [prod] [--yes-destroy NAME]" ]]
    CONNECTION_URL=$1 db "$script" --yes-destroy "$odd"
    [ "$status" -eq 2 ]
  done
  CONNECTION_URL=$cruddur_url is_seeded
  CONNECTION_URL=$1 db_works setup --yes-destroy cruddur
  CONNECTION_URL=$cruddur_url is_seeded
}

@test "A database on another machine is destroyed only by name, wherever its host is named" {
  CONNECTION_URL=$cruddur_url db_works setup
  local elsewhere='?host=db.example.com&hostaddr=127.0.0.1'
  needs_consent "$cruddur_url$elsewhere"
  needs_consent "postgresql://cruddurroot:$password@127.0.0.1:$port,db.example.com:5432/cruddur"
  PGHOSTADDR=127.0.0.1 needs_consent "${cruddur_url/127.0.0.1/db.example.com}"
  PGHOST=127.0.0.1,db.example.com PGPORT=$port needs_consent "postgresql://cruddurroot:$password@/cruddur"
  printf '%s\n' '[cruddur]' host=db.example.com hostaddr=127.0.0.1 >"$folder/services"
  export PGSERVICEFILE=$folder/services
  needs_consent "postgresql://cruddurroot:$password@:$port/cruddur?service=cruddur"
  PGSERVICE=cruddur needs_consent "postgresql://cruddurroot:$password@:$port/cruddur"
  CONNECTION_URL=$cruddur_url db_works drop
}

@test "What they do not understand is answered with a usage line and 2" {
  for script in connect create drop migrate schema-load seed sessions setup; do
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
  for script in connect create drop migrate schema-load seed sessions setup; do
    db "$script"
    [ "$status" -eq 2 ]
    [[ $output == *"db-$script: the connection URL is malformed"* && $output != *SEC* && $output != *RET* ]]
  done
}

@test "A server that nobody can reach is answered with 2, and by the migration's function with 1" {
  CONNECTION_URL=postgresql://u@127.0.0.1:1/d
  for script in connect create drop schema-load seed sessions setup; do
    db "$script"
    [ "$status" -eq 2 ]
    [[ $output == *"127.0.0.1"*"port 1 failed: Connection refused"* && $output != *usage* ]]
  done
  db migrate
  [ "$status" -eq 1 ]
  [[ $output == *Function.DatabaseConnectionRefused* ]]
}

@test "--help says what each does" {
  for script in connect create drop migrate schema-load seed sessions setup; do
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

@test "No process has the password among its arguments, and no output shows it" {
  sample &
  sampler=$!
  db_works setup
  said=$output
  db_works sessions
  said+=$output
  db_works migrate
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
