#!/usr/bin/env bats
# AWS's SDK for Python, unchanged, against the Invoke API of `cruddur serve`, with TestFunction behind it.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  run_swift build --package-path "$top" --product TestFunction --quiet
  [[ -x $top/.build/debug/cruddur ]] || build_programs "$top"
}

setup() {
  make_folder
  start_python
}

teardown() {
  if [[ -v serve ]]; then
    kill "$serve" 2>/dev/null || true
    eventually is_gone "$serve"
  fi
  remove_folder
}

# the_sdk SCENARIO ARGUMENT…: plays it against a server with these arguments.
the_sdk() {
  "$top/.build/debug/cruddur" serve --port 0 --bootstrap "$top/.build/debug/TestFunction" --env _HANDLER= \
    --env AWS_LAMBDA_LOG_LEVEL=INFO "${@:2}" \
    >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  eventually grep --quiet '^http://' "$folder/serve"
  by_hand timeout 120 "$python_tools/python3" "$BATS_TEST_DIRNAME/python_sdk.py" \
    "$(head --lines 1 "$folder/serve")" "$folder" "$1"
  [ "$status" -eq 0 ] || tail --lines 40 "$folder/serve" "$folder/serve-log"
  [ "$status" -eq 0 ]
}

@test "boto3 invokes the function, whatever it says beside the event" {
  the_sdk invoke
}

@test "boto3 knows Lambda's refusals by their names" {
  the_sdk errors
}

@test "boto3 is told that all are busy" {
  the_sdk throttling --max-concurrency 1 --timeout 60
}

@test "boto3 gets a stream's chunks one at a time, and then its end" {
  the_sdk stream --timeout 60
}

@test "boto3 is told in the middle of a stream that it broke" {
  the_sdk broken-stream --timeout 3
}
