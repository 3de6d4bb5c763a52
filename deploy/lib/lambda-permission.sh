# shellcheck shell=bash
# Who may invoke a function, to be sourced after aws.sh.
# https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html

# function_arn FUNCTION: prints the ARN of FUNCTION, a name or an ARN, with the version or alias that it has after a
# colon, if it has one. Ends the script if that is not there.
function_arn() {
  local reference='^((arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]+:function:)?[A-Za-z0-9_-]+)(:([A-Za-z0-9_$-]+))?$' qualifier arn
  [[ $1 =~ $reference ]] || wrong_usage "${1@Q} is neither a function's name nor its ARN."
  qualifier=${BASH_REMATCH[4]}
  arn=$(ask lambda get-function-configuration --function-name "${BASH_REMATCH[1]}" \
    ${qualifier:+--qualifier "$qualifier"} --query FunctionArn)
  [[ $arn =~ ^(arn:[^:]+:lambda:[^:]+:[^:]+:function:[^:]+) ]] || fail "Lambda knows no ARN of ${1@Q}."
  echo "${BASH_REMATCH[1]}${qualifier:+:$qualifier}"
}

# unqualified ARN: prints it without a version or an alias.
unqualified() {
  cut --delimiter : --fields 1-7 <<<"$1"
}

# permit_only ARN SID SERVICE SOURCE: lets SERVICE invoke the function of ARN for SOURCE, the ARN of something in its
# account, by exactly one statement, SID if it has to be made. Others that let SERVICE for SOURCE, or for whatever it
# is, are removed; only then, so that no call is refused meanwhile.
permit_only() {
  local arn=$1 sid=$2 service=$3 source=$4 account target sids
  account=$(cut --delimiter : --fields 5 <<<"$source")
  target=(--function-name "$(unqualified "$arn")")
  [[ $arn != *:function:*:* ]] || target+=(--qualifier "${arn##*:}")
  mapfile -t sids < <(seek ResourceNotFoundException lambda get-policy "${target[@]}" --query Policy |
    permission_sids "$service" "$source" "$account")
  if [[ -z ${sids[0]-} ]]; then
    [[ " ${sids[*]} " != *" $sid "* ]] || sid+=-2
    change lambda add-permission "${target[@]}" --statement-id "$sid" --action lambda:InvokeFunction \
      --principal "$service" --source-arn "$source" --source-account "$account"
  fi
  for sid in "${sids[@]:1}"; do
    change lambda remove-permission "${target[@]}" --statement-id "$sid"
  done
}

# permission_sids SERVICE SOURCE ACCOUNT: reads a policy, or nothing; prints the id of the statement that is as it
# should be, or an empty line, and those of the ones that should not be there.
permission_sids() {
  jq --raw-output --arg service "$1" --arg source "$2" --arg account "$3" '
    [.Statement[] | select(.Principal == {Service: $service})
      | .source = .Condition.ArnLike["AWS:SourceArn"] | select(.source == null or .source == $source)]
    | (map(select(.source and .Condition.StringEquals["AWS:SourceAccount"] == $account
        and .Effect == "Allow" and .Action == "lambda:InvokeFunction")) | first.Sid) as $right
    | $right // "", (.[].Sid | select(. != $right))'
}
