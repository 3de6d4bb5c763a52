#!/usr/bin/env bats
# deploy/compose.yaml, as Compose understands it; no container is run.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  require_python_tools "$top"
  unset "${!POSTGRES_@}" "${!COMPOSE_@}"
}

compose() {
  run docker-compose --file "$top/deploy/compose.yaml" "$@"
  echo "$output"
}

# says PATH…: prints what the configuration that Compose has read has at PATH.
says() {
  "$python_tools/python3" -c '
import sys, yaml
value = yaml.safe_load(sys.stdin)
for key in sys.argv[1:]:
    value = value[key]
print(*(value if isinstance(value, list) else [value]), sep="\n")
' "$@" <<<"$output"
}

@test "Compose takes it, from any folder" {
  export POSTGRES_PASSWORD='p@ss: w"ord#'
  cd /
  compose config
  [ "$status" -eq 0 ]
  [ "$(says services postgres image)" = postgres:17 ]
  [ "$(says services postgres environment POSTGRES_PASSWORD)" = "$POSTGRES_PASSWORD" ]
  [ "$(says services postgres environment POSTGRES_DB)" = cruddur ]
  [ "$(says volumes postgres name)" = cruddur-postgres ]
  [[ $(says services postgres healthcheck test) == CMD$'\n'pg_isready$'\n'* ]]
}

@test "Without a password it is refused, naming the variable" {
  for password in unset ''; do
    if [[ $password == unset ]]; then unset POSTGRES_PASSWORD; else export POSTGRES_PASSWORD=$password; fi
    compose config
    [ "$status" -ne 0 ]
    [[ $output == *POSTGRES_PASSWORD*"has to be set"* ]]
  done
}

@test "It listens on loopback alone" {
  export POSTGRES_PASSWORD=any
  compose config
  [ "$(says services postgres ports)" = 127.0.0.1:5432:5432/tcp ]
  POSTGRES_PORT=5433 compose config
  [ "$(says services postgres ports)" = 127.0.0.1:5433:5432/tcp ]
}

@test "The tables come from schema.sql, and the data stays in a volume" {
  export POSTGRES_PASSWORD=any
  compose config
  [ "$(says services postgres volumes)" = "postgres:/var/lib/postgresql/data:rw
$top/deploy/db/schema.sql:/docker-entrypoint-initdb.d/schema.sql:ro" ]
  [ -s "$top/deploy/db/schema.sql" ]
}
