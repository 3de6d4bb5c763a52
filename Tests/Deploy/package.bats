#!/usr/bin/env bats
# The zip for Lambda. That it runs where nothing else is, deploy/package proves by itself.

# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

# The zip is that of the working copy. Whoever has just made it says so: PACKAGED_ZIP and PACKAGED_REPORT name the zip,
# and a file of what deploy/package said on standard error.
setup_file() {
  export zip=${PACKAGED_ZIP:-$BATS_FILE_TMPDIR/bootstrap.zip} report=${PACKAGED_REPORT:-$BATS_FILE_TMPDIR/report}
  [[ -z ${PACKAGED_ZIP-} ]] || return 0
  "$top/deploy/package" --output "$zip" >/dev/null 2>"$report" 3>&- ||
    { cat "$report" >&3; return 1; }
}

setup() {
  make_folder
}

teardown() {
  remove_folder
}

# compile SOURCE [OPTION…]: makes $folder/program.
compile() {
  gcc -x c -o "$folder/program" - "${@:2}" <<<"$1"
}

# refuses MESSAGE ARGUMENT…: deploy/package ends with exit code 2, one sentence and no zip.
refuses() {
  by_hand "$top/deploy/package" --output "$folder/out.zip" "${@:2}"
  ((status == 2))
  [[ $output == *"$1"* && ${#lines[@]} == 1 ]]
  [[ ! -e $folder/out.zip ]]
}

@test "the zip has an executable bootstrap and nothing else, and is small" {
  [[ $(unzip -Z1 "$zip") == bootstrap ]]
  [[ $(unzip -Z "$zip" bootstrap) == -rwxr-xr-x* ]]
  (($(stat --format %s "$zip") <= 4300000))
  unzip -q "$zip" -d "$folder"
  (($(stat --format %s "$folder/bootstrap") <= 10200000))
  ! readelf --dynamic "$folder/bootstrap" | grep NEEDED || false
}

@test "the report tells sizes, sections, contributors and what the libraries are made of" {
  grep --quiet --extended-regexp '^ *[0-9]+  bytes of the zip ' "$report"
  grep --quiet '  \.text$' "$report"
  grep --quiet '  libswiftCore\.a$' "$report"
  grep --quiet --extended-regexp '^  openssl [0-9]' "$report"
}

@test "the zip is proven, or it is said that it is not" {
  grep --quiet --extended-regexp 'proven$|SKIPPED$' "$report"
  [[ -z ${CI-} ]] || grep --quiet 'proven$' "$report"
}

@test "a request to cancel is encrypted where the zip's libpq can" {
  grep --quiet 'proven$' "$report" || skip "this machine allows no proof"
  if grep --quiet --extended-regexp '^  postgresql-(1[7-9]|[2-9][0-9]) ' "$report"; then
    grep --quiet '^a statement cancelled in time, by an encrypted request: proven$' "$report"
  else
    grep --quiet '^a statement cancelled in time, by a request in the clear, ' "$report"
  fi
}

@test "the same files make the same zip in another folder, with libraries of its own" {
  mkdir "$folder/élse where"
  (cd "$top" && git ls-files --cached --others --exclude-standard -z | tar --null --create --files-from -) |
    tar --extract --directory "$folder/élse where"
  umask 077
  # Other settings for the compiler, too, of which any would show.
  by_hand env TZ=Asia/Kathmandu CFLAGS=-O0 LDFLAGS=-L/missing LIBS=-lmissing \
    "$folder/élse where/deploy/package" --no-proof
  ((status == 0))
  cmp "$zip" "$folder/élse where/.build-package/bootstrap.zip"
}

@test "--ca-bundle goes in beside bootstrap" {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Test -keyout "$folder/key" \
    -out "$folder/ca.pem" 2>/dev/null
  unzip -q "$zip" -d "$folder"
  by_hand "$top/deploy/package" --no-proof --bootstrap "$folder/bootstrap" --ca-bundle "$folder/ca.pem" \
    --output "$folder/out.zip"
  ((status == 0))
  [[ $(unzip -Z1 "$folder/out.zip") == bootstrap$'\n'ca-bundle.pem ]]
  cmp <(unzip -p "$folder/out.zip" ca-bundle.pem) "$folder/ca.pem"
}

@test "a bundle without certificates is refused" {
  echo nothing >"$folder/empty.pem"
  refuses "there are no certificates in $folder/empty.pem" --ca-bundle "$folder/empty.pem"
  refuses "there are no certificates in $folder/missing.pem" --ca-bundle "$folder/missing.pem"
}

@test "an executable that needs a newer glibc than Lambda's is refused" {
  # hypotf has a new version since glibc 2.35.
  compile '#include <math.h>
    int main(int count, char **arguments) { return hypotf(count, count) > 9; }' -lm -fno-builtin
  readelf --version-info "$folder/program" | grep --quiet GLIBC_2.35 || skip "this glibc is older than 2.35"
  refuses "program needs GLIBC_2.35 (hypotf), and provided.al2023 ends with GLIBC_2.34" --bootstrap "$folder/program"
}

@test "an executable that needs a library which is not there is refused" {
  gcc -shared -fPIC -o "$folder/libextra.so" -x c - <<<'int extra(void) { return 0; }'
  compile 'int extra(void); int main(void) { return extra(); }' -L"$folder" -lextra
  refuses "program needs libextra.so, which neither provided.al2023 nor the zip has" --bootstrap "$folder/program"
}

@test "an executable that only needs what Lambda has is packed" {
  compile 'int main(void) { return 0; }'
  path=$("$top/deploy/package" --no-proof --bootstrap "$folder/program" --output "$folder/out.zip" 3>&-)
  [[ $path == "$folder/out.zip" ]]
  cmp <(unzip -p "$folder/out.zip" bootstrap) "$folder/program"
}

@test "an executable of another architecture is refused" {
  compile 'int main(void) { return 0; }'
  # e_machine: 0xb7 is AArch64, 0x3e is x86-64. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
  local other=$'\xb7'
  [[ $(uname -m) == x86_64 ]] || other=$'\x3e'
  printf %s "$other" | dd of="$folder/program" bs=1 seek=18 conv=notrunc status=none
  refuses ", not for " --bootstrap "$folder/program"
}

@test "an executable that another loader than Lambda's starts is refused" {
  compile 'int main(void) { return 0; }' -Wl,--dynamic-linker=/opt/other/ld.so
  refuses "program is started by /opt/other/ld.so, which provided.al2023 lacks" --bootstrap "$folder/program"
}

@test "an executable with relocations that only a newer glibc understands is refused" {
  compile 'int main(int count, char **arguments) { static char *all[] = {"a", "b"}; return *all[count]; }' \
    -pie -fPIE -Wl,-z,pack-relative-relocs
  readelf --version-info "$folder/program" | grep --quiet GLIBC_ABI_DT_RELR || skip "this linker does not pack them"
  refuses "program has packed relocations" --bootstrap "$folder/program"
}

@test "what is no executable is refused" {
  echo hello >"$folder/program"
  refuses "program is no ELF executable" --bootstrap "$folder/program"
  compile 'int main(void) { return 0; }' -c
  refuses "program is no ELF executable" --bootstrap "$folder/program"
  compile 'int main(void) { return 0; }' -shared -fPIC
  refuses "program is no ELF executable" --bootstrap "$folder/program"
}

@test "an executable whose end is missing is refused" {
  compile 'int main(void) { return 0; }' -static
  truncate --size 100000 "$folder/program"
  refuses "program is no ELF executable, or not all of it" --bootstrap "$folder/program"
}

@test "a missing executable is refused" {
  refuses "no such executable: $folder/missing" --bootstrap "$folder/missing"
}

@test "wrong usage is one sentence" {
  refuses "unknown argument --speed" --speed
  refuses "--arch is x86_64 or arm64, not sparc" --arch sparc
  refuses "--ca-bundle needs a value" --ca-bundle
  refuses "leave out --bootstrap" --docker --bootstrap "$zip"
}

@test "a zip that cannot be put where it is asked for is refused before anything is built" {
  refuses "--output names a folder" --output "$folder"
  refuses "--output names a file that cannot be written" --output /proc/zip
}

@test "a repository where OpenSSL cannot be built is refused" {
  mkdir "$folder/o'clock"
  cp -r "$top/deploy" "$folder/o'clock"
  by_hand "$folder/o'clock/deploy/package"
  ((status == 2))
  [[ $output == *"the repository's path must not have any of "* && ${#lines[@]} == 1 ]]
}

@test "a foreign architecture needs --docker" {
  local foreign=arm64
  [[ $(uname -m) == x86_64 ]] || foreign=x86_64
  refuses "for $foreign add --docker" --arch "$foreign"
}

@test "--docker runs this script for that platform, in a container" {
  # No Docker engine runs where this is tested: this one notes what it is told, runs the container's command where only
  # the caller's ids are known, and leaves the zip.
  mkdir -p "$folder/bin" "$folder/cruddur"/{deploy,.build,.build-package}
  printf '#!/bin/sh\nprintf "%%s\\n" "$@" >inner\n' >"$folder/cruddur/deploy/package"
  cat >"$folder/bin/docker" <<END
#!/bin/bash
printf '%s\n' "\$@" >"$folder/arguments"
while [[ \$1 != bash ]]; do shift; done
cd "$folder/cruddur" && chown() { [[ \$2 != 0:0 ]] || set -- "\$1" "\$(id -u):\$(id -g)" "\${@:3}"; command chown "\$@"; }
export -f chown
"\$@" && echo zip >"$top/.build-package/docker-arm64/package/bootstrap.zip"
END
  chmod +x "$folder/bin/docker" "$folder/cruddur/deploy/package"
  by_hand env PATH="$folder/bin:$PATH" "$top/deploy/package" --arch arm64 --docker --output "$folder/out.zip"
  ((status == 0))
  [[ $(<"$folder/out.zip") == zip ]]
  grep --quiet --line-regexp linux/arm64 "$folder/arguments"
  grep --quiet --line-regexp -e "$top:/cruddur" "$folder/arguments"
  grep --quiet --line-regexp -e "$top/.build-package/docker-arm64/build:/cruddur/.build" "$folder/arguments"
  [[ $(<"$folder/cruddur/inner") == --arch$'\n'arm64 ]]
}
