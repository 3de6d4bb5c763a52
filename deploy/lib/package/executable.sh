# shellcheck shell=bash
# Whether Lambda can run an executable, and what it is made of, to be sourced after messages.sh. Needs binutils.

# What provided.al2023 has: https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html
newest_glibc=GLIBC_2.34 newest_glibcxx=GLIBCXX_3.4.29
libraries_on_lambda='^(ld-linux-.*|lib(c|m|dl|rt|util|pthread|resolv|stdc\+\+|gcc_s))\.so\.[0-9]+$'

# check_executable FILE ARCHITECTURE: ends the script, with the reason, if FILE would not start on Lambda from a zip
# that has nothing beside it.
check_executable() {
  local file=$1 architecture=$2 machine library symbol limit
  machine=$(LC_ALL=C readelf --file-header "$file" 2>/dev/null | sed -n 's/^ *Machine: *//p' || true)
  [[ -n $machine ]] || die "$file is no ELF executable."
  [[ $(elf_architecture "$machine") == "$architecture" ]] || die "$file is for $machine, not for $architecture."
  while read -r library; do
    [[ $library =~ $libraries_on_lambda ]] ||
      die "$file needs $library, which neither provided.al2023 nor the zip has: link it statically."
  done < <(LC_ALL=C readelf --dynamic --wide "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
  for limit in "$newest_glibc" "$newest_glibcxx"; do
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
