#!/usr/bin/env bats
# deploy/lib/python.sh.
# shellcheck disable=SC2016 # Another shell expands it.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  mkdir -p "$folder/Tests/Deploy"
  : >"$folder/Tests/Deploy/requirements.txt" # Without any, nothing is downloaded.
}

teardown() {
  remove_folder
}

tools() {
  by_hand bash -euo pipefail -c '. "$0/deploy/lib/all.sh"; require_python_tools "$1"; echo "$python_tools"' \
    "$top" "$folder"
}

@test "The tools are installed once, and again for other requirements or another Python" {
  tools
  [[ $status -eq 0 && $output == *"== Installing requirements.txt in $folder/.build/python-tools"* ]]
  tools
  [[ $status -eq 0 && $output == "$folder/.build/python-tools/bin" ]]
  echo '# Others.' >"$folder/Tests/Deploy/requirements.txt"
  tools
  [[ $status -eq 0 && $output == *"== Installing"* ]]
  rm "$folder/.build/python-tools/bin/python3"
  tools
  [[ $status -eq 0 && $output == *"== Installing"* ]]
}

@test "What cannot be installed ends in one sentence, and is not taken for installed" {
  echo './nowhere' >"$folder/Tests/Deploy/requirements.txt"
  tools
  [[ $status -eq 2 && $output == *": the programs of $folder/Tests/Deploy/requirements.txt could not be installed." ]]
  tools
  [ "$status" -eq 2 ]
}

@test "Two at once install them once" {
  tools >"$folder/first" &
  tools
  [ "$status" -eq 0 ]
  wait $!
  [ "$(cat "$folder/first" <(echo "$output") | grep --count Installing)" -eq 1 ]
}
