# shellcheck shell=bash
# The Python programs that tests need, to be sourced after messages.sh and packages.sh.

# require_python_tools TOP: sets python_tools to the folder of the programs that Tests/Deploy/requirements.txt of the
# repository at TOP asks for, in a virtual environment that is made if there is none, or one of other requirements. A
# second caller waits for the first.
require_python_tools() {
  local requirements=$1/Tests/Deploy/requirements.txt environment=$1/.build/python-tools
  python_tools=$environment/bin
  # It is copied there last; and an environment whose Python was replaced by a newer one is of no use.
  if cmp --silent "$requirements" "$environment/requirements.txt" && "$python_tools/python3" -c ''; then return; fi
  require_packages python3-venv
  mkdir -p "$environment" || die "$environment cannot be made."
  make_python_tools "$requirements" "$environment"
}

# make_python_tools REQUIREMENTS ENVIRONMENT
make_python_tools() (
  flock 9
  ! cmp --silent "$1" "$2/requirements.txt" || ! "$2/bin/python3" -c '' &>/dev/null || exit 0
  heading "Installing ${1##*/} in $2"
  rm -f "$2/requirements.txt"
  # The system's, which has_package asked, whatever is first on PATH.
  if ! /usr/bin/python3 -m venv --clear "$2" 9<&- ||
    ! "$2/bin/pip" install --quiet --disable-pip-version-check --requirement "$1" 9<&-
  then die "the programs of $1 could not be installed."; fi
  cp "$1" "$2/requirements.txt"
) 9>"$2.lock"

# require_aws_emulator TOP: sets aws_emulator to AWS's own emulator of Lambda, the one program that is taken out of the
# package that Tests/Deploy/aws-emulator.txt of the repository at TOP names. Nothing of the package is installed.
require_aws_emulator() {
  local requirements=$1/Tests/Deploy/aws-emulator.txt folder=$1/.build/aws-emulator python_tools
  # shellcheck disable=SC2034 # The caller uses it.
  aws_emulator=$folder/aws-lambda-rie
  if cmp --silent "$requirements" "$folder/requirements.txt"; then return; fi
  require_python_tools "$1"
  mkdir -p "$folder" || die "$folder cannot be made."
  take_aws_emulator "$requirements" "$folder"
}

# take_aws_emulator REQUIREMENTS FOLDER: downloads the package, unless whoever came first has.
take_aws_emulator() (
  flock 9
  ! cmp --silent "$1" "$2/requirements.txt" || exit 0
  heading "Downloading the package of ${1##*/} for its emulator"
  rm -rf "${2:?}"/* # Of an earlier one, or of a download that was interrupted.
  case $(uname -m) in
    aarch64 | arm64) machine=arm64 ;;
    *) machine=x86_64 ;;
  esac
  if ! "$python_tools/pip" download --quiet --disable-pip-version-check --no-deps --dest "$2/package" \
    --requirement "$1" 9<&- ||
    ! "$python_tools/python3" -m zipfile --extract "$2"/package/*.whl "$2/package" ||
    ! install "$2/package/samcli/local/rapid/aws-lambda-rie-$machine" "$2/aws-lambda-rie"
  then die "the emulator of $1 could not be downloaded."; fi
  rm -r "$2/package"
  cp "$1" "$2/requirements.txt"
) 9>"$2.lock"
