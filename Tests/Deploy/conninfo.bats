#!/usr/bin/env bats
# Connection strings as deploy/lib/conninfo.sh reads them, beside what libpq makes of them.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  make_folder
  start_throwaway
  sql "CREATE ROLE tester LOGIN PASSWORD 'pass=w?rd'"
  sql "CREATE ROLE \"te?s=t'er\\é\" LOGIN PASSWORD 'pass=w?rd'"
  sql "CREATE DATABASE tester"
  sql "CREATE DATABASE \"a b/'c'\\é%\""
  port=${url##*:}
  export port=${port%/*} folder url
}

teardown_file() {
  end_throwaway
  remove_folder
}

# Prints which database and user psql's arguments lead to, and which setting.
whereabouts() {
  psql --no-psqlrc --no-password --tuples-only --no-align --dbname "$1" \
    --command "SELECT current_database(), session_user, current_setting('application_name')"
}

# same CONNECTION DATABASE USER [APPLICATION]: passes if libpq gets there with CONNECTION, and with what we read in it.
same() {
  echo "$1"
  [ "$(whereabouts "$1")" = "$2|$3|${4-psql}" ]
  parse_connection "$1"
  print_connection
  [ "$(whereabouts "$(print_connection)")" = "$2|$3|${4-psql}" ]
}

# refused CONNECTION: passes if it ends the script, which says nothing of it.
refused() {
  run parse_connection "$1"
  echo "$1: $output"
  [ "$status" -eq 2 ]
  [[ $output == *": the connection "* && $output != *SECRET* ]]
}

@test "URLs are read as libpq reads them" {
  at="127.0.0.1:$port" slash='a%20b/%27c%27\%C3%a9%25' raw="a b/'c'\\é%"
  same "postgresql://tester:pass=w?rd@$at/postgres" postgres tester
  same "postgres://tester:pass%3Dw%3frd@$at/$slash" "$raw" tester
  same "postgresql://te?s=t%27er%5C%c3%A9:pass%3dw%3Frd@$at/postgres?" postgres "te?s=t'er\\é"
  same "postgresql://$at/postgres?user=tester&password=pass%3Dw?rd&" postgres tester
  same "postgresql://x:y@$at/x?user=tester&password=pass%3Dw%3Frd&dbname=$slash" "$raw" tester
  same "postgresql://tester:pass=w?rd@$at/postgres?application%5Fname=a@b/\\%26d%20" postgres tester 'a@b/\&d '

  local -x PGPASSWORD='pass=w?rd'
  same "postgresql://tester@$at" tester tester
  same "postgresql://tester:@$at/?application_name=a?b" tester tester 'a?b'
  same "postgresql:///postgres?user=tester&host=127.0.0.1&port=$port" postgres tester
  same "postgresql://tester@127.0.0.1:1,[::1]:1,$at/postgres" postgres tester
  same "postgresql://tester@localhost,127.0.0.1:$port/postgres?port=1,$port" postgres tester
  socket=$(sql 'SHOW data_directory')
  same "postgresql://tester@${socket//\//%2F}:$port/postgres" postgres tester
}

@test "Keywords and values are read as libpq reads them" {
  at="host=127.0.0.1 port=$port"
  same "$at user=tester password=pass=w?rd dbname=postgres" postgres tester
  same " user = tester	password ='pass=w?rd'$at dbname= 'a b/\\'c\\'\\\\é%' " "a b/'c'\\é%" tester
  same "dbname=a\\ b/\\'c'\\\\é% $at user=tester password=p\\a\\ss=w?rd" "a b/'c'\\é%" tester
  same "$at user=x user=tester password=pass=w?rd application_name='' dbname=x dbname=postgres" postgres tester ''

  local -x PGPASSWORD='pass=w?rd'
  same "$at user=tester" tester tester
  same "$at user=tester"$'\n'"application_name='a\\\\b'" tester tester "a\\b"
}

# trimmed CONNECTION WANTED: passes if what surrounds CONNECTION is taken off, which leaves WANTED.
trimmed() {
  local connection=$1
  trim_connection connection
  printf '%q -> %q\n' "$1" "$connection"
  [ "$connection" = "$2" ]
}

@test "What surrounds a URL is taken off, and what is in it stays" {
  trimmed $' \t\r\npostgres://u:p@h/a%20b%0A \t\r\n' 'postgres://u:p@h/a%20b%0A'
  trimmed $'postgresql://h/a b\n' 'postgresql://h/a b'
  trimmed $' \r\n' ''
  trimmed '' ''
  unset connection
  trim_connection connection
  [ "$connection" = '' ]
}

@test "Keywords and values end where libpq has their end" {
  local -x PGPASSWORD='pass=w?rd'
  keywords=" host=127.0.0.1 port=$port user=tester dbname=postgres application_name=a\\ "
  same "$keywords" postgres tester 'a '
  trim_connection keywords
  same "$keywords" postgres tester 'a '
}

@test "JDBC's ssl=true is libpq's sslmode=require" {
  parse_connection "postgresql:///?ssl=true"
  [ "$(print_connection)" = "sslmode='require' " ]
}

@test "A user name may end in the @ that comes first" {
  parse_connection "postgresql://h?user=a@b/c"
  # shellcheck disable=SC2154 # parse_connection sets it.
  [ "${parameters[user]} ${parameters[host]} ${parameters[dbname]}" = "h?user=a b c" ]
}

@test "What is no connection string is refused, without quoting it" {
  refused "postgresql://user:SECRET@SECRET@host/database"
  refused "postgresql://user:SECRET/SECRET@host/database"
  refused "postgresql://user:SECRET/SECRET?SECRET@host/database"
  refused "postgresql://user:SECRET%zz@host/database"
  refused "postgresql://user:SECRET%@host/database"
  refused "postgresql://user:SECRET%%41@host/database"
  refused "postgresql://user:SECRET%00@host/database"
  refused "postgresql://host/database?SECRET"
  refused "postgresql://host/database?password=SECRET=SECRET"
  refused "postgresql://host/database?password=SECRET&&user=user"
  refused "postgresql://host/database?pass%20word=SECRET"
  refused "postgresql://[::SECRET/database"
  refused "postgresql://host:SECRET/database"
  refused "SECRET"
  refused "host=localhost SECRET"
  refused "password='SECRET"
  refused "password='SECRET\\'"
  refused "pass-word=SECRET"
}
