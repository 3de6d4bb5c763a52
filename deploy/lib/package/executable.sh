# shellcheck shell=bash
# Whether Lambda can run an executable, and what it is made of, to be sourced after messages.sh. Needs binutils.

# What provided.al2023 has: https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html
# and, for what GCC 11 is called in symbols: https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html
newest_versions=(GLIBC_2.34 GLIBCXX_3.4.29 CXXABI_1.3.13 GCC_11.0)
loaders_on_lambda='^(/lib64/ld-linux-x86-64\.so\.2|/lib/ld-linux-aarch64\.so\.1)?$'
libraries_on_lambda='^(ld-linux-.*|lib(c|m|dl|rt|util|pthread|resolv|stdc\+\+|gcc_s))\.so\.[0-9]+$'

# check_executable FILE ARCHITECTURE: ends the script, with the reason, if FILE would not start on Lambda from a zip
# that has nothing beside it.
check_executable() {
  local file=$1 architecture=$2 headers machine loader library symbol limit
  # readelf ends well even if half of the file is missing.
  headers=$(LC_ALL=C readelf --file-header --program-headers --section-headers --wide "$file" 2>&1 || true)
  ! grep --quiet --extended-regexp '^readelf: Error:|^ *Entry point address: *0x0$' <<<"$headers" ||
    die "$file is no ELF executable, or not all of it."
  machine=$(sed -n 's/^ *Machine: *//p' <<<"$headers")
  [[ $(elf_architecture "$machine") == "$architecture" ]] || die "$file is for $machine, not for $architecture."
  loader=$(sed -n 's/.*program interpreter: \(.*\)\]/\1/p' <<<"$headers")
  [[ $loader =~ $loaders_on_lambda ]] || die "$file is started by $loader, which provided.al2023 lacks: link it statically."
  while read -r library; do
    [[ $library =~ $libraries_on_lambda ]] ||
      die "$file needs $library, which neither provided.al2023 nor the zip has: link it statically."
  done < <(LC_ALL=C readelf --dynamic --wide "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
  # No glibc before 2.36 has it: https://sourceware.org/glibc/wiki/Release/2.36
  ! needs_version "$file" GLIBC_ABI_DT_RELR ||
    die "$file has packed relocations, which provided.al2023 does not understand: link it with -z nopack-relative-relocs."
  for limit in "${newest_versions[@]}"; do
    symbol=$(newest_version "$file" "${limit%%_*}")
    [[ $(printf '%s\n' "$symbol" "$limit" | sort --version-sort | tail -n 1) == "$limit" ]] ||
      die "$file needs $symbol ($(users_of "$file" "$symbol")), and provided.al2023 ends with $limit: link it statically."
  done
}

# elf_architecture MACHINE: prints Lambda's name for what readelf calls MACHINE.
elf_architecture() {
  case $1 in
    *X86-64*) echo x86_64 ;;
    AArch64) echo arm64 ;;
  esac
}

# needs_version FILE VERSION: whether FILE needs just that version.
needs_version() {
  LC_ALL=C readelf --version-info --wide "$1" | grep --quiet --word-regexp "$2"
}

# newest_version FILE LIBRARY: prints the newest version of GLIBC's or GLIBCXX's symbols that FILE needs, if any.
newest_version() {
  LC_ALL=C readelf --version-info --wide "$1" | grep --only-matching --extended-regexp "\<$2_[0-9.]+" |
    sort --version-sort | tail -n 1 || true
}

# users_of FILE VERSION: prints the symbols of that version.
users_of() {
  LC_ALL=C readelf --dyn-syms --wide "$1" | grep --only-matching --extended-regexp "[^ @]+@${2//./\\.}\>" |
    sed 's/@.*//' | sort --unique | paste --serial --delimiters ' '
}

# report_executable FILE [MAP]: prints its sections and, from the linker's map, which archives and modules they are from.
report_executable() {
  local file=$1 map=${2-}
  printf '%s\n' '' 'largest sections (bytes)'
  size --format=sysv "$file" | awk '$1 ~ /^[.a-z_]/ && $2 > 0 && NF == 3 { printf "%10d  %s\n", $2, $1 }' |
    sort --numeric-sort --reverse | head -n 8
  [[ -n $map ]] || return 0
  printf '%s\n' '' 'largest contributors (bytes)'
  # lld's map: address, the same in the file, size, alignment, then PLACE:(SECTION), the place a file, or ARCHIVE(MEMBER).
  # What is stripped does not count.
  perl -ne '
    next unless my ($size, $place, $section) = /^ *[0-9a-f]+ +[0-9a-f]+ +([0-9a-f]+) +\d+ {9}(\S.*?)(?:\([^()]*\))?:\((\S+)\)/;
    $place =~ s{\.build/[^/]*$}{}; $place =~ s{.*/}{};
    $sizes{$place} += hex $size unless $section =~ m{^\.(debug|symtab|strtab|shstrtab|comment)};
    END { printf "%10d  %s\n", $sizes{$_}, $_ for keys %sizes }' "$map" |
    sort --numeric-sort --reverse | head -n 12
}
