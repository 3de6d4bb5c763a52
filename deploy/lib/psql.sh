# shellcheck shell=bash
# psql with the password out of sight, to be sourced. A process's arguments can be read by everybody on the machine;
# its environment cannot, so the password goes there.

# run_psql CONNECTION [PSQL-OPTION…]: CONNECTION is all that libpq takes, a URL or keywords and values. An SQL error
# ends psql with exit code 3.
run_psql() {
  local connection=$1 password=${PGPASSWORD-}
  shift
  take_password
  PGPASSWORD=$password psql --no-psqlrc --pset pager=off --set ON_ERROR_STOP=1 "$@" --dbname "$connection"
}

# Moves the password, where there is one, from the variable connection to the variable password.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
take_password() {
  local user='^(postgres(ql)?://[^:@/]*):([^@/]*)(@.*)$'
  local query='^(postgres(ql)?://.*[?&])password=([^&]*)&?(.*)$'
  local keyword="^(.*[[:space:]])?password[[:space:]]*=[[:space:]]*('(([^\\\\']|\\\\.)*)'|(([^\\\\'[:space:]]|\\\\.)*))([[:space:]].*)?$"
  if [[ $connection == postgres*://* ]]; then
    local pattern
    for pattern in "$user" "$query"; do # If it has both, the latter counts.
      [[ $connection =~ $pattern ]] || continue
      connection=${BASH_REMATCH[1]}${BASH_REMATCH[4]}
      password=${BASH_REMATCH[3]//\\/\\\\}
      printf -v password %b "${password//%/\\x}"
    done
  elif [[ $connection =~ $keyword ]]; then
    connection=${BASH_REMATCH[1]}${BASH_REMATCH[7]}
    password=$(printf %s "${BASH_REMATCH[3]}${BASH_REMATCH[5]}" | sed 's/\\\(.\)/\1/g')
  fi
}
