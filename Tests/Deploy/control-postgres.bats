#!/usr/bin/env bats
# The switches of the PostgreSQL that deploy/run keeps.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  export CRUDDUR_POSTGRES="$folder/it's a home"
  control=$top/deploy/lib/control-postgres
}

teardown() {
  stop_cluster "$CRUDDUR_POSTGRES" QUIT
  remove_folder
}

# Sets url to that of the server, which is made.
start() {
  url=$(start_local_postgres "$CRUDDUR_POSTGRES" "$top/deploy/db/schema.sql" 3>&-)
}

# is STATE: whether the server is running, stopped or frozen.
is() {
  [[ $("$control" status) == "$1" ]]
}

# held: whether any of its processes is held.
held() {
  local process
  for process in $(cluster_processes "$CRUDDUR_POSTGRES"); do
    ! grep --quiet '^State:.T' "/proc/$process/status" || return 0
  done
  return 1
}

@test "A server is stopped and started again, on the same port and with what it had" {
  start
  sql "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'alice', '1')"
  by_hand "$control" stop
  [[ $status -eq 0 && $output == stopped ]]
  by_hand "$control" stop
  [[ $status -eq 0 && $output == stopped ]]
  by_hand "$control" start
  [[ $status -eq 0 && $output == running ]]
  [ "$(sql 'SELECT handle FROM users')" = alice ]
}

@test "A frozen server answers nobody, and everybody once its time is over" {
  start
  "$control" freeze 3 >"$folder/said" 3>&- &
  freezer=$!
  eventually is frozen
  start=$(date +%s%N)
  [ "$(sql 'SELECT 1')" = 1 ]
  (($(date +%s%N) - start > 1000000000))
  wait "$freezer"
  [ "$(<"$folder/said")" = running ]
  run held
  [ "$status" -eq 1 ]
}

@test "Whoever ends the switch lets the server go on at once" {
  start
  for signal in INT TERM HUP; do
    # In the background, a shell lets no SIGINT through to what it runs.
    env --default-signal=INT "$control" freeze 60 3>&- &
    freezer=$!
    eventually is frozen
    kill "-$signal" "$freezer"
    wait "$freezer" || [ "$?" -eq 1 ]
    is running
    run held
    [ "$status" -eq 1 ]
  done
}

@test "A switch that is killed has seen to it that the server goes on in time" {
  start
  "$control" freeze 2 3>&- &
  freezer=$!
  eventually is frozen
  kill -KILL "$freezer"
  is frozen
  eventually is running
  run held
  [ "$status" -eq 1 ]
}

@test "A frozen server can be stopped" {
  start
  "$control" freeze 60 3>&- &
  freezer=$!
  eventually is frozen
  by_hand "$control" stop
  [[ $status -eq 0 && $output == stopped ]]
  kill "$freezer"
}

@test "A server that has to take another port is told, because whoever serves knows the one from before" {
  start
  "$control" stop
  perl -MSocket -e 'socket my $taken, AF_INET, SOCK_STREAM, 0; setsockopt $taken, SOL_SOCKET, SO_REUSEADDR, 1;
    bind $taken, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)
    or die; listen $taken, 1; sleep 60' "$(<"$CRUDDUR_POSTGRES/port")" 3>&- &
  taker=$!
  port=$(<"$CRUDDUR_POSTGRES/port")
  eventually bash -c ": <>/dev/tcp/127.0.0.1/$port"
  by_hand "$control" start
  kill "$taker"
  [[ $status -eq 2 && $output == *"control-postgres: the port $port was taken meanwhile: "* ]]
}

@test "What is no PostgreSQL of deploy/run is left alone, and so is one for an order that is none" {
  by_hand "$control" status
  [[ $status -eq 2 && $output == "control-postgres: there is no PostgreSQL of deploy/run in $CRUDDUR_POSTGRES." ]]
  mkdir "$folder/strange" && touch "$folder/strange/file"
  for order in stop start "freeze 3" status; do
    # shellcheck disable=SC2086 # The words are the arguments.
    CRUDDUR_POSTGRES=$folder/strange by_hand "$control" $order
    [[ $status -eq 2 && $output == "control-postgres: $folder/strange "* ]]
  done
  for order in "" "freeze" "freeze 0" "freeze 61" "freeze x" "stop now" "drop"; do
    # shellcheck disable=SC2086 # The words are the arguments.
    by_hand "$control" $order
    [[ $status -eq 2 && ${#lines[@]} -eq 1 ]]
  done
  by_hand "$control" --help
  [[ $status -eq 0 && $output == "deploy/lib/control-postgres stop"* ]]
}
