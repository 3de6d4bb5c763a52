# shellcheck shell=bash
# What the database's scripts have in common, to be sourced by one of them after it has set
#   usage   its name and arguments, and
#   about   what it does, a sentence or two.

top=$(CDPATH='' cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd)
# shellcheck source=all.sh
. "$top/deploy/lib/all.sh"

unset consent home # Whether they are set means something, and the environment may have them.

print_help() {
  # shellcheck disable=SC2154 # The script has set them.
  cat <<END
usage: $usage

$about

The database is that of CONNECTION_URL, or with prod that of PROD_CONNECTION_URL: postgresql://… or keyword=value
pairs, as libpq takes them. Without CONNECTION_URL it is the one that deploy/run keeps, started if need be.
END
  [[ $usage != *--yes-destroy* ]] ||
    echo 'With prod, or where the server is not on this machine, --yes-destroy has to name the database.'
}

# wrong_usage SENTENCE: ends the script. No argument is quoted: it may be a URL with a password.
wrong_usage() {
  die "$1"$'\n'"usage: $usage"
}

# read_arguments ARGUMENT…: sets prod, an array that has this word if it was given, and consent, the name after
# --yes-destroy.
read_arguments() {
  prod=()
  while (($# > 0)); do
    case $1 in
      --help)
        print_help
        exit
        ;;
      prod) prod=(prod) ;;
      --yes-destroy)
        [[ $usage == *"$1"* ]] || wrong_usage "nothing is destroyed here, $1 makes no sense."
        (($# > 1)) || wrong_usage "$1 needs the name of a database."
        consent=$2
        shift
        ;;
      *) wrong_usage "unknown argument." ;;
    esac
    shift
  done
}

# use_database: sets CONNECTION_URL to that of the database to work on; and home, if it is the one of deploy/run.
use_database() {
  if ((${#prod[@]} > 0)); then
    trim_connection PROD_CONNECTION_URL
    [[ -n $PROD_CONNECTION_URL ]] || wrong_usage "PROD_CONNECTION_URL is not set."
    CONNECTION_URL=$PROD_CONNECTION_URL
  fi
  trim_connection CONNECTION_URL
  if [[ -n $CONNECTION_URL ]]; then
    require_packages postgresql-client
  else
    require_packages postgresql
    home=$(local_postgres_home "$top")
    use_local_postgres "$home" "$top/deploy/db/schema.sql"
  fi
}

# name_database: sets name to that of the database, and server to a connection to another one of its server. libpq would
# take the user's name where there is none, and what is made, migrated or destroyed is not to be a guess.
name_database() {
  parse_connection "$CONNECTION_URL"
  add_service
  name=${parameters[dbname]-${PGDATABASE-}}
  [[ -n $name ]] || die 'the connection names no database, as /NAME at the end of a URL does, or dbname=NAME.'
  if [[ $name == postgres ]]; then parameters[dbname]=template1; else parameters[dbname]=postgres; fi
  # shellcheck disable=SC2034 # Scripts use it.
  server=$(print_connection)
}

# require_consent: ends the script unless the database called name may be destroyed.
require_consent() {
  if [[ -v consent ]]; then
    [[ $consent == "$name" ]] || die "--yes-destroy names a database, but not the one of the connection."
  elif ((${#prod[@]} > 0)); then
    wrong_usage "what is in production is destroyed only with --yes-destroy and the database's name."
  elif ! stays_here; then
    wrong_usage "what is on another machine is destroyed only with --yes-destroy and the database's name."
  fi
}

# load_sql FILE: runs a file of deploy/db, whole or not at all: it has a BEGIN and a COMMIT. If it lost its end, and
# so its COMMIT, DISCARD ALL fails, which PostgreSQL refuses inside a transaction.
load_sql() {
  run_psql "$CONNECTION_URL" --quiet --set file="$top/deploy/db/$1" <<'END'
SET client_min_messages = warning;
\i :file
DISCARD ALL;
END
}

# grant_rights: gives the application's role, if there is one, what it may. Its rights went with what was dropped.
grant_rights() {
  run_psql "$CONNECTION_URL" --quiet --set file="$top/deploy/db/grants.sql" <<'END'
SET client_min_messages = warning;
SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'cruddur_app') AS is_there \gset
\if :is_there
  BEGIN;
  \i :file
  COMMIT;
\endif
END
}
