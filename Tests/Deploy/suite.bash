# shellcheck shell=bash
# What the files of tests share in a run: a folder, in it a PostgreSQL cluster that others are copies of and a server of
# Python programs, each made by the first file that needs it. To be sourced by helpers.bash, which sets top.

# start_suite: sets CRUDDUR_SUITE to the folder, and what is made in it ends with this process; or does nothing if
# whoever started this one has done so.
start_suite() {
  [[ ! -v CRUDDUR_SUITE ]] || return 0
  CRUDDUR_SUITE=$(mktemp -d /tmp/cruddur-tests.XXXXXXXX)
  chmod 755 "$CRUDDUR_SUITE"
  suite_owner=$$ THROWAWAY_POSTGRES_TEMPLATE=$CRUDDUR_SUITE/cluster
  export CRUDDUR_SUITE suite_owner THROWAWAY_POSTGRES_TEMPLATE
}

# end_suite: removes the folder, if this process made it.
end_suite() {
  [[ ${suite_owner-} == "$$" ]] || return 0
  [[ ! -e $CRUDDUR_SUITE/python/pid ]] || kill "$(<"$CRUDDUR_SUITE/python/pid")" 2>/dev/null || true
  rm -rf "$CRUDDUR_SUITE"
}

# start_python: sets python_tools to a folder of programs that start fast, see python_server.py, among them `aws`, the
# real command line.
start_python() {
  local server=${BASH_SOURCE[0]%/*}/python_server.py folder=$CRUDDUR_SUITE/python
  # shellcheck disable=SC2154 # helpers.bash sets it.
  require_python_tools "$top"
  (
    flock 9
    # One that has died is started anew.
    if [[ ! -e $folder/ready ]] || ! kill -0 "$(<"$folder/pid")" 2>/dev/null; then
      rm -rf "$folder"
      mkdir "$folder"
      # It must know nothing of the person who runs it, nor of one test what another should not.
      env --ignore-environment --default-signal=INT,QUIT PATH="$PATH" HOME="$folder" LC_ALL=C.UTF-8 \
        "$python_tools/python3" -B "$server" "$folder" "$suite_owner" >"$folder/log" 2>&1 3>&- 9>&- </dev/null &
      echo $! >"$folder/pid"
      eventually test -e "$folder/ready" || { kill "$!"; cat "$folder/log" >&2; exit 1; }
    fi
  ) 9>"$CRUDDUR_SUITE/python.lock" || return
  python_tools=$folder
}

# build_examples TOP: builds Tests/Examples of the repository at TOP, the functions of somebody who depends on it, and sets
# functions to their program.
build_examples() {
  # shellcheck disable=SC2034 # The caller uses it.
  functions=$1/.build/examples/debug/functions
  run_swift build --package-path "$1/Tests/Examples" --scratch-path "$1/.build/examples" --build-tests --quiet
}

# make_function KIND [ARGUMENT…]: has `cruddur new` make the package hello; sets package to its folder, and printed to
# what it said. Each takes the place of the one before, because what was built of the libraries is kept there: they are
# compiled once, and a package in seconds.
make_function() {
  local workshop=$top/.build/new
  package=$workshop/hello
  [[ -x $top/.build/debug/cruddur ]] || build_program "$top" cruddur || return
  mkdir -p "$package/.build"
  rm -rf "$workshop/kept"
  mv "$package/.build" "$workshop/kept"
  rm -rf "$package"
  # shellcheck disable=SC2034 # The caller uses it.
  printed=$(cd "$workshop" && "$top/.build/debug/cruddur" new hello --kind "$@") || return
  mv "$workshop/kept" "$package/.build"
}

# build_function KIND: makes it, and builds it and its tests; function is its executable.
build_function() {
  make_function "$1" || return
  # shellcheck disable=SC2034 # The caller uses it.
  function=$package/.build/debug/function
  run_swift build --package-path "$package" --build-tests --quiet
}
