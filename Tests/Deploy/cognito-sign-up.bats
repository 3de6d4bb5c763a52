# deploy/bin/cognito-sign-up, against moto, and an API that knows one handle.
# shellcheck shell=bash
# shellcheck source=lambda-helpers.bash
. "$BATS_TEST_DIRNAME/lambda-helpers.bash"

setup_file() {
  export zip='' api
  start_aws
  export TMPDIR=$folder # What --dry-run leaves goes with it.
  start_service api "$python_tools/python3" -u "$BATS_TEST_DIRNAME/activities_api.py" "$folder/token" alïce
  api=$(grep --only-matching 'http://127[0-9.:]*' "$folder/api")
}

setup() {
  reset_aws
  make_pool '{"PoolName": "cruddur", "UsernameAttributes": ["email"]}'
}

# make_pool JSON: sets pool, and client to one of it.
make_pool() {
  echo "$1" >"$folder/pool.json"
  pool=$(given "$folder/pool.json")
  client=$(aws_says cognito-idp create-user-pool-client --user-pool-id "$pool" --client-name cruddur \
    --explicit-auth-flows ALLOW_USER_PASSWORD_AUTH --query UserPoolClient.ClientId)
}

# record_curl: as record_calls does, into the same file.
record_curl() {
  mkdir "$folder/recorder"
  printf '#!/bin/sh\necho "curl $*" >>%q\nexec %q "$@"\n' "$folder/calls" "$(command -v curl)" \
    >"$folder/recorder/curl"
  chmod 755 "$folder/recorder/curl"
  PATH=$folder/recorder:$PATH
}

# sign_up PASSWORD ARGUMENT…: runs the script for Alice.
sign_up() {
  script cognito-sign-up --user-pool "$pool" --client "$client" --email alice@example.com --name "Alice Green" \
    --handle alïce "${@:2}" <<<"$1"
}

@test "signs up, confirms, and finds the row; the second time changes nothing" {
  record_calls
  record_curl
  sign_up "It's secret: 1" --api "$api"
  [[ $status -eq 0 && ${lines[-1]} == '[]' ]]
  [[ $(<"$folder/token") == 'Bearer ey'* ]]
  [ "$(aws_says cognito-idp admin-get-user --user-pool-id "$pool" --username alice@example.com --query UserStatus)" \
    = CONFIRMED ]
  [ "$(aws_says cognito-idp admin-get-user --user-pool-id "$pool" --username alice@example.com \
    --query "UserAttributes[?Name!='sub'].Value" | tr '\t' '\n' | sort)" = $'Alice Green\nalice@example.com\nalïce\ntrue' ]
  run grep --fixed-strings --regexp secret --regexp Bearer "$folder/calls"
  [[ $status -eq 1 && $(grep --count "$api" "$folder/calls") -eq 1 ]]

  : >"$folder/calls"
  sign_up ''
  [ "$status" -eq 0 ]
  [ -z "$(changing_calls)" ]
}

# verified: prints whether the address of Alice is verified.
verified() {
  aws_says cognito-idp admin-get-user --user-pool-id "$pool" --username alice@example.com \
    --query "UserAttributes[?Name=='email_verified'].Value"
}

@test "verifies the address of somebody who was confirmed before, so that a forgotten password can be reset" {
  sign_up 'It is secret 1'
  [[ $status -eq 0 && $(verified) == true ]]
  aws_says cognito-idp admin-update-user-attributes --user-pool-id "$pool" --username alice@example.com \
    --user-attributes Name=email_verified,Value=false
  sign_up ''
  [[ $status -eq 0 && $output == *'Verifying alice@example.com'* && $(verified) == true ]]
}

@test "verifies no address that is not the one it was given" {
  make_pool '{"PoolName": "handles"}'
  aws_says cognito-idp sign-up --client-id "$client" --username alïce --password 'It is secret 1' \
    --user-attributes Name=email,Value=eve@example.com >"$folder/ignored"
  record_calls
  sign_up ''
  [[ $status -eq 0 && $(changing_calls) == *admin-confirm-sign-up* && $(changing_calls) != *update-user-attributes* ]]
}

@test "says what Cognito says" {
  sign_up 'It is secret 1'
  sign_up wrong --api "$api"
  [[ $status -eq 1 && ${lines[-1]} == 'cognito-sign-up: aws cognito-idp initiate-auth: NotAuthorizedException: '* ]]
}

@test "says that there is no row" {
  sign_up 'It is secret 1' --handle nobody --api "$api"
  [[ $status -eq 1 && ${lines[-1]} == "cognito-sign-up: $api/api/activities?user_handle=nobody answered with 404: "* ]]
}

@test "--dry-run changes nothing, and wants no password" {
  record_calls
  sign_up '' --dry-run --api "$api"
  [[ $status -eq 0 && $output == *'aws cognito-idp sign-up --cli-input-json'*'admin-confirm-sign-up'* ]]
  [ -z "$(changing_calls)" ]
}

@test "wrong ids, and what is missing, end in a sentence" {
  local somebody=(--email a@example.com --name A --handle a)
  fails_with 1 '*ResourceNotFoundException: *' \
    cognito-sign-up --user-pool "${AWS_REGION}_nobody" --client "$client" "${somebody[@]}"
  fails_with 2 '--client ID is missing.*' cognito-sign-up --user-pool "$pool" "${somebody[@]}"
  fails_with 2 '--api has to be *' \
    cognito-sign-up --user-pool "$pool" --client "$client" "${somebody[@]}" --api example.com
  fails_with 2 'there is no password on standard input.' \
    cognito-sign-up --user-pool "$pool" --client "$client" "${somebody[@]}" </dev/null
}
