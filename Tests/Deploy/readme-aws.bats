#!/usr/bin/env bats
# The README's commands for AWS, against moto: what the reader does, in that order, from an empty account to nothing.
# Only what moto does not have is put into their place: the template's parts that its CloudFormation does not know, and
# an API that answers.
# shellcheck source=stack-helpers.bash
. "$BATS_TEST_DIRNAME/stack-helpers.bash"

setup_file() {
  real_home=$HOME
  export real_home
  # shellcheck disable=SC2016 # The backquotes are Markdown's.
  sed --quiet '/^```sh$/,/^```$/ { /^```/!p }' "$top/README.md" |
    grep --extended-regexp "$aws_commands" >"$BATS_FILE_TMPDIR/commands"
  start_stack_aws
  start_service api "$python_tools/python3" -u "$BATS_TEST_DIRNAME/activities_api.py" "$folder/token" alice
}

# What moto's Cognito has for the names that stand in the template's outputs.
setup() {
  use_own_aws
  reset_stack
  client=$(aws_says cognito-idp create-user-pool-client --user-pool-id "$pool" --client-name cruddur \
    --explicit-auth-flows ALLOW_USER_PASSWORD_AUTH --query UserPoolClient.ClientId)
  api=$(grep --only-matching 'http://127[0-9.:]*' "$folder/api")
  sed --in-place "s|\"Value\": \"UserPoolClient\"|\"Value\": \"$client\"|; s|\"Value\": \"Api\"|\"Value\": \"$api\"|" "$template"
  set_secret create-secret --name "$password"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Test -keyout "$folder/key" \
    -out "$folder/rds-ca.pem" 2>/dev/null
}

# follow COMMAND: runs it as it stands in the README, but for what moto lacks.
follow() {
  local command=$1
  case $command in
    # Swift's package manager needs the real home. The reader's own zip stays as it is.
    deploy/package*)
      command="HOME=$real_home ${command//\~/$folder} --output $zip"
      # What has just been built need not be built again, see package.bats.
      if [[ -n ${PACKAGED_ZIP-} ]]; then
        leave_swift_out
        unzip -q "$PACKAGED_ZIP" bootstrap -d "$folder"
        command+=" --bootstrap $folder/bootstrap"
      fi
      ;;
    deploy/bin/stack-deploy*) command+=" --zip $zip --template $template" ;;
  esac
  echo "\$ $command"
  by_hand bash -c "cd ${top@Q} && $command" <<<"It's secret: 1"
}

@test "The README leads from an empty account to somebody who signed up, and back to nothing" {
  mapfile -t commands <"$BATS_FILE_TMPDIR/commands"
  ((${#commands[@]} >= 8))
  for command in "${commands[@]}"; do
    follow "$command"
    # shellcheck disable=SC2154 # `run` sets it.
    [ "$status" -eq 0 ]
    case $command in
      deploy/bin/stack-deploy*) [[ $output == *"UserPoolId	$pool"* ]] ;;
      deploy/bin/cognito-sign-up*)
        [[ ${lines[-1]} == '[]' ]]
        [ "$(aws_says cognito-idp admin-get-user --user-pool-id "$pool" --username alice --query UserStatus)" = CONFIRMED ]
        ;;
    esac
  done
  [ "$(aws_says cloudformation list-stacks --query "StackSummaries[?StackStatus!='DELETE_COMPLETE'].StackName")" = "" ]
  [ "$(aws_says rds describe-db-instances --query 'DBInstances[].DBInstanceIdentifier')" = "" ]
  [ "$(aws_says s3api list-buckets --query 'Buckets[].Name')" = "" ]
}
