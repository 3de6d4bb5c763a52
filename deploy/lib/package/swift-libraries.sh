# shellcheck shell=bash
# Swift's own static libraries, as bootstrap is linked with them: without what nobody asks of a stripped executable. To be
# sourced after messages.sh and build.sh.

# make_swift_libraries FOLDER: leaves in FOLDER what `swiftc -resource-dir` takes: links to the toolchain's files, and in
# the place of the libraries that bootstrap is linked with, smaller ones.
#
# Tables to unwind the stack by go, a tenth of the libraries: Swift's errors are no exceptions, and what C++ in its runtime
# threw, nobody would catch. So does the mark that has the linker keep each public function, called or not. What is found
# by name at run time (types, conformances) is in sections of its own, and kept.
make_swift_libraries() {
  local folder=$1 resources archive archives
  resources=$(run_swift -print-target-info -static-stdlib | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
  [[ -d $resources/linux ]] || die "swift -print-target-info names no folder of static libraries: '$resources'"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp --recursive --symbolic-link "$resources/." "$folder"
  archives=("$folder"/linux/lib{swiftCore,swift_Concurrency,swiftSynchronization,swiftGlibc,dispatch}.a)
  for archive in "${archives[@]}"; do
    [[ -e $archive ]] || die "Swift's static libraries have no ${archive##*/}: $resources"
    objcopy --remove-section .eh_frame --remove-section .rela.eh_frame "$archive" "$archive.part"
    mv "$archive.part" "$archive"
  done
  release_functions "${archives[@]}"
}

# release_functions ARCHIVE…: takes the flag SHF_GNU_RETAIN off the sections of functions and data, which objcopy cannot.
# https://man7.org/linux/man-pages/man5/elf.5.html
release_functions() {
  perl -e '
    use constant RETAIN => 1 << 21;
    for my $name (@ARGV) {
      open my $file, "+<:raw", $name or die "$name: $!\n";
      read $file, my $archive, -s $file;
      # A header of 60 bytes, in which the size is decimal at 48; members begin at even offsets.
      for (my $member = 8; $member < length $archive;) {
        my $size = substr $archive, $member + 48, 10;
        my $elf = $member + 60;
        $member = $elf + $size + $size % 2;
        next unless substr($archive, $elf, 6) eq "\x7fELF\2\1"; # 64 bits, little-endian.
        my $headers = $elf + unpack "Q<", substr $archive, $elf + 0x28, 8;
        my ($count, $names) = unpack "v2", substr $archive, $elf + 0x3c, 4;
        # Too many to be counted in 16 bits: the first header has the numbers.
        $count = unpack "Q<", substr $archive, $headers + 0x20, 8 if $count == 0;
        $names = unpack "V", substr $archive, $headers + 0x28, 4 if $names == 0xffff;
        my $strings = $elf + unpack "Q<", substr $archive, $headers + 64 * $names + 0x18, 8;
        for my $index (0 .. $count - 1) {
          my $header = $headers + 64 * $index;
          my ($section, $type, $flags) = unpack "VVQ<", substr $archive, $header, 16;
          next unless $flags & RETAIN && substr($archive, $strings + $section, 8) =~ /^\.(text|rodata|data|bss)\b/;
          substr $archive, $header + 8, 8, pack "Q<", $flags & ~RETAIN;
        }
      }
      seek $file, 0, 0;
      print $file $archive;
      close $file or die "$name: $!\n";
    }' "$@"
}
