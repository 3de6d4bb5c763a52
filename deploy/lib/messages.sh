# shellcheck shell=bash
# What the scripts say, to be sourced. All of it goes to standard error: standard output is for results.

# heading TEXT…: says what comes next.
heading() {
  printf '\n== %s\n' "$*" >&2
}

# die SENTENCE…: gives up because of something that the caller can mend.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 2
}
