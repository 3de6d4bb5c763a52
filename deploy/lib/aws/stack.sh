# shellcheck shell=bash
# Stacks of CloudFormation, to be sourced after aws.sh. $stack is the name of the one that the script is about.

stack=${STACK_NAME:-cruddur}
option --stack NAME stack 'the stack; STACK_NAME'

# The longest names are those of the database (63 characters), of functions (64), and of the bucket (63).
require_stack_name() {
  [[ $stack =~ ^[a-z]([a-z0-9]|-[a-z0-9]){0,22}$ && ${#stack} -le 24 ]] ||
    wrong_usage '--stack has to be 1 to 24 small letters, digits and hyphens, a letter first.'
}

# find_bucket: sets account, partition, bucket to the name of the one for the stack's zips, and has_bucket to the same if
# it is there and this account's. A name is used once in all the world.
find_bucket() {
  local caller
  caller=$(ask sts get-caller-identity --query '[Account,Arn]')
  account=${caller%%$'\t'*} caller=${caller#*$'\tarn:'}
  # shellcheck disable=SC2034 # Scripts use it.
  partition=${caller%%:*}
  # shellcheck disable=SC2154 # aws.sh sets it.
  bucket=$stack-artifacts-$account-$region
  # shellcheck disable=SC2034 # Scripts use it.
  has_bucket=$(ask s3api list-buckets --query "Buckets[?Name=='$bucket'].Name")
}

# find_stack: sets state to the stack's, and stack_arn to its ARN, by which it is found even once it is deleted; both are
# empty if there is no stack.
find_stack() {
  local found
  # All are listed, for the error of asking for one that is not there is that of many other mistakes. They come in pages,
  # each of which is queried: a "| [0]" would print None for each without ours.
  found=$(ask cloudformation describe-stacks --query "Stacks[?StackName=='$stack'].[StackStatus,StackId]")
  # shellcheck disable=SC2034 # Scripts use them.
  IFS=$'\t' read -r state stack_arn <<<"$found"
}

# read_outputs: sets outputs to the stack's.
read_outputs() {
  local found key value
  declare -gA outputs=()
  found=$(ask cloudformation describe-stacks --stack-name "$stack" --query \
    'Stacks[0].Outputs[].[OutputKey,OutputValue]')
  while IFS=$'\t' read -r key value; do
    # shellcheck disable=SC2034 # Scripts use it.
    [[ -z $key ]] || outputs[$key]=$value
  done <<<"$found"
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
  local events id rest
  events=$(stack_events "$1")
  while IFS=$'\t' read -r id rest; do
    [[ -z $rest ]] || told_events[$id]=$rest
  done <<<"$events"
}

# tell_events STACK: tells what happened since the last look, if so sets begun to true, and keeps the first failure as
# `failure`.
tell_events() {
  local events id time resource state reason
  events=$(stack_events "$1" | tac)
  while IFS=$'\t' read -r id time resource state reason; do
    [[ -n $state && ! -v told_events[$id] ]] || continue # A reason may have several lines.
    told_events[$id]=$resource begun=true
    [[ $state == *_FAILED && $reason != None ]] || reason=''
    # What follows the first one is given up because of it.
    [[ -z $reason || -n $failure ]] || failure="$resource: $reason"
    printf '%s  %s %s%s\n' "${time:11:8}" "$resource" "$state" "${reason:+: $reason}" >&2
  done <<<"$events"
}

# follow_stack ARN: tells what happens to a stack until nothing does any more, and sets end to its state. Until its first
# event, the state is the one from before.
follow_stack() {
  local limit=$((SECONDS + ${WAIT_SECONDS:-7200})) begun=false had_begun
  failure=''
  while :; do
    had_begun=$begun
    end=$(ask cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus')
    tell_events "$1"
    [[ $had_begun == false || $end == *_IN_PROGRESS ]] || return 0
    ((SECONDS < limit)) || fail "gave up waiting for the stack $stack: it is still $end."
    sleep "${POLL_SECONDS:-5}"
  done
}
