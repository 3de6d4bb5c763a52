#!/usr/bin/env bats
# deploy/test itself, in a copy of the repository where nothing is built: swift, bats, shellcheck, readelf and
# deploy/package are stand-ins that leave a line in the file calls and say what a test wants them to.
# shellcheck disable=SC2154 # `run` sets output and status.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  export folder PATH=$folder/bin:$PATH lacking=''
  mkdir -p "$folder"/{bin,says,.ci,Tests/{Counts,Faults,Fuzzing},.build/checkouts/other}
  cp -r "$top/deploy" "$folder"
  cp -r "$top/Tests/Deploy" "$folder/Tests"
  for name in swift bats shellcheck readelf; do stand_in "$folder/bin/$name"; done
  stand_in "$folder/deploy/package"
  stand_in "$folder/Tests/Faults/faults"
  stand_in "$folder/Tests/Fuzzing/run"
  stand_in "$folder/Tests/Counts/count"
  # Nothing is installed: every package is there, but for those that a test takes away.
  cat >>"$folder/deploy/lib/python.sh" <<'END'
require_packages() {
  local package
  for package; do [[ " $lacking " != *" $package "* ]] || die "missing: $package"; done
}
require_python_tools() { echo "python tools" >>"$folder/calls"; }
require_aws_emulator() { echo "AWS's emulator" >>"$folder/calls"; }
END
}

teardown() {
  remove_folder
}

# stand_in FILE: makes it a program that runs says/NAME, if there is such a script, and notes its call.
stand_in() {
  local name=${1##*/}
  cat >"$1" <<END
#!/bin/bash
folder='$folder' # Swift is started with few variables.
echo "$name \$*" >>"\$folder/calls"
[[ ! -e \$folder/says/$name ]] || . "\$folder/says/$name"
END
  chmod 755 "$1"
}

# says NAME: has the stand-in NAME run standard input.
says() {
  cat >"$folder/says/$1"
}

it() {
  # With nothing of the run that it may be a part of.
  by_hand env --unset CRUDDUR_SUITE --unset suite_owner --unset PACKAGED_ZIP --unset PACKAGED_REPORT \
    --unset THROWAWAY_POSTGRES_TEMPLATE --unset CRUDDUR_TEST_RUN "$folder/deploy/test" "$@"
}

# Prints the steps that were run, in their order.
steps_run() {
  sed --quiet 's/^== \([a-z]*\): .* in .*/\1/p' <<<"$output" | paste --serial --delimiters ' '
}

@test "deploy/test --help explains every step" {
  it --help
  [ "$status" -eq 0 ]
  for name in format shell build swift scripts faults zip aws examples browser package fuzz counts threads memory; do grep --quiet "^$name  " <<<"$output"; done
  [ ! -e "$folder/calls" ]
}

@test "An unknown step is refused with the list, before anything is run" {
  it format formating
  [ "$status" -eq 2 ]
  [[ $output == "test: there is no step formating, only format build swift shell scripts faults zip aws examples browser package fuzz counts threads memory; see "* ]]
  it --fast
  [ "$status" -eq 2 ]
  it ''
  [ "$status" -eq 2 ]
  [ ! -e "$folder/calls" ]
}

@test "Without arguments everything is run, from any folder, and every file of tests once" {
  cd /
  it
  [ "$status" -eq 0 ]
  [ "$(steps_run)" = "format build swift shell scripts faults zip aws examples browser package fuzz counts" ]
  [ "${lines[-1]}" = "13 passed, 0 failed" ]
  diff <(grep '^bats' "$folder/calls" | grep --only-matching '[^ ]*\.bats' | sort) \
    <(cd "$folder" && printf '%s\n' Tests/Deploy/*.bats | sort)
}

@test "What the zip's bootstrap does is counted, of a zip that is made where none was" {
  it counts
  [ "$status" -eq 0 ]
  [[ $(grep '^package' "$folder/calls") == "package --no-proof --output "*/bootstrap.zip ]]
  [[ $(grep '^count' "$folder/calls") == *"--zip "*/bootstrap.zip" .build-package/"*/release/bootstrap ]]
  says count <<<'echo "       260,000  instructions, sign-up    FAILED: over the bound, 258,000"; exit 1'
  it counts
  [ "$status" -eq 1 ]
  [[ $output == *"What failed in counts"*"FAILED: over the bound, 258,000"* ]]
}

@test "Steps that are named are run in their own order, once each" {
  it shell format shell
  [ "$status" -eq 0 ]
  [ "$(steps_run)" = "format shell" ]
  [ "${lines[-1]}" = "2 passed, 0 failed" ]
}

@test "A sanitizer's tests are run where they are named, in a build of their own" {
  while read -r step sanitizer; do
    rm -f "$folder/calls"
    it "$step"
    [ "$status" -eq 0 ]
    [ "$(steps_run)" = "$step" ]
    [ "$(grep --count "^swift .*--sanitize=$sanitizer --scratch-path .build/$step" "$folder/calls")" = 2 ]
    ! grep '^swift' "$folder/calls" | grep --invert-match -- "--sanitize=$sanitizer" || false
  done <<<$'threads thread\nmemory address'
}

@test "Faults are tried with and without TLS, and what they have cost stands at the end" {
  it faults
  [ "$status" -eq 0 ]
  diff <(grep '^faults' "$folder/calls") <(printf '%s\n' 'faults ' 'faults --tls --events 500 --faults 40 --long 0')
  says faults <<'END'
printf '%s\n' 'FAILED: region 1, fault 7 (disk full): user 42 has 0 rows' '    a line of the log' '1 failures with --seed 5'
exit 1
END
  it faults
  [ "$status" -eq 1 ]
  [[ $output == *"== What failed in faults"*"user 42 has 0 rows"*"a line of the log"*"--seed 5"*"0 passed, 1 failed" ]]
}

@test "Fuzzers are run where they are named, and what they find fails the step" {
  it fuzz
  [ "$status" -eq 0 ]
  [ "$(steps_run)" = fuzz ]
  [ "$(<"$folder/calls")" = "run " ]
  says run <<<"echo 'Found: .build/fuzzing/found/json-crash-1'; exit 1"
  it fuzz
  [ "$status" -eq 1 ]
  [[ $output == *"What failed in fuzz"*"json-crash-1"* ]]
}

@test "--quick needs neither moto nor a browser nor the zip" {
  lacking='jq chromium bison' it --quick
  [ "$status" -eq 0 ]
  [ "$(steps_run)" = "format build swift shell scripts" ]
  ! grep --quiet --extended-regexp '^(package|python tools|AWS)' "$folder/calls" || false
  # Nor do the tests themselves, but for these, which name the function for their own ends.
  ! grep '^bats' "$folder/calls" | grep --only-matching '[^ /]*\.bats' | grep --invert-match '^test.bats' |
    (cd "$top/Tests/Deploy" && xargs grep --files-with-matches --extended-regexp 'require_python|require_aws|start_python') || false
  ! grep '^bats' "$folder/calls" | grep --extended-regexp '(aws|stack-deploy|browser|package)\.bats' || false
  grep --quiet 'db\.bats' "$folder/calls"
}

@test "Only the packages of the steps that are run have to be there" {
  lacking='shellcheck bats postgresql' it format
  [ "$status" -eq 0 ]
  lacking='shellcheck bats' it format shell
  [ "$status" -eq 2 ]
  [ "$output" = "test: missing: shellcheck" ]
}

@test "A step that fails is named at the end, with what tells why, and the others are run" {
  says swift <<'END'
[[ $1 != test ]] || {
  echo '✘ Test "It holds" recorded an issue at FileTests.swift:1:2: Expectation failed: 1 == 2'
  echo '✘ Test run with 2 tests in 1 suite failed after 0.1 seconds with 1 issue.'
  exit 1
}
END
  says bats <<'END'
printf '%s\n' 'ok 1 it holds in 20ms' 'not ok 2 it does not in 30ms' '# (in test file x.bats, line 3)'
seq --format '# said %g' 50
echo '# another file'
exit 1
END
  it format swift scripts package
  [ "$status" -eq 1 ]
  [[ $output == *"== swift: FAILED after "*" s, 2 tests"* ]]
  after=${output##*== How long each step took}
  [[ $after == *"== What failed in swift"*FileTests.swift:1:2*"== What failed in scripts"*"not ok 2 it does not"* ]]
  [[ $after == *"(in test file x.bats, line 3)"*"# said 50"* ]]
  [ "${lines[-1]}" = "1 passed, 3 failed" ]
}

@test "A step that fails without a word that is known is shown with its last lines" {
  says shellcheck <<<'seq 100; exit 3'
  it shell
  [ "$status" -eq 1 ]
  [[ $output == *"== What failed in shell"$'\n'81$'\n'*$'\n'100$'\n'*"0 passed, 1 failed" ]]
}

@test "The slowest tests of both kinds are told, and the number of each step's, whatever the locale" {
  says swift <<'END'
[[ $1 != test ]] || {
  for ((i = 0; i < 20; i++)); do echo "✔ Test fast$i() passed after 0.00$i seconds."; done
  printf 'a log that does not end✔ Test "A slow one, ü" passed after 12.345 seconds.\n'
  echo '✔ Test several(argument:) with 3 test cases passed after 100.001 seconds.'
  head --bytes 3000000 /dev/zero | tr '\0' x
  echo
  echo '✔ Test run with 22 tests in 1 suite passed after 101.000 seconds.'
}
END
  says bats <<'END'
[[ $* != */db.bats ]] ||
  printf '%s\n' 1..3 'ok 1 a script, in 5 steps in 30250ms' 'ok 2 not here in 1ms # skip only root' 'ok 3 quick in 900ms'
END
  LC_ALL=C it swift scripts
  [ "$status" -eq 0 ]
  slowest=${output##*== The slowest tests}
  mapfile -t slowest <<<"$slowest"
  [[ ${slowest[1]} == *"100.0 s  swift    several(argument:) with 3 test cases" ]]
  [[ ${slowest[2]} == *" 30.2 s  scripts  a script, in 5 steps" ]]
  [[ ${slowest[3]} == *' 12.3 s  swift    "A slow one, ü"' ]]
  [[ ${slowest[4]} == *" 0.9 s  scripts  quick" ]]
  [[ ${slowest[10]} == *" s  "* && ${slowest[11]} == "" ]]
  [[ $output == *"== swift: passed in "*" s, 22 tests"*"== scripts: passed in "*" s, 3 tests"* ]]
  ((${#output} < 10000)) # The long line is cut.
}

@test "A warning of ours fails the build, and so does Foundation in bootstrap; another package's does not" {
  says swift <<<"echo \"warning: 'other': unhandled\""
  it build
  [ "$status" -eq 0 ]
  says swift <<<"echo 'File.swift:1:2: warning: variable was never used'"
  it build
  [ "$status" -eq 1 ]
  rm "$folder/says/swift"
  says readelf <<<"echo ' 0x1 (NEEDED) Shared library: [libFoundation.so]'"
  it build
  [ "$status" -eq 1 ]
  [[ $output == *"What failed in build"*libFoundation.so* ]]
}

# has_lines NUMBER FILE
has_lines() {
  [[ $(grep --count . "$2" 2>/dev/null) == "$1" ]]
}

@test "A signal ends all that was started, wherever it went, and a second run at once is refused" {
  says swift <<'END'
[[ $1 != test ]] || {
  env --default-signal=INT setsid bash -c 'echo $$ >>"$folder/started"; exec sleep 1000' &
  trap 'sleep 1; echo interrupted >>"$folder/calls"; exit' INT
  echo $$ >>"$folder/started"
  while :; do sleep 0.1; done
}
END
  says package <<<"echo \$\$ >>'$folder/started'; sleep 1000"
  # Whatever a shell without job control runs in the background ignores interrupts.
  env --default-signal=INT "$folder/deploy/test" build swift zip >"$folder/output" 2>&1 3>&- &
  process=$!
  eventually has_lines 3 "$folder/started"
  it format
  [ "$status" -eq 2 ]
  [ "$output" = "test: another deploy/test is running here." ]
  kill -TERM "$process"
  sleep 0.5
  kill -TERM "$process" # As `timeout` does, and who is impatient.
  ended=0
  wait "$process" || ended=$?
  [ "$ended" -eq 143 ]
  while read -r started; do is_gone "$started"; done <"$folder/started"
  grep --quiet interrupted "$folder/calls"
}
