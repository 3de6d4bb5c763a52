# shellcheck shell=bash
# What the zip of a function has in it, to be sourced after messages.sh.

# check_zip ZIP: ends the script unless Lambda could start what is in ZIP.
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-provided.html
check_zip() {
  local entry
  [[ -f $1 ]] || die "there is no file ${1@Q}: deploy/package makes the zip, or name another one with --zip."
  # Modes, version, system, size, …: https://linux.die.net/man/1/zipinfo
  entry=$(unzip -Z "$1" bootstrap 2>/dev/null | grep ' bootstrap$') || die "${1@Q} has no bootstrap at its top."
  [[ $entry == -??x* ]] || die "the bootstrap in ${1@Q} is not executable."
}

# check_ca_bundle ZIP: ends the script unless ZIP has the certificates without which no server of RDS can be verified.
check_ca_bundle() {
  [[ $'\n'$(unzip -Z1 "$1")$'\n' == *$'\nca-bundle.pem\n'* ]] ||
    die "${1@Q} has no ca-bundle.pem: make it with deploy/package --ca-bundle."
}

# zip_architecture ZIP: prints the architecture that ZIP's bootstrap is for, as Lambda calls it.
zip_architecture() {
  # e_machine: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
  case $(unzip -p "$1" bootstrap 2>/dev/null | od -An -tx1 -j18 -N2 2>/dev/null || true) in
    ' 3e 00') echo x86_64 ;;
    ' b7 00') echo arm64 ;;
    *) die "the bootstrap in ${1@Q} is no executable for x86_64 or arm64." ;;
  esac
}

# zip_sha256 ZIP: prints its SHA-256, as Lambda writes it.
zip_sha256() {
  sha256sum "$1" | cut --characters 1-64 | tr a-f A-F | basenc --base16 --decode | base64
}
