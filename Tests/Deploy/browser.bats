#!/usr/bin/env bats
# The page of `cruddur serve` in a real Chromium, before a real bootstrap and a real PostgreSQL.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  start_throwaway
  run_psql "$url" --quiet --file "$top/deploy/db/schema.sql" --file "$top/deploy/db/seed.sql"
  # Somebody whose sign-up always fails.
  sql "ALTER TABLE users ADD CHECK (display_name <> 'Refused')"
}

teardown() {
  end_serve
  end_throwaway
  remove_folder
}

# start_serve: sets page, its URL, and serve, its process id.
start_serve() {
  CONNECTION_URL=$url "$top/.build/debug/cruddur" serve --port 0 >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  eventually grep --quiet '^http://' "$folder/serve"
  read -r page <"$folder/serve"
}

end_serve() {
  [[ -v serve ]] || return 0
  kill "$serve" 2>/dev/null || true
  eventually is_gone "$serve"
}

@test "People use the page in a browser" {
  start_serve
  # Debian's Python: another one does not find Debian's Selenium.
  by_hand timeout 300 /usr/bin/python3 -B "$top/Tests/Deploy/browser.py" "$page"
  [ "$status" -eq 0 ] || tail --lines 40 "$folder/serve" "$folder/serve-log"
  [ "$status" -eq 0 ]
}
