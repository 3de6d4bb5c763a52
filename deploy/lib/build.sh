# shellcheck shell=bash
# The programs, built for this machine, to be sourced after messages.sh and packages.sh.

# What is needed besides Swift: to build, and for deploy/package, which builds libraries, too, and proves what it made.
build_packages=(git pkg-config libcurl4-openssl-dev libpq-dev libssl-dev)
zip_packages=(gcc make bison flex perl dpkg-dev binutils zip unzip postgresql openssl iproute2 dnsmasq-base)

# require_build_tools [PACKAGE…]: ends the script if there is no Swift toolchain, or if something to build with, or one
# of the other PACKAGEs, is missing and cannot be installed.
require_build_tools() {
  require_swift
  require_packages "${build_packages[@]}" "$@"
}

# The same for deploy/package.
require_zip_tools() {
  require_build_tools "${zip_packages[@]}"
}

# build_programs TOP: builds bootstrap and cruddur of the repository at TOP, into .build/debug.
build_programs() {
  build_program "$1" bootstrap
  build_program "$1" cruddur
}

# build_program TOP PRODUCT: builds one of them. What the package manager says is shown only if it fails.
build_program() {
  local log=$1/.build/deploy-build.$$.log building teller # Another one may build at the same time.
  if ! { mkdir -p "$1/.build" && : >"$log"; } 2>/dev/null; then die "$1/.build cannot be written."; fi
  exec {building}> >(tell_progress "Building $2" "$log")
  teller=$!
  # In the foreground: what is in the background of a script does not hear Ctrl-C.
  local status=0
  run_swift build --package-path "$1" --product "$2" &>"$log" {building}>&- || status=$?
  exec {building}>&-
  wait "$teller" || true
  ((status == 0)) || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# run_swift ARGUMENT…: runs swift with those variables alone that it needs. The package manager reads every manifest
# anew when any variable has changed, and in another folder or terminal some always have.
run_swift() {
  local name kept=()
  while read -r name; do
    case $name in
      HOME | PATH | USER | LOGNAME | TMPDIR | XDG_CACHE_HOME | XDG_CONFIG_HOME | XDG_DATA_HOME | LD_LIBRARY_PATH | \
        PKG_CONFIG_* | SWIFT* | TOOLCHAINS | SSL_CERT_* | GIT_CONFIG* | GIT_SSL_* | *_proxy | *_PROXY)
        kept+=("$name=${!name}")
        ;;
      CRUDDUR_TEST_RUN) kept+=("$name=${!name}") ;; # By which deploy/test ends all that it started.
    esac
  done < <(compgen -e)
  # The locale is the same for all, and one that there is everywhere.
  env --ignore-environment LC_ALL=C.UTF-8 "${kept[@]}" swift "$@"
}

# tell_progress WHAT LOG: says how far the package manager is that writes LOG, until standard input ends, as it does
# with whoever started this: in one line of a terminal, which is empty after that, or elsewhere in a line every 15
# seconds.
tell_progress() {
  local tick=0 step clear=''
  [[ ! -t 2 ]] || clear=$'\r\e[K'
  # Above 128 is that nothing came in time.
  while read -r -t 0.2 || (($? > 128)); do
    tick=$((tick + 1))
    # Its steps are [n/m], and before there are any, it fetches packages.
    step=$(tail --lines 20 "$2" | sed --quiet 's/^\[\([0-9]*\)\/\([0-9]*\)\].*/step \1 of \2/p' | tail --lines 1)
    if [[ -n $clear ]]; then
      ((tick < 5)) || printf '%s%s: %s' "$clear" "$1" "${step:-fetching packages}" >&2
    elif ((tick % 75 == 0)); then
      printf '%s: %s, after %d s\n' "$1" "${step:-fetching packages}" $((tick / 5)) >&2
    fi
  done
  printf %s "$clear" >&2
}
