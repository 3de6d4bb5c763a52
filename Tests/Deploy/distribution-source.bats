#!/usr/bin/env bats
# Which sources the libraries inside of bootstrap are built from: of repositories in a folder, with real keys and apt.

# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"
# shellcheck source=../../deploy/lib/package/distribution-source.sh
. "$top/deploy/lib/package/distribution-source.sh"

# A Debian 12 whose repository has a source `library` in each release: 1.0 in bookworm, 2.0 in trixie, 3.0 in forky.
setup() {
  make_folder
  export GNUPGHOME=$folder/keys
  os_release=$folder/os-release apt_folder=$folder/apt repository=$folder/repository
  mkdir -m 700 "$GNUPGHOME"
  mkdir -p "$repository" "$apt_folder/sources.list.d"
  echo 'ID=debian VERSION_ID=12 VERSION_CODENAME=bookworm' >"$os_release"
  make_key ours
  make_release bookworm 1.0
  make_release trixie 2.0
  make_release forky 3.0
  printf '%s\n' 'Types: deb' '# a comment' "URIs: file:$repository" 'Suites: bookworm' 'Components: main' \
    "Signed-By: $folder/ours.gpg" >"$apt_folder/sources.list.d/debian.sources"
}

teardown() {
  gpgconf --kill all
  remove_folder
}

# make_key NAME: makes a key, and $folder/NAME.gpg for those who check what it signed.
make_key() {
  gpg --batch --quiet --passphrase '' --quick-generate-key "$1" ed25519 sign never 2>/dev/null
  gpg --export "$1" >"$folder/$1.gpg"
}

# make_release NAME VERSION [KEY]: puts a release with the source of one version of `library` into the repository.
make_release() {
  local name=$1 version=$2 pool=$repository/pool/$1 lists=$repository/dists/$1/main/source
  mkdir -p "$pool" "$lists" "$folder/library/debian/source"
  echo "$version" >"$folder/library/version"
  echo '3.0 (native)' >"$folder/library/debian/source/format"
  printf '%s\n' 'Source: library' 'Maintainer: Ana <ana@example.com>' '' 'Package: library-dev' 'Architecture: any' \
    'Description: a library' >"$folder/library/debian/control"
  printf '%s\n' "library ($version) $name; urgency=low" '' '  * New.' '' \
    ' -- Ana <ana@example.com>  Thu, 01 Jan 2026 00:00:00 +0000' >"$folder/library/debian/changelog"
  (cd "$pool" && dpkg-source --build "$folder/library" && cd "$repository" && dpkg-scansources "pool/$name" \
    >"$lists/Sources") &>/dev/null
  sign_release "$name" "${3-ours}"
}

# sign_release NAME KEY: signs a release's list, as it is now.
sign_release() {
  local folder=$repository/dists/$1
  printf '%s\n' "Suite: $1" "Codename: $1" 'Components: main' 'Date: Thu, 01 Jan 2026 00:00:00 UTC' 'SHA256:' \
    " $(sha256sum <"$folder/main/source/Sources" | cut -d ' ' -f 1) $(stat --format %s "$folder/main/source/Sources") main/source/Sources" \
    >"$folder/Release"
  rm -f "$folder/InRelease"
  gpg --batch --quiet --local-user "$2" --output "$folder/InRelease" --clearsign "$folder/Release"
}

# takes VERSION RELEASE [SENTENCE…]: fetch_source takes that version of that release, and says the sentences.
takes() {
  rm -rf "$folder/sources"
  run fetch_source library-dev "$folder/sources"
  ((status == 0))
  [[ $(<"$folder/sources/versions") == "library $1 ($2)" && $(<"$folder/sources/library-dev/version") == "$1" ]]
  local sentence
  for sentence in "${@:3}"; do [[ $output == *"$sentence"* ]]; done
}

@test "the source is that of Debian's stable release, from the same mirror and with the same key as the system's" {
  takes 2.0 trixie
  [[ $output == '' ]]
  # A line in the place of a paragraph.
  rm "$apt_folder/sources.list.d/debian.sources"
  echo "deb [signed-by=$folder/ours.gpg] file:$repository bookworm main" >"$apt_folder/sources.list"
  takes 2.0 trixie
}

@test "a list that is signed by a stranger, or by nobody, is not used, and it is said which release is left out" {
  make_key stranger
  sign_release trixie stranger
  takes 3.0 forky 'No source of library-dev is taken from trixie: apt-get could not update its lists: '
  rm "$repository/dists/forky/InRelease" # Its Release is there, and unsigned.
  takes 1.0 system 'is taken from trixie: ' 'is taken from forky: apt-get could not update its lists: ' 'is not signed'
  sign_release bookworm stranger
  run fetch_source library-dev "$folder/none"
  ((status == 2))
  [[ $output == *'no source of the package library-dev can be downloaded.' && ! -e $folder/none/library-dev ]]
}

@test "a list that was changed after it was signed is not used" {
  sed -i 's/^Version: 2.0/Version: 2.1/' "$repository/dists/trixie/main/source/Sources"
  takes 3.0 forky 'No source of library-dev is taken from trixie: '
}

@test "a source that is not what the signed list says is not used" {
  echo more >>"$repository/pool/trixie/library_2.0.tar.xz"
  takes 3.0 forky 'The source of library 2.0 (trixie) cannot be downloaded'
}

@test "of a version that is listed but not there the next older one is taken, then the next release's" {
  make_release trixie 2.1
  rm "$repository/pool/trixie/library_2.1.tar.xz"
  takes 2.0 trixie 'The source of library 2.1 (trixie) cannot be downloaded'
  rm "$repository/pool/trixie"/*.tar.xz
  takes 3.0 forky 'The source of library 2.0 (trixie) cannot be downloaded'
}

@test "a mirror that cannot be reached, and a source that it does not list, are told" {
  run fetch_source other "$folder/none"
  ((status == 2))
  [[ $output == *'No source of other is listed in trixie'*'is listed in forky'*'is listed in system'* ]]
  # apt would try for seconds, and call it a warning.
  echo 'Acquire::Retries "0";' >"$folder/apt.conf"
  export APT_CONFIG=$folder/apt.conf
  printf '%s\n' '' 'Types: deb' 'URIs: http://127.0.0.1:1' 'Suites: bookworm-security' 'Components: main' \
    "Signed-By: $folder/ours.gpg" >>"$apt_folder/sources.list.d/debian.sources"
  takes 1.0 system 'is taken from trixie: apt-get could not update its lists: ' 'Could not connect to 127.0.0.1:1'
  sed -i 's|file:.*|http://127.0.0.1:1|' "$apt_folder/sources.list.d/debian.sources"
  run fetch_source library-dev "$folder/unreachable"
  ((status == 2))
  [[ $output == *'No source of library-dev is listed in system: W: Failed to fetch http://127.0.0.1:1/'* ]]
}

@test "a mirror without later releases gives the system's own, as another system's does" {
  rm -r "$repository/dists"/{trixie,forky}
  takes 1.0 system 'No source of library-dev is taken from trixie: apt-get could not update its lists: ' 'from forky: '
  echo 'ID=ubuntu VERSION_ID=24.04 VERSION_CODENAME=bookworm' >"$os_release"
  takes 1.0 system 'is taken from trixie: this is no Debian up to 13 (ubuntu 24.04)'
}

@test "other repositories than Debian's own are not asked for another release" {
  mkdir "$folder/out"
  printf '%s\n' '# Debian' 'deb http://mirror.test/debian bookworm-updates main contrib' \
    'deb http://other.test/apt cloud-bookworm main' 'deb http://other.test/apt stable main' \
    'deb [arch=amd64 signed-by=/k.gpg] http://security.test/bookworm bookworm-security main' >"$apt_folder/sources.list"
  printf '%s\n' 'Types: deb deb-src' 'URIs: http://mirror.test/bookworm' 'Suites: bookworm bookworm-updates' \
    'Components: main' 'Signed-By: /bookworm.gpg' '' 'Types: deb' 'URIs: http://other.test' 'Suites: nodistro' \
    'Components: main' >"$apt_folder/sources.list.d/debian.sources"
  list_repositories trixie "$folder/out"
  [[ $(<"$folder/out/sources.list") == \
'deb-src http://mirror.test/debian trixie-updates main contrib
deb-src [arch=amd64 signed-by=/k.gpg] http://security.test/bookworm trixie-security main' ]]
  [[ $(<"$folder/out/debian.sources") == \
'Types: deb-src
URIs: http://mirror.test/bookworm
Suites: trixie trixie-updates
Components: main
Signed-By: /bookworm.gpg' ]]
  : >"$apt_folder/sources.list"
  : >"$apt_folder/sources.list.d/debian.sources"
  run list_repositories trixie "$folder/out"
  ((status == 1))
  [[ $output == 'no repository of bookworm is known to apt' ]]
}
