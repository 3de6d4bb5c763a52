# shellcheck shell=bash
# What takes away what stack-deploy has made, to be sourced after stack.sh, remove-database.sh,
# remove-logs.sh, interfaces.sh and remove-bucket.sh.
# shellcheck disable=SC2154 # They, and the script, set what is used here.

# remove_stack: deletes the stack, its bucket, and what it has left.
remove_stack() {
  local instance=$stack-db-instance before
  find_stack
  find_bucket
  found=false
  before=$(snapshots "$instance")
  [[ -z $state ]] || delete_stack
  [[ -z $has_bucket ]] || delete_bucket
  # What was logged while the log groups were being deleted has made them anew.
  if [[ -z $state ]] || ! "$dry_run"; then
    remove_log_groups "/aws/rds/instance/$instance/postgresql" "/aws/vendedlogs/$stack-access" \
      "/aws/lambda/$stack-"{sign-up,api,migrate}
  fi
  "$found" || echo "There is nothing of the stack $stack." >&2
  tell_snapshots "$instance"
}

delete_stack() {
  local database
  [[ $state != @(CREATE|UPDATE)*_IN_PROGRESS ]] ||
    fail "the stack $stack is being changed, it is $state: try again later."
  found=true
  # One of that name may be rds-create's, because of which the stack could not be made: that stays protected. The last
  # snapshot is made in any case: the template says so.
  database=$(stack_resource Database "ResourceStatus!='CREATE_FAILED' && ResourceStatus!='DELETE_COMPLETE'")
  [[ -z $database ]] || release_database "$instance" true
  unprotect_user_pool
  unprotect_stack
  heading "Deleting the stack $stack"
  note_events "$stack_arn"
  change cloudformation delete-stack --stack-name "$stack"
  "$dry_run" || follow_deletion
  "$snapshot" || delete_snapshots
}

follow_deletion() {
  local group
  follow_stack "$stack_arn"
  # CloudFormation waits for Lambda to delete its interfaces, but not for ever.
  if [[ $end == DELETE_FAILED ]]; then
    group=$(stack_resource FunctionSecurityGroup "ResourceStatus=='DELETE_FAILED'")
    if [[ -n $group ]]; then
      remove_group_interfaces "$group"
      heading "Deleting the stack $stack again"
      change cloudformation delete-stack --stack-name "$stack"
      follow_stack "$stack_arn"
    fi
  fi
  [[ $end == DELETE_COMPLETE ]] || fail "the stack $stack is $end. ${failure:-No reason given.}"
}

# stack_resource NAME [CONDITION]: prints the id of what the stack has under that name; nothing if it has none, or
# CONDITION, in a query's words, is not true of it.
stack_resource() {
  ask cloudformation list-stack-resources --stack-name "$stack_arn" --query \
    "StackResourceSummaries[?LogicalResourceId=='$1'${2:+ && $2}].PhysicalResourceId"
}

unprotect_stack() {
  local protection
  protection=$(ask cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].EnableTerminationProtection')
  [[ $protection == True ]] || return 0
  heading "Letting the stack $stack be deleted"
  change cloudformation update-termination-protection --stack-name "$stack" --no-enable-termination-protection
}

unprotect_user_pool() {
  local pool protection
  pool=$(stack_resource UserPool)
  [[ -n $pool ]] || return 0
  protection=$(seek ResourceNotFoundException cognito-idp describe-user-pool --user-pool-id "$pool" \
    --query UserPool.DeletionProtection)
  [[ $protection == ACTIVE ]] || return 0
  heading "Letting the user pool $pool be deleted"
  # Whatever else is set of the pool is reset by this, which matters no more.
  change cognito-idp update-user-pool --user-pool-id "$pool" --deletion-protection INACTIVE
}

# delete_snapshots: deletes what the stack has left of the database, and nothing of the snapshots that were there before.
delete_snapshots() {
  local names name
  names=$(snapshots "$instance")
  for name in $names; do
    if [[ $before == *" $name "* ]]; then continue; fi
    heading "Deleting the snapshot $name"
    change rds delete-db-snapshot --db-snapshot-identifier "$name"
  done
}
