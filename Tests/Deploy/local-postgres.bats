#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
  home="$folder/it's a \"home\""
  schema=$top/deploy/db/schema.sql
}

teardown() {
  stop_cluster "$home" QUIT
  remove_folder
}

# Sets url to that of the server in home.
start() {
  # Bats waits for whoever holds its descriptor 3.
  url=$(start_local_postgres "$home" "$schema" 3>&-)
}

add_user() {
  sql "INSERT INTO users (display_name, handle, cognito_user_id) VALUES ('A', 'alice', '1')"
}

handles() {
  sql 'SELECT handle FROM users'
}

@test "The first start makes a server with the tables; the second finds it as it was" {
  start
  add_user
  first=$url
  start
  [ "$url" = "$first" ]
  [ "$(handles)" = alice ]
}

@test "A stopped server is started again as it was" {
  start
  add_user
  stop_local_postgres "$home"
  run postmaster_pid "$home"
  [ "$status" -ne 0 ]
  start
  [ "$(handles)" = alice ]
}

@test "A server whose port was taken meanwhile starts on another, and keeps that" {
  start
  stop_local_postgres "$home"
  first=$(<"$home/port")
  perl -MSocket -e 'socket my $taken, AF_INET, SOCK_STREAM, 0; setsockopt $taken, SOL_SOCKET, SO_REUSEADDR, 1;
    bind $taken, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK)
    or die; listen $taken, 1; sleep 60' "$first" 3>&- &
  taker=$!
  eventually bash -c ": <>/dev/tcp/127.0.0.1/$first"
  start
  sql 'SELECT 1'
  second=$(<"$home/port")
  [ "$second" != "$first" ]
  kill "$taker"
  stop_local_postgres "$home"
  start
  [ "$(<"$home/port")" = "$second" ]
}

@test "Stopping is no error where there is nothing to stop" {
  stop_local_postgres "$home"
  start
  stop_local_postgres "$home"
  stop_local_postgres "$home"
}

@test "Two that start it at once get the same server" {
  start_local_postgres "$home" "$schema" >"$folder/other" 3>&- &
  start
  wait $!
  [ "$url" = "$(<"$folder/other")" ]
}

@test "A first start that was killed is begun anew" {
  start_local_postgres "$home" "$schema" 3>&- &
  eventually test -e "$home/data/PG_VERSION"
  kill -KILL $!
  [ -e "$home/unfinished" ]
  start
  add_user
  [ ! -e "$home/unfinished" ]
}

@test "A first start whose schema is refused fails, and the next is begun anew" {
  echo 'CREATE TABLE users (); SELECT 1/0;' >"$folder/broken.sql"
  run strict start_local_postgres "$home" "$folder/broken.sql"
  [ "$status" -eq 3 ]
  [[ $output == *"division by zero"* ]]
  start
  add_user
}

@test "A changed schema is told, and not loaded over data" {
  start
  add_user
  { cat "$schema" && echo '-- A change.'; } >"$folder/schema.sql"
  run tell_changed_schema "$home" "$schema"
  [ "$output" = "" ]
  start_local_postgres "$home" "$folder/schema.sql" 3>&-
  [ "$(handles)" = alice ]
  run tell_changed_schema "$home" "$folder/schema.sql"
  [ "$status" -eq 0 ]
  [[ $output == *"schema.sql has changed since it was loaded"* ]]
}

@test "A pid file that names a stranger does not keep the server from starting" {
  start
  stop_local_postgres "$home"
  as_postgres sleep 30 3>&- &
  printf '%s\n' $! "$home/data" 0 1 | as_postgres tee "$home/data/postmaster.pid" >/dev/null
  start
  kill $!
  sql 'SELECT 1'
}

@test "A folder with anything else in it is refused and left alone" {
  as_postgres install -d "/tmp/${folder##*/}.else"
  stranger="/tmp/${folder##*/}.else"
  as_postgres touch "$stranger/diary"
  run strict start_local_postgres "$stranger" "$schema"
  [ "$status" -eq 2 ]
  [[ $output == *"$stranger is not empty and holds no PostgreSQL of deploy/run."* ]]
  [ -e "$stranger/diary" ]
  rm -r "$stranger"
}

@test "Another user's folder is refused" {
  ((EUID == 0)) || skip "only root can make one"
  install -d -o man "$home"
  run strict start_local_postgres "$home" "$schema"
  [ "$status" -eq 2 ]
  [[ $output == *"$home belongs to man, PostgreSQL would run as $(postgres_user)."* ]]
}

@test "The home is .postgres, or what CRUDDUR_POSTGRES says" {
  [ "$(local_postgres_home "$folder")" = "$folder/.postgres" ]
  cd "$folder"
  [ "$(CRUDDUR_POSTGRES='a b' local_postgres_home /)" = "$folder/a b" ]
}

@test "Where PostgreSQL's user cannot go, the home is in /var/lib" {
  ((EUID == 0)) || skip "an ordinary user is PostgreSQL's user"
  mkdir -m 700 "$folder/private" "$folder/other"
  first=$(local_postgres_home "$folder/private")
  [[ $first =~ ^/var/lib/cruddur/[0-9]+$ ]]
  [ "$(local_postgres_home "$folder/private")" = "$first" ]
  [ "$(local_postgres_home "$folder/other")" != "$first" ]
}
