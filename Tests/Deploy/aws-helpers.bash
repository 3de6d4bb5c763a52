# shellcheck shell=bash
# For the tests of the scripts that call AWS: a moto for each file of tests, which starts empty for each test, and
# nothing of the configuration of the person who runs them.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

# Those that the tests of most files want as they are.
setup_file() { start_aws; }
teardown_file() { end_aws; }
setup() { reset_aws; }

# start_aws: sets folder, and what a person would have set to use AWS.
start_aws() {
  make_folder
  require_packages awscli
  start_python
  own_path=$PATH
  PATH=$python_tools:$PATH
  unset "${!AWS_@}" STACK_NAME DB_INSTANCE FUNCTION_NAME USER_POOL_ID USER_POOL_CLIENT_ID
  export folder python_tools own_path HOME=$folder AWS_CONFIG_FILE=$folder/config AWS_SHARED_CREDENTIALS_FILE=$folder/credentials
  export AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=secret-key-of-tests
  export AWS_REGION=eu-central-1 AWS_PAGER='' POLL_SECONDS=0.1
  start_service moto "$python_tools/moto_server" --host 127.0.0.1 --port 0
  moto=$(grep --only-matching 'http://127[0-9.:]*' "$folder/moto")
  export moto AWS_ENDPOINT_URL=$moto
}

# start_service NAME COMMAND…: runs it in the background, until end_aws, with its output in the file NAME of the folder,
# and waits until that says a loopback URL. If it says none, its output is shown.
start_service() {
  local name=$1
  shift
  : >"$folder/$name" # An earlier one may have said something there.
  # Bats waits for whoever holds its descriptor 3, and the throwaway PostgreSQL for whoever holds its standard input.
  (
    [[ ! -v throwaway_input ]] || exec {throwaway_input}>&-
    exec "$@"
  ) >"$folder/$name" 2>&1 3>&- &
  echo $! >>"$folder/services"
  eventually grep --quiet 'http://127' "$folder/$name" || { cat "$folder/$name" >&2 && return 1; }
}

# start_front [PATTERN=URL …]: sets AWS_ENDPOINT_URL to the front of aws_front.py, where functions can be invoked.
start_front() {
  start_service front python3 "$BATS_TEST_DIRNAME/aws_front.py" "$moto" "$@"
  export AWS_ENDPOINT_URL
  AWS_ENDPOINT_URL=$(grep --max-count 1 '^http' "$folder/front")
}

end_aws() {
  local service
  if [[ -e $folder/services ]]; then
    while read -r service; do
      kill "$service" 2>/dev/null || true # It may have ended by itself.
      eventually is_gone "$service"
    done <"$folder/services"
  fi
  remove_folder
}

# reset_aws: empties moto.
reset_aws() {
  curl --silent --fail --output /dev/null --request POST "$moto/moto-api/reset"
}

# aws_says SERVICE OPERATION ARGUMENT…: prints the answer of moto, as text if there is a --query.
aws_says() {
  local format=json
  [[ " $* " != *' --query '* ]] || format=text
  "$python_tools/aws" "$@" --region "$AWS_REGION" --endpoint-url "$moto" --output "$format"
}

# script NAME ARGUMENT…: runs deploy/bin/NAME.
script() {
  by_hand "$top/deploy/bin/$1" "${@:2}"
}

# use_own_aws: from now on, scripts use the machine's own `aws`, whichever that is. It takes a second for each call, so
# this is for one test of each script, unless it is among the README's commands, which readme-aws.bats runs with it.
use_own_aws() {
  PATH=$own_path
}

# works NAME ARGUMENT…: the same, and passes if it did.
works() {
  script "$@"
  # shellcheck disable=SC2154 # `run` sets it.
  [ "$status" -eq 0 ]
}

# fails_with STATUS SENTENCE NAME ARGUMENT…: the same, and passes if it said only that sentence, a pattern, and ended so.
fails_with() {
  local wanted=$1 sentence=$2
  shift 2
  script "$@"
  # shellcheck disable=SC2154,SC2053 # `run` sets them; a pattern.
  [[ $status -eq $wanted && ${#lines[@]} -eq 1 && $output == "$1: "$sentence ]]
}

# record_calls: from now on, whoever runs aws leaves a line for each call, all its arguments, in the file calls.
record_calls() {
  : >"$folder/calls"
  wrap_aws <<<"echo \"aws \$*\" >>'$folder/calls'"
}

# wrap_aws: from now on, whoever runs aws runs the lines of standard input before, which may end it.
wrap_aws() {
  local wrapper real
  real=$(command -v aws)
  wrapper=$(mktemp -d "$folder/wrapper.XXXXXXXX")
  { echo '#!/bin/sh' && cat && printf 'exec %q "$@"\n' "$real"; } >"$wrapper/aws"
  chmod 755 "$wrapper" "$wrapper/aws"
  PATH=$wrapper:$PATH
}
