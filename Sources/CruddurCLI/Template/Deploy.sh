#!/usr/bin/env bash
set -euo pipefail
shopt -s inherit_errexit

usage() {
  cat <<'END'
deploy [--function NAME] [--role ARN] [--region REGION] [--dry-run]
    builds the function for Lambda's provided.al2023, zips it, and creates or updates it with your own aws

--function NAME   what it is called on AWS; FUNCTION_NAME by default
--role ARN        its execution role, which only a new function needs: one that lambda.amazonaws.com may assume, with
                  the policy AWSLambdaBasicExecutionRole
--region REGION   where it is; AWS_REGION, or what `aws configure` was told, by default
--dry-run         builds and zips it, and shows the calls that would change something
--help            shows this

The zip is .build/function.zip; the same executable makes the same zip. The function's ARN goes to standard output, and
all else to standard error. Exit code: 0; 1 if something failed; 2 for wrong usage, a missing program, or an executable
that Lambda could not run.
END
}

# die SENTENCE: ends the script because of what the person has to change.
die() {
  echo "deploy: $1" >&2
  exit 2
}

function=FUNCTION_NAME role='' region='' dry_run=false
while (($# > 0)); do
  case $1 in
    --help)
      usage
      exit
      ;;
    --dry-run) dry_run=true ;;
    --function | --role | --region)
      [[ -n ${2-} ]] || die "$1 needs a value, see deploy --help."
      printf -v "${1#--}" %s "$2"
      shift
      ;;
    *) die "unknown argument $1, see deploy --help." ;;
  esac
  shift
done
[[ $function =~ ^[A-Za-z0-9_-]{1,64}$ ]] || die "--function has to be a name: up to 64 letters, digits, - and _."
[[ -z $role || $role =~ ^arn:[a-z-]+:iam::[0-9]{12}:role/ ]] ||
  die "--role has to be an ARN, arn:aws:iam::ACCOUNT:role/NAME."
for program in swift clang pkg-config readelf nm strip zip aws; do
  command -v "$program" >/dev/null || die "$program is not on PATH."
done
region=${region:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}}
[[ -n $region ]] || die "which region? Name it with --region or AWS_REGION."

cd -- "$(dirname -- "$0")"
work=$PWD/.build/deploy zip=$PWD/.build/function.zip

# call OPERATION ARGUMENT…: asks Lambda.
call() {
  aws lambda "$@" --region "$region" --output text ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"}
}

# change OPERATION ARGUMENT…: the same, for what changes something.
change() {
  if "$dry_run"; then echo "would call: aws lambda$(printf ' %q' "$@")" >&2; else call "$@"; fi
}

# Before anything is built, because who may not ask may not change anything either.
exists=true
if ! said=$(call get-function-configuration --function-name "$function" --query FunctionArn 2>&1); then
  if [[ $said != *ResourceNotFoundException* ]]; then
    echo "$said" >&2
    exit 1
  fi
  [[ -n $role ]] || die "there is no function $function in $region yet: name the execution role of a new one with --role."
  exists=false
fi

# What provided.al2023 has: https://docs.aws.amazon.com/linux/al2023/ug/glibc-gcc-and-binutils.html
libraries='^(ld-linux-.*|lib(c|m|dl|rt|util|pthread|resolv|stdc\+\+|gcc_s|curl))\.so\.[0-9]+$'
newest=(GLIBC_2.34 GLIBCXX_3.4.29 CXXABI_1.3.13 GCC_11.0)

# check_executable FILE: ends the script if FILE would not start on Lambda.
check_executable() {
  local library limit symbols version
  while read -r library; do
    [[ $library =~ $libraries ]] || die "the function needs $library, which provided.al2023 lacks: link it statically."
  done < <(LC_ALL=C readelf --dynamic --wide "$1" | sed --quiet --regexp-extended 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
  symbols=$(LC_ALL=C readelf --version-info --wide "$1")
  [[ $symbols != *GLIBC_ABI_DT_RELR* ]] ||
    die "the function has packed relocations, for a newer glibc than that of provided.al2023. Build it on Debian 12."
  for limit in "${newest[@]}"; do
    version=$(grep --only-matching --extended-regexp "\<${limit%%_*}_[0-9.]+" <<<"$symbols" | sort --version-sort |
      tail --lines 1 || true)
    [[ $(printf '%s\n' "$version" "$limit" | sort --version-sort | tail --lines 1) == "$limit" ]] ||
      die "the function needs $version, and provided.al2023 ends with $limit. Build it on Debian 12, and without Foundation."
  done
}

# make_libraries: leaves in $work what the executable is linked with, so that it is not bound to this machine's own.
make_libraries() {
  local curl
  curl=$(pkg-config --variable=libdir libcurl)/libcurl.so
  # Lambda's libcurl has no versions of its symbols, as Debian's has, and would say so at each cold start.
  LC_ALL=C nm --dynamic --defined-only "$curl" | sed --quiet 's/.* T \(curl_[a-z_]*\).*/void \1(void) {}/p' |
    clang -shared -Wl,-soname,libcurl.so.4 -x c -o "$work/libcurl.so" -
  printf '%s\n' 'Name: libcurl' 'Description: libcurl as Lambda has it' 'Version: 7' \
    "Cflags: $(pkg-config --cflags libcurl)" "Libs: -L${work// /\\ } -lcurl" >"$work/libcurl.pc"
  # That of glibc 2.35 is another one than that of 2.34, and Swift's own library refers to it.
  clang -O2 -fno-math-errno -c -x c -o "$work/hypotf.o" - <<'END'
float hypotf(float x, float y) {
  if (__builtin_isinf(x) || __builtin_isinf(y)) return __builtin_inff();
  return __builtin_sqrt((double)x * x + (double)y * y);
}
END
}

mkdir -p "$work"
rm -f "$zip"
make_libraries
# With Swift's libraries in it; glibc and libcurl are Lambda's own.
build=(swift build --configuration release --static-swift-stdlib --product function -Xlinker "$work/hypotf.o")
PKG_CONFIG_PATH=$work "${build[@]}" >&2
executable=$("${build[@]}" --show-bin-path)/function
check_executable "$executable"

strip --strip-all -o "$work/bootstrap" "$executable"
chmod 755 "$work/bootstrap"
# The zip format's first day: a zip has times, and this one nothing else of when and by whom it was made.
touch --date 1980-01-01T00:00:00Z "$work/bootstrap"
(cd "$work" && TZ=UTC zip --quiet -9 -X "$zip" bootstrap)

architecture=$(uname --machine)
code=(--zip-file "fileb://$zip" --architectures "${architecture/aarch64/arm64}" --query FunctionArn)
if "$exists"; then
  change update-function-code --function-name "$function" "${code[@]}"
  "$dry_run" || call wait function-updated-v2 --function-name "$function"
else
  change create-function --function-name "$function" --role "$role" --runtime provided.al2023 --handler bootstrap \
    --memory-size 256 --timeout 10 "${code[@]}"
  "$dry_run" || call wait function-active-v2 --function-name "$function"
fi
