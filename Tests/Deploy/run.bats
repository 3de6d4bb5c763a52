#!/usr/bin/env bats
# deploy/run with the real bootstrap, cruddur and PostgreSQL.
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
  run_psql "$url" --quiet --file "$top/deploy/db/schema.sql"
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
  [[ $output == *"Google_100000000000000000001"* ]]
}

@test "deploy/run ends with 2 if an event is not JSON" {
  use_throwaway
  echo 'not JSON' >"$folder/event.json"
  by_hand "$top/deploy/run" "$folder/event.json"
  [ "$status" -eq 2 ]
}

@test "deploy/run shows the feed after HTTP requests, once" {
  use_throwaway
  events=("$top/events/"{confirm-sign-up,create-activity,bad-activity,home}.json)
  by_hand "$top/deploy/run" "${events[@]}"
  [ "$status" -eq 0 ]
  [[ $output == *ttl_unknown*message_blank* ]]
  [[ $output == *"The user of events/confirm-sign-up.json"*"The feed"*"| alice  | Hello, Cruddur! 👋 |"* ]]
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
