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
  heading "Building bootstrap and cruddur (minutes the first time)"
  build_program "$1" bootstrap
  build_program "$1" cruddur
}

# build_program TOP PRODUCT: builds one of them.
build_program() {
  # A variable that changes makes the package manager read every manifest again, for ten seconds.
  env -u CONNECTION_URL -u PROD_CONNECTION_URL -u CRUDDUR_POSTGRES \
    swift build --quiet --package-path "$1" --product "$2" >&2
}
