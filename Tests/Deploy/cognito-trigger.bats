# deploy/bin/cognito-trigger, against moto, which resets a pool as Cognito does.
# shellcheck shell=bash
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck source=lambda-helpers.bash
. "$BATS_TEST_DIRNAME/lambda-helpers.bash"

setup_file() {
  export zip arch=x86_64
  start_aws
  export TMPDIR=$folder # What --dry-run leaves goes with it.
  zip=$folder/any.zip
  make_zip "$zip"
  export AWS_DATA_PATH=$top/deploy/lib/aws/aws-models arn=arn:aws:lambda:$AWS_REGION:123456789012:function:$function:live
}

# given_all: makes the function, and sets pool to a pool that has all settings.
given_all() {
  pool=$(given role function live "$BATS_TEST_DIRNAME/user-pool.json")
}

# settings: prints the pool but for its triggers.
settings() {
  aws_says cognito-idp describe-user-pool --user-pool-id "$pool" | jq --sort-keys '.UserPool
    | del(.LambdaConfig["PostConfirmation", "PostAuthentication"], .AdminCreateUserConfig.UnusedAccountValidityDays)'
}

# triggers POOL: prints the ARNs of what it invokes after a confirmation, and after a sign-in.
triggers() {
  aws_says cognito-idp describe-user-pool --user-pool-id "$1" \
    --query 'UserPool.LambdaConfig.[PostConfirmation,PostAuthentication]' | tr '\t' ' '
}

# permissions: prints who may invoke the alias: the statements' ids, services and conditions.
permissions() {
  aws_says lambda get-policy --function-name "$function" --qualifier live --query Policy |
    jq --raw-output '.Statement[] | "\(.Sid) \(.Principal.Service) \(.Condition | [.. | strings] | sort | join(" "))"'
}

@test "sets both triggers and nothing else, with exactly one permission; the second time changes nothing" {
  given_all
  settings >"$folder/before"
  works cognito-trigger --user-pool "$pool"
  settings >"$folder/after"
  diff "$folder/before" "$folder/after"
  grep --quiet '"ESSENTIALS"' "$folder/after"
  [ "$(triggers "$pool")" = "$arn $arn" ]
  [ "$(permissions)" = "cognito-$pool cognito-idp.amazonaws.com 123456789012 \
arn:aws:cognito-idp:$AWS_REGION:123456789012:userpool/$pool" ]

  record_calls
  works cognito-trigger --user-pool "$pool"
  [[ -s $folder/calls && -z $(changing_calls) ]]
}

@test "replaces permissions of the pool that are not as they should be, and leaves others" {
  local source=arn:aws:cognito-idp:$AWS_REGION:123456789012:userpool
  given_all
  permit() {
    aws_says lambda add-permission --function-name "$function" --qualifier live --action lambda:InvokeFunction "$@"
  }
  permit --statement-id "cognito-$pool" --principal cognito-idp.amazonaws.com --source-arn "$source/$pool"
  permit --statement-id wide --principal cognito-idp.amazonaws.com
  permit --statement-id "cognito-$pool-2" --principal s3.amazonaws.com
  permit --statement-id other --principal cognito-idp.amazonaws.com --source-arn "$source/other"
  works cognito-trigger --user-pool "$pool"
  [ "$(permissions | cut --delimiter ' ' --fields 1 | sort | paste --serial --delimiter ' ')" = \
    "cognito-$pool-2 cognito-$pool-3 other wide" ]
  [[ $output == *"Anybody's cognito-idp.amazonaws.com may invoke $arn: "*'(wide)'* ]]
}

@test "another function's trigger stays, unless it is to be replaced" {
  use_own_aws
  local other=arn:aws:lambda:$AWS_REGION:123456789012:function:other:live taken
  echo '{"PoolName": "taken", "LambdaConfig": {"PostConfirmation": "'"$other"'"}}' >"$folder/taken.json"
  taken=$(given role function live "$folder/taken.json")
  fails_with 1 "the pool invokes $other: --replace takes its place." cognito-trigger --user-pool "$taken"
  works cognito-trigger --user-pool "$taken" --replace
  [ "$(triggers "$taken")" = "$arn $arn" ]
}

@test "another function's trigger of sign-ins stays, too, with --no-healing beside the one of confirmations" {
  use_own_aws
  local other=arn:aws:lambda:$AWS_REGION:123456789012:function:other:live taken
  echo '{"PoolName": "greeted", "LambdaConfig": {"PostAuthentication": "'"$other"'"}}' >"$folder/greeted.json"
  taken=$(given role function live "$folder/greeted.json")
  fails_with 1 "the pool invokes $other: --replace takes its place." cognito-trigger --user-pool "$taken"
  works cognito-trigger --user-pool "$taken" --no-healing
  [ "$(triggers "$taken")" = "$arn $other" ]
  record_calls
  works cognito-trigger --user-pool "$taken" --no-healing
  [[ -s $folder/calls && -z $(changing_calls) ]]
  works cognito-trigger --user-pool "$taken" --replace
  [ "$(triggers "$taken")" = "$arn $arn" ]
}

@test "keeps texts that differ from those of the template, which has its own" {
  jq '.EmailVerificationMessage = "Old {####}" | .EmailVerificationSubject = "Old"
    | .SmsVerificationMessage = "Old: {####}"
    | .VerificationMessageTemplate += {EmailMessage: "New {####}", EmailSubject: "New"}' \
    "$BATS_TEST_DIRNAME/user-pool.json" >"$folder/texts.json"
  pool=$(given role function live "$folder/texts.json")
  settings >"$folder/before"
  works cognito-trigger --user-pool "$pool"
  settings >"$folder/after"
  diff "$folder/before" "$folder/after"
  grep --quiet '"Old {####}"' "$folder/after"
}

@test "does not send the same text twice" {
  jq '.EmailVerificationMessage = "Same {####}" | .EmailVerificationSubject = "Same"
    | .VerificationMessageTemplate += {EmailMessage: "Same {####}", EmailSubject: "Other"}' \
    "$BATS_TEST_DIRNAME/user-pool.json" >"$folder/texts.json"
  pool=$(given role function live "$folder/texts.json")
  works cognito-trigger --user-pool "$pool" --dry-run
  [[ $output =~ file://([^\ ]*/request.json) ]]
  [ "$(jq --compact-output '[has("EmailVerificationMessage", "EmailVerificationSubject", "SmsVerificationMessage")]' \
    "${BASH_REMATCH[1]}")" = '[false,true,false]' ]
  works cognito-trigger --user-pool "$pool"
}

# says_changed NAMES: passes if the trigger was set for the pool, and NAMES are what is said to be others than before.
says_changed() {
  [[ $status -eq 1 && ${lines[-1]} == *", and is not as it should be: $1. What there was before is in "* ]]
  kept=${lines[-1]##* is in } kept=${kept%.}
  [ "$(triggers "$pool")" = "$arn $arn" ]
}

@test "says so when more than the triggers has changed" {
  # moto forgets the addresses with an update; Cognito does not. And Cognito takes no number of days twice.
  echo '{"PoolName": "more", "UsernameAttributes": ["email"], "AdminCreateUserConfig": {"UnusedAccountValidityDays": 9},
    "Policies": {"PasswordPolicy": {"MinimumLength": 12, "TemporaryPasswordValidityDays": 3}}}' >"$folder/more.json"
  pool=$(given role function live "$folder/more.json")
  script cognito-trigger --user-pool "$pool"
  says_changed 'AdminCreateUserConfig.UnusedAccountValidityDays, UsernameAttributes'
  [ "$(jq --raw-output .UsernameAttributes[] "$kept")" = email ]
  works cognito-trigger --user-pool "$pool"
}

@test "notices that the triggers were not set" {
  given_all
  wrap_aws <<<'case "$*" in *"update-user-pool --cli-input-json"*) exit ;; esac'
  script cognito-trigger --user-pool "$pool"
  [[ $status -eq 1 && ${lines[-1]} == *', and is not as it should be: LambdaConfig.PostAuthentication, LambdaConfig.PostConfirmation. '* ]]
}

@test "--dry-run changes nothing" {
  given_all
  record_calls
  works cognito-trigger --user-pool "$pool" --dry-run
  [[ $output == *'aws lambda add-permission '*' --source-account 123456789012 '*'update-user-pool --cli-input-json'* ]]
  [ -z "$(changing_calls)" ]
}

@test "wrong ids end in a sentence" {
  given_all
  fails_with 1 'aws cognito-idp describe-user-pool: ResourceNotFoundException: *' \
    cognito-trigger --user-pool "${AWS_REGION}_nobody"
  fails_with 1 'aws lambda get-function-configuration: ResourceNotFoundException: *' \
    cognito-trigger --user-pool "$pool" --function nobody
  fails_with 2 "'no function' is neither*" cognito-trigger --user-pool "$pool" --function 'no function'
  fails_with 2 'the pool us-west-1_x is not in *' cognito-trigger --user-pool us-west-1_x
  fails_with 2 '--user-pool has to be an id *' cognito-trigger --user-pool x
  fails_with 2 '--user-pool ID is missing.*' cognito-trigger
}

@test "a repository where older AWS CLIs would not find what they have to know is refused" {
  local name
  # shellcheck disable=SC2016 # It is a name.
  for name in a:b '$HOME'; do
    ln -s "$top" "$folder/$name"
    by_hand "$folder/$name/deploy/bin/cognito-trigger" --user-pool "${AWS_REGION}_x"
    [[ $status -eq 2 && $output == "cognito-trigger: the repository's path must not have "*": $folder/$name" ]]
  done
}

@test "older AWS CLIs know all that a pool has" {
  local cli
  for cli in $(type -ap aws | xargs realpath | sort --unique); do
    "$cli" cognito-idp update-user-pool --generate-cli-skeleton | jq --exit-status '
      .UserPoolTier and .Policies.SignInPolicy.AllowedFirstAuthFactors and has("PoolName")
      and (.Policies.PasswordPolicy | has("PasswordHistorySize")) and .LambdaConfig.PreTokenGenerationConfig
      and .LambdaConfig.InboundFederation and .UserPoolAddOns.AdvancedSecurityAdditionalFlows'
    "$cli" lambda create-function --generate-cli-skeleton | jq --exit-status .LoggingConfig
  done
}
