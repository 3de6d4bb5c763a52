#!/usr/bin/env bats
# deploy/bin/teardown.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=stack-helpers.bash
. "$BATS_TEST_DIRNAME/stack-helpers.bash"

# Passes if nothing is there that stack-deploy has made.
nothing_is_left() {
  [ "$(aws_says cloudformation describe-stacks --query 'Stacks[].StackName')" = "" ]
  [ "$(aws_says rds describe-db-instances --query DBInstances)" = "" ]
  [ "$(aws_says s3api list-buckets --query Buckets)" = "" ]
  [ "$(aws_says lambda list-functions --query Functions)" = "" ]
  [ "$(aws_says logs describe-log-groups --query logGroups)" = "" ]
}

@test "All that stack-deploy has made is removed, however protected; the second time, nothing is there" {
  make_stack prod
  aws_says rds modify-db-instance --db-instance-identifier cruddur-db-instance --deletion-protection >"$folder/ignored"
  aws_says rds create-db-snapshot --db-instance-identifier cruddur-db-instance --db-snapshot-identifier by-hand \
    >"$folder/ignored"
  works teardown --yes-destroy cruddur
  [[ $output == *"cruddur DELETE_COMPLETE"* ]]
  [[ $output == *"Snapshots of cruddur-db-instance are left"*"aws rds delete-db-snapshot --db-snapshot-identifier by-hand"* ]]
  nothing_is_left
  [ "$(aws_says cognito-idp describe-user-pool --user-pool-id "$pool" --query UserPool.DeletionProtection)" = INACTIVE ]

  record_calls
  works teardown --yes-destroy cruddur
  [[ $output == "There is nothing of the stack cruddur."* ]]
  [ "$(changes)" = "" ]
}

# play_snapshot: with the stack goes the database, and leaves a snapshot, which moto does not know of its DeletionPolicy.
play_snapshot() {
  wrap_aws <<END
case "\$*" in
  *' delete-stack '*)
    "$(command -v aws)" rds create-db-snapshot --db-instance-identifier cruddur-db-instance \
      --db-snapshot-identifier final --region "$AWS_REGION" --endpoint-url "$moto" >/dev/null
    ;;
esac
END
}

@test "--no-snapshot leaves those alone that were there before; log groups that came back are removed, others' are not" {
  make_stack dev
  aws_says rds create-db-snapshot --db-instance-identifier cruddur-db-instance --db-snapshot-identifier by-hand \
    >"$folder/ignored"
  play_snapshot
  record_calls
  works teardown --yes-destroy cruddur --no-snapshot
  grep --quiet 'rds delete-db-snapshot --db-snapshot-identifier final ' "$folder/calls"
  [ "$(aws_says rds describe-db-snapshots --query 'DBSnapshots[].DBSnapshotIdentifier')" = by-hand ]
  nothing_is_left

  aws_says logs create-log-group --log-group-name /aws/lambda/cruddur-sign-up
  aws_says logs create-log-group --log-group-name /aws/lambda/cruddur-sign-up-of-others
  works teardown --yes-destroy cruddur
  [ "$(aws_says logs describe-log-groups --query 'logGroups[].logGroupName')" = /aws/lambda/cruddur-sign-up-of-others ]
}

# make_stacks NAME…: makes empty ones.
make_stacks() {
  "$python_tools/python3" - "$@" <<'END'
import os, sys
import boto3

stacks = boto3.client("cloudformation", endpoint_url=os.environ["moto"], region_name=os.environ["AWS_REGION"])
for name in sys.argv[1:]:
    stacks.create_stack(StackName=name, TemplateBody='{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}')
END
}

@test "A stack is found behind more than AWS tells of at once" {
  make_stacks other-{1..50} cruddur
  works teardown --yes-destroy cruddur --dry-run
  [[ $output == *"aws cloudformation delete-stack --stack-name cruddur"* ]]
}

@test "It wants the stack's name, and --dry-run changes nothing" {
  make_stack dev
  record_calls
  fails_with 2 "this destroys cruddur *" teardown
  fails_with 2 "this destroys cruddur *" teardown --yes-destroy cruddur-db-instance
  STACK_NAME=other fails_with 2 "this destroys other *" teardown --yes-destroy cruddur
  works teardown --yes-destroy cruddur --dry-run
  [[ $output == *"aws cognito-idp update-user-pool --user-pool-id $pool --deletion-protection INACTIVE"* ]]
  [[ $output == *"aws cloudformation delete-stack --stack-name cruddur"*"aws s3 rb s3://$bucket --force"* ]]
  [ "$(changes)" = "" ]
}

@test "A function of lambda-deploy is removed with its role and logs; the second time, it is not there" {
  aws_says iam create-role --role-name f-role --assume-role-policy-document '{}' >"$folder/ignored"
  policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"rds-db:connect","Resource":"arn:aws:rds-db:::*"}]}'
  aws_says iam put-role-policy --role-name f-role --policy-name p --policy-document "$policy"
  attached=$(aws_says iam create-policy --policy-name q --policy-document "$policy" --query Policy.Arn)
  aws_says iam attach-role-policy --role-name f-role --policy-arn "$attached"
  aws_says lambda create-function --function-name f --runtime provided.al2023 --handler cruddur.events \
    --role arn:aws:iam::123456789012:role/f-role --zip-file "fileb://$zip" >"$folder/ignored"
  aws_says logs create-log-group --log-group-name /aws/lambda/f
  works teardown --function f --yes-destroy f
  [ "$(aws_says lambda list-functions --query Functions)" = "" ]
  [ "$(aws_says iam list-roles --query Roles)" = "" ]
  [ "$(aws_says logs describe-log-groups --query logGroups)" = "" ]
  record_calls
  works teardown --function f --yes-destroy f
  [ "$output" = "There is no function f." ]
  [ "$(changes)" = "" ]
}

@test "A database of rds-create is removed, and leaves a snapshot unless it is not to" {
  for id in one two; do
    aws_says rds create-db-instance --db-instance-identifier "$id" --engine postgres --db-instance-class db.t4g.micro \
      --master-username cruddurroot --manage-master-user-password --allocated-storage 20 --deletion-protection \
      >"$folder/ignored"
  done
  works teardown --db-instance one --yes-destroy one
  [[ $output == *"Waiting until one is gone"*"aws rds delete-db-snapshot --db-snapshot-identifier one-2"* ]]
  works teardown --db-instance two --yes-destroy two --no-snapshot
  [[ $output != *Snapshots* ]]
  [ "$(aws_says rds describe-db-instances --query DBInstances)" = "" ]
  record_calls
  works teardown --db-instance two --yes-destroy two
  [ "$output" = "There is no DB instance two." ]
  [ "$(changes)" = "" ]
  fails_with 2 "--function and --db-instance are removed one at a time.*" teardown --function f --db-instance two
}
