#!/usr/bin/env bats
# deploy/run with the real bootstrap, cruddur and PostgreSQL.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  export CRUDDUR_POSTGRES="$folder/postgres" own_path=$PATH
  leave_swift_out
}

teardown() {
  "$top/deploy/run" --stop
  end_throwaway
  remove_folder
}

# Makes the caller's database: a throwaway PostgreSQL, with the tables.
use_throwaway() {
  start_throwaway
  export CONNECTION_URL=$url
  load_schema
}

@test "deploy/run --help says how to use it" {
  by_hand "$top/deploy/run" --help
  [ "$status" -eq 0 ]
  [[ $output == "deploy/run [EVENT.json …]"* ]]
}

@test "deploy/run refuses an option that it does not know" {
  by_hand "$top/deploy/run" --frobnicate
  [ "$status" -eq 2 ]
  [ "$output" = "run: unknown option --frobnicate, see deploy/run --help." ]
}

@test "deploy/run does nothing if an event is not there" {
  by_hand "$top/deploy/run" "$top/events/confirm-sign-up.json" "$folder/no such.json"
  [ "$status" -eq 2 ]
  [ "$output" = "run: no such event: $folder/no such.json" ]
  by_hand "$top/deploy/run" "$folder"
  [ "$status" -eq 2 ]
  [ "$output" = "run: no such event: $folder" ]
  [ ! -e "$CRUDDUR_POSTGRES" ]
}

@test "deploy/run works from any folder, in one with spaces, on an event with spaces" {
  ln -s "$top" "$folder/the repository"
  cp "$top/events/hostile.json" "$folder/an event.json"
  cd "$folder"
  PATH=$own_path # It builds what it runs.
  CRUDDUR_POSTGRES='its state' by_hand "the repository/deploy/run" "an event.json"
  CRUDDUR_POSTGRES='its state' "$top/deploy/run" --stop
  [ "$status" -eq 0 ]
  [[ $output == *"user added"* ]]
  [[ $output == *"| 5f9b3d71-8e2c-4a60-b7d4-1c3e5a7f9b2d"* ]]
}

@test "The caller's defaults for libpq are not meant for deploy/run's own database" {
  PGPASSWORD=nonsense PGSSLMODE=verify-full PGHOST=nowhere.invalid by_hand "$top/deploy/run"
  [ "$status" -eq 0 ]
  [[ $output == *"user added"* ]]
}

@test "deploy/run uses the database of CONNECTION_URL, and leaves what is in it" {
  use_throwaway
  sql "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'andrew', '1')"
  by_hand "$top/deploy/run"
  [ "$status" -eq 0 ]
  [ "$(sql 'SELECT handle FROM users ORDER BY handle')" = $'alice\nandrew' ]
  [ ! -e "$CRUDDUR_POSTGRES" ]
}

@test "deploy/run takes what is pasted around CONNECTION_URL for no part of it" {
  use_throwaway
  CONNECTION_URL=$'\n '$url$' \r\n' by_hand "$top/deploy/run"
  [ "$status" -eq 0 ]
  [ "$(sql 'SELECT handle FROM users')" = alice ]
  [ ! -e "$CRUDDUR_POSTGRES" ]
}

@test "deploy/run never makes the tables in the database of CONNECTION_URL" {
  use_throwaway
  sql 'DROP TABLE activities, users CASCADE'
  by_hand "$top/deploy/run"
  [ "$status" -eq 1 ]
  [ "$(sql "SELECT to_regclass('users')")" = "" ]
}

@test "deploy/run delivers all events and ends with 1 if one is a function error" {
  use_throwaway
  echo '{"request":{}}' >"$folder/no-trigger.json"
  by_hand "$top/deploy/run" "$top/events/phone-only.json" "$folder/no-trigger.json" "$top/events/federated.json"
  [ "$status" -eq 1 ]
  [ "$(sql 'SELECT count(*) FROM users')" = 2 ]
  [[ $output == *"handle          | user-e4c2a086"* ]]
}

@test "deploy/run reads all events before it builds or starts anything" {
  pretend_swift 'echo "not this" && exit 1'
  echo '{"a": "\ud83d"}' >"$folder/half.json"
  echo 'not JSON' >"$folder/no.json"
  : >"$folder/empty.json"
  { printf '"' && head --bytes 6291555 /dev/zero | tr '\0' x && printf '"'; } >"$folder/large.json"
  for event in half no empty large; do
    by_hand "$top/deploy/run" "$top/events/health.json" "$folder/$event.json"
    [[ $status -eq 2 && ${#lines[@]} -eq 1 && $output == "run: $folder/$event.json "* ]]
  done
  by_hand "$top/deploy/run" - - </dev/null
  [[ $status -eq 2 && $output == "run: standard input is not an event: malformed JSON string"* ]]
  by_hand "$top/deploy/run" - - <"$top/events/health.json"
  [[ $status -eq 2 && $output == "run: standard input can be read only once." ]]
  [ ! -e "$CRUDDUR_POSTGRES" ]
}

@test "deploy/run takes an event from standard input" {
  use_throwaway
  # The environment may have a variable of that name.
  input=/nowhere by_hand "$top/deploy/run" - "$top/events/federated.json" <"$top/events/phone-only.json"
  [ "$status" -eq 0 ]
  [[ $output == *"The user of standard input"*"| user-b8d4f602"*"| user-e4c2a086"* ]]
}

@test "Each sample succeeds in deploy/run's own database, in any order, and --url leads psql there" {
  url=$("$top/deploy/run" --url 3>&-)
  mapfile -t samples < <(printf '%s\n' "$top"/events/*.json | shuf)
  by_hand "$top/deploy/run" "${samples[@]}"
  [ "$status" -eq 0 ]
  # What is bad is told so, and all else is well.
  [ "$(grep --only-matching '"statusCode":[0-9]*' <<<"$output" | sort | uniq --count | tr --squeeze-repeats ' \n' ' ')" = \
    ' 8 "statusCode":200 1 "statusCode":204 1 "statusCode":422 ' ]
  [ "$(sql "SELECT count(*) FROM users WHERE handle IN ('andrewbrown', 'alice')")" = 2 ]
  [ "$(psql --no-psqlrc -At "$url" --command 'SELECT count(*) FROM activities')" = 4 ]

  # A server that was stopped is found where it was.
  "$top/deploy/run" --stop
  [ "$("$top/deploy/run" --url 3>&-)" = "$url" ]
  [ "$(sql 'SELECT count(*) FROM activities')" = 4 ]
}

@test "deploy/run --url makes the database if there is none, whatever the caller's defaults for libpq are" {
  url=$(PGHOSTADDR=127.0.0.9 PGSSLMODE=verify-full "$top/deploy/run" --url 3>&-)
  [ "$(sql 'SELECT count(*) FROM users')" = 2 ]
  by_hand "$top/deploy/run" --url "$top/events/home.json"
  [[ $status -eq 2 && $output == "run: --url takes no events, see deploy/run --help." ]]
}

@test "deploy/run takes events whatever a person has set for Perl" {
  use_throwaway
  PERL_UNICODE=SAD PERL5OPT=-CSD by_hand "$top/deploy/run" "$top/events/create-activity.json"
  [ "$status" -eq 0 ]
}

# pretend_swift LINES: from now on, swift runs these lines of shell.
pretend_swift() {
  mkdir -p "$folder/pretended"
  printf '#!/bin/bash\n%s\n' "$1" >"$folder/pretended/swift"
  chmod 755 "$folder/pretended/swift"
  PATH=$folder/pretended:$PATH
}

@test "swift is told the same wherever deploy/run is started, or it would read every manifest anew" {
  use_throwaway
  pretend_swift "tr '\\0' '\n' </proc/\$\$/environ >>'$folder/told'; echo \"\$@\" >>'$folder/told'"
  (cd / && TERM=vt100 COLUMNS=7 LANG=C LC_NUMERIC=tr_TR.UTF-8 "$top/deploy/run")
  mv "$folder/told" "$folder/first"
  (cd "$folder" && FOO=bar XDG_SESSION_ID=7 OLDPWD=/ SWIFTPM=1 "$top/deploy/run")
  diff "$folder/first" "$folder/told" >"$folder/difference" || true
  [ "$(grep --count '^[<>]' "$folder/difference")" -eq 2 ]
  [ "$(grep '^[<>]' "$folder/difference" | sort --unique)" = '> SWIFTPM=1' ]
}

@test "What the package manager says is shown only if it fails, and its steps on a terminal" {
  use_throwaway
  # shellcheck disable=SC2016 # The other shell expands it.
  pretend_swift '
    read -r seconds status <"${0%/*}/plan"
    echo "Fetching everything" >&2
    echo "[12/34] Compiling"
    sleep "$seconds"
    exit "$status"'
  echo 0 0 >"$folder/pretended/plan"
  by_hand "$top/deploy/run"
  [[ $status -eq 0 && $output != *Fetching* && $output != *Building* ]]
  echo 1.5 0 >"$folder/pretended/plan"
  TERM=xterm run script --quiet --return --command "'$top/deploy/run'" /dev/null 3>&-
  [[ $status -eq 0 && $output == *"Building cruddur: step 12 of 34"*$'\e[K'* && $output != *Fetching* ]]
  echo 0 3 >"$folder/pretended/plan"
  by_hand "$top/deploy/run"
  [[ $status -eq 3 && $output == *"Fetching everything"*"[12/34] Compiling"* ]]
}

@test "deploy/run shows the feed after HTTP requests, once" {
  use_throwaway
  run_psql "$url" --quiet --file "$top/deploy/db/seed.sql"
  events=("$top/events/"{confirm-sign-up,create-activity,bad-activity,home}.json)
  by_hand "$top/deploy/run" "${events[@]}"
  [ "$status" -eq 0 ]
  [[ $output == *ttl_unknown*message_blank* ]]
  [[ $output == *"The user of events/confirm-sign-up.json"*"The feed"*"| bayko       | Hello, Cruddur! 👋 "* ]]
  [ "$(grep --count 'The feed' <<<"$output")" -eq 1 ]
}

@test "deploy/run --serve takes no events, and ends with the server" {
  by_hand "$top/deploy/run" "$top/events/home.json" --serve
  [ "$status" -eq 2 ]
  [ "$output" = "run: --serve comes first, see deploy/run --help." ]
  use_throwaway
  by_hand "$top/deploy/run" --serve --port none
  [ "$status" -eq 2 ]
  [[ $output == *"'none' is invalid for '--port"* ]]
}
