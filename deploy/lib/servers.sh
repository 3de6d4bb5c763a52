# shellcheck shell=bash
# Which servers a connection leads to, as libpq finds them: what its string leaves open is the service's, and then the
# environment's. To be sourced after conninfo.sh. https://www.postgresql.org/docs/current/libpq-pgservice.html

# add_service: adds to parameters what the service has that they, or PGSERVICE, name. Ends the script if it cannot be
# read, as libpq would end.
add_service() {
  [[ -v parameters[service] || -v PGSERVICE ]] || return 0
  local service=${parameters[service]-${PGSERVICE-}} file status files=()
  # What the connection says of the file is libpq 19's; an older one refuses it.
  files=("${parameters[servicefile]-${PGSERVICEFILE-${HOME-}/.pg_service.conf}}" "$(system_service_file)")
  for file in "${files[@]}"; do
    if [[ -f $file && -r $file ]]; then
      status=0
      read_service "$file" "$service" || status=$?
      ((status != 2)) || die "the service ${service@Q} of $file cannot be read: keyword=value lines are, and no LDAP."
      ((status != 0)) || return 0
    fi
  done
  die "the service ${service@Q} of the connection is neither in ${files[0]} nor in ${files[1]}."
}

# Prints the name of the file of services for all users, whose folder libpq has from its own build.
system_service_file() {
  local folder
  folder=${PGSYSCONFDIR-$(pg_config --sysconfdir 2>/dev/null || echo /etc/postgresql-common)}
  echo "$folder/pg_service.conf"
}

# read_service FILE SERVICE: adds what FILE has for SERVICE to parameters, if it is not among them. Fails with 1 if FILE
# has no such service, and with 2 if what it has is nothing that can be read.
read_service() {
  local LC_ALL=C line found=false pair='^([a-z_]+)=(.*)$' keyword value
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line#"${line%%[![:space:]]*}"} line=${line%"${line##*[![:space:]]}"}
    if [[ $line == '['* ]]; then
      ! "$found" || return 0
      [[ $line != "[$2]"* ]] || found=true
    elif "$found" && [[ -n $line && $line != '#'* ]]; then
      [[ $line =~ $pair && $line != @(ldap|service=|servicefile=)* ]] || return 2
      keyword=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
      # shellcheck disable=SC2004 # conninfo.sh has declared it: its keys are words.
      [[ -v parameters[$keyword] ]] || parameters[$keyword]=$value
    fi
  done <"$1"
  "$found"
}

# stays_here: whether every server that parameters and the environment name is on this machine, at a loopback address or
# a Unix-domain socket, as libpq's default is. Another host's name beside such an address says that a tunnel begins
# there.
stays_here() {
  local octet='\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])' host hosts
  # An empty one between two commas is libpq's default, too.
  mapfile -d , -t hosts < <(printf %s "${parameters[host]-${PGHOST-}},${parameters[hostaddr]-${PGHOSTADDR-}}")
  for host in "${hosts[@]}"; do
    [[ $host == '' || $host == [/@]* || ${host,,} == localhost || $host == ::1 || $host =~ ^127($octet){3}$ ]] || return
  done
}
