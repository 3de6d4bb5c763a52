# shellcheck shell=bash
# What takes away what lambda-deploy has made, to be sourced after aws.sh, remove-logs.sh and
# interfaces.sh.

# remove_function FUNCTION: deletes it with its versions, its role, if that has the name that lambda-deploy gives it, and
# its logs.
remove_function() {
  local name
  found=false
  name=$(seek ResourceNotFoundException lambda get-function-configuration --function-name "$1" --query FunctionName)
  if [[ -n $name ]]; then
    found=true
    heading "Deleting the function $1"
    change lambda delete-function --function-name "$1"
  fi
  # With the rights of its role Lambda deletes what it has made in a network for it.
  remove_function_interfaces "$1"
  remove_role "$1-role"
  remove_log_groups "/aws/lambda/$1"
  "$found" || echo "There is no function $1." >&2
}

# remove_role ROLE: IAM wants it to be empty.
remove_role() {
  local role arns arn names name
  role=$(seek NoSuchEntity iam get-role --role-name "$1" --query Role.RoleName)
  [[ -n $role ]] || return 0
  found=true
  heading "Deleting the role $1"
  arns=$(ask iam list-attached-role-policies --role-name "$1" --query 'AttachedPolicies[].PolicyArn')
  for arn in $arns; do change iam detach-role-policy --role-name "$1" --policy-arn "$arn"; done
  names=$(ask iam list-role-policies --role-name "$1" --query 'PolicyNames[]')
  for name in $names; do change iam delete-role-policy --role-name "$1" --policy-name "$name"; done
  change iam delete-role --role-name "$1"
}
