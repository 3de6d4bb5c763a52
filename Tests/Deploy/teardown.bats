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

@test "A stack that AWS must not delete is let go of first" {
  make_stack prod
  touch "$folder/protected"
  play_termination_protection
  works teardown --yes-destroy cruddur --dry-run
  [[ $output == *"update-termination-protection --stack-name cruddur --no-enable-termination-protection"*delete-stack* ]]
  [ -e "$folder/protected" ]
  works teardown --yes-destroy cruddur
  nothing_is_left
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

# play_database STATUS: AWS tells so of the stack's database.
play_database() {
  wrap_aws <<END
case "\$*" in *list-stack-resources*)
  while [ "\$1" != --query ]; do shift; done
  exec "$python_tools/python3" -c 'import jmespath, sys; print(*jmespath.search(sys.argv[1], {"StackResourceSummaries": [
    {"LogicalResourceId": "Database", "PhysicalResourceId": "cruddur-db-instance", "ResourceStatus": "$1"}]}))' "\$2"
esac
END
}

@test "A database that has the name of the stack's, which could not be made because of it, stays protected" {
  local protected=(rds describe-db-instances --query 'DBInstances[].DeletionProtection')
  aws_says rds create-db-instance --db-instance-identifier cruddur-db-instance --engine postgres --db-instance-class \
    db.t4g.micro --master-username cruddurroot --manage-master-user-password --allocated-storage 20 \
    --deletion-protection >"$folder/ignored"
  make_stacks cruddur
  works teardown --yes-destroy cruddur
  [ "$(aws_says "${protected[@]}")" = True ]
  for status in CREATE_FAILED DELETE_COMPLETE; do
    make_stacks cruddur
    play_database "$status"
    works teardown --yes-destroy cruddur
    [ "$(aws_says "${protected[@]}")" = True ]
  done
  # What could not be deleted is the stack's.
  make_stacks cruddur
  play_database DELETE_FAILED
  works teardown --yes-destroy cruddur
  [ "$(aws_says "${protected[@]}")" = False ]
}

# fill_bucket COUNT: so many objects from before there were versions, and as many versions; one object is deleted.
fill_bucket() {
  "$python_tools/python3" - "$@" <<'END'
import os, sys
import boto3

s3, bucket = boto3.client("s3", endpoint_url=os.environ["moto"], region_name=os.environ["AWS_REGION"]), os.environ["bucket"]
keys = [f"an object's \"name\" {number}" for number in range(int(sys.argv[1]))]
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=b"old")
s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=b"new")
s3.delete_object(Bucket=bucket, Key=keys[0])
END
}

@test "A bucket goes with all that was ever in it, more than S3 tells of at once" {
  aws_says s3api create-bucket --bucket "$bucket" \
    --create-bucket-configuration LocationConstraint=eu-central-1 >"$folder/ignored"
  fill_bucket 130
  works teardown --yes-destroy cruddur
  [ "$(aws_says s3api list-buckets --query Buckets)" = "" ]
}

@test "What S3 does not delete ends in a sentence, and the bucket stays" {
  make_stack dev
  wrap_aws <<'END'
case "$*" in *' delete-objects '*) printf 'code.zip\tAccessDenied\tAccess Denied\n' && exit ;; esac
END
  script teardown --yes-destroy cruddur
  [[ $status -eq 1 && ${lines[-1]} == "teardown: S3 has not deleted from $bucket: code.zip AccessDenied Access Denied" ]]
  [ "$(aws_says s3api list-buckets --query 'Buckets[].Name')" = "$bucket" ]
}

@test "--no-snapshot leaves those alone that were there before; log groups that came back are removed, others' are not" {
  make_stack dev
  aws_says rds create-db-snapshot --db-instance-identifier cruddur-db-instance --db-snapshot-identifier by-hand \
    >"$folder/ignored"
  record_calls
  works teardown --yes-destroy cruddur --no-snapshot
  grep --quiet 'rds delete-db-snapshot --db-snapshot-identifier cruddur-db-instance-snapshot-' "$folder/calls"
  [ "$(aws_says rds describe-db-snapshots --query 'DBSnapshots[].DBSnapshotIdentifier')" = by-hand ]
  nothing_is_left

  aws_says logs create-log-group --log-group-name /aws/lambda/cruddur-sign-up
  aws_says logs create-log-group --log-group-name /aws/lambda/cruddur-sign-up-of-others
  works teardown --yes-destroy cruddur
  [ "$(aws_says logs describe-log-groups --query 'logGroups[].logGroupName')" = /aws/lambda/cruddur-sign-up-of-others ]
}

@test "A stopped database is started, because AWS neither unprotects it nor takes its last snapshot" {
  make_stack prod
  aws_says rds modify-db-instance --db-instance-identifier cruddur-db-instance --deletion-protection >"$folder/ignored"
  aws_says rds stop-db-instance --db-instance-identifier cruddur-db-instance >"$folder/ignored"
  record_calls
  works teardown --yes-destroy cruddur
  [[ $output == *"Starting cruddur-db-instance, which is stopped"*"is available: available"*"cruddur DELETE_COMPLETE"* ]]
  [[ $(changes) == $'rds start-db-instance\nrds modify-db-instance\n'*$'\ncloudformation delete-stack\n'* ]]
  nothing_is_left
  [[ $(aws_says rds describe-db-snapshots --query 'DBSnapshots[].DBSnapshotIdentifier') == cruddur-db-instance-* ]]
}

# play_states STATE…: while moto's database is available, AWS's is in one after the other, a look each.
play_states() {
  printf '%s\n' "$@" >"$folder/states"
  wrap_aws <<END
case "\$*" in *describe-db-instances*unprotected*)
  if [ -s "$folder/states" ]; then head -n 1 "$folder/states"; sed -i 1d "$folder/states"; exit; fi ;;
esac
END
}

@test "What AWS does with a database once it is unprotected is waited for" {
  make_stack prod
  aws_says rds modify-db-instance --db-instance-identifier cruddur-db-instance --deletion-protection >"$folder/ignored"
  play_states 'available protected' 'modifying unprotected'
  works teardown --yes-destroy cruddur
  [[ $output == *"may be deleted: available protected modifying unprotected available unprotected"* ]]
  [[ $output == *"may be deleted: "*"Deleting the stack cruddur"*"cruddur DELETE_COMPLETE"* ]]
}

# make_interface GROUP FUNCTION: makes one as Lambda does, and prints its id.
make_interface() {
  local subnet
  subnet=$(aws_says ec2 describe-subnets --query 'Subnets[0].SubnetId')
  aws_says ec2 create-network-interface --subnet-id "$subnet" --groups "$1" --query NetworkInterface.NetworkInterfaceId \
    --description "AWS Lambda VPC ENI-$2-0e8a4c7c-6a2a-4f3f-9d32-3cb6a0d4a1b6"
}

# play_use INTERFACE: Lambda has not yet let go of it at the second look.
play_use() {
  rm -f "$folder/used"
  wrap_aws <<END
case "\$*" in *describe-network-interfaces*Status*)
  if ! [ -e "$folder/used" ]; then touch "$folder/used"; printf '$1\tin-use\n'; exit; fi ;;
esac
END
}

@test "Interfaces that Lambda has left are removed, and the stack that they held is deleted again" {
  make_stack dev
  group=$(stack_resource FunctionSecurityGroup)
  left=$(make_interface "$group" cruddur-api)
  record_calls
  play_use "$left"
  works teardown --yes-destroy cruddur
  [[ $output == *"cruddur DELETE_FAILED: resource $group has a dependent object"* ]]
  [[ $output == *"Removing the network interfaces"*"gone: $left (in-use) $left (available) gone"* ]]
  [[ $output == *"Deleting the stack cruddur again"*"cruddur DELETE_COMPLETE"* ]]
  [ "$(aws_says ec2 describe-network-interfaces --query NetworkInterfaces)" = "" ]
  nothing_is_left
}

@test "What is in the group and none of Lambda's stays, and so does the stack" {
  make_stack dev
  group=$(stack_resource FunctionSecurityGroup)
  other=$(aws_says ec2 create-network-interface --groups "$group" --description mine --query \
    NetworkInterface.NetworkInterfaceId --subnet-id "$(aws_says ec2 describe-subnets --query 'Subnets[0].SubnetId')")
  script teardown --yes-destroy cruddur
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "teardown: the stack cruddur is DELETE_FAILED. cruddur: resource $group has a dependent object" ]]
  [ "$(aws_says ec2 describe-network-interfaces --query 'NetworkInterfaces[].NetworkInterfaceId')" = "$other" ]
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
  [[ $output == *"aws cloudformation delete-stack --stack-name cruddur"*"aws s3api delete-objects --bucket $bucket"*"code.zip"* ]]
  [[ $output == *"aws s3api delete-bucket --bucket $bucket"* ]]
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

# play_refusal OPERATION: AWS does not let the person who asks.
play_refusal() {
  wrap_aws <<END
case "\$*" in *' $1 '*)
  echo 'An error occurred (AccessDenied) when calling the Test operation: No.' >&2 && exit 254 ;;
esac
END
}

@test "What cannot be looked at is not taken for what is not there: nothing goes then" {
  make_stack dev
  play_refusal get-function-configuration
  record_calls
  fails_with 1 'aws lambda get-function-configuration: AccessDenied: No.' teardown --function f --yes-destroy f
  play_refusal list-stack-resources
  record_calls
  fails_with 1 'aws cloudformation list-stack-resources: AccessDenied: No.' teardown --yes-destroy cruddur
  [ "$(changes)" = "" ]
}

# make_function NAME GROUP: makes one in a network.
make_function() {
  local subnet
  subnet=$(aws_says ec2 describe-subnets --query 'Subnets[0].SubnetId')
  aws_says lambda create-function --function-name "$1" --runtime provided.al2023 --handler cruddur.events \
    --role arn:aws:iam::123456789012:role/f-role --zip-file "fileb://$zip" \
    --vpc-config "SubnetIds=$subnet,SecurityGroupIds=$2" >"$folder/ignored"
}

@test "A function's role stays until Lambda has deleted its interfaces, but for those that another function uses" {
  aws_says iam create-role --role-name f-role --assume-role-policy-document '{}' >"$folder/ignored"
  group=$(aws_says ec2 create-security-group --group-name g --description d --query GroupId)
  make_function f "$group"
  make_function f-other "$group"
  left=$(make_interface "$group" f)
  others=$(make_interface "$group" f-other)
  works teardown --function f --yes-destroy f --dry-run
  [[ $output != *'Removing the network'* ]]

  aws_says lambda delete-function --function-name f-other
  record_calls
  play_use "$left"
  works teardown --function f --yes-destroy f
  [[ $output == *"Removing the network interfaces"*"gone: $left (in-use) $left (available) gone"* ]]
  [ "$(changes)" = $'lambda delete-function\nec2 delete-network-interface\niam delete-role' ]
  [ "$(aws_says ec2 describe-network-interfaces --query 'NetworkInterfaces[].NetworkInterfaceId')" = "$others" ]
}

@test "A database of rds-create is removed, and leaves a snapshot unless it is not to" {
  for id in one two; do
    aws_says rds create-db-instance --db-instance-identifier "$id" --engine postgres --db-instance-class db.t4g.micro \
      --master-username cruddurroot --manage-master-user-password --allocated-storage 20 --deletion-protection \
      >"$folder/ignored"
  done
  aws_says rds stop-db-instance --db-instance-identifier one >"$folder/ignored"
  works teardown --db-instance one --yes-destroy one
  [[ $output == *"Starting one, which is stopped"* ]]
  [[ $output == *"Waiting until one is gone"*"aws rds delete-db-snapshot --db-snapshot-identifier one-2"* ]]
  # What is not protected, and is to leave nothing, need not run.
  aws_says rds modify-db-instance --db-instance-identifier two --no-deletion-protection >"$folder/ignored"
  aws_says rds stop-db-instance --db-instance-identifier two >"$folder/ignored"
  works teardown --db-instance two --yes-destroy two --no-snapshot
  [[ $output != *Starting* ]]
  [[ $output != *Snapshots* ]]
  [ "$(aws_says rds describe-db-instances --query DBInstances)" = "" ]
  record_calls
  works teardown --db-instance two --yes-destroy two
  [ "$output" = "There is no DB instance two." ]
  [ "$(changes)" = "" ]
  fails_with 2 "--function and --db-instance are removed one at a time.*" teardown --function f --db-instance two
}
