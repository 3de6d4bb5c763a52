# shellcheck shell=bash
# What must be on the machine, to be sourced after messages.sh and postgres.sh: the Swift toolchain, which only its
# user can choose, and packages of Debian and Ubuntu, which are installed if need be.

# require_swift: ends the script if there is no Swift toolchain.
require_swift() {
  command -v swift >/dev/null || die "Swift is not on PATH: see https://www.swift.org/install/linux."
}

# has_package PACKAGE: whether what PACKAGE is wanted for is there, wherever it came from.
has_package() {
  case $1 in
    awscli) command -v aws ;;
    binutils) command -v readelf ;;
    chromium-driver) command -v chromedriver ;;
    dnsmasq-base) command -v dnsmasq || [[ -x /usr/sbin/dnsmasq ]] ;;
    dpkg-dev) command -v dpkg-source ;;
    gnupg) command -v gpg ;;
    iproute2) command -v ip || [[ -x /usr/sbin/ip ]] ;;
    libcurl4-openssl-dev) pkg-config --exists libcurl ;;
    libpq-dev) pkg-config --exists libpq ;;
    libssl-dev) pkg-config --exists libcrypto ;;
    pgbouncer) command -v pgbouncer || [[ -x /usr/sbin/pgbouncer ]] ;;
    postgresql) postgres_bin && command -v psql ;;
    postgresql-client) command -v psql ;;
    python3-selenium) /usr/bin/python3 -c 'import selenium' ;;
    python3-venv) /usr/bin/python3 -c 'import ensurepip, venv' ;;
    *) command -v "$1" ;;
  esac &>/dev/null
}

# require_packages PACKAGE…: installs those that are missing, or, without the right to, ends the script naming them.
require_packages() {
  local package missing=()
  for package; do
    has_package "$package" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  ((EUID == 0)) || die "Some packages are missing: sudo apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || die "Some packages are missing, by their names in Debian: ${missing[*]}."

  heading "Installing ${missing[*]}"
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
  if ! "${apt[@]}" update; then die "apt-get could not update its lists of packages."; fi
  if ! DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null >/dev/null
  then die "apt-get could not install ${missing[*]}."; fi
}
