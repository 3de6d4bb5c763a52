# shellcheck shell=bash
# What the scripts say, to be sourced. All of it goes to standard error: standard output is for results.

# heading TEXT…: says what comes next, in colour on a terminal. https://no-color.org
heading() {
  local colour='' plain=''
  if [[ -t 2 && -z ${NO_COLOR-} && ${TERM-dumb} != dumb ]]; then colour=$'\e[1;36m' plain=$'\e[0m'; fi
  printf '\n%s== %s%s\n' "$colour" "$*" "$plain" >&2
}

# die SENTENCE…: gives up because of something that the caller can mend.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}
