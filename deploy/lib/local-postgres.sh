# shellcheck shell=bash
# The PostgreSQL that deploy/run and deploy/bin/db-* share, to be sourced after messages.sh, postgres.sh and psql.sh.
#
# Its home (see postgres.sh) has two files more: unfinished, from before anything else until the tables are there, and
# schema.sql, the schema that was loaded last. So a first run that was interrupted can be told from a cluster with
# data in it, and a stranger's folder from both.

# local_postgres_home TOP: prints the home for the repository at TOP: CRUDDUR_POSTGRES, else .postgres there. Where
# root's PostgreSQL cannot get at it, below /root say, it is a folder of /var/lib/cruddur instead, one for each.
local_postgres_home() {
  local home parent
  home=$(realpath --canonicalize-missing --no-symlinks "${CRUDDUR_POSTGRES:-$1/.postgres}")
  parent=$(dirname "$home")
  if [[ -d $parent ]] && ! as_postgres test -x "$parent"; then
    home=/var/lib/cruddur/$(cksum <<<"$home" | cut --delimiter ' ' --fields 1)
  fi
  echo "$home"
}

# use_local_postgres HOME SCHEMA: starts it, and sets CONNECTION_URL to that of its database.
use_local_postgres() {
  unset "${!PG@}" # Nor are they for what the script does with it afterwards.
  # shellcheck disable=SC2034 # The caller uses it.
  CONNECTION_URL=$(start_local_postgres "$1" "$2")
}

# start_local_postgres HOME SCHEMA: prints the connection URL of HOME's server, started if it is stopped, or made and
# given SCHEMA, a file, if there is none. A second caller waits for the first.
start_local_postgres() (
  unset "${!PG@}" # The caller's defaults for libpq are meant for another server.
  home=$1 schema=$2
  flock 9
  refuse_stranger "$home"
  if [[ -e $home/unfinished ]]; then
    stop_cluster "$home" QUIT
    rm -rf "$home"
  fi
  [[ -e $home/schema.sql ]] || make_local_postgres "$home" "$schema"
  postmaster_pid "$home" >/dev/null || start_cluster "$home" 9<&-
  cluster_url "$home"
) 9<"$2" # The lock, which the server must not inherit.

# stop_local_postgres HOME: stops HOME's server, if one runs.
stop_local_postgres() {
  refuse_stranger "$1"
  stop_cluster "$1" INT
}

# refuse_stranger HOME: ends the script if HOME exists and is neither ours nor empty.
refuse_stranger() {
  local home=$1 owner
  [[ -e $home ]] || return 0
  owner=$(stat --format %U "$home")
  [[ $owner == "$(postgres_user)" ]] || die "$home belongs to $owner, PostgreSQL would run as $(postgres_user)."
  [[ -e $home/unfinished || -e $home/schema.sql || -z $(ls -A "$home") ]] ||
    die "$home is not empty and holds no PostgreSQL of deploy/run."
}

# make_local_postgres HOME SCHEMA: leaves a running server whose database has SCHEMA's tables.
make_local_postgres() {
  local home=$1 schema=$2
  heading "Making a PostgreSQL in $home (deploy/run --stop stops it)"
  (umask 022 && mkdir -p "$(dirname "$home")") # Also PostgreSQL's user must be able to enter it.
  install -d -m 700 -o "$(postgres_user)" "$home"
  as_postgres touch "$home/unfinished"
  make_cluster "$home"
  start_cluster "$home" 9<&-
  PGOPTIONS='-c client_min_messages=warning' run_psql "$(cluster_url "$home")" --quiet --file "$schema"
  note_schema "$home" "$schema"
  as_postgres rm "$home/unfinished"
}

# sow_local_postgres SEED: gives the database of CONNECTION_URL the seed data, a file, which adds nothing the second
# time but time to live. Tables of another schema may not take it.
sow_local_postgres() {
  PGOPTIONS='-c client_min_messages=warning' run_psql "$CONNECTION_URL" --quiet --file "$1" >/dev/null ||
    heading "The seed data did not fit the tables: deploy/bin/db-setup begins anew"
}

# note_schema HOME SCHEMA: remembers that the file SCHEMA was loaded.
note_schema() {
  as_postgres tee "$1/schema.sql" <"$2" >/dev/null
}

# tell_changed_schema HOME SCHEMA: says so if another schema was loaded than SCHEMA is now.
tell_changed_schema() {
  cmp --silent "$2" "$1/schema.sql" ||
    heading "${2##*/} has changed since it was loaded: deploy/bin/db-setup begins anew"
}
