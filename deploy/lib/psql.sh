# shellcheck shell=bash
# psql with the password out of sight, to be sourced after messages.sh and conninfo.sh. A process's arguments can be
# read by everybody on the machine; its environment cannot, so the password goes there.

# run_psql CONNECTION [PSQL-OPTION…]: psql for a script, the same whatever a person has set for themself.
run_psql() {
  local connection=$1
  shift
  open_psql "$connection" --no-psqlrc --pset pager=off "$@"
}

# open_psql CONNECTION [PSQL-OPTION…]: psql for a person. CONNECTION is all that libpq takes, a URL or keywords and
# values. An SQL error in a file or in what comes in ends psql with exit code 3.
open_psql() {
  local connection=$1 secret
  shift
  parse_connection "$connection"
  for secret in sslpassword oauth_client_secret scram_client_key scram_server_key; do
    [[ ! -v parameters[$secret] ]] || die "$secret is not supported: psql would have it among its arguments."
  done
  local password=${parameters[password]-${PGPASSWORD-}}
  unset 'parameters[password]'
  PGPASSWORD=$password psql --set ON_ERROR_STOP=1 --dbname "$(print_connection)" "$@"
}
