# A user pool's settings, as update-user-pool takes them. What it is not given, it resets.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html

# Settings → those without a text that says the same as the template that took its place, and that Cognito keeps equal.
# Where they differ, both are somebody's, and a request without one of them would lose it.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_VerificationMessageTemplateType.html
def without_duplicates:
  .VerificationMessageTemplate as $template
  | if .SmsVerificationMessage == $template.SmsMessage then del(.SmsVerificationMessage) else . end
  | if .EmailVerificationMessage == $template.EmailMessage then del(.EmailVerificationMessage) else . end
  | if .EmailVerificationSubject == $template.EmailSubject then del(.EmailVerificationSubject) else . end;

# Settings → those without a number of days that has had no effect since there has been another one, beside which Cognito
# does not take it.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
def without_unused_days:
  if .Policies.PasswordPolicy.TemporaryPasswordValidityDays then del(.AdminCreateUserConfig.UnusedAccountValidityDays)
  else . end;

# The triggers that are set: the names of --argjson triggers, each with --arg arn.
def wanted: [$ARGS.named.triggers[] | {key: ., value: $ARGS.named.arn}] | from_entries;

# A pool, as describe-user-pool has it, → the functions other than --arg arn that these triggers invoke, whatever their
# alias, a line each.
def others:
  def unqualified: split(":")[:7] | join(":");
  [.LambdaConfig[$ARGS.named.triggers[]] | strings | select(unqualified != ($ARGS.named.arn | unqualified))]
  | unique[];

# A pool → whether its triggers are as they are wanted.
def is_set: (.LambdaConfig // {}) as $now | $now + wanted == $now;

# A pool → the request that changes only its triggers. --argjson members has those that the AWS CLI knows of a request;
# the others of a pool can only be read.
def request:
  . + {UserPoolId: .Id, PoolName: .Name}
  | with_entries(select(.key | IN($ARGS.named.members[])))
  | without_duplicates
  | without_unused_days
  | .LambdaConfig += wanted;

# A pool → what it says, each setting once: the path of each value that is no object, and the value.
def facts:
  without_duplicates
  | if .AdminCreateUserConfig.UnusedAccountValidityDays == .Policies.PasswordPolicy.TemporaryPasswordValidityDays
    then without_unused_days else . end
  | del(.LastModifiedDate, .EstimatedNumberOfUsers)
  | . as $pool
  | [paths(type != "object") | select(all(type == "string")) | . as $path
    | {key: join("."), value: ($pool | getpath($path))}]
  | from_entries;

# A pool → the names of the settings that are others in the pool of --slurpfile now than they were and, for the triggers,
# than they are wanted.
def changed:
  (.LambdaConfig += wanted | facts) as $before
  | ($ARGS.named.now[0] | facts) as $after
  | [$before + $after | keys[] | select($before[.] != $after[.])];
