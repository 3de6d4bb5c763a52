# shellcheck shell=bash
# The C libraries inside a bootstrap that needs nothing around it: OpenSSL, libpq and libcurl, static and with only what
# bootstrap uses, built from the distribution's sources. To be sourced after messages.sh and distribution-source.sh.
#
# The distribution's own archives do not do: its libpq.a lacks half of itself, and both want GSSAPI and LDAP, which have
# no static form.

# make_static_libraries FOLDER: leaves the libraries in FOLDER/lib, headers in FOLDER/include, the sources' names in
# FOLDER/versions. What is there already is kept, unless it was made by another recipe or another compiler, or for another
# FOLDER: it may have been copied here, and its descriptions still name the libraries there.
make_static_libraries() {
  local folder=$1 work=$1.work recipe package libcurl
  recipe=$(cat "${BASH_SOURCE[0]}" "${BASH_SOURCE[0]%/*}"/{distribution-source.sh,salted-password.c,formatted-text.c} \
    <(cc --version; echo "$folder") /etc/os-release | sha256sum)
  [[ ! -f $folder/recipe || $(<"$folder/recipe") != "$recipe" ]] || return 0
  heading "Building OpenSSL, libpq and libcurl (minutes, once)"
  rm -rf "$folder/recipe" "$folder" "$work"
  mkdir -p "$folder"/{lib/pkgconfig,include} "$work"
  for package in openssl libpq-dev curl; do fetch_source "$package" "$work/sources"; done
  # Beside the others, because it needs neither, and its configure script keeps one processor busy for long. It is in a
  # group of its own, which ends with the script.
  set -m
  build_library libcurl curl "$folder" "$work" &
  libcurl=$!
  set +m
  # shellcheck disable=SC2064 # Now: it is a local variable.
  trap "kill -- -$libcurl 2>/dev/null || true" EXIT
  build_library openssl openssl "$folder" "$work"
  build_library libpq libpq-dev "$folder" "$work"
  wait "$libcurl" || exit
  trap - EXIT
  cp "$work/sources/versions" "$folder/versions"
  echo "$recipe" >"$folder/recipe"
  rm -rf "$work"
}

# build_library LIBRARY PACKAGE FOLDER WORK: runs build_LIBRARY in a folder beside PACKAGE's source, which has the same
# relative path wherever it is, and without the caller's CC, CFLAGS and so on, so that what is built is the same. The
# one variable that is kept besides PATH is that by which deploy/test ends what it started.
build_library() {
  local library=$1 package=$2 folder=$3 work=$4
  mkdir "$work/$library"
  # `if` would switch off errexit inside: https://mywiki.wooledge.org/BashFAQ/105
  # shellcheck disable=SC2016 # It is the other shell that expands it.
  (cd "$work/$library" && env --ignore-environment PATH="$PATH" \
    ${CRUDDUR_TEST_RUN:+"CRUDDUR_TEST_RUN=$CRUDDUR_TEST_RUN"} bash -euo pipefail -c '. "$0"; "$@"' \
    "${BASH_SOURCE[0]}" "build_$library" "../sources/$package" "$folder") >"$work/$library.log" 2>&1 ||
    die "$library could not be built, the end of $work/$library.log:"$'\n'"$(tail -n 5 "$work/$library.log")"
}

# Sections that nothing refers to are left out by the linker; C needs no tables to unwind its stack.
compiler_flags="-O2 -fstack-protector-strong -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables"

# build_openssl SOURCE FOLDER: TLS 1.2 and 1.3 with elliptic curves, and what certificates need. PostgreSQL has no use for
# the rest.
build_openssl() {
  local source=$1 folder=$2 without newer option options=()
  offer_both_curves "$source"
  leave_out_avx512 "$source"
  leave_out_table "$source"
  without="shared tests module legacy engine dso async autoload-config ui-console ktls
    ssl3 tls1 tls1_1 dtls comp nextprotoneg srp srtp psk gost
    aria bf blake2 camellia cast des dh dsa ec2m idea md4 mdc2 ocb rc2 rc4 rmd160 scrypt seed siphash siv sm2 sm3 sm4
    whirlpool cmac cmp cms ct ocsp rfc3779 ts
    filenames multiblock chacha poly1305"
  newer="argon2 http ml-dsa ml-kem quic slh-dsa"
  for option in $newer; do
    # An option that this version does not have yet is an error.
    ! grep --quiet "^ *\"$option\",$" "$source/Configure" || without+=" $option"
  done
  for option in $without; do options+=("no-$option"); done
  export SOURCE_DATE_EPOCH=0 # It is built with a date in it.
  "$source/config" "${options[@]}" --libdir=lib --openssldir=/etc/ssl \
    "${compiler_flags/-O2/-Os} -D_FORTIFY_SOURCE=2"
  make --jobs "$(nproc)" build_generated libssl.a libcrypto.a
  cp libssl.a libcrypto.a "$folder/lib"
  cp --recursive "$source/include/openssl" include/openssl "$folder/include"
  describe_library libcrypto "$folder" -lcrypto
}

# offer_both_curves SOURCE: has a client's first message hold keys of both X25519 and P-256, where OpenSSL (3.5) can. By
# itself it sends one of X25519 alone, and PostgreSQL up to 17, which takes P-256 unless ssl_ecdh_curve says otherwise,
# has to ask for another: a round trip of every cold start.
offer_both_curves() {
  sed --in-place '/"?\*X25519MLKEM768 /s/?secp256r1/?*secp256r1/' "$1/ssl/t1_lib.c"
}

# leave_out_avx512 SOURCE: has its scripts make AES for AVX-512 as they do where the assembler knows no such instructions.
# It is 0.7 MB for what a few kilobytes of an event do not notice.
leave_out_avx512() {
  # shellcheck disable=SC2016 # It is Perl's variable.
  find "$1/crypto" -name 'aes*-avx512.pl' -exec sed --in-place 's/^if ($avx512vaes\(>0\)\?) {/if (0) {/' {} +
}

# leave_out_table SOURCE: has P-256's generator multiplied as any other point is, which takes a tenth of a millisecond of a
# handshake. The table that makes it quicker is 0.15 MB, in which there is nothing to compress.
leave_out_table() {
  local folder=$1/crypto/ec
  sed --in-place 's/if (preComputedTable == NULL && ecp_nistz256_is_affine_G(generator))/if (0)/' "$folder/ecp_nistz256.c"
  # It is left out only where nobody reads it.
  ! grep --quiet '= ecp_nistz256_precomputed;' <(grep --after-context 8 'if (0) {' "$folder/ecp_nistz256.c") ||
    sed --in-place -E '/^(while \(@line=splice\(@arr,0,16\)\)|for\(1\.\.37\)) \{$/,/^\}$/d' \
      "$folder"/asm/ecp_nistz256-{x86_64,armv8}.pl
}

# build_libpq SOURCE FOLDER: TLS, SCRAM and MD5; no GSSAPI, no LDAP.
build_libpq() {
  local source=$1 folder=$2
  use_fast_scram "$source"
  # Beside it, the compiler would be told the files' whole paths, and put them into error messages.
  cd "$source" || return
  # Folders whose names have spaces cannot be among the flags: https://gcc.gnu.org/onlinedocs/gcc/Environment-Variables.html
  export CPATH=$folder/include LIBRARY_PATH=$folder/lib
  ./configure --with-ssl=openssl --without-readline --without-zlib --without-icu \
    CFLAGS="$compiler_flags -D_FORTIFY_SOURCE=2" LIBS="-lpthread -ldl"
  make --jobs "$(nproc)" -C src/interfaces/libpq libpq.a
  # What libpq.so is linked with; since PostgreSQL 16 libpgcommon.a lacks what libpq exports.
  make --jobs "$(nproc)" -C src/common libpgcommon_shlib.a
  make --jobs "$(nproc)" -C src/port libpgport_shlib.a
  cp src/interfaces/libpq/libpq.a src/common/libpgcommon_shlib.a src/port/libpgport_shlib.a "$folder/lib"
  cp src/interfaces/libpq/libpq-fe.h src/include/postgres_ext.h "$folder/include"
  # PostgreSQL 18 has no such file.
  [[ ! -f src/include/pg_config_ext.h ]] || cp src/include/pg_config_ext.h "$folder/include"
  describe_library libpq "$folder" -lpq -lpgcommon_shlib -lpgport_shlib -lssl -lcrypto
}

# use_fast_scram SOURCE: puts salted-password.c in the place of libpq's own function.
use_fast_scram() {
  local file=$1/src/common/scram-common.c
  sed --in-place 's/^scram_SaltedPassword(/slow_&/' "$file"
  grep --quiet '^slow_scram_SaltedPassword(' "$file"
  cat "${BASH_SOURCE[0]%/*}/salted-password.c" >>"$file"
}

# build_libcurl SOURCE FOLDER: HTTP without TLS, as the Runtime API speaks it.
build_libcurl() {
  local source=$1 folder=$2 option options=()
  for option in ssl zlib brotli zstd libpsl libgsasl librtmp libidn2 nghttp2 libssh2; do options+=("--without-$option"); done
  # An option that this version does not have is no error.
  for option in shared threaded-resolver ftp file ipfs ldap ldaps rtsp dict telnet tftp pop3 imap smb smtp gopher mqtt \
    websockets manual libcurl-option verbose crypto-auth {basic,bearer,digest,kerberos,negotiate}-auth aws ntlm cookies \
    http-auth doh mime form-api headers-api dateparse netrc progress-meter alt-svc hsts tls-srp sha512-256 proxy \
    bindlocal socketpair unix-sockets dnsshuffle get-easy-options; do
    options+=("--disable-$option")
  done
  use_fast_texts "$source"
  # Each event goes through it twice: 2,000 instructions less, in 12 kB more of the zip.
  "$source/configure" "${options[@]}" CFLAGS="${compiler_flags/-O2/-O3}" CPPFLAGS="-D_FORTIFY_SOURCE=2"
  make --jobs "$(nproc)" -C lib
  cp lib/.libs/libcurl.a "$folder/lib"
  cp --recursive "$source/include/curl" "$folder/include"
  describe_library libcurl "$folder" -lcurl
}

# use_fast_texts SOURCE: puts formatted-text.c in the place of libcurl's own functions, where they have the names that they
# have since 8.14: an older libcurl is as quick as it was.
use_fast_texts() {
  local file=$1/lib/mprintf.c
  grep --quiet '^int curlx_dyn_vprintf(' "$file" || return 0
  sed --in-place -E 's/^(int |char \*)(curlx_dyn_vprintf|curl_mvaprintf)\(/\1slow_\2(/' "$file"
  cat "${BASH_SOURCE[0]%/*}/formatted-text.c" >>"$file"
}

# describe_library NAME FOLDER LIBRARY…: for Swift's package manager, which asks pkg-config.
describe_library() {
  local name=$1 folder=$2
  shift 2
  printf '%s\n' "Name: $name" 'Description: static' 'Version: 0' "Cflags: \"-I$folder/include\"" \
    "Libs: \"-L$folder/lib\" $*" \
    >"$folder/lib/pkgconfig/$name.pc"
}
