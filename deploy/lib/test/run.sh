# shellcheck shell=bash
# How deploy/test runs things and ends them, to be sourced after messages.sh. Each runs in the background, so that a
# signal is heard at once, and writes a log. What was started is known by a variable in its environment, whatever group
# or session of processes it has moved to. Its value is the repository's path, and not a number of each run's own,
# because a variable that changes makes Swift's package manager read every manifest again.

# start_run TOP FOLDER: empties FOLDER, for the logs, and sees to it that whatever ends the script ends all that it
# started. There is one run at a time in the repository at TOP.
start_run() {
  mkdir -p "$2"
  exec 9>"$2.lock"
  flock --nonblock 9 || die "another deploy/test is running here."
  rm -rf "${2:?}"/*
  export CRUDDUR_TEST_RUN=$1
  trap end_all EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# begin LOG COMMAND…: starts COMMAND, and sets begun to its process id.
begin() {
  local log=$1
  shift
  : >"$log" # Whoever shows it may be quicker than the process.
  set -m # Without job control it would ignore interrupts, and so would all that it starts.
  "$@" >>"$log" 2>&1 </dev/null 9>&- &
  # shellcheck disable=SC2034 # The caller uses it.
  begun=$!
  set +m
}

# timed FILE COMMAND…: runs COMMAND, and leaves in FILE when it ended, in seconds since the script began.
timed() {
  # shellcheck disable=SC2064 # Now: it is an argument.
  trap "echo \"\$SECONDS\" >'$1'" EXIT
  "${@:2}"
}

# show LOG END PROCESS: shows LOG until PROCESS, which writes it, has ended, as the file END tells afterwards. Lines are
# cut where nobody reads on: a test's argument may have megabytes.
show() {
  if [[ -e $2 ]]; then
    cut --bytes=-1000 <"$1"
    return
  fi
  tail --follow --lines=+1 --pid="$3" --sleep-interval=0.2 "$1" | stdbuf --output=L cut --bytes=-1000
}

# Prints the process ids of what was started and still runs.
still_running() (
  export -n CRUDDUR_TEST_RUN # What looks for them is none of them.
  grep --files-with-matches --null-data --fixed-strings --line-regexp \
    "CRUDDUR_TEST_RUN=$CRUDDUR_TEST_RUN" /proc/[0-9]*/environ 2>/dev/null | tr --complement --delete '0-9\n'
)

# Ends it, and waits for its end. An interrupt comes first: bats tears its tests down, PostgreSQL shuts down.
end_all() {
  local signal tries processes
  trap '' HUP INT TERM # A second signal must not end this: a person is impatient, and `timeout` sends two.
  for signal in INT TERM KILL; do
    for ((tries = 100; tries > 0; tries--)); do
      mapfile -t processes < <(still_running)
      ((${#processes[@]} > 0)) || return 0
      ((tries < 100)) || kill "-$signal" "${processes[@]}" 2>/dev/null || true # One may have ended since.
      sleep 0.1
    done
  done
}
