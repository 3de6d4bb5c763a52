#!/usr/bin/env bats
# When the libraries inside of bootstrap are built, with what, what is put in the place of libpq's own code, and what is
# taken out of Swift's. That they are good, package.bats finds out.

# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"
# shellcheck source=../../deploy/lib/package/distribution-source.sh
. "$top/deploy/lib/package/distribution-source.sh"
# shellcheck source=../../deploy/lib/package/static-libraries.sh
. "$top/deploy/lib/package/static-libraries.sh"
# shellcheck source=../../deploy/lib/package/swift-libraries.sh
. "$top/deploy/lib/package/swift-libraries.sh"

setup() {
  make_folder
}

teardown() {
  remove_folder
}

# No sources are downloaded and nothing is compiled here: what would be is noted.
fetch_source() {
  mkdir -p "$2"
  touch "$2/versions"
}

# builds FOLDER: whether make_static_libraries builds something for FOLDER, once each.
builds() {
  local built=$folder/built
  : >"$built" # A variable would not do, because one of them is built in the background.
  build_library() { echo "$1" >>"$built"; }
  make_static_libraries "$1" 2>/dev/null
  [ "$(sort "$built")" = $'libcurl\nlibpq\nopenssl' ]
}

@test "the libraries are built once, and again after an interruption" {
  builds "$folder/libraries"
  ! builds "$folder/libraries" || false
  rm "$folder/libraries/recipe"
  builds "$folder/libraries"
}

@test "libraries that were copied from another folder are not taken for this one's" {
  builds "$folder/libraries"
  cp -r "$folder/libraries" "$folder/copy"
  builds "$folder/copy"
  ! builds "$folder/copy" || false
}

@test "the caller's settings for compilers do not reach them" {
  mkdir "$folder/work"
  unset CRUDDUR_TEST_RUN
  export CC=missing CFLAGS=-march=native LDFLAGS=-L/missing
  # What builds is run by a shell of its own, which reads the file anew: a copy of it can do something else.
  cp "$top/deploy/lib/package/static-libraries.sh" "$folder/copy.sh"
  echo "build_nothing() { env | sed 's/=.*//' | sort | paste --serial --delimiters ' '; }" >>"$folder/copy.sh"
  # shellcheck source=/dev/null
  . "$folder/copy.sh"
  build_library nothing none "$folder/libraries" "$folder/work"
  [[ $(<"$folder/work/nothing.log") == 'PATH PWD SHLVL _' ]]
}

@test "libcurl's texts come out as they did, and those that are not simple by its own functions" {
  gcc -Wall -Werror -o "$folder/texts" -x c - <<END
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef enum { CURLE_OK, CURLE_OUT_OF_MEMORY = 27, CURLE_TOO_LARGE = 100 } CURLcode;
enum { MERR_OK, MERR_MEM, MERR_TOO_LARGE, DYN_APRINTF = 4096 };
struct dynbuf { char bufr[4096]; size_t leng; };
static char last[4096];
static int is_slow;
static CURLcode refusal = CURLE_OK;

static void curlx_dyn_init(struct dynbuf *text, size_t most) { (void)most; text->leng = 0; }
static size_t curlx_dyn_len(const struct dynbuf *text) { return text->leng; }
static char *curlx_dyn_ptr(const struct dynbuf *text) { return strcpy(last, text->bufr); }
static CURLcode curlx_dyn_addn(struct dynbuf *text, const void *bytes, size_t count) {
    if (count == 0) puts("room was made for nothing");
    memcpy(text->bufr + text->leng, bytes, count);
    text->bufr[text->leng += count] = 0;
    return refusal;
}
static int slow_curlx_dyn_vprintf(struct dynbuf *text, const char *format, va_list arguments) {
    is_slow = 1;
    text->leng += vsnprintf(text->bufr + text->leng, sizeof text->bufr - text->leng, format, arguments);
    return MERR_OK;
}
#include "$top/deploy/lib/package/formatted-text.c"

static int add(struct dynbuf *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    is_slow = 0;
    int status = curlx_dyn_vprintf(text, format, arguments);
    va_end(arguments);
    return status;
}
static char *make(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    is_slow = 0;
    char *text = curl_mvaprintf(format, arguments);
    va_end(arguments);
    return text;
}
#define check(slow, ...) do { \\
    char expected[4096]; \\
    snprintf(expected, sizeof expected, __VA_ARGS__); \\
    char *text = make(__VA_ARGS__); \\
    if (!text || strcmp(text, expected) || is_slow != slow) printf("line %d: %s, slow: %d\\n", __LINE__, text, is_slow); \\
} while (0)

int main(void) {
    char most[513] = "", more[514] = "";
    struct dynbuf text;
    memset(most, 'a', 512);
    memset(more, 'a', 513);
    check(0, "Host: %s%s%s:%d\\r\\n", "", "127.0.0.1", "", 9001);
    check(0, "%u/%d/%s", UINT_MAX, INT_MAX, "host");
    check(0, "Content-Length: %ld\\r\\n", LONG_MAX);
    check(0, "%ld%d%u", 0L, 0, 0u);
    check(0, "%s", most);
    check(0, "%s", "");
    check(1, "%s", more);
    check(1, "%sb", most);
    check(1, "%s%d", most, 1);
    check(1, "%d", -1);
    check(1, "%ld", LONG_MIN);
    check(1, "%.*s", 1, "ab");
    check(1, "%5d", 1);
    check(1, "%lu", 1ul);
    check(1, "%zu%c%%", (size_t)1, 'a');
    check(1, "a%%");
    make("%s", (char *)0);
    if (!is_slow) puts("a null pointer is libcurl's own");
    curlx_dyn_init(&text, DYN_APRINTF);
    if (add(&text, "%s ", "GET") != MERR_OK || add(&text, "/%d", 1) != MERR_OK || strcmp(text.bufr, "GET /1"))
        printf("what was there before: %s\\n", text.bufr);
    refusal = CURLE_TOO_LARGE;
    if (add(&text, "a") != MERR_TOO_LARGE || make("a")) puts("too large");
    refusal = CURLE_OUT_OF_MEMORY;
    if (add(&text, "a") != MERR_MEM || make("a")) puts("no memory");
}
END
  run "$folder/texts"
  ((status == 0))
  [[ -z $output ]]
}

# salt_password VERSION ROUNDS [PASSWORD]: prints what salted-password.c makes of RFC 7677's password, or of another, and
# RFC 7677's salt, as in the libpq of a PG_VERSION_NUM; or why it does not.
salt_password() {
  gcc -Wall -Werror -O2 -D_GNU_SOURCE -DPG_VERSION_NUM="$1" -o "$folder/salt" -x c - -lcrypto <<END
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
typedef uint8_t uint8;
typedef enum { PG_SHA256 } pg_cryptohash_type;
enum { SCRAM_KEY_LEN = 32 };
#include "$top/deploy/lib/package/salted-password.c"

static char stack[8192];

int main(int count, char **arguments) {
    uint8 salt[] = {0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81};
    uint8 key[SCRAM_KEY_LEN];
    const char *reason = "no reason";
    int status = scram_SaltedPassword(count > 2 ? arguments[2] : "pencil",
#if PG_VERSION_NUM >= 160000
        PG_SHA256, SCRAM_KEY_LEN,
#endif
        (void *) salt, sizeof salt, atoi(arguments[1]), key
#if PG_VERSION_NUM >= 150000
        , &reason
#endif
        );
    memcpy(stack, (char *) __builtin_frame_address(0) - sizeof stack, sizeof stack);
    if (status != 0) return puts(reason) < 0 || 1;
    const unsigned char block[SHA256_CBLOCK] = "pencil";
    SHA256_CTX inner, outer;
    begin_hmac(&inner, block, 0x36);
    begin_hmac(&outer, block, 0x5c);
    if (memmem(stack, sizeof stack, inner.h, sizeof inner.h) || memmem(stack, sizeof stack, outer.h, sizeof outer.h))
        puts("what is as good as the password was left on the stack");
    for (int index = 0; index < SCRAM_KEY_LEN; index++) printf("%02x", key[index]);
}
END
  "$folder/salt" "${@:2}"
}

@test "a password is salted as in RFC 7677, without a trace on the stack, in no more rounds than a server may ask for" {
  local version
  for version in 140000 150000 160000 180000; do
    [[ $(salt_password "$version" 4096) == c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d ]]
    salt_password "$version" 1000000
    run timeout 20 "$folder/salt" 1000001
    ((status == 1))
    [[ $output == 'the server asks for too many rounds of SCRAM' || $version == 140000 && $output == 'no reason' ]]
    run timeout 20 "$folder/salt" 2147483647
    ((status == 1))
  done
}

# A key that is longer than SHA-256's block is hashed first: https://www.rfc-editor.org/rfc/rfc2104#section-2
@test "a password of any length is salted as OpenSSL does it" {
  local length password
  for length in 1 31 32 63 64 65 300; do
    password=$(printf '%*s' "$length" x | tr ' ' p)
    [[ $(salt_password 180000 7 "$password") == "$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt "pass:$password" \
      -kdfopt hexsalt:5b6d99689d12358eeca04b141236fa81 -kdfopt iter:7 PBKDF2 | tr -d ':\n' | tr A-F a-f)" ]]
  done
}

# be_toolchain FOLDER: what `swift` is asked for says that the toolchain's static libraries are in FOLDER.
be_toolchain() {
  export toolchain=$1
  run_swift() { printf '    "runtimeResourcePath": "%s"\n' "$toolchain"; }
}

@test "Swift's functions are linked if they are called, what is found by name always, and nothing unwinds the stack" {
  # As the compiler of Swift marks both.
  gcc -ffunction-sections -c -o "$folder/swift.o" -x c - <<'END'
#define KEPT __attribute__((used, retain))
KEPT int called(void) { return 1; }
KEPT int forgotten(void) { return 2; }
KEPT __attribute__((section("swift5_records"))) int record = 3;
END
  mkdir -p "$folder/toolchain/linux"
  local name
  for name in swiftCore swift_Concurrency swiftSynchronization swiftGlibc dispatch; do
    ar r "$folder/toolchain/linux/lib$name.a" "$folder/swift.o"
  done
  echo module >"$folder/toolchain/linux/module"
  be_toolchain "$folder/toolchain"
  make_swift_libraries "$folder/libraries"
  [[ $(<"$folder/libraries/linux/module") == module ]]
  gcc -o "$folder/program" -Wl,--gc-sections -x c - -x none "$folder/libraries/linux/libswiftCore.a" \
    <<<'int called(void); int main(void) { return called(); }'
  nm "$folder/program" >"$folder/symbols"
  grep --quiet ' called$' "$folder/symbols"
  grep --quiet ' record$' "$folder/symbols"
  ! grep ' forgotten$' "$folder/symbols" || false
  readelf --section-headers "$folder/libraries/linux/libdispatch.a" >"$folder/sections"
  grep --quiet ' swift5_records ' "$folder/sections"
  ! grep eh_frame "$folder/sections" || false
}

@test "a toolchain without one of Swift's libraries is named" {
  mkdir -p "$folder/toolchain/linux"
  be_toolchain "$folder/toolchain"
  run make_swift_libraries "$folder/libraries"
  ((status == 2))
  [[ $output == *"Swift's static libraries have no libswiftCore.a: $folder/toolchain"* ]]
}

@test "a toolchain that does not say where its libraries are is refused before anything is copied" {
  run_swift() { echo '{"paths": {}}'; }
  cp() { echo "copied: $*"; }
  run make_swift_libraries "$folder/libraries"
  ((status == 2))
  [[ $output == *"swift -print-target-info names no folder of static libraries: ''" ]]
}
