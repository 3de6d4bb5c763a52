# shellcheck shell=bash
# A PostgreSQL that is thrown away, to be sourced after postgres.sh: for tests, and for `cruddur bench`, which has the text
# of both files in it.

# run_throwaway_postgres: makes a server, prints its connection URL (superuser postgres) and the postmaster's process id,
# a line each, and keeps it for as long as standard input is open, so that it cannot outlive its parent. It is not for
# data that anybody wants to keep: nothing waits for the disk.
#
# The cluster lives in TMPDIR, or in /tmp if PostgreSQL's user cannot write there.
#
# initdb takes a second or two. If THROWAWAY_POSTGRES_TEMPLATE names a folder, it runs once: the first to need a cluster
# makes one there, with a password that is drawn then, and each is a copy of it. Whoever has set the variable, to an
# absolute path in a folder that everybody can enter, removes the folder in the end.
run_throwaway_postgres() {
  unset "${!PG@}" # The caller's defaults for libpq are not meant for this server.

  postgres_bin >/dev/null || {
    echo "throwaway-postgres: PostgreSQL is not installed (package postgresql)." >&2
    exit 2
  }

  throwaway_home=$(as_postgres mktemp -dt throwaway-postgres.XXXXXXXX 2>/dev/null) ||
    throwaway_home=$(as_postgres mktemp -d /tmp/throwaway-postgres.XXXXXXXX)
  trap clean_up_throwaway EXIT
  trap 'exit 1' HUP INT TERM PIPE

  local template=${THROWAWAY_POSTGRES_TEMPLATE-}
  if [[ -n $template ]]; then
    make_throwaway_template "$template"
    as_postgres cp --archive --reflink=auto "$template/"{data,password} "$throwaway_home"
  else
    make_small_cluster "$throwaway_home"
  fi
  start_cluster "$throwaway_home" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100
  cluster_url "$throwaway_home"
  postmaster_pid "$throwaway_home"

  while read -r; do :; done
}

clean_up_throwaway() {
  trap '' HUP INT TERM PIPE
  stop_cluster "$throwaway_home" QUIT
  rm -rf "$throwaway_home"
}

# make_small_cluster HOME: one whose log is small, for 16 MB of a log that is thrown away would be copied, too.
make_small_cluster() {
  make_cluster "$1" --no-sync --wal-segsize 1
}

# make_throwaway_template TEMPLATE: makes the cluster there, if nobody has. Whoever comes meanwhile waits.
make_throwaway_template() (
  flock 9
  [[ ! -e $1/complete ]] || exit 0
  rm -rf "$1"
  install -d -m 700 -o "$(postgres_user)" "$1"
  make_small_cluster "$1"
  as_postgres touch "$1/complete"
) 9<"${1%/*}/"
