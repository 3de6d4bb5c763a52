# shellcheck shell=bash
# A folder for the files that calls to AWS name, to be sourced after aws.sh.

# make_scratch: sets scratch to a folder that only its user can enter, and that goes when the script ends. With
# --dry-run it stays: without its files, the calls that were printed could not be made.
make_scratch() {
  scratch=$(mktemp --directory --tmpdir cruddur.XXXXXXXX)
  # shellcheck disable=SC2154 # aws.sh sets them.
  if "$dry_run"; then
    echo "# $scratch has the files of these calls, and may have secrets in them: delete it when you are done" >&"$plan"
  else
    trap 'rm -rf "$scratch"' EXIT
  fi
}
