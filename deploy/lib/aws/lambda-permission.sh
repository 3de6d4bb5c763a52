# shellcheck shell=bash
# Who may invoke a function, to be sourced after aws.sh.
# https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html

# function_arn FUNCTION: prints the ARN of FUNCTION, a name or an ARN, with the version or alias that it has after a
# colon, if it has one. Ends the script if that is not there.
function_arn() {
  local reference='^((arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]+:function:)?[A-Za-z0-9_-]+)(:([A-Za-z0-9_$-]+))?$'
  local qualifier arn
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
# account, by exactly one statement, SID if it has to be made. Others for SOURCE are removed, and only then, so that no
# call is refused meanwhile. One for whatever it is may be what another source needs: it is told.
permit_only() {
  local arn=$1 sid=$2 service=$3 source=$4 account target policy all right wide taken number=1
  account=$(cut --delimiter : --fields 5 <<<"$source")
  target=(--function-name "$(unqualified "$arn")")
  [[ $arn != *:function:*:* ]] || target+=(--qualifier "${arn##*:}")
  policy=$(seek ResourceNotFoundException lambda get-policy "${target[@]}" --query Policy)
  # shellcheck disable=SC2016 # jq's.
  all=$(statement_ids '.source == $source')
  # shellcheck disable=SC2016
  right=$(statement_ids '.source == $source and .account == $account' | head -n 1)
  wide=$(statement_ids '.source == null' | paste --serial --delimiters ' ')
  if [[ -z $right ]]; then
    # A policy has each id once, whoever's statement it is.
    taken=$(jq --raw-output '.Statement[].Sid' <<<"$policy")
    while [[ $'\n'$taken$'\n' == *$'\n'"$sid"$'\n'* ]]; do
      number=$((number + 1))
      sid=$2-$number
    done
    change lambda add-permission "${target[@]}" --statement-id "$sid" --action lambda:InvokeFunction \
      --principal "$service" --source-arn "$source" --source-account "$account"
  fi
  for sid in $all; do
    [[ $sid == "$right" ]] || change lambda remove-permission "${target[@]}" --statement-id "$sid"
  done
  [[ -z $wide ]] || heading "Anybody's $service may invoke $arn: aws lambda remove-permission takes that back ($wide)"
}

# statement_ids FILTER: prints the ids of those statements of policy that let service invoke the function, and that
# FILTER is true for, which knows their source and account.
statement_ids() {
  jq --raw-output --arg service "$service" --arg source "$source" --arg account "$account" '
    .Statement[]
    | select(.Principal == {Service: $service} and .Effect == "Allow" and .Action == "lambda:InvokeFunction")
    | {Sid, source: .Condition.ArnLike["AWS:SourceArn"], account: .Condition.StringEquals["AWS:SourceAccount"]}
    | select('"$1"') | .Sid' <<<"$policy"
}
