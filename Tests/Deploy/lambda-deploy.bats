# deploy/bin/lambda-deploy, against moto, with the real bootstrap behind Lambda's Invoke.
# shellcheck shell=bash
# shellcheck source=lambda-helpers.bash
. "$BATS_TEST_DIRNAME/lambda-helpers.bash"

setup_file() { start_lambda; }

@test "makes the role, the function and its alias; the second time changes nothing" {
  start_front "*=$good"
  record_calls
  printf '%s\n' '# The database' '' 'CONNECTION_URL=postgresql://u:p%40ss@db/cruddur?a=b' $'AA=\r' >"$folder/environment"
  deploy --env-file "$folder/environment" --db-resource-id db-ABC
  [[ $status -eq 0 && ${lines[-1]} == "arn:aws:lambda:$AWS_REGION:123456789012:function:$function:live" ]]

  aws_says lambda get-function-configuration --function-name "$function:live" >"$folder/live"
  cat "$folder/live"
  [ "$(jq --raw-output .CodeSha256 "$folder/live")" = "$(openssl dgst -sha256 -binary "$zip" | base64)" ]
  [ "$(jq --compact-output .Environment.Variables "$folder/live")" = \
    '{"CONNECTION_URL":"postgresql://u:p%40ss@db/cruddur?a=b","AA":""}' ]
  [ "$(jq --raw-output '"\(.Version) \(.Runtime) \(.Handler) \(.MemorySize) \(.Timeout) \(.Architectures[])"' \
    "$folder/live")" = "1 provided.al2023 cruddur.events 256 10 $arch" ]
  [ "$(aws_says iam list-attached-role-policies --role-name "$function-role" --query 'AttachedPolicies[].PolicyName')" \
    = AWSLambdaBasicExecutionRole ]
  [ "$(aws_says iam get-role-policy --role-name "$function-role" --policy-name rds-connect \
    --query 'PolicyDocument.Statement[].[Effect,Action,Resource][]')" = \
    $'Allow\trds-db:connect\t'"arn:aws:rds-db:$AWS_REGION:123456789012:dbuser:db-ABC/cruddur_app" ]

  mv "$folder/calls" "$folder/first-calls"
  deploy --env-file "$folder/environment" --db-resource-id db-ABC
  [ "$status" -eq 0 ]
  [ -z "$(changing_calls)" ]
  [ "$(live_version)" = 1 ]
  run grep --fixed-strings --regexp 'p%40ss' --regexp "$AWS_SECRET_ACCESS_KEY" "$folder/first-calls" "$folder/calls"
  [[ $status -eq 1 && -s $folder/first-calls && -s $folder/calls ]]
}

@test "a change goes live as a version of its own, and what is not named stays" {
  use_own_aws
  start_front "*=$good"
  given role function live
  make_zip "$folder/other.zip"
  zip=$folder/other.zip deploy --subnets subnet-2,subnet-1 --security-groups sg-1
  [ "$status" -eq 0 ]
  aws_says lambda get-function-configuration --function-name "$function:live" >"$folder/live"
  [ "$(jq --compact-output '[.Version, .Environment.Variables.CONNECTION_URL, .VpcConfig.SubnetIds[]]' \
    "$folder/live")" = '["2","before","subnet-2","subnet-1"]' ]
  [ "$(jq --raw-output .CodeSha256 "$folder/live")" = "$(openssl dgst -sha256 -binary "$folder/other.zip" | base64)" ]
  [[ $(aws_says iam list-attached-role-policies --role-name "$function-role" \
    --query 'AttachedPolicies[].PolicyName') == *AWSLambdaVPCAccessExecutionRole* ]]
}

@test "waits until Lambda knows of a new role, but not because of another error" {
  given role
  # What AWS says for some seconds, and moto never.
  wrap_aws <<END
case "\$*" in *create-function*)
  echo >>"$folder/refused"
  case "\$(wc -l <"$folder/refused")" in
    1) why="The role defined for the function cannot be assumed by Lambda." ;;
    2) why="The provided execution role does not have permissions to call CreateNetworkInterface on EC2" ;;
    3) why="Lambda was unable to configure access to your environment variables because the KMS key is invalid for \
CreateGrant. KMS Message: ARN does not refer to a valid principal" ;;
    *) exit 255 ;;
  esac
  echo "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: \$why" >&2
  exit 254
esac
END
  deploy
  [[ $status -eq 1 ]]
  [[ $output == *'Lambda may assume the role: not yet ..'*'lambda-deploy: aws lambda create-function'* ]]
}

@test "--dry-run changes nothing" {
  record_calls
  echo 'CONNECTION_URL=postgresql://db/cruddur' >"$folder/environment"
  deploy --dry-run --memory 512 --env-file "$folder/environment"
  [ "$status" -eq 0 ]
  # The file that the call names is there, and nothing else.
  [ "$(find "$folder"/cruddur.* -type f -exec jq --compact-output . {} +)" = \
    '{"Variables":{"CONNECTION_URL":"postgresql://db/cruddur"}}' ]
  [[ $output == *'aws lambda create-function --function-name '*' --memory-size 512 '* && $output == *create-alias* ]]
  [ -z "$(changing_calls)" ]
}

@test "a role that is not Lambda's is left alone" {
  given role
  aws_says iam update-assume-role-policy --role-name "$function-role" --policy-document \
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},
      "Action":"sts:AssumeRole"}]}'
  fails_with 1 "the role $function-role is there, but does not trust lambda.amazonaws.com: *" \
    lambda-deploy --zip "$zip"
}

@test "a zip that Lambda could not start is refused" {
  local other=x86_64
  [ "$arch" != x86_64 ] || other=arm64
  fails_with 2 "*no file '/nowhere.zip': *" lambda-deploy --zip /nowhere.zip
  fails_with 2 "*is for $arch, not for $other." lambda-deploy --zip "$zip" --arch "$other"
  cd "$folder"
  echo text >bootstrap
  "$python_tools/python3" -m zipfile --create plain.zip bootstrap
  fails_with 2 '*is not executable.' lambda-deploy --zip plain.zip
  chmod 755 bootstrap
  "$python_tools/python3" -m zipfile --create script.zip bootstrap
  fails_with 2 '*is no executable for x86_64 or arm64.' lambda-deploy --zip script.zip
  mkdir -p inside && mv bootstrap inside
  "$python_tools/python3" -m zipfile --create folder.zip inside
  fails_with 2 '*has no bootstrap at its top.' lambda-deploy --zip folder.zip
}

@test "a file of variables is read strictly, and not quoted" {
  printf 'A1=b\nno secret of mine\n' >"$folder/environment"
  fails_with 2 "line 2 of '$folder/environment' is not KEY=VALUE*" \
    lambda-deploy --zip "$zip" --env-file "$folder/environment"
  printf 'A1=b\nA1=c\n' >"$folder/environment"
  fails_with 2 "'$folder/environment' has A1 twice." lambda-deploy --zip "$zip" --env-file "$folder/environment"
  fails_with 2 "the file '/nowhere' of --env-file cannot be read." lambda-deploy --zip "$zip" --env-file /nowhere
}

@test "what surrounds CONNECTION_URL in a file of variables is taken off, and other values stay as they are" {
  # Each run leaves its files in a folder of its own.
  variables() {
    local TMPDIR
    TMPDIR=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXXXX")
    deploy --dry-run --env-file "$folder/environment"
    jq --compact-output .Variables "$TMPDIR"/cruddur.*/calls/environment.json >"$folder/variables"
    cat "$folder/variables"
  }
  printf 'A1= b \nCONNECTION_URL= \tpostgresql://db/cruddur \t\r\n' >"$folder/environment"
  variables
  [ "$(<"$folder/variables")" = '{"A1":" b ","CONNECTION_URL":"postgresql://db/cruddur"}' ]
  # libpq needs the last blank: it is escaped.
  printf '%s\n' 'CONNECTION_URL= host=db password=\ ' >"$folder/environment"
  variables
  [ "$(<"$folder/variables")" = '{"CONNECTION_URL":"host=db password=\\ "}' ]
}

@test "arguments that make no sense are refused" {
  fails_with 2 '--function has to be a name*' lambda-deploy --zip "$zip" --function 'a b'
  fails_with 2 '--role has to be a name*' lambda-deploy --zip "$zip" --role 'a b'
  fails_with 2 '--role has to be a name*' lambda-deploy --zip "$zip" --role arn:aws:iam::123456789012:role/a
  fails_with 2 '--role has to be a name*' lambda-deploy --zip "$zip" --function "$(printf 'x%.0s' {1..60})"
  for memory in 5 127 1e9 '' ' 256'; do fails_with 2 '--memory *' lambda-deploy --zip "$zip" --memory "$memory"; done
  for timeout in 0 901 ' 9'; do fails_with 2 '--timeout has to be*' lambda-deploy --zip "$zip" --timeout "$timeout"; done
  for ids in 'a, b' 'a,' ',a' 'a b' $'a\r'; do
    fails_with 2 '--subnets has to be ids*' lambda-deploy --zip "$zip" --subnets "$ids" --security-groups sg-1
    fails_with 2 '--security-groups has to be ids*' lambda-deploy --zip "$zip" --subnets a --security-groups "$ids"
  done
  fails_with 2 '--subnets needs --security-groups.*' lambda-deploy --zip "$zip" --subnets subnet-1
  fails_with 2 '--db-resource-id has to be*' lambda-deploy --zip "$zip" --db-resource-id cruddur
}
