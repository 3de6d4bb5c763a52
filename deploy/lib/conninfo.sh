# shellcheck shell=bash
# Connection strings taken apart as libpq does it, to be sourced after messages.sh. Its own programs tell the parts only
# of a connection that they have; two are needed before: the password, to keep it out of psql's arguments, and the name
# of a database that is yet to be made. https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING

# The keywords of the connection that was parsed last, and their decoded values.
declare -gA parameters

# trim_connection VARIABLE: takes off what a paste, or the end of a line, leaves around the URL that the variable has:
# libpq would not know it for a URL, or take it for a part of the database's name. Around keywords and values libpq skips
# it itself, and the last value may end in an escaped blank.
trim_connection() {
  local text=${!1-} blank=$' \t\r\n'
  text=${text#"${text%%[!"$blank"]*}"}
  [[ $text != @(postgres|postgresql)://* ]] || text=${text%"${text##*[!"$blank"]}"}
  printf -v "$1" %s "$text"
}

# parse_connection CONNECTION: fills parameters from a URL, or from keywords and values. What libpq would not understand
# ends the script, and is not quoted: a password may be anywhere in it.
parse_connection() {
  local LC_ALL=C # Bytes, whatever characters they make.
  parameters=()
  case $1 in
    postgres://* | postgresql://*)
      parse_url "${1#*://}" ||
        die 'the connection URL is malformed: percent-encode what is special in it, @ as %40, / as %2F, % as %25 …'
      ;;
    *) parse_keywords "$1" || die 'the connection string is neither postgresql://… nor keyword=value pairs.' ;;
  esac
}

# parse_url REST: REST is what follows the scheme.
parse_url() {
  # user:password@host:port,host:port/database?query. What stands before the first @ is the user's, if no / does.
  local url='^(([^@/:]*)(:([^@/]*))?@)?([^@/?]*)(/([^@?]*))?(\?(.*))?$'
  local pair='^([^=&]+)=([^=&]*)(&(.*))?$' keyword value
  [[ $1 =~ $url ]] || return
  local user=${BASH_REMATCH[2]} password=${BASH_REMATCH[4]} hosts=${BASH_REMATCH[5]}
  local database=${BASH_REMATCH[7]} query=${BASH_REMATCH[9]}
  set_decoded user "$user" && set_decoded password "$password" && set_decoded dbname "$database" || return
  parse_hosts "$hosts" || return
  while [[ -n $query ]]; do
    [[ $query =~ $pair ]] || return
    keyword=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]} query=${BASH_REMATCH[4]}
    percent_decode keyword && percent_decode value || return
    [[ $keyword =~ ^[a-z_]+$ ]] || return
    # What JDBC calls ssl.
    if [[ $keyword == ssl && $value == true ]]; then keyword=sslmode value=require; fi
    parameters[$keyword]=$value
  done
}

# parse_hosts HOSTS: libpq takes several as a list of hosts and one of ports.
parse_hosts() {
  local rest=$1, hosts='' ports='' host='^(\[([^]]+)\]|[^]:[]*)(:([0-9]*))?$'
  while [[ -n $rest ]]; do
    [[ ${rest%%,*} =~ $host ]] || return
    hosts+=,${BASH_REMATCH[2]:-${BASH_REMATCH[1]}}
    ports+=,${BASH_REMATCH[4]}
    rest=${rest#*,}
  done
  set_decoded host "${hosts#,}" && set_decoded port "${ports#,}"
}

# set_decoded KEYWORD VALUE: an empty VALUE leaves KEYWORD to libpq's defaults.
set_decoded() {
  local value=$2
  [[ -n $value ]] || return 0
  percent_decode value && parameters[$1]=$value
}

# percent_decode VARIABLE: decodes the variable's value; fails where a % is none, or makes the end of a C string.
percent_decode() {
  local text=${!1}
  [[ ${text//%[[:xdigit:]][[:xdigit:]]/} != *%* && $text != *%00* ]] || return
  text=${text//\\/\\\\}
  printf -v "$1" %b "${text//%/\\x}"
}

# parse_keywords TEXT: keyword=value pairs, spaces between them and perhaps around the =. 'A value' has spaces if it is
# quoted, and ' or \ after a \.
parse_keywords() {
  local pair='^([a-z_]+)[[:space:]]*=[[:space:]]*' quoted="^'(([^'\\\\]|\\\\.)*)'(.*)$"
  local plain='^(([^[:space:]\\]|\\.)*)([[:space:]].*)?$' rest=$1 keyword
  while [[ $rest =~ ^[[:space:]]*([^[:space:]].*)$ ]]; do
    rest=${BASH_REMATCH[1]}
    [[ $rest =~ $pair ]] || return
    keyword=${BASH_REMATCH[1]} rest=${rest:${#BASH_REMATCH[0]}}
    if [[ $rest == \'* ]]; then [[ $rest =~ $quoted ]] || return; else [[ $rest =~ $plain ]] || return; fi
    rest=${BASH_REMATCH[3]}
    parameters[$keyword]=
    local value=${BASH_REMATCH[1]}
    while [[ $value =~ ^([^\\]*)\\(.)(.*)$ ]]; do
      parameters[$keyword]+=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
      value=${BASH_REMATCH[3]}
    done
    parameters[$keyword]+=$value
  done
}

# Prints parameters as keywords and values, a space after each.
print_connection() {
  local keyword value quote="\\'"
  for keyword in "${!parameters[@]}"; do
    value=${parameters[$keyword]//\\/\\\\}
    printf "%s='%s' " "$keyword" "${value//\'/"$quote"}"
  done
}
