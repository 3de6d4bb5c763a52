#!/usr/bin/env bats
# The page of `cruddur serve` in a real Chromium, before a real bootstrap and a real PostgreSQL.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  start_throwaway
  load_schema
  run_psql "$url" --quiet --file "$top/deploy/db/seed.sql"
  # Somebody whose sign-up always fails, and somebody who fails once: a sequence is not rolled back.
  sql "ALTER TABLE users ADD CHECK (display_name <> 'Refused')"
  sql "CREATE SEQUENCE attempts;
    ALTER TABLE users ADD CHECK (display_name <> 'Late' OR nextval('attempts') > 1)"
}

teardown() {
  end_serve
  [[ ! -v CRUDDUR_POSTGRES ]] || "$top/deploy/run" --stop
  end_throwaway
  remove_folder
}

# start_serve ARGUMENT…: sets page, its URL, and serve, its process id.
start_serve() {
  CONNECTION_URL=$url "$top/.build/debug/cruddur" serve --port 0 "$@" >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  eventually grep --quiet '^http://' "$folder/serve"
  read -r page <"$folder/serve"
}

end_serve() {
  [[ -v serve ]] || return 0
  kill "$serve" 2>/dev/null || true
  eventually is_gone "$serve"
}

# use_page SCENARIOS: plays them in a browser.
use_page() {
  # Debian's Python: another one does not find Debian's Selenium.
  by_hand timeout 300 /usr/bin/python3 -B "$top/Tests/Deploy/browser.py" "$page" "$1"
  [ "$status" -eq 0 ] || tail --lines 40 "$folder/serve" "$folder/serve-log"
  [ "$status" -eq 0 ]
}

@test "People use the page in a browser" {
  start_serve
  use_page people
}

@test "Operators watch the function and break its database, and nobody is lost" {
  export CRUDDUR_POSTGRES=$folder/postgres
  leave_swift_out
  "$top/deploy/run" --serve --port 0 >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  eventually grep --quiet '^http://' "$folder/serve"
  read -r page <"$folder/serve"
  use_page console
}

@test "People are told that the database is away" {
  end_throwaway
  # The API goes on trying for nearly as long as it may.
  start_serve --timeout 3
  use_page without-database
}
