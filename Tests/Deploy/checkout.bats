#!/usr/bin/env bats
# What git makes of the repository's files.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
}

teardown() {
  remove_folder
}

@test "A checkout has the same bytes, even where git makes carriage returns" {
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
  git init --quiet "$folder"
  cp -r "$top"/{.gitattributes,deploy,events} "$folder"
  cd "$folder"
  git -c core.autocrlf=true -c core.safecrlf=false add .
  rm -r deploy events
  git -c core.autocrlf=true checkout --quiet .
  diff --recursive "$top/deploy" "$folder/deploy"
  diff --recursive "$top/events" "$folder/events"
}
