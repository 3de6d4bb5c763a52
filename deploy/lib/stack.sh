# shellcheck shell=bash
# Stacks of CloudFormation, to be sourced after aws.sh. $stack is the name of the one that the script is about.

stack=${STACK_NAME:-cruddur}
option --stack NAME stack 'the stack; STACK_NAME'

# The longest names are those of the database (63 characters), of functions (64), and of the bucket (63).
require_stack_name() {
  [[ $stack =~ ^[a-z]([a-z0-9]|-[a-z0-9]){0,22}$ && ${#stack} -le 24 ]] ||
    wrong_usage '--stack has to be 1 to 24 small letters, digits and hyphens, a letter first.'
}

# name_bucket: sets account, and bucket to the name of the one that has the stack's zips: a name is used once in all the
# world.
name_bucket() {
  account=$(ask sts get-caller-identity --query Account)
  # shellcheck disable=SC2154 # aws.sh sets it.
  bucket=$stack-artifacts-$account-$region
}

# Whether the bucket is there, and this account's.
has_bucket() {
  [[ -n $(ask s3api list-buckets --query "Buckets[?Name=='$bucket'].Name") ]]
}

# Prints the stack's state, nothing if there is no stack.
stack_state() {
  # All are listed, for the error of asking for one that is not there is that of many other mistakes.
  ask cloudformation describe-stacks --query "Stacks[?StackName=='$stack'].StackStatus | [0]"
}

# stack_output KEY: prints one of the stack's outputs.
stack_output() {
  ask cloudformation describe-stacks --stack-name "$stack" --query \
    "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue | [0]"
}

# stack_events STACK: prints the newest events of a stack, given by its name or its ARN, newest first: id, time,
# resource, state, and reason, with tabs between them.
stack_events() {
  # More than a page of them is not what happened since the last look.
  ask cloudformation describe-stack-events --no-paginate --stack-name "$1" --query \
    'StackEvents[].[EventId,Timestamp,LogicalResourceId,ResourceStatus,ResourceStatusReason]'
}

declare -gA told_events=()

# note_events STACK: follow_stack will not tell what has happened before.
note_events() {
  local id rest
  while IFS=$'\t' read -r id rest; do
    told_events[${id:-none}]=$rest
  done < <(stack_events "$1")
}

# tell_events STACK: tells what happened since the last look, and keeps the first failure as `failure`.
tell_events() {
  local events event id time resource state reason
  mapfile -t events < <(stack_events "$1" | tac)
  for event in "${events[@]}"; do
    IFS=$'\t' read -r id time resource state reason <<<"$event"
    [[ -n $state && ! -v told_events[$id] ]] || continue # A reason may have several lines.
    told_events[$id]=$resource
    [[ $state == *_FAILED && $reason != None ]] || reason=''
    # What follows the first one is given up because of it.
    [[ -z $reason || -n $failure ]] || failure="$resource: $reason"
    printf '%s  %s %s%s\n' "${time:11:8}" "$resource" "$state" "${reason:+: $reason}" >&2
  done
}

# follow_stack ARN: tells what happens to a stack until nothing does any more, and sets end to its state.
follow_stack() {
  local limit=$((SECONDS + ${WAIT_SECONDS:-7200}))
  failure=''
  while :; do
    end=$(ask cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus')
    tell_events "$1"
    [[ $end == *_IN_PROGRESS ]] || return 0
    ((SECONDS < limit)) || fail "gave up waiting for the stack $stack: it is still $end."
    sleep "${POLL_SECONDS:-5}"
  done
}
