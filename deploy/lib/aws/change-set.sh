# shellcheck shell=bash
# Updates of a stack by change sets, to be sourced after stack.sh.
#
# A change set says what an update would do before it does it: whether the template is right at all, and whether there
# is something to change, which update-stack does not know of a template with a transform.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
# shellcheck disable=SC2154 # Those before have set what is not set here.

change_set='' # The ARN of the one that waits to be executed.

# make_change_set ARGUMENT…: makes one, of the template and the parameters that ARGUMENT… give; there is none afterwards
# if there is nothing to change. A template that is wrong ends the script.
make_change_set() {
  local found state reason
  change_set=$(change cloudformation create-change-set --stack-name "$stack" --change-set-type UPDATE \
    --change-set-name "stack-deploy-$(date --utc +%Y%m%d%H%M%S)" "$@" --query Id)
  wait_for 'CloudFormation knows what to change' '@(CREATE_COMPLETE|FAILED)' '' change_set_state
  ! "$dry_run" || return 0
  # It comes in pages of changes.
  found=$(ask cloudformation describe-change-set --no-paginate --change-set-name "$change_set" \
    --query '[Status,StatusReason]')
  IFS=$'\t' read -r state reason <<<"$found"
  [[ $state == FAILED ]] || return 0
  discard_change_set
  # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
  [[ $reason == *"didn't contain changes"* || $reason == *'No updates are to be performed'* ]] ||
    fail "the stack $stack cannot be changed so: $reason"
}

change_set_state() {
  ask cloudformation describe-change-set --no-paginate --change-set-name "$change_set" --query Status
}

# execute_change_set: tells what happens, and sets end to the stack's state.
execute_change_set() {
  local executed=$change_set
  note_events "$stack_arn"
  change_set=''
  change cloudformation execute-change-set --change-set-name "$executed"
  "$dry_run" || follow_stack "$stack_arn"
}

# discard_change_set: deletes the one that waits, which somebody might execute otherwise. If it cannot be deleted, it goes
# with the stack's next update.
discard_change_set() {
  [[ -n $change_set ]] && ! "$dry_run" || return 0
  call_aws '*' cloudformation delete-change-set --change-set-name "$change_set" >/dev/null
  change_set=''
}
