#!/usr/bin/env bats
# `cruddur serve --attach`: a bootstrap in a real debugger, with PostgreSQL behind it.
# shellcheck disable=SC2016,SC2030,SC2031 # What is said is not to be expanded, and some is for a subshell alone.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  require_packages gdb curl
}

setup() {
  make_folder
  start_throwaway
  load_schema
  CONNECTION_URL=$url "$top/.build/debug/cruddur" serve --attach --port 0 --attach-port 0 \
    >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  eventually grep --quiet '^}' "$folder/serve-log"
  read -r page <"$folder/serve"
}

teardown() {
  [[ ! -v bootstrap ]] || kill -KILL "$bootstrap" 2>/dev/null || true
  kill "$serve" 2>/dev/null || true
  eventually is_gone "$serve"
  end_throwaway
  remove_folder
}

# variables: prints the line that it says for a shell.
variables() {
  grep '^export ' "$folder/serve-log"
}

# sign_up ADDRESS: signs somebody up, and sets took, in milliseconds.
sign_up() {
  local start=${EPOCHREALTIME/./}
  by_hand curl --silent --max-time 100 "$page/cognito/users" --data "{\"name\":\"Ana\",\"email\":\"$1\"}"
  took=$(((${EPOCHREALTIME/./} - start) / 1000))
}

@test "A breakpoint holds a sign-up for longer than Cognito's five seconds, and it succeeds" {
  [[ $(variables) == *' CONNECTION_URL="$CONNECTION_URL" '* && $(<"$folder/serve-log") != *"$url"* ]]
  [[ $(<"$folder/serve-log") == *'"CONNECTION_URL" : "${env:CONNECTION_URL}"'* ]]
  line=$(grep --line-number 'let deadline = context.deadline' "$top/Sources/Cruddur/Users/SignUp.swift")
  # Over once the function has answered: the second time that it asks for an event is after that.
  cat >"$folder/commands" <<END
set debuginfod enabled off
set breakpoint pending on
set print thread-events off
break SignUp.swift:${line%%:*}
commands
silent
shell sleep 6
continue
end
run
END
  (
    export CONNECTION_URL=$url
    eval "$(variables)"
    exec gdb -nx -batch -command "$folder/commands" "$top/.build/debug/bootstrap" &>"$folder/gdb" 3>&-
  ) &
  bootstrap=$!
  sign_up ana@example.com
  echo "$output"
  tail --lines 5 "$folder/gdb"
  [[ $output == *'"attempts":1'* && $output != *__type* ]]
  [ "$took" -gt 6000 ]
  [ "$(sql "SELECT display_name FROM users")" = Ana ]
}

@test "A program that is ended is started again, and has what came meanwhile" {
  export CONNECTION_URL=$url
  eval "$(variables)"
  "$top/.build/debug/bootstrap" &>"$folder/first" 3>&- &
  bootstrap=$!
  sign_up first@example.com
  [[ $output == *'"attempts":1'* && $output != *__type* ]]
  kill -KILL "$bootstrap"
  eventually is_gone "$bootstrap"
  (sign_up second@example.com && echo "$output" >"$folder/answer") 3>&- &
  "$top/.build/debug/bootstrap" &>"$folder/second" 3>&- &
  bootstrap=$!
  eventually test -s "$folder/answer"
  [[ $(<"$folder/answer") == *'"attempts":1'* && $(<"$folder/answer") != *__type* ]]
  [ "$(sql "SELECT count(*) FROM users")" = 2 ]
}

@test "A port that is taken is told, and a bootstrap that cannot start may be started again" {
  port=$(variables | sed 's/.*AWS_LAMBDA_RUNTIME_API=127.0.0.1:\([0-9]*\).*/\1/')
  by_hand "$top/.build/debug/cruddur" serve --attach --port 0 --attach-port "$port"
  [[ $status -eq 2 && $output == *"$port"* ]]
  export CONNECTION_URL=''
  eval "$(variables)"
  by_hand "$top/.build/debug/bootstrap"
  [[ $status -eq 1 && $output == *CONNECTION_URL* ]]
  CONNECTION_URL=$url "$top/.build/debug/bootstrap" &>"$folder/second" 3>&- &
  bootstrap=$!
  sign_up third@example.com
  [[ $output == *'"attempts":1'* && $output != *__type* ]]
}
