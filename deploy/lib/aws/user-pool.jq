# A user pool's settings, as update-user-pool takes them. What it is not given, it resets.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html

# Settings → those without what says the same twice, which Cognito refuses, or does not use any more.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
def without_duplicates:
  if .Policies.PasswordPolicy.TemporaryPasswordValidityDays then del(.AdminCreateUserConfig.UnusedAccountValidityDays)
  else . end
  | if .VerificationMessageTemplate.SmsMessage then del(.SmsVerificationMessage) else . end
  | if .VerificationMessageTemplate.EmailMessage then del(.EmailVerificationMessage) else . end
  | if .VerificationMessageTemplate.EmailSubject then del(.EmailVerificationSubject) else . end;

# A pool, as describe-user-pool has it, → whether its trigger is --arg arn.
def is_set: .LambdaConfig.PostConfirmation == $ARGS.named.arn;

# A pool → the request that changes only its trigger, to --arg arn. --argjson members has those that the AWS CLI knows
# of a request; the others of a pool can only be read.
def request:
  . + {UserPoolId: .Id, PoolName: .Name}
  | with_entries(select(.key | IN($ARGS.named.members[])))
  | without_duplicates
  | .LambdaConfig.PostConfirmation = $ARGS.named.arn;

# A pool → what must be the same after the update.
def kept: without_duplicates | del(.LambdaConfig.PostConfirmation, .LastModifiedDate, .EstimatedNumberOfUsers)
  | .LambdaConfig //= {};

# A pool → the names of the settings that are others in the pool of --slurpfile now.
def changed: kept as $before | ($ARGS.named.now[0] | kept) as $after
  | [$before + $after | keys[] | select($before[.] != $after[.])];
