#!/usr/bin/env bats
# Where connections lead, as deploy/lib/servers.sh reads it, beside what libpq makes of it.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  start_throwaway
  port=${url##*:}
  export port=${port%/*} folder url HOME=$folder
  mkdir "$folder/system"
  # The last line has no newline.
  printf %s "
# [own]
 [other]
host=nowhere.invalid
nothing that libpq would take
[own] and more
  # a comment
host=127.0.0.1
host=nowhere.invalid

 port=$port 	
user=postgres
password=$(password)
dbname=postgres
application_name= an = 'app' \\ "$'\r'"
[own]
options=-cnothing
[last]
application_name=last" >"$folder/.pg_service.conf"
  sed 's/an = /the system'\''s = /; s/\[last\]/[system]/' "$folder/.pg_service.conf" >"$folder/system/pg_service.conf"
}

teardown_file() {
  end_throwaway
  remove_folder
}

setup() {
  export PGSYSCONFDIR=$folder/system
  unset PGSERVICE PGSERVICEFILE
}

password() {
  [[ $url =~ :([^:@]*)@ ]]
  echo "${BASH_REMATCH[1]}"
}

# same CONNECTION WANTED: passes if libpq gets to a database with CONNECTION, and with what we read in it and its
# service, and its user and the name of its application are WANTED.
same() {
  local query="SELECT session_user, current_setting('application_name')"
  echo "$1"
  [ "$(psql --no-psqlrc -At --dbname "$1" --command "$query")" = "$2" ]
  parse_connection "$1"
  add_service
  unset 'parameters[service]' PGSERVICE
  [ "$(psql --no-psqlrc -At --dbname "$(print_connection)" --command "$query")" = "$2" ]
}

# refused SENTENCE CONNECTION: passes if neither libpq nor we can read the service, and we say SENTENCE, a pattern.
refused() {
  run psql --no-psqlrc --dbname "$2" --command ''
  echo "$2: $output"
  [[ $status -eq 2 && $output == *service* ]]
  parse_connection "$2"
  run add_service
  echo "$output"
  # shellcheck disable=SC2053 # A pattern.
  [[ $status -eq 2 && $output == *": the service "$1 ]]
}

@test "A service is read as libpq reads it" {
  same 'service=own' "postgres| an = 'app' \\"
  same 'postgresql:///?service=own&application_name=url' 'postgres|url'
  PGSERVICE=own same '' "postgres| an = 'app' \\"
  PGSERVICE=nowhere same 'service=own' "postgres| an = 'app' \\"
  PGAPPNAME=environment same 'service=own' "postgres| an = 'app' \\"
  PGSERVICEFILE=$folder/system/pg_service.conf same 'service=own' "postgres| the system's = 'app' \\"
  PGSERVICE=last same "$url" 'postgres|last'
  PGSERVICE=system same "$url" 'postgres|last'
  HOME=/nowhere same 'service=own' "postgres| the system's = 'app' \\"
}

# libpq has done so since its version 19 only.
@test "A connection may say in which file its service is" {
  PGSERVICEFILE=$folder/.pg_service.conf
  printf '%s\n' '[own]' host=db.example.com '[nested]' servicefile=nowhere >"$folder/named"
  leaves_by_service "service=own servicefile=$folder/named"
  leaves_by_service "postgresql:///d?service=own&servicefile=${folder//\//%2F}%2Fnamed"
  parse_connection "service=nested servicefile=$folder/named"
  run add_service
  [[ $status -eq 2 && $output == *": the service 'nested' of $folder/named cannot be read: "* ]]
}

# leaves_by_service CONNECTION: passes if the servers of its service may not be on this machine.
leaves_by_service() {
  parse_connection "$1"
  add_service
  ! stays_here
}

@test "Without a service nothing is added" {
  parse_connection "postgresql://h/d"
  add_service
  # shellcheck disable=SC2154 # parse_connection sets it.
  [ "${parameters[host]} ${parameters[dbname]} ${#parameters[@]}" = 'h d 2' ]
}

@test "A service that is none ends the script, which names it and its file" {
  refused "'nowhere' of the connection is neither in $folder/.pg_service.conf nor in $folder/system/pg_service.conf." \
    'service=nowhere'
  refused "'' of the connection is neither in *" 'service='
  refused "'other' of $folder/.pg_service.conf cannot be read: *" 'service=other'
  printf '%s\n' '[nested]' service=own '[spaced]' 'host = h' '[directory]' 'ldap://127.0.0.1:1/dc=x?y?one?(z=1)' \
    >"$folder/services"
  export PGSERVICEFILE=$folder/services
  refused "'nested' of $folder/services cannot be read: *" 'service=nested'
  refused "'spaced' of $folder/services cannot be read: *" 'service=spaced'
  parse_connection 'service=directory'
  run add_service
  [[ $status -eq 2 && $output == *" no LDAP." ]]
}

# stays CONNECTION: passes if we say that all its servers are on this machine.
stays() {
  echo "$1"
  parse_connection "$1"
  stays_here
}

# leaves CONNECTION: passes if we say that one may not be.
leaves() {
  ! stays "$1"
}

@test "Only loopback addresses and sockets are on this machine" {
  for host in localhost LocalHost 127.0.0.1 127.1.2.255 '[::1]' %2Fvar%2Frun %40abstract 127.0.0.1,localhost:1 ','; do
    stays "postgresql://$host/d"
  done
  stays 'dbname=d'
  stays "host='' hostaddr=''"
  stays 'host=localhost hostaddr=127.0.0.1'
  stays 'hostaddr=::1,127.0.0.2'
  PGHOST=localhost stays 'dbname=d'
  PGHOST=db.example.com stays 'host=127.0.0.1'
  for host in db.example.com 10.0.0.1 localhost.example.com 127.0.0.1.example.com 127.0.0.256 '[::2]' \
    '[::ffff:127.0.0.1]' 127.0.0.1,db.example.com db.example.com,%2Fvar%2Frun 'localhost%0A' %2e
  do
    leaves "postgresql://$host/d"
  done
  leaves 'hostaddr=10.0.0.1'
  leaves 'host=localhost hostaddr=10.0.0.1'
  leaves 'host=/var/run hostaddr=10.0.0.1'
  leaves 'host=db.example.com hostaddr=127.0.0.1'
  leaves 'hostaddr=127.0.0.1,10.0.0.1'
  PGHOST=db.example.com leaves 'dbname=d'
  PGHOST=localhost,db.example.com leaves 'postgresql:///d'
  PGHOSTADDR=10.0.0.1 leaves 'host=localhost'
}
