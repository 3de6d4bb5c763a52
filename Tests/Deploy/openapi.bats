#!/usr/bin/env bats
# deploy/openapi.yaml: that it is a good description, and that `cruddur serve` before a real bootstrap and a real
# PostgreSQL answers as it says, whatever it is asked.
#
#   OPENAPI_SECONDS=3600 OPENAPI_SEED=7 bats Tests/Deploy/openapi.bats    asks for longer, and for something else
# shellcheck disable=SC2154 # start_throwaway and require_python_tools set them.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup_file() {
  require_python_tools "$top"
  [[ -x $top/.build/debug/bootstrap && -x $top/.build/debug/cruddur ]] || build_programs "$top"
  export python_tools
}

setup() {
  make_folder
}

teardown() {
  [[ ! -v serve ]] || { kill "$serve" && eventually is_gone "$serve"; } || true
  end_throwaway
  remove_folder
}

# start_serve: sets api, its URL, and serve, its process id.
start_serve() {
  start_throwaway
  load_schema
  run_psql "$url" --quiet --file "$top/deploy/db/seed.sql"
  CONNECTION_URL=$url "$top/.build/debug/cruddur" serve --port 0 --env CORS_ORIGINS=https://cruddur.example.com \
    >"$folder/serve" 2>"$folder/serve-log" 3>&- &
  serve=$!
  eventually grep --quiet '^http://' "$folder/serve"
  read -r api <"$folder/serve"
}

# sign_up: signs somebody up, and prints a token of theirs.
sign_up() {
  local sub
  sub=$(call "$api/cognito/users" --data '{"name":"Ana","preferred_username":"ana"}' | member user sub)
  call --request POST "$api/cognito/users/$sub/token" | member id_token
}

call() {
  curl --silent --show-error --fail --noproxy '*' "$@"
}

# member KEY…: prints what stands there in the JSON of standard input.
member() {
  "$python_tools/python3" -c 'import functools, json, sys; print(functools.reduce(dict.get, sys.argv[1:], json.load(sys.stdin)))' "$@"
}

# ask WHO AUTHORS [OPTION…]: has schemathesis make up requests, in the name of those AUTHORS, in the folder WHO. One
# thread, because Python 3.11's compiler, which Hypothesis calls, is not made for several.
ask() {
  mkdir "$folder/$1"
  cd "$folder/$1" || return # It leaves files there.
  env --unset http_proxy --unset HTTP_PROXY AUTHORS="$2" SCHEMATHESIS_HOOKS=openapi_hooks \
    PYTHONPATH="$BATS_TEST_DIRNAME" PYTHONDONTWRITEBYTECODE=1 \
    "$python_tools/schemathesis" run "$top/deploy/openapi.yaml" --url "$api" --seed "${OPENAPI_SEED:-1}" \
    --max-time "${OPENAPI_SECONDS:-60}" --max-examples 100 --checks all --continue-on-failure --warnings off \
    --suppress-health-check too_slow --no-color "${@:3}" >"$folder/$1.log" 2>&1 3>&- </dev/null
}

# show WHO STATUS: what failed, at the end of it the seed, which repeats it.
show() {
  (($2 == 0)) || sed --quiet '/^=* FAILURES/,$p; /^=* ERRORS/,$p' "$folder/$1.log" | tail --lines 200
  echo "$1: exit code $2, $(grep --extended-regexp ' generated|^Seed' "$folder/$1.log" | paste --serial --delimiters ',')"
}

@test "It is OpenAPI, its examples are valid, and the README says the same" {
  by_hand "$python_tools/python3" -B -m unittest discover --start-directory "$BATS_TEST_DIRNAME" --pattern openapi_description.py
  [ "$status" -eq 0 ]
  [[ ${lines[*]} == *"Ran "[1-9]* ]]
}

@test "Whatever is asked, by somebody who is signed in and by nobody, is answered as it says, and never with a 5xx" {
  local anonymous=0 signed_in=0 token
  start_serve
  token=$(sign_up)
  ask anonymous 'andrewbrown bayko' &
  ask signed-in '' --header "Authorization: Bearer $token" || signed_in=$?
  wait $! || anonymous=$?
  ((anonymous + signed_in == 0)) || cat "$folder/serve-log"
  show anonymous "$anonymous"
  show signed-in "$signed_in"
  ((anonymous == 0 && signed_in == 0))
  # It may be a busy machine, but not one that does nothing.
  (($(wc --lines <"$folder/serve") > 100))
  run grep --extended-regexp ' 5[0-9]{2} ' "$folder/serve"
  [ "$status" -eq 1 ]
}
