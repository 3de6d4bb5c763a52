# shellcheck shell=bash
# What can be told of a Lambda zip without unpacking it, to be sourced after messages.sh and packages.sh.

# check_zip ZIP: ends the script if ZIP is not one of deploy/package's, with the certificates of Amazon RDS.
check_zip() {
  local names
  [[ -f $1 && -r $1 ]] || die "there is no zip $1: make it with deploy/package --ca-bundle FILE."
  require_packages unzip
  names=$(unzip -Z1 "$1" 2>/dev/null) || die "$1 is not a zip."
  [[ $'\n'$names$'\n' == *$'\nbootstrap\n'* ]] || die "$1 has no bootstrap: make it with deploy/package."
  # Without them no certificate could be verified, and no connection to the database made.
  [[ $'\n'$names$'\n' == *$'\nca-bundle.pem\n'* ]] ||
    die "$1 has no ca-bundle.pem: make it with deploy/package --ca-bundle FILE."
}

# zip_architecture ZIP: prints what the zip's bootstrap was built for, as Lambda names it.
zip_architecture() {
  local machine
  # The machine of an ELF header; the rest of the file is read, too, or unzip would fail.
  # https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
  machine=$(unzip -p "$1" bootstrap | { od -An -j18 -N2 -tx1 && cat >/dev/null; }) || die "$1 cannot be unpacked."
  case ${machine// /} in
    3e00) echo x86_64 ;;
    b700) echo arm64 ;;
    *) die "the bootstrap in $1 is no program for x86_64 or arm64." ;;
  esac
}
