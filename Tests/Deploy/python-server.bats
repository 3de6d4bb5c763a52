#!/usr/bin/env bats
# python_server.py, which other files' tests run the AWS command line and moto with.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  start_python
}

teardown() {
  remove_folder
}

# sleeper: starts a program that notes its process id and sleeps, and sets client and sleeper to the process ids.
sleeper() {
  "$python_tools/python3" -c 'import os, time
print(os.getpid())
time.sleep(60)' >"$folder/sleeper" 3>&- &
  client=$!
  eventually grep --quiet . "$folder/sleeper"
  sleeper=$(<"$folder/sleeper")
}

@test "A program has its client's arguments, input, folder and environment, and gives it its output and status" {
  cd "$folder"
  run env --ignore-environment A=$'b\nc' "$python_tools/python3" -c 'import os, sys
print(sys.argv[1:], os.getcwd(), os.environ["A"], "HOME" in os.environ, sys.stdin.read())
print("error", file=sys.stderr)
sys.exit(7)' 'é "' '' <<<input
  echo "$output"
  [ "$status" -eq 7 ]
  [ "$output" = "['é \"', ''] $folder b"$'\nc'" False input"$'\n\n'error ]
}

@test "The command line is the one that was asked for" {
  run "$python_tools/aws" --version
  [[ $status -eq 0 && $output == aws-cli/* ]]
  run "$python_tools/aws" nothing
  [ "$status" -eq 2 ]
}

@test "A client ends by the signal that its program ends by, and passes on those that it gets" {
  run "$python_tools/python3" -c 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)'
  [ "$status" -eq 137 ]
  sleeper
  kill "$client"
  wait "$client" || status=$?
  [ "$status" -eq 143 ]
  is_gone "$sleeper"
}

@test "An interrupt ends a program, and one who says less than a client does holds up nobody" {
  run timeout --foreground --signal INT 1 "$python_tools/python3" -c 'import time; time.sleep(60)'
  [[ $status -ne 0 && $output == *KeyboardInterrupt* ]]
  run env python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$python_tools/server"
  run timeout 20 "$python_tools/aws" --version
  [ "$status" -eq 0 ]
}

@test "A program ends when its client is killed" {
  sleeper
  kill -KILL "$client"
  eventually is_gone "$sleeper"
}

@test "The server and its programs end with their owner, even if that is killed" {
  sleep 60 3>&- &
  owner=$!
  suite_owner=$owner CRUDDUR_SUITE=$folder start_python
  sleeper
  kill -KILL "$owner"
  eventually is_gone "$(<"$folder/python/pid")"
  eventually is_gone "$sleeper"
}
