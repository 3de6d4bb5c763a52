#!/usr/bin/env bats
# Tests/Examples, a package of somebody who depends on this one for its libraries alone.
# shellcheck disable=SC2154 # `run` sets output and status.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() { build_examples "$top"; }

@test "Who depends on the libraries resolves and builds nothing that only a laptop needs" {
  [ "$(ls "$top/.build/examples/checkouts")" = swift-log ]
  compgen -G "$top/.build/examples/debug/LambdaRuntime.build/*.o"
  ! compgen -G "$top/.build/examples/debug/LocalLambda.build/*.o" || false
}

@test "A handler is tested without Lambda or a server" {
  by_hand timeout 300 swift test --package-path "$top/Tests/Examples" --scratch-path "$top/.build/examples" --skip-build
  [ "$status" -eq 0 ]
  [[ $output =~ "Test run with "[1-9][0-9]*" tests in 1 suite passed" ]]
}

@test "Each function takes 15 lines at the most" {
  mapfile -t files < <(find "$top/Tests/Examples/Sources/functions" -name '*.swift' ! -name Functions.swift)
  [ "${#files[@]}" -eq 8 ]
  run awk '
    FNR == 1 { lines = 0 }
    /^(struct|let) / { counts = 1 }
    counts && ++lines > 15 { print FILENAME; exit }
    /^}/ { counts = 0 }' "${files[@]}"
  [ "$output" = '' ]
}

@test "A function that is not there is told from those that are" {
  AWS_LAMBDA_RUNTIME_API=127.0.0.1:9 _HANDLER=nothing by_hand "$top/.build/examples/debug/functions"
  [ "$status" -eq 1 ]
  [[ $output == *"_HANDLER has to be one of background, batch, codable, crash, echo, sleep, stream, trigger."* ]]
}
