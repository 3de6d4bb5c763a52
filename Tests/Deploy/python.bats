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

# emulator: requires AWS's emulator, of the version that Tests/Deploy/aws-emulator.txt asks for, from a package index
# that is a folder; each package has a program that says which version it is.
emulator() {
  PIP_NO_INDEX=1 PIP_FIND_LINKS=$folder/index by_hand bash -euo pipefail -c \
    '. "$0/deploy/lib/all.sh"; require_aws_emulator "$1"; echo "${python_tools-}$aws_emulator"' "$top" "$folder"
}

# publish VERSION: puts a package of AWS's into the index, which depends on one that does not exist.
publish() {
  mkdir -p "$folder/index"
  /usr/bin/python3 - "$folder/index" "$1" <<'PYTHON'
import sys, zipfile

folder, version = sys.argv[1:]
with zipfile.ZipFile(f"{folder}/aws_sam_cli-{version}-py3-none-any.whl", "w") as wheel:
    for machine in "x86_64", "arm64":
        wheel.writestr(f"samcli/local/rapid/aws-lambda-rie-{machine}", f"#!/bin/sh\necho {version}\n")
    information = f"aws_sam_cli-{version}.dist-info"
    wheel.writestr(f"{information}/METADATA",
                   f"Metadata-Version: 2.1\nName: aws-sam-cli\nVersion: {version}\nRequires-Dist: nowhere\n")
    wheel.writestr(f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{information}/RECORD", "")
PYTHON
  echo "aws-sam-cli==$1" >"$folder/Tests/Deploy/aws-emulator.txt"
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

@test "AWS's emulator is taken out of its package once, without what that depends on, and again for another version" {
  publish 1.0
  emulator
  [[ $status -eq 0 && $output == *"== Downloading the package of aws-emulator.txt"* ]]
  [ "${lines[-1]}" = "$folder/.build/aws-emulator/aws-lambda-rie" ]
  [ "$("${lines[-1]}")" = 1.0 ]
  [ "$(ls "$folder/.build/aws-emulator")" = $'aws-lambda-rie\nrequirements.txt' ]
  emulator
  [[ $status -eq 0 && $output == "$folder/.build/aws-emulator/aws-lambda-rie" ]]
  publish 2.0
  emulator
  [ "$("${lines[-1]}")" = 2.0 ]
}

@test "An emulator that cannot be downloaded ends in one sentence, and is not taken for downloaded" {
  publish 1.0
  echo 'aws-sam-cli==3.0' >"$folder/Tests/Deploy/aws-emulator.txt"
  emulator
  [[ $status -eq 2 && $output == *": the emulator of $folder/Tests/Deploy/aws-emulator.txt could not be downloaded." ]]
  emulator
  [ "$status" -eq 2 ]
}
