#!/usr/bin/env bats
# deploy/bin/stack-deploy.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=stack-helpers.bash
. "$BATS_TEST_DIRNAME/stack-helpers.bash"

@test "A stack is made from nothing, and its database gets the tables; the second time, nothing changes" {
  set_secret create-secret --name "$password"
  mkdir "$folder/temporary"
  export TMPDIR=$folder/temporary
  record_calls
  deploy --profile prod --alarm-email 'a,"b"@example.com'
  [ "$status" -eq 0 ]
  [[ $output == *"Making the bucket $bucket"*"Deploying the stack cruddur"*"cruddur CREATE_COMPLETE"* ]]
  [[ $output == *'"applied":["001-'* ]]
  [[ $output == *$'\n'"MigrateFunction"$'\t'"cruddur-migrate"$'\n'*"UserPoolId"$'\t'"$pool"* ]]
  [ "$(sql "SELECT count(*) FROM pg_roles WHERE rolname = 'cruddur_app'")" = 1 ]
  [ "$(stack_parameter AlarmEmail)" = 'a,"b"@example.com' ]
  # The function's code is the zip.
  [ "$(aws_says lambda get-function-configuration --function-name cruddur-migrate --query '[Handler,CodeSha256]')" = \
    $'cruddur.migrate\t'"$(openssl dgst -sha256 -binary "$zip" | base64)" ]
  [ "$(aws_says cloudformation describe-stacks --query 'Stacks[].EnableTerminationProtection')" = True ]
  bucket_is_protected

  said=$output
  mv "$folder/calls" "$folder/first-calls"
  : >"$folder/calls"
  deploy
  [ "$status" -eq 0 ]
  [[ $output == *"It is up to date."*'"applied":[]'*"UserPoolId"* ]]
  # AWS found nothing to change, and the migration nothing to do.
  [ "$(changes_of_stack)" = $'cloudformation create-change-set\ncloudformation delete-change-set\nlambda invoke' ]
  # What was not said is as it was.
  [ "$(stack_parameter Profile)" = prod ]

  set_secret put-secret-value --secret-id WRONG-SECRET
  deploy
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: the migrations were not applied, and what is live stays as it is: "*credentials* ]]

  # Nothing that was said or called had a password, and no file has it any more.
  [ "$(ls -A "$TMPDIR")" = "" ]
  printf '%s\n' "$said" "$output" >"$folder/said"
  run grep --fixed-strings --regexp "$password" --regexp WRONG-SECRET "$folder/said" "$folder/calls" "$folder/first-calls"
  [ "$status" -eq 1 ]
}

@test "New code serves only after its migrations, and if they fail, what is live stays live" {
  make_new_zip
  functions=(cruddur-migrate cruddur-api cruddur-sign-up)
  set_secret create-secret --name WRONG-SECRET
  make_stack dev
  record_calls
  deploy --zip "$new_zip"
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: the migrations were not applied, and what is live stays as it is: "*credentials* ]]
  [ "$(code_of "${functions[@]}")" = "new_zip zip zip" ]
  # Nobody can execute by mistake what was not.
  [ "$(aws_says cloudformation list-change-sets --stack-name cruddur --query Summaries)" = "" ]

  set_secret put-secret-value --secret-id "$password"
  : >"$folder/calls"
  deploy --zip "$new_zip"
  [[ $status -eq 0 && $output == *"cruddur UPDATE_COMPLETE"*"MigrateFunction"* ]]
  [ "$(code_of "${functions[@]}")" = "new_zip new_zip new_zip" ]
  # One of them had the code already.
  [ "$(changes_of_stack)" = $'cloudformation create-change-set\nlambda invoke\ncloudformation execute-change-set' ]
  [ "$(stack_parameter CodeKey)" = "$(sha256sum "$new_zip" | cut -d ' ' -f 1).zip" ]

  # Back to the old code, which would not know the new migrations.
  : >"$folder/calls"
  deploy --no-migrations
  [ "$status" -eq 0 ]
  [ "$(code_of "${functions[@]}")" = "zip zip zip" ]
  [ "$(changes_of_stack)" = $'cloudformation create-change-set\ncloudformation execute-change-set' ]
}

# play_update: Lambda takes its time with new code; until then the old code runs.
play_update() {
  wrap_aws <<END
case "\$*" in
  *'lambda update-function-code'*) printf 'InProgress\nInProgress\n' >"$folder/updates" ;;
  *'lambda get-function-configuration'*'[?@]'*)
    if [ -s "$folder/updates" ]; then
      echo "Active \$(head -n 1 "$folder/updates")"; sed -i 1d "$folder/updates"; exit
    fi ;;
  *'lambda invoke'*) [ ! -s "$folder/updates" ] || { echo 'The old code was invoked.' >&2; exit 1; } ;;
esac
END
}

@test "The migrations are applied by the new code, not by the old one that runs until it is there" {
  make_new_zip
  set_secret create-secret --name "$password"
  make_stack dev
  play_update
  deploy --zip "$new_zip"
  [ "$status" -eq 0 ]
  [[ $output == *"is ready: Active InProgress .Active Successful"*"== Applying the migrations"* ]]
}

# play_change_set STATE REASON: CloudFormation has found out this of the change set.
play_change_set() {
  printf '%s\t%s\n' "$@" >"$folder/change-set"
  wrap_aws <<END
case "\$*" in
  *describe-change-set*StatusReason*) cat "$folder/change-set" && exit ;;
  *describe-change-set*) cut -f 1 "$folder/change-set" && exit ;;
esac
END
}

@test "A change that CloudFormation refuses is refused before the database is migrated" {
  make_new_zip
  make_stack dev
  play_change_set FAILED 'Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification.'
  record_calls
  deploy --zip "$new_zip"
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: the stack cruddur cannot be changed so: Transform AWS::Serverless-2016-10-31 failed"* ]]
  [ "$(changes_of_stack)" = $'cloudformation create-change-set\ncloudformation delete-change-set' ]
}

@test "What CloudFormation says of a change set without changes is understood, in both its ways" {
  make_stack dev
  for reason in 'No updates are to be performed.' \
    "The submitted information didn't contain changes. Submit different information to create a change set."
  do
    play_change_set FAILED "$reason"
    deploy --no-migrations
    [[ $status -eq 0 && $output == *"It is up to date."*"UserPoolId"* ]]
  done
}

# play_late_failure: AWS begins with a change set some time after it was asked to, and then fails.
play_late_failure() {
  rm -f "$folder/"{executed,asked,begun}
  event 0 cruddur CREATE_COMPLETE None >"$folder/before"
  event 2 cruddur UPDATE_ROLLBACK_COMPLETE None >"$folder/late"
  event 1 Database UPDATE_FAILED 'There is no such class.' >>"$folder/late"
  wrap_aws <<END
cd "$folder"
case "\$*" in
  *execute-change-set*) touch executed && exit ;;
  *describe-stack-events*)
    if [ -e executed ]; then
      [ ! -e asked ] || cat late
      touch asked
    fi
    cat before && exit ;;
  *describe-stacks*'[0].StackStatus '*)
    if [ -e begun ]; then echo UPDATE_ROLLBACK_COMPLETE; else echo UPDATE_COMPLETE; fi
    [ ! -e asked ] || touch begun
    exit ;;
esac
END
}

@test "An update is not over before it has begun" {
  make_new_zip
  make_stack dev
  play_late_failure
  deploy --zip "$new_zip" --no-migrations
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: the stack cruddur is UPDATE_ROLLBACK_COMPLETE. Database: There is no such class." ]]
  # What happened before the update is not told as a part of it.
  [[ $output != *"cruddur CREATE_COMPLETE"* ]]
}

@test "A stopped database is started before anything touches it" {
  make_new_zip
  set_secret create-secret --name "$password"
  make_stack dev
  aws_says rds stop-db-instance --db-instance-identifier cruddur-db-instance >"$folder/ignored"
  record_calls
  deploy --zip "$new_zip" --dry-run
  [[ $status -eq 0 && $output == *"aws rds start-db-instance --db-instance-identifier cruddur-db-instance"* ]]
  [ "$(changes)" = "" ]
  # CloudFormation would fail to modify it, and then to take that back.
  sed --in-place 's/"AllocatedStorage": "20"/"AllocatedStorage": "30"/' "$template"
  deploy --zip "$new_zip"
  [[ $status -eq 0 && $output == *"Starting cruddur-db-instance, which is stopped"*"is available: available"* ]]
  [ "$(changes_of_stack)" = "cloudformation create-change-set
rds start-db-instance
lambda update-function-code
lambda invoke
cloudformation execute-change-set" ]
}

# Passes if the bucket is private, for TLS alone, and keeps old versions for a while.
bucket_is_protected() {
  [ "$(aws_says s3api get-public-access-block --bucket "$bucket" --query \
    PublicAccessBlockConfiguration.RestrictPublicBuckets)" = True ]
  [ "$(aws_says s3api get-bucket-versioning --bucket "$bucket" --query Status)" = Enabled ]
  [ "$(jq --compact-output '.Statement[] | [.Effect, .Principal, .Action, .Condition]' "$folder/policy")" = \
    '["Deny","*","s3:*",{"Bool":{"aws:SecureTransport":"false"}}]' ]
  [ "$(jq --raw-output '.Statement[].Resource[]' "$folder/policy")" = "arn:aws:s3:::$bucket"$'\n'"arn:aws:s3:::$bucket/*" ]
  [ "$(aws_says s3api get-bucket-lifecycle-configuration --bucket "$bucket" --query \
    'Rules[].[Status,NoncurrentVersionExpiration.NoncurrentDays]')" = $'Enabled\t30' ]
}

@test "A bucket that is there already is protected, too, and once; so is a stack that becomes prod" {
  set_secret create-secret --name "$password"
  aws_says s3api create-bucket --bucket "$bucket" \
    --create-bucket-configuration LocationConstraint=eu-central-1 >"$folder/ignored"
  rm -f "$folder/protected"
  play_termination_protection
  record_calls
  deploy
  [[ $status -eq 0 && $output != *"Making the bucket"* && $output == *"Protecting the bucket $bucket"* ]]
  bucket_is_protected
  [ ! -e "$folder/protected" ]

  deploy --profile prod
  [[ $status -eq 0 && $output != *"Protecting the bucket"* ]]
  [ -e "$folder/protected" ]
  deploy --profile prod
  [ "$status" -eq 0 ]
  [ "$(grep --count update-termination-protection "$folder/calls")" -eq 1 ]
}

# play_idleness: Lambda has taken the function out of the network, which the first invocation finds out.
play_idleness() {
  wrap_aws <<END
case "\$*" in *'lambda invoke'*)
  if ! [ -e "$folder/woken" ]; then
    touch "$folder/woken"
    echo "An error occurred (ResourceNotReadyException) when calling the Invoke operation: The function is inactive and \
its VPC connection is no longer available." >&2
    exit 254
  fi
esac
END
}

@test "A migration function that nobody has invoked for weeks is woken" {
  set_secret create-secret --name "$password"
  play_idleness
  deploy
  [ "$status" -eq 0 ]
  [[ $output == *"Waiting until cruddur-migrate is ready: Active"*'"applied":['*"MigrateFunction"* ]]
}

@test "A new zip has a new key; whatever is not said stays as it is, and --dry-run changes nothing" {
  make_stack prod
  make_new_zip
  record_calls
  script stack-deploy --dry-run --zip "$new_zip" --template "$template" \
    --parameter CorsOrigins=https://a.example.com,https://b.example.com
  [ "$status" -eq 0 ]
  [ "$(changes)" = "" ]
  key=$(sha256sum "$new_zip" | cut -d ' ' -f 1).zip
  calls=$(grep --invert-match '^#' <<<"$output")
  [[ $calls == *"aws s3api put-object --bucket $bucket --key $key --expected-bucket-owner 123456789012"* ]]
  [[ $calls == *"aws cloudformation create-change-set --stack-name cruddur "*" --template-body file://$template"* ]]
  [[ $calls == *"ParameterKey=CodeKey,ParameterValue=\"$key\""* && $calls == *'ParameterKey=Architecture,ParameterValue='* ]]
  [[ $calls == *'ParameterValue="https://a.example.com,https://b.example.com"'* ]]
  [[ $calls == *"ParameterKey=Profile,UsePreviousValue=true"* ]]
  [[ $calls != *create-bucket* ]]
  # In this order.
  [[ $calls == *"aws lambda update-function-code --function-name cruddur-migrate --s3-bucket $bucket --s3-key $key "* ]]
  [[ $calls == *create-change-set*update-function-code*"aws lambda invoke"*"aws cloudformation execute-change-set"* ]]
}

@test "--dry-run shows how to begin from nothing" {
  record_calls
  deploy --dry-run --profile prod
  [ "$status" -eq 0 ]
  [ "$(changes)" = "" ]
  calls=$(grep --invert-match '^#' <<<"$output")
  [[ $calls == *"aws s3api create-bucket --bucket $bucket --create-bucket-configuration LocationConstraint=eu-central-1"* ]]
  [[ $calls == *"aws cloudformation create-stack --stack-name cruddur "*"ParameterKey=Profile,ParameterValue=\"prod\""* ]]
  [[ $calls == *"umask 077 && >secret.json aws secretsmanager get-secret-value"* ]]
  [[ $calls == *"aws lambda invoke --function-name cruddur-migrate --payload fileb://secret.json"* ]]
}

@test "What cannot be deployed is refused before anything is made" {
  record_calls
  fails_with 2 "there is no file '$folder/none.zip': deploy/package makes the zip, *" \
    stack-deploy --zip "$folder/none.zip"
  fails_with 2 "'$template' has no bootstrap at its top." stack-deploy --zip "$template"
  make_zip "$folder/plain.zip" bootstrap="$top/.build/debug/bootstrap"
  fails_with 2 "'$folder/plain.zip' has no ca-bundle.pem: *" stack-deploy --zip "$folder/plain.zip"
  install -m 755 "$template" "$folder/text"
  make_zip "$folder/text.zip" bootstrap="$folder/text" ca-bundle.pem=/dev/null
  fails_with 2 "the bootstrap in '$folder/text.zip' is no executable for x86_64 or arm64." \
    stack-deploy --zip "$folder/text.zip"
  fails_with 2 "--profile has to be one of: dev prod.*" stack-deploy --zip "$zip" --profile production
  fails_with 2 "--parameter needs NAME=VALUE.*" stack-deploy --zip "$zip" --parameter Profile
  fails_with 2 "--stack has to be *" stack-deploy --zip "$zip" --stack Cruddur
  fails_with 2 "there is no template *" stack-deploy --zip "$zip" --template "$folder/none.yaml"
  [ "$(changes)" = "" ]
}

@test "What CloudFormation refuses ends in one sentence" {
  echo '{"Parameters":{"Unknown":{"Type":"String"}},"Resources":{"Topic":{"Type":"AWS::SNS::Topic"}}}' >"$template"
  deploy
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: aws cloudformation create-stack: ValidationError: "*Unknown* ]]
}

# event ID RESOURCE STATE REASON: prints it as the AWS CLI does.
event() {
  printf '%s\t2026-01-02T03:04:05.678Z\t%s\t%s\t%s\n' "$@"
}

# play_failure REASON: AWS tells of a stack whose database fails for it between the first look and the second.
play_failure() {
  {
    event 4 cruddur ROLLBACK_COMPLETE None
    event 3 VPC CREATE_FAILED 'Resource creation cancelled'
    event 2 Database CREATE_FAILED "$1"
    event 1 Database CREATE_IN_PROGRESS None
  } >"$folder/second-look"
  tail -n 1 "$folder/second-look" >"$folder/first-look"
  wrap_aws <<END
cd "$folder"
case "\$*" in
  *describe-stack-events*)
    if [ -e looked ]; then cat second-look; else cat first-look; fi
    touch looked
    exit
    ;;
  *describe-stacks*--stack-name*)
    if [ -e looked ]; then echo ROLLBACK_COMPLETE; else echo CREATE_IN_PROGRESS; fi
    exit
    ;;
esac
END
}

@test "A stack that fails is followed to its end, and told with the first failure and its reason" {
  play_failure 'There is no such class.'
  deploy
  [ "$status" -eq 1 ]
  # Each event once, however often it was looked at.
  [[ $output == *"
03:04:05  Database CREATE_IN_PROGRESS
03:04:05  Database CREATE_FAILED: There is no such class.
03:04:05  VPC CREATE_FAILED: Resource creation cancelled
03:04:05  cruddur ROLLBACK_COMPLETE
stack-deploy: the stack cruddur is ROLLBACK_COMPLETE. Database: There is no such class." ]]
}

@test "What an account on the free plan cannot have is told with what it can" {
  for reason in "This instance size isn't available with free plan accounts. (Service: Rds, Status Code: 400)" \
    'The specified backup retention period exceeds the maximum available to free tier customers.' \
    'Resource handler returned message: "FreeTierRestrictionError"'; do
    rm -f "$folder/looked"
    play_failure "$reason"
    deploy
    [ "$status" -eq 1 ]
    [[ ${lines[-1]} == *"$reason"*"free plan"*" --profile dev "*"--parameter DatabaseClass=db.t4g.micro"*deploy/bin/teardown* ]]
    reset_stack
  done
}

# play_spare COUNT: so many concurrent executions of the account are reserved for no function.
play_spare() {
  wrap_aws <<END
case "\$*" in *'lambda get-account-settings'*AccountLimit.UnreservedConcurrentExecutions*) echo $1 && exit ;; esac
END
}

# refused_to_reserve WANTED SPARE: passes if the deployment that was tried was refused for that.
refused_to_reserve() {
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: this account has $2 concurrent executions to spare, too few to reserve $1 of them"* ]]
  [[ $output != *create-stack* && $output != *change-set* ]]
}

@test "An account that cannot reserve what prod reserves is told at once, and not after the database is made" {
  play_spare 209
  deploy --profile prod --dry-run
  refused_to_reserve 110 209
  deploy --profile prod --parameter ReserveConcurrency=false --dry-run
  [[ $status -eq 0 && $output == *create-stack* ]]
  deploy --profile dev --dry-run
  [ "$status" -eq 0 ]
  deploy --profile prod --parameter DatabaseClass=db.t4g.micro --dry-run
  [ "$status" -eq 0 ]
  deploy --profile prod --parameter DatabaseClass=db.t4g.medium --dry-run
  refused_to_reserve 220 209
  play_spare 210
  deploy --profile prod --dry-run
  [ "$status" -eq 0 ]
}

# play_refusal STATUS SAID: aws ends so if it is asked what the account can spare.
play_refusal() {
  wrap_aws <<<"case \"\$*\" in *'lambda get-account-settings'*) echo '$2' >&2 && exit $1 ;; esac"
}

@test "Who may not ask what the account can spare deploys all the same, and Ctrl-C meanwhile ends it" {
  play_refusal 254 'An error occurred (AccessDeniedException) when calling the GetAccountSettings operation: No.'
  deploy --profile prod --dry-run
  [[ $status -eq 0 && $output == *create-stack* ]]
  play_refusal 130 ''
  deploy --profile prod --dry-run
  [[ $status -eq 130 && $output != *create-stack* ]]
}

@test "A stack that becomes prod is held to it, too; what it has reserved already counts as spare" {
  make_stack dev
  play_spare 209
  deploy --profile prod --dry-run
  refused_to_reserve 110 209
  deploy --dry-run
  [ "$status" -eq 0 ]
  deploy --profile prod --parameter UseProxy=true --dry-run
  [ "$status" -eq 0 ]
  # As the template would have done, had it been prod.
  for function in sign-up:30 api:80; do
    aws_says lambda put-function-concurrency --function-name "cruddur-${function%:*}" \
      --reserved-concurrent-executions "${function#*:}" >"$folder/ignored"
  done
  play_spare 100
  deploy --profile prod --dry-run
  [ "$status" -eq 0 ]
  play_spare 99
  deploy --profile prod --dry-run
  refused_to_reserve 110 209
}

@test "What is held against the account is what the template reserves" {
  run "$python_tools/python3" - "$BATS_TEST_DIRNAME" "$top/deploy/bin/stack-deploy" <<'PYTHON'
import re, sys
sys.path.insert(0, sys.argv[1])
import stack_template
told = dict(re.findall(r"\[(db\.\w+\.\w+)\]=(\d+)", open(sys.argv[2]).read()))
classes = stack_template.expand()["Mappings"]["Classes"]
reserved = {name: row["signUpConcurrency"] + row["apiConcurrency"] for name, row in classes.items()}
assert {name: int(count) for name, count in told.items()} == reserved, (told, reserved)
PYTHON
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "A new stack cannot begin with RDS Proxy, whose role the migrations make" {
  record_calls
  deploy --parameter UseProxy=true
  [[ $status -eq 2 && ${lines[-1]} == "stack-deploy: a new stack cannot begin with UseProxy=true: deploy it without,"* ]]
  [ "$(changes)" = "" ]
}

# play_state STATE: the stack is there, in this state.
play_state() {
  wrap_aws <<END
case "\$*" in *describe-stacks*) printf '$1\tarn:aws:cloudformation:stack/cruddur\n' && exit ;; esac
END
}

@test "A stack that cannot be updated is told with what helps" {
  play_state UPDATE_ROLLBACK_FAILED
  deploy --dry-run
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "stack-deploy: "*" UPDATE_ROLLBACK_FAILED: "*"aws cloudformation continue-update-rollback"* ]]
  [[ ${lines[-1]} == *"deploy/bin/rds-start --db-instance cruddur-db-instance"* ]]
  for state in REVIEW_IN_PROGRESS ROLLBACK_COMPLETE; do
    play_state "$state"
    deploy --dry-run
    [ "$status" -eq 1 ]
    [[ ${lines[-1]} == "stack-deploy: "*" $state: remove it with deploy/bin/teardown." ]]
  done
}
