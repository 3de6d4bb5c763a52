# shellcheck shell=bash
# The programs, built for this machine, to be sourced after messages.sh and packages.sh.

# require_build_tools [PACKAGE…]: ends the script if there is no Swift toolchain, or if something to build with, or one
# of the other PACKAGEs, is missing and cannot be installed.
require_build_tools() {
  require_swift
  require_packages git pkg-config libcurl4-openssl-dev libpq-dev libssl-dev "$@"
}

# build_programs TOP: builds bootstrap and cruddur of the repository at TOP, into .build/debug.
build_programs() {
  local top=$1 product
  heading "Building bootstrap and cruddur (minutes the first time)"
  for product in bootstrap cruddur; do
    # A variable that changes makes the package manager read every manifest again, for ten seconds.
    env -u CONNECTION_URL -u PROD_CONNECTION_URL -u CRUDDUR_POSTGRES \
      swift build --quiet --package-path "$top" --product "$product" >&2
  done
}
