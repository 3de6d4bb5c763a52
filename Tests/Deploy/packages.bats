#!/usr/bin/env bats
# What deploy/run says on a machine that lacks something. The PATH is a folder of links, from which a test takes some.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  link_tools "$folder/bin"
  ln -sf "$(command -v true)" "$folder/bin/swift" # It is looked for, and never run.
  cp -r "$top/deploy" "$top/events" "$folder" # Where an ordinary user can read them.
}

teardown() {
  remove_folder
}

run_it() {
  run env PATH="$folder/bin" "$folder/deploy/run"
}

# run_ordinary [NAME=VALUE…]: the same as an ordinary user.
run_ordinary() {
  local ordinary=()
  ((EUID != 0)) || ordinary=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups)
  run "${ordinary[@]}" env PATH="$folder/bin" "$@" "$folder/deploy/run"
}

@test "Without Swift, one sentence says where to get it" {
  rm "$folder/bin/swift"
  run_it
  [ "$status" -eq 2 ]
  [ "$output" = "run: Swift is not on PATH: see https://www.swift.org/install/linux." ]
}

@test "An ordinary user is told which packages to install" {
  rm "$folder"/bin/{git,pkg-config}
  run_ordinary
  [ "$status" -eq 2 ]
  [ "$output" = "run: Some packages are missing: sudo apt-get install git pkg-config libcurl4-openssl-dev libpq-dev libssl-dev" ]
}

@test "With a database of one's own, PostgreSQL's client is enough" {
  rm "$folder/bin/psql"
  run_ordinary
  [ "$status" -eq 2 ]
  [ "$output" = "run: Some packages are missing: sudo apt-get install postgresql" ]
  run_ordinary CONNECTION_URL=postgresql:///
  [ "$status" -eq 2 ]
  [ "$output" = "run: Some packages are missing: sudo apt-get install postgresql-client" ]
}

@test "Where there is no apt-get, root is told Debian's names" {
  ((EUID == 0)) || skip "only root installs"
  rm "$folder"/bin/{apt-get,git}
  run_it
  [ "$status" -eq 2 ]
  [ "$output" = "run: Some packages are missing, by their names in Debian: git." ]
}

@test "An apt-get that fails ends the script" {
  ((EUID == 0)) || skip "only root installs"
  rm "$folder/bin/git"
  ln -sf "$(command -v false)" "$folder/bin/apt-get"
  run_it
  [ "$status" -eq 2 ]
  [[ $output == *"run: apt-get could not update its lists of packages." ]]
}
