#!/usr/bin/env bats
# When the libraries inside of bootstrap are built, and with what. That they are good, package.bats finds out.

# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"
# shellcheck source=../../deploy/lib/package/distribution-source.sh
. "$top/deploy/lib/package/distribution-source.sh"
# shellcheck source=../../deploy/lib/package/static-libraries.sh
. "$top/deploy/lib/package/static-libraries.sh"

setup() {
  make_folder
}

teardown() {
  remove_folder
}

# No sources are downloaded and nothing is compiled here: what would be is noted.
fetch_source() {
  mkdir -p "$2"
  touch "$2/versions"
}

# builds FOLDER: whether make_static_libraries builds something for FOLDER, once each.
builds() {
  local built=$folder/built
  : >"$built" # A variable would not do, because one of them is built in the background.
  build_library() { echo "$1" >>"$built"; }
  make_static_libraries "$1" 2>/dev/null
  [ "$(sort "$built")" = $'libcurl\nlibpq\nopenssl' ]
}

@test "the libraries are built once, and again after an interruption" {
  builds "$folder/libraries"
  ! builds "$folder/libraries" || false
  rm "$folder/libraries/recipe"
  builds "$folder/libraries"
}

@test "libraries that were copied from another folder are not taken for this one's" {
  builds "$folder/libraries"
  cp -r "$folder/libraries" "$folder/copy"
  builds "$folder/copy"
  ! builds "$folder/copy" || false
}

@test "the caller's settings for compilers do not reach them" {
  mkdir "$folder/work"
  unset CRUDDUR_TEST_RUN
  export CC=missing CFLAGS=-march=native LDFLAGS=-L/missing
  # What builds is run by a shell of its own, which reads the file anew: a copy of it can do something else.
  cp "$top/deploy/lib/package/static-libraries.sh" "$folder/copy.sh"
  echo "build_nothing() { env | sed 's/=.*//' | sort | paste --serial --delimiters ' '; }" >>"$folder/copy.sh"
  # shellcheck source=/dev/null
  . "$folder/copy.sh"
  build_library nothing none "$folder/libraries" "$folder/work"
  [[ $(<"$folder/work/nothing.log") == 'PATH PWD SHLVL _' ]]
}
