#!/usr/bin/env bats
# What `cruddur new` writes: each kind of function is built, tested, tried and deployed, with moto in the place of AWS.
# shellcheck disable=SC2154 # `run` sets output, status and lines, make_function package and printed.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

setup_file() {
  require_packages binutils pkg-config unzip zip
  # Swift's package manager keeps what it has downloaded there, and start_aws makes another one.
  own_home=$HOME
  start_aws
  export own_home role=arn:aws:iam::123456789012:role/hello
  require_aws_emulator "$top"
  export AWS_EMULATOR=$aws_emulator
}

# at_home COMMAND…: runs it with the person's own home, where Swift's package manager has its cache.
at_home() {
  HOME=$own_home by_hand "$@"
}

# works_as_printed KIND EVENT ANSWER: passes if what `cruddur new` has printed can be typed as it is, and has the ANSWER, a
# pattern, to EVENT.
works_as_printed() {
  make_function "$1"
  mapfile -t commands < <(sed --quiet 's/^  //p' <<<"$printed")
  [[ ${#commands[@]} -eq 4 && ${commands[*]} == "cd hello swift build swift test "*" invoke events/$2.json" ]]
  cd "$top/.build/new" || return
  at_home bash -ec "$(printf '%s\n' "${commands[@]}")"
  [ "$status" -eq 0 ]
  [[ $output =~ "Test run with "[2-9]" tests in 1 suite passed" && $output != *warning:* ]]
  # shellcheck disable=SC2053 # A pattern.
  [[ $output$'\n' == *$'\n'$3$'\n'* ]]

  cd "$package" || return
  for event in events/*.json; do
    by_hand "$top/.build/debug/cruddur" invoke "$event"
    [ "$status" -eq 0 ]
  done
  swift format lint --strict --recursive --configuration '{"version":1}' .
}

@test "A function of JSON works as it is" {
  works_as_printed event greeting '{"greeting":"Hello, Ana!"}'
  [[ $(<"$top/README.md") == *"cruddur new hello"$'\n'"${printed%  *}"*" invoke events/greeting.json"* ]]
}

@test "A function for HTTP works as it is, and is served" {
  works_as_printed http get-greeting '{"statusCode":200,*Hello, Ana!*}'
  start_service serve "$top/.build/debug/cruddur" serve --port 0
  server=$(grep --max-count 1 --only-matching 'http://127[0-9.:]*' "$folder/serve")
  [ "$(curl --silent "$server/api/greetings/Ana%20B")" = '{"greeting":"Hello, Ana B!"}' ]
  [ "$(curl --silent "$server/api/greetings" --json '{"name":"Bo"}')" = '{"greeting":"Hello, Bo!"}' ]
}

@test "What is changed in its source is in the next answer, without a restart or a lost account" {
  build_function http
  cd "$package"
  start_service serve "$top/.build/debug/cruddur" serve --watch --build --port 0
  server=$(grep --max-count 1 --only-matching 'http://127[0-9.:]*' "$folder/serve")
  sub=$(curl --silent "$server/cognito/users" --json '{"name":"Ana","email":"ana@example.com"}' |
    jq --raw-output .user.sub)
  token=$(curl --silent --request POST "$server/cognito/users/$sub/token" | jq --raw-output .id_token)
  says() {
    [ "$(curl --silent --header "Authorization: Bearer $token" "$server/api/greetings/Ana")" = "{\"greeting\":\"$1\"}" ]
  }
  says 'Hello, Ana!'

  # What does not compile changes nothing.
  cp Sources/Hello/Routes.swift "$folder/Routes.swift"
  echo 'let' >>Sources/Hello/Routes.swift
  eventually_for 120 grep --quiet 'not built; the bootstrap before it goes on' "$folder/serve"
  grep --quiet 'Routes.swift:.*error:' "$folder/serve"
  says 'Hello, Ana!'

  sed 's/Hello, /Good day, /' "$folder/Routes.swift" >Sources/Hello/Routes.swift
  eventually_for 120 says 'Good day, Ana!'
  [ "$(grep --count 'took the new bootstrap, built in .*, up in ' "$folder/serve")" -eq 1 ]
  [ "$(curl --silent "$server/cognito/users" | jq --raw-output '.[].email')" = ana@example.com ]
}

@test "A function for a user pool works as it is" {
  works_as_printed cognito pre-sign-up '}'
  by_hand "$top/.build/debug/cruddur" invoke - <<<'{"triggerSource":"PreSignUp_SignUp",
    "request":{"userAttributes":{"email":"ana@example.org"}},"response":{}}'
  [[ $status -eq 1 && $output == *'"errorMessage":"Only addresses of example.com may sign up."'* ]]
}

@test "A function for a queue works as it is" {
  works_as_printed sqs order '{"batchItemFailures":\[\]}'
}

@test "A function can depend on a version in a repository" {
  mkdir "$folder/cruddur"
  cd "$folder/cruddur"
  cp "$top/Package.swift" .
  git init --quiet
  git add .
  git -c user.name=Test -c user.email=test@example.com commit --quiet --message First
  git tag 1.2.0
  make_function event --package "file://$folder/cruddur@1.2.0"
  cp -r "$package" "$folder/versioned"
  rm -rf "$folder/versioned/.build"
  cd "$folder/versioned"
  at_home swift package resolve
  [ "$status" -eq 0 ]
  [ "$(jq --raw-output '.pins[] | select(.identity == "cruddur").state.version' Package.resolved)" = 1.2.0 ]
}

@test "What is built is not taken into the person's repository, and all else is" {
  make_function event
  export GIT_CONFIG_NOSYSTEM=1 # What a machine ignores is no matter of the package's.
  git init --quiet "$folder/repository"
  cd "$folder/repository"
  cp -r "$package"/[!.]* "$package/.gitignore" .
  mkdir .build
  touch .build/function Package.resolved
  git add .
  [ "$(git ls-files)" = ".gitignore
Package.resolved
Package.swift
README.md
Sources/Hello/Function.swift
Sources/Hello/Routes.swift
Tests/HelloTests/HelloTests.swift
deploy
events/greeting.json" ]
}

# deploy ARGUMENT…: runs the package's script.
deploy() {
  at_home "$package/deploy" "$@"
}

@test "deploy refuses what makes no sense, and a function that it may not make" {
  make_function event
  wanted='name the execution role of a new one with --role.'
  while IFS='|' read -r arguments sentence; do
    read -ra arguments <<<"$arguments"
    deploy "${arguments[@]}"
    [[ $status -eq 2 && $output == "deploy: $sentence" ]]
  done <<END
hello|unknown argument hello, see deploy --help.
--role|--role needs a value, see deploy --help.
--role hello|--role has to be an ARN, arn:aws:iam::ACCOUNT:role/NAME.
--function a/b|--function has to be a name: up to 64 letters, digits, - and _.
|there is no function hello in $AWS_REGION yet: $wanted
--region eu-west-1 --function my-fn|there is no function my-fn in eu-west-1 yet: $wanted
END
  AWS_REGION='' deploy
  [[ $status -eq 2 && $output == 'deploy: which region? Name it with --region or AWS_REGION.' ]]
  AWS_ENDPOINT_URL=http://127.0.0.1:1 deploy
  [[ $status -eq 1 && $output == *'Could not connect to the endpoint URL'* ]]
  link_tools "$folder/tools"
  rm "$folder/tools/zip"
  PATH=$folder/tools deploy
  [[ $status -eq 2 && $output == 'deploy: zip is not on PATH.' ]]
}

@test "deploy makes a zip that AWS's own emulator runs, the same each time; a dry run changes nothing" {
  make_function event
  deploy --role "$role" --dry-run
  [ "$status" -eq 0 ]
  call="aws lambda create-function --function-name hello --role $role --runtime provided.al2023 --handler bootstrap"
  [[ $output == *"would call: $call "* ]]
  [ "$(aws_says lambda list-functions --query 'Functions[].FunctionName')" = '' ]
  [ "$(unzip -Z1 "$package/.build/function.zip")" = bootstrap ]
  mv "$package/.build/function.zip" "$folder/first.zip"
  deploy --role "$role" --dry-run
  cmp "$package/.build/function.zip" "$folder/first.zip"

  unzip -q "$folder/first.zip" -d "$folder/task"
  # Lambda's libcurl has no versions.
  ! grep --quiet CURL_ "$folder/task/bootstrap" || false
  by_hand /usr/bin/python3 -B - "$folder/task/bootstrap" "$BATS_TEST_DIRNAME" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from emulators_lambda import AWSEmulator, Function
with AWSEmulator(Function(sys.argv[1])) as emulator:
    print(emulator.invoke({"name": "Ana"}).body.decode(), emulator.invoke({}).error)
END
  [ "$output" = '{"greeting":"Hello, Ana!"} Function.InvalidEvent' ]

  # In a folder with a blank in its path, too. What was compiled is used again.
  mkdir "$folder/a b"
  cp -r "$package"/[!.]* "$folder/a b"
  SWIFTPM_BUILD_DIR=$package/.build at_home "$folder/a b/deploy" --role "$role" --dry-run
  [ "$status" -eq 0 ]
  ! grep --quiet CURL_ "$folder/a b/.build/deploy/bootstrap" || false
}

@test "deploy makes the function, and gives it new code the next time" {
  use_own_aws
  make_function event
  aws_says iam create-role --role-name hello --assume-role-policy-document '{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
  arn=arn:aws:lambda:$AWS_REGION:123456789012:function:hi
  for greeting in Hello Hi; do
    sed -i "s/Hello, /$greeting, /" "$package/Sources/Hello/Routes.swift"
    options=(--function hi)
    [ "$greeting" = Hi ] || options+=(--role "$role")
    deploy "${options[@]}"
    [[ $status -eq 0 && ${lines[-1]} == "$arn" ]]
    aws_says lambda get-function-configuration --function-name hi >"$folder/$greeting.json"
    sha256=$(openssl dgst -sha256 -binary "$package/.build/function.zip" | base64)
    [ "$(jq --compact-output '[.CodeSha256, .Role, .Runtime, .Handler]' "$folder/$greeting.json")" = \
      "[\"$sha256\",\"$role\",\"provided.al2023\",\"bootstrap\"]" ]
  done
  [ "$(jq .CodeSha256 "$folder/Hello.json")" != "$(jq .CodeSha256 "$folder/Hi.json")" ]
}

@test "deploy refuses a function that Lambda could not start" {
  make_function event
  sed -i 's/"Hello, /"\\(arc4random()), /; 1i import Glibc' "$package/Sources/Hello/Routes.swift"
  deploy --role "$role" --dry-run
  [[ $status -eq 2 && ${lines[-1]} == 'deploy: the function needs GLIBC_2.36, and provided.al2023 ends with '* ]]
  make_function event
  sed -i 's/^      swiftSettings: .*/      linkerSettings: [.linkedLibrary("pq")]),/' "$package/Package.swift"
  deploy --role "$role" --dry-run
  [[ $status -eq 2 && ${lines[-1]} == 'deploy: the function needs libpq.so.5, which provided.al2023 lacks: '* ]]
  [ ! -e "$package/.build/function.zip" ]
}
