# shellcheck shell=bash
# A function's execution role, to be sourced after aws.sh.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html

# ensure_role ROLE: sets role_arn to that of ROLE, which is made if there is none. Ends the script if Lambda may not
# assume it: a role that is there may be somebody else's, so whom it trusts is left alone.
ensure_role() {
  local role=$1 found
  found=$(seek NoSuchEntity iam get-role --role-name "$role")
  if [[ -z $found ]]; then
    heading "Making the role $role"
    role_arn=$(change iam create-role --role-name "$role" --assume-role-policy-document "$(role_trust)" \
      --query Role.Arn)
  else
    # shellcheck disable=SC2034 # The caller uses it.
    role_arn=$(jq --raw-output .Role.Arn <<<"$found")
    jq --exit-status '[.Role.AssumeRolePolicyDocument.Statement | if type == "array" then .[] else . end
      | select(.Effect == "Allow") | .Principal | objects | .Service] | flatten | index("lambda.amazonaws.com")' \
      <<<"$found" >/dev/null ||
      fail "the role $role is there, but does not trust lambda.amazonaws.com: name another one with --role."
  fi
}

# Prints the policy that lets Lambda assume a role.
role_trust() {
  jq --null-input --compact-output '{
    Version: "2012-10-17",
    Statement: [{Effect: "Allow", Principal: {Service: "lambda.amazonaws.com"}, Action: "sts:AssumeRole"}]
  }'
}

# attach_policy ROLE NAME: gives ROLE a policy of AWS's own for Lambda.
attach_policy() {
  local arn attached
  arn=arn:$(aws_partition):iam::aws:policy/service-role/$2
  attached=$(seek NoSuchEntity iam list-attached-role-policies --role-name "$1" \
    --query "AttachedPolicies[?PolicyArn=='$arn'].PolicyName")
  [[ -n $attached ]] || change iam attach-role-policy --role-name "$1" --policy-arn "$arn"
}

# allow_database ROLE RESOURCE-ID USER: lets ROLE sign in as USER to the database or proxy of that resource id, and to
# nothing else. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
allow_database() {
  local role=$1 policy account now
  account=$(ask sts get-caller-identity --query Account)
  # shellcheck disable=SC2154 # aws.sh sets region.
  policy=$(jq --null-input --compact-output --sort-keys \
    --arg resource "arn:$(aws_partition):rds-db:$region:$account:dbuser:$2/$3" '{
      Version: "2012-10-17",
      Statement: [{Effect: "Allow", Action: "rds-db:connect", Resource: $resource}]
    }')
  now=$(seek NoSuchEntity iam get-role-policy --role-name "$role" --policy-name rds-connect --output json \
    --query PolicyDocument | jq --compact-output --sort-keys .)
  [[ $now == "$policy" ]] ||
    change iam put-role-policy --role-name "$role" --policy-name rds-connect --policy-document "$policy"
}

# Prints the partition of the region: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
aws_partition() {
  case $region in
    cn-*) echo aws-cn ;;
    us-gov-*) echo aws-us-gov ;;
    *) echo aws ;;
  esac
}
