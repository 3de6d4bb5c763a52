# shellcheck shell=bash
# A script's options, declared one a line, to be sourced after messages.sh. A script sets its variables to the defaults,
# says what it does, declares, and reads:
#
#   db_instance=${DB_INSTANCE:-cruddur-db-instance} wait=true
#   about 'Starts the database.'
#   option --db-instance ID db_instance 'the instance; DB_INSTANCE'
#   flag --no-wait wait=false 'returns at once'
#   read_options "$@"

about=''
option_names=() # In the order of their declaration, which is that of --help.
declare -gA option_words=() option_targets=() option_texts=()

# about SENTENCES: what --help says first.
about() {
  about=$1
}

# option NAME WORD VARIABLE TEXT: NAME takes a value, which WORD stands for in --help.
option() {
  option_names+=("$1")
  option_words[$1]=$2 option_targets[$1]=$3 option_texts[$1]=$4
}

# options NAME WORD ARRAY TEXT: the same, and may be given again: each value is appended to ARRAY.
options() {
  option "$1" "$2" "$3[]" "$4, may be given again"
}

# flag NAME VARIABLE=VALUE TEXT: NAME takes no value, and sets VARIABLE.
flag() {
  option "$1" '' "$2" "$3"
}

# read_options ARGUMENT…: sets what they say. --help, and what was not declared, end the script.
read_options() {
  while (($# > 0)); do
    [[ $1 != --help ]] || { print_help && exit; }
    [[ -n $1 && -v option_targets[$1] ]] || wrong_usage "unknown argument ${1@Q}."
    if [[ -z ${option_words[$1]} ]]; then
      set_variable "${option_targets[$1]%%=*}" "${option_targets[$1]#*=}"
    else
      # A script's caller may have meant an empty variable to be a name.
      [[ $# -gt 1 && -n $2 && $2 != --* ]] || wrong_usage "$1 needs a value: ${option_words[$1]}."
      set_variable "${option_targets[$1]}" "$2"
      shift
    fi
    shift
  done
}

# set_variable TARGET VALUE: TARGET is the name of a variable, or that of an array and [].
set_variable() {
  if [[ $1 == *'[]' ]]; then
    local -n array=${1%'[]'}
    array+=("$2")
  else
    printf -v "$1" %s "$2"
  fi
}

# require_option NAME: ends the script if NAME's variable is still empty.
require_option() {
  local variable=${option_targets[$1]}
  [[ -n ${!variable} ]] || wrong_usage "$1 ${option_words[$1]} is missing."
}

# one_of NAME VALUE…: ends the script if NAME's variable is none of the values.
one_of() {
  local name=$1 variable=${option_targets[$1]} value
  shift
  for value; do
    [[ ${!variable} != "$value" ]] || return 0
  done
  wrong_usage "$name has to be one of: $*."
}

# wrong_usage SENTENCE: ends the script.
wrong_usage() {
  die "$1 See ${0##*/} --help."
}

print_help() {
  local name target
  printf 'usage: %s [OPTION…]\n\n%s\n\n' "${0##*/}" "$about"
  for name in "${option_names[@]}"; do
    target=${option_targets[$name]}
    printf '  %-29s %s' "$name ${option_words[$name]}" "${option_texts[$name]}"
    # The defaults, which are not read yet if --help comes first.
    [[ $target == *[]=]* || -z ${!target} ]] || printf ' (%s)' "${!target}"
    echo
  done
  printf '  %-29s %s\n' --help 'shows this'
}
