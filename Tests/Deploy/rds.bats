#!/usr/bin/env bats
# rds-create, rds-status, rds-stop, rds-start.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

# describe: prints all that moto knows of the instances, but for what changes by itself.
describe() {
  aws_says rds describe-db-instances | grep --invert-match LatestRestorableTime
}

# property NAME: prints one of the instance.
property() {
  aws_says rds describe-db-instances --query "DBInstances[0].$1"
}

# pretend_states STATE…: the instance is in one after the other, a look each, and then in the one that moto knows: that
# is available or stopped, for with moto nothing takes time.
pretend_states() {
  printf '%s\n' "$@" >"$folder/states"
  wrap_aws <<END
case "\$*" in
  *describe-db-instances*'DBInstances[0].DBInstanceStatus '*)
    if [ -s "$folder/states" ]; then head -n 1 "$folder/states"; sed -i 1d "$folder/states"; exit; fi ;;
esac
END
}

@test "A database is created as it should be; a second time, nothing changes" {
  record_calls
  works rds-create
  [[ $output == *"Waiting until cruddur-db-instance is available: available"* ]]
  [[ $output == *"endpoint "*cruddur-db-instance*:5432* && $output == *"master secret "*arn:aws:secretsmanager:* ]]
  [ "$(property '[Engine,EngineVersion,DBInstanceClass,DBName]')" = $'postgres\t17\tdb.t4g.small\tcruddur' ]
  [ "$(property '[MasterUsername,AllocatedStorage,StorageType]')" = $'cruddurroot\t20\tgp3' ]
  [ "$(property '[StorageEncrypted,DeletionProtection,IAMDatabaseAuthenticationEnabled]')" = $'True\tTrue\tTrue' ]
  [ "$(property '[PubliclyAccessible,BackupRetentionPeriod,Endpoint.Port]')" = $'False\t7\t5432' ]
  # No secret is anywhere: AWS made the password.
  grep --quiet -- ' --manage-master-user-password ' "$folder/calls"
  run grep --extended-regexp 'master-user-password [^-]|secret-key-of-tests' "$folder/calls"
  [ "$status" -eq 1 ]

  before=$(describe)
  works rds-create
  [[ $output == *"cruddur-db-instance is there already"* && $output != *", not "* ]]
  [ "$(describe)" = "$before" ]
  works rds-create --class db.t3.micro --publicly-accessible --no-wait
  [[ $output == *"DBInstanceClass is db.t4g.small, not db.t3.micro."*"PubliclyAccessible is False, not True."* ]]
  [ "$(describe)" = "$before" ]
}

@test "What is asked for is what AWS is asked for, and --dry-run asks only to look" {
  record_calls
  group=$(aws_says ec2 create-security-group --group-name g --description d --query GroupId)
  create=(rds-create --db-instance other --class db.t4g.medium --engine-version 16.9 --storage 50
    --security-group "$group" --publicly-accessible --no-wait)
  works "${create[@]}" --dry-run
  planned=$(grep '^aws' <<<"$output")
  [[ $planned == "aws rds create-db-instance "* && $planned != *$'\n'* ]]
  [ "$(property DBInstanceStatus)" = None ]
  : >"$folder/calls"
  works "${create[@]}"
  [ "$(grep create-db "$folder/calls")" = "$planned" ]
  [ "$(property '[EngineVersion,DBInstanceClass,AllocatedStorage]')" = $'16.9\tdb.t4g.medium\t50' ]
  [ "$(property '[PubliclyAccessible,VpcSecurityGroups[0].VpcSecurityGroupId]')" = True$'\t'"$group" ]
}

@test "Where memory is short, nothing takes it that need not" {
  works rds-create --dry-run
  [[ $output == *"--db-instance-class db.t4g.small "*"--enable-performance-insights "* ]]
  works rds-create --class db.t4g.micro --dry-run
  [[ $output == *"--db-instance-class db.t4g.micro "* && $output != *performance-insights* ]]
}

@test "A version that does not insist on TLS, and too little storage, are refused" {
  for version in 14.6 15 9 seventeen ''; do
    script rds-create --engine-version "$version"
    [[ $status -eq 2 && $output == *--engine-version* ]]
  done
  fails_with 2 "--storage has to be 20 or more."* rds-create --storage 5
}

@test "It is stopped and started; the second time, nothing happens" {
  works rds-create --no-wait
  works rds-stop --dry-run
  [[ $output == *$'\n'"aws rds stop-db-instance --db-instance-identifier cruddur-db-instance "* ]]
  [ "$(property DBInstanceStatus)" = available ]
  works rds-stop
  [[ $output == *"is stopped: stopped"* ]]
  before=$(describe)
  works rds-stop
  [[ $output == *"cruddur-db-instance is stopped already" ]]
  [ "$(describe)" = "$before" ]
  # Creating it does not start what somebody has stopped, but says so.
  works rds-create
  [[ $output == *"It is stopped: deploy/bin/rds-start starts it." ]]
  [ "$(describe)" = "$before" ]
  works rds-start --no-wait
  works rds-start
  [[ $output == *"cruddur-db-instance is available already" ]]
  [ "$(property DBInstanceStatus)" = available ]
}

@test "What is under way is waited for; what AWS does already is not asked for again" {
  works rds-create --no-wait
  record_calls
  pretend_states backing-up backing-up modifying
  works rds-stop
  [[ $output == *"is at rest: backing-up modifying available "*"is stopped: stopped"* ]]
  pretend_states stopping stopping
  works rds-stop
  [[ $output == *"is stopping already"*"is stopped: stopping stopped "* ]]
  pretend_states stopping
  works rds-start
  [[ $output == *"is at rest: stopped "*"is available: available "* ]]
  [ "$(grep --count stop-db-instance "$folder/calls")" -eq 1 ]
}

@test "A broken database is not waited for" {
  works rds-create --no-wait
  pretend_states incompatible-network
  fails_with 1 "cruddur-db-instance is incompatible-network, and cannot be made stopped." rds-stop
  pretend_states backing-up failed
  script rds-stop
  [[ $status -eq 1 && $output == *"rds-stop: gave up waiting until cruddur-db-instance is at rest: it is failed." ]]
  [ "$(property DBInstanceStatus)" = available ]
}

@test "Its state is shown, without a secret" {
  use_own_aws
  works rds-create --no-wait
  works rds-status
  [[ $output == *"status "*"available"*"engine "*"postgres 17"*"storage "*"20 GB gp3"*"public "*"False"* ]]
  before=$output
  works rds-status
  [ "$output" = "$before" ]
  DB_INSTANCE=other works rds-create --class db.t4g.medium --no-wait
  works rds-status --db-instance other
  [[ $output == *"instance "*"other"*"class "*"db.t4g.medium"* ]]
}

@test "A name that is not there ends in one sentence" {
  for name in status stop start; do
    fails_with 1 "aws rds describe-db-instances: DBInstanceNotFound: "*nobody* "rds-$name" --db-instance nobody
  done
}
