# shellcheck shell=bash
# For the tests of the scripts, each of which has a folder of its own, which PostgreSQL's user can enter.
set -u
shopt -s inherit_errexit

top=$(CDPATH='' cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd)
# shellcheck source=../../deploy/lib/all.sh
. "$top/deploy/lib/all.sh"
# shellcheck source=suite.bash
. "$top/Tests/Deploy/suite.bash"

# The tests read messages; all else is what a script makes of a person's locale.
export LC_MESSAGES=C LANGUAGE=''
unset CONNECTION_URL PROD_CONNECTION_URL CRUDDUR_POSTGRES "${!PG@}"

# Those of the README's commands that take an account of AWS.
# shellcheck disable=SC2034 # Tests use it.
aws_commands='^deploy/(package|bin/(cognito|lambda|rds|stack|teardown))'
# Those that take a user pool, and a database.
# shellcheck disable=SC2034 # Tests use it.
pool_commands='^(cruddur reconcile|aws cognito-idp list-users) '

make_folder() {
  folder=$(mktemp -d /tmp/cruddur-deploy.XXXXXXXX)
  chmod 755 "$folder"
}

remove_folder() {
  rm -rf "$folder"
}

# start_throwaway: sets url and postmaster, and throwaway, the process id of the script that keeps them.
start_throwaway() {
  : >"$folder/throwaway" # An earlier one may have said something there.
  # Bats waits for whoever holds its descriptor 3.
  exec {throwaway_input}> >(exec "$top/Tests/TestSupport/throwaway-postgres" >"$folder/throwaway" 3>&-)
  throwaway=$!
  eventually grep --quiet '^[0-9]' "$folder/throwaway"
  # shellcheck disable=SC2034 # Tests use it.
  { read -r url && read -r postmaster; } <"$folder/throwaway"
}

# end_throwaway: closes its standard input and waits for its end. Does nothing if it was not started.
end_throwaway() {
  [[ -v throwaway ]] || return 0
  exec {throwaway_input}>&-
  eventually is_gone "$throwaway"
}

# load_schema: on the throwaway PostgreSQL; silent, because nobody has to know that there was nothing to be dropped.
load_schema() {
  PGOPTIONS='-c client_min_messages=warning' run_psql "$url" --quiet --file "$top/deploy/db/schema.sql"
}

# sql STATEMENT: runs it on the throwaway PostgreSQL.
sql() {
  run_psql "$url" --quiet --tuples-only --no-align --command "$1"
}

# link_tools FOLDER: makes FOLDER, of links to all programs that there are, from which a test takes some. Those of the
# system come first, because an ordinary user may not have the rest.
link_tools() {
  local folders
  IFS=: read -ra folders <<<"/usr/bin:/usr/sbin:/bin:/sbin:$PATH"
  mkdir "$1"
  find "${folders[@]/%//}" -maxdepth 1 ! -type d -exec ln -s --target-directory "$1" {} + 2>/dev/null || true
}

# leave_swift_out: from now on `swift` does nothing, because a test whose programs are built already need not have that
# found out for seconds.
leave_swift_out() {
  [[ -x $top/.build/debug/bootstrap && -x $top/.build/debug/cruddur ]] || build_programs "$top"
  mkdir "$folder/no-swift"
  ln -s "$(type -P true)" "$folder/no-swift/swift"
  PATH=$folder/no-swift:$PATH
}

# strict FUNCTION…: runs it as the scripts do, who end at the first failure, as nothing does right below `run`.
strict() {
  bash -euo pipefail -c '. "$0"; "$@"' "${BASH_SOURCE[0]}" "$@"
}

# by_hand COMMAND…: runs it, with `run`, as a person would, and shows what it says if the test fails.
by_hand() {
  local name without_bats=()
  # Bats' variables change with each test, and then Swift's package manager reads every manifest again.
  for name in "${!BATS_@}"; do without_bats+=(--unset "$name"); done
  # Bats waits for whoever holds its descriptor 3.
  run env "${without_bats[@]}" "$@" 3>&-
  # shellcheck disable=SC2154 # `run` sets it.
  echo "$output"
}

is_gone() {
  [[ $(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null) == ?(Z) ]]
}

# eventually COMMAND…: waits until COMMAND succeeds, for 20 seconds at most.
eventually() {
  eventually_for 21 "$@"
}

# eventually_for SECONDS COMMAND…: the same for what takes longer.
eventually_for() {
  local limit=$((SECONDS + $1))
  shift
  while ((SECONDS < limit)); do
    "$@" && return
    sleep 0.03
  done
  echo "never: $*" >&2
  return 1
}
