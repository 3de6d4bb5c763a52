# shellcheck shell=bash
# A PostgreSQL of one's own, to be sourced: finding its programs, making a cluster, starting and stopping it.
#
# A cluster is a folder, its home, with data/ (PostgreSQL's own), log, port (of the last time), and password (the
# superuser's, who is called postgres). Homes are absolute paths. PostgreSQL refuses to run as root, so for root its
# programs run as another user, who owns the home and must be able to reach it.

# Prints the folder of the newest server programs. Debian and Ubuntu keep them off PATH, in a folder for each version.
postgres_bin() {
  local initdb
  initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort --version-sort | tail -n 1) || true
  [[ -n $initdb ]] || initdb=$(command -v initdb) || return
  dirname "$initdb"
}

# Prints the name of the user whom PostgreSQL runs as.
postgres_user() {
  if ((EUID != 0)) || is_lone_root; then id -un; elif id postgres &>/dev/null; then echo postgres; else echo nobody; fi
}

# Runs a command as that user, from a folder that everybody can enter.
as_postgres() (
  cd /
  ((EUID == 0)) || exec "$@"
  # Nobody else can be asked for: they are themselves, by another number.
  is_lone_root && exec unshare --user --map-user=1 --map-group=1 -- "$@"
  user=$(postgres_user)
  exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups -- "$@"
)

# Whether root is the only user there is, as in a user namespace that an ordinary user made:
# https://man7.org/linux/man-pages/man7/user_namespaces.7.html
is_lone_root() {
  ((EUID == 0)) && [[ $(awk '{ count += $3 } END { print count }' /proc/self/uid_map) == 1 ]]
}

# make_cluster HOME [INITDB-OPTION…]: fills HOME, an empty folder of PostgreSQL's user, with a stopped cluster.
make_cluster() {
  local home=$1 bin
  shift
  bin=$(postgres_bin)
  od -An -N16 -tx1 /dev/urandom | tr -d ' ' | as_postgres tee "$home/password" >/dev/null
  as_postgres "$bin/initdb" --pgdata "$home/data" --username postgres --pwfile "$home/password" \
    --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 "$@" >/dev/null
}

# start_cluster HOME [-c SETTING=VALUE…]: returns once the server accepts connections on a free loopback port: that of
# the last time, if it is still free, or one drawn from below those that Linux gives to outgoing connections. The log is
# shown if it cannot be started.
start_cluster() {
  local home=$1 bin tries port
  shift
  port=$(cat "$home/port" 2>/dev/null) || port=$((RANDOM % 12768 + 20000))
  bin=$(postgres_bin)
  # A pid file left by a power cut may name a stranger by now, for whom PostgreSQL would not start.
  [[ -n $(cluster_processes "$home") ]] || as_postgres rm -f "$home/data/postmaster.pid"
  for ((tries = 6; tries > 0; tries--)); do
    # pg_ctl hands its arguments to a shell, so no path is among them. The socket's folder is relative to data/: an
    # absolute one may be longer than the 107 bytes that a socket allows.
    as_postgres env PGDATA="$home/data" "$bin/pg_ctl" start --silent --wait --options \
      "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=. $*" >>"$home/log" 2>&1 && {
      as_postgres tee "$home/port" <<<"$port" >/dev/null
      return
    }
    port=$((RANDOM % 12768 + 20000))
  done
  tail -n 30 "$home/log" >&2
  return 1
}

# stop_cluster HOME SIGNAL: ends the server, if one runs, and waits for its end. SIGNAL is INT for an orderly one, QUIT
# for one at once: https://www.postgresql.org/docs/current/server-shutdown.html
stop_cluster() {
  local home=$1 signal=$2 tries processes
  mapfile -t processes < <(postmaster_pid "$home" || cluster_processes "$home") # Orphans, if the postmaster is gone.
  for ((tries = 2000; tries > 0; tries--)); do
    ((${#processes[@]} > 0)) || return 0
    kill "-$signal" "${processes[@]}" 2>/dev/null || true # One may have ended since.
    # A process held by SIGSTOP hears nothing else, and holds up its parent.
    signal=CONT
    mapfile -t processes < <(cluster_processes "$home")
    sleep 0.03
  done
  echo "The PostgreSQL in $home does not end." >&2
  return 1
}

# Prints the process ids of HOME's server and its children: all the postgres processes that work in its data folder.
cluster_processes() {
  local home=$1 process
  for process in /proc/[0-9]*; do
    [[ $process/cwd -ef $home/data && $(cat "$process/comm" 2>/dev/null) == postgres ]] || continue
    echo "${process##*/}"
  done
}

# Prints the process id of HOME's server; fails if none runs. A pid file may outlive its server and name a stranger.
postmaster_pid() {
  local home=$1 pid
  [[ -f $home/data/postmaster.pid ]] || return
  read -r pid <"$home/data/postmaster.pid"
  [[ /proc/$pid/cwd -ef $home/data ]] && echo "$pid"
}

# Prints the connection URL of HOME's running server.
cluster_url() {
  local home=$1
  # https://www.postgresql.org/docs/current/storage-file-layout.html: postmaster.pid's fourth line is the port.
  echo "postgresql://postgres:$(<"$home/password")@127.0.0.1:$(sed -n 4p "$home/data/postmaster.pid")/postgres"
}
