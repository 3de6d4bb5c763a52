# shellcheck shell=bash
# What the logs of Swift Testing, of Bats and of Tests/Faults tell, to be sourced: how many tests there were, which took
# longest, what failed. Programs that a test starts may write into the middle of a line, so no line is trusted to begin as
# it should.

# test_count LOG: prints how many tests were run; nothing if there is no such thing in LOG.
test_count() {
  LC_ALL=C sed --quiet --regexp-extended 's/.*Test run with ([0-9]+) tests? .*/\1/p' "$1" | grep . ||
    LC_ALL=C grep --text --count --extended-regexp '^(not )?ok [0-9]+ ' "$1" | grep --invert-match --line-regexp 0 ||
    true
}

# test_times LOG: prints the seconds and the name of each test.
test_times() {
  LC_ALL=C sed --quiet --regexp-extended '
    /Test run with [0-9]+ test/d
    s/.*(✔|✘) Test (.*) (passed|failed) after ([0-9.]+) seconds.*/\4 \2/p
    s/^(not )?ok [0-9]+ (.*) in ([0-9]+)ms( # .*)?$/\3e-3 \2/p' "$1"
}

# slowest_tests NUMBER LOG…: prints the slowest tests of all, and the step of each, which a LOG is named after.
slowest_tests() {
  local number=$1 log step
  shift
  for log; do
    step=${log##*/}
    test_times "$log" | LC_ALL=C awk -v step="${step%.log}" \
      '{ seconds = $1; sub(/^[^ ]+ /, ""); printf "%8.1f s  %-8s %s\n", seconds, step, substr($0, 1, 200) }'
  done | LC_ALL=C sort --numeric-sort --reverse | head -n "$number" || true
}

# reasons LOG: prints what failed and why, as the suites and the compilers say it, or else LOG's end. What Bats shows of a
# failure are comments, often many.
reasons() {
  { LC_ALL=C awk '
      /^not ok/ { comments = 80 }
      /✘ |FAILED: |failures with --seed|(error|warning): / { others = 7 }
      /^not ok/ || others-- > 0 || /^#/ && comments-- > 0 { print; found = 1 }
      !/^(#|not ok)/ { comments = 0 }
      END { exit !found }' "$1" || tail --lines 20 "$1"; } | cut --bytes=-1000
}
