# shellcheck shell=bash
# Folders for files, to be sourced after aws.sh.

# make_scratch: sets scratch to a folder for what the script notes, and call_files to one for the files that calls to
# AWS name. Only their user can enter them, and they go when the script ends. But with --dry-run call_files stays if
# there is something in it: without that, the calls which were printed could not be made.
make_scratch() {
  scratch=$(mktemp --directory --tmpdir cruddur.XXXXXXXX)
  mkdir "$scratch/calls"
  call_files=$scratch/calls
  trap end_scratch EXIT
}

end_scratch() {
  # shellcheck disable=SC2154 # aws.sh sets it.
  if "$dry_run" && ! rmdir "$call_files" 2>/dev/null; then
    find "$scratch" -mindepth 1 -maxdepth 1 ! -name calls -delete
    echo "# $call_files has the files of these calls, perhaps with secrets: delete it when you are done" >&"$plan"
  else
    rm -rf "$scratch"
  fi
}
