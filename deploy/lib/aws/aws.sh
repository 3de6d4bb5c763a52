# shellcheck shell=bash
# What the scripts that call AWS have in common, to be sourced by one of them:
#
#   about …, option …    its own options, see options.sh
#   read_arguments "$@"  reads them and those of every script: --region, --dry-run, --help
#   ask …                a call that only reads; prints the answer
#   seek CODE …          the same, for what may not be there: then it prints nothing
#   change …             a call that changes something: with --dry-run it is only printed
#   wait_for …           waits for what was changed
#
# Secrets are given to AWS as file://… and fileb://…, or not at all: arguments can be read by everybody on the machine.

top=$(CDPATH='' cd -- "${BASH_SOURCE[0]%/*}/../../.." && pwd)
# shellcheck source=../all.sh
. "$top/deploy/lib/all.sh"
# shellcheck source=options.sh
. "$top/deploy/lib/aws/options.sh"
# shellcheck source=waiting.sh
. "$top/deploy/lib/aws/waiting.sh"

# --dry-run prints here, also from within a $(…).
exec {plan}>&1

# read_arguments ARGUMENT…
read_arguments() {
  region='' dry_run=false
  option --region REGION region 'where; else AWS_REGION, AWS_DEFAULT_REGION, that of the AWS profile'
  flag --dry-run dry_run=true 'prints the calls that would change something, and makes only those that read'
  read_options "$@"
  require_packages awscli
  [[ -n $region ]] || region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}
  [[ -n $region ]] || wrong_usage 'no region: give --region, or set AWS_REGION.'
  # The words of the calls are complete with these: where, and what is not left to a person's configuration.
  everywhere=(--region "$region" ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"})
  export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off AWS_DEFAULT_OUTPUT=json
}

# fail SENTENCE…: gives up because of something that AWS said.
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# ask SERVICE OPERATION ARGUMENT…: prints the answer; as text, if there is a --query, and then nothing for null.
ask() {
  seek '' "$@"
}

# seek CODE SERVICE OPERATION ARGUMENT…: CODE is a pattern of error codes that mean that there is no such thing.
seek() {
  local code=$1 answer
  shift
  ! "$dry_run" || print_call '# ' "$@"
  answer=$(call_aws "$code" "$@") || exit
  [[ -z $answer || $answer == None ]] || printf '%s\n' "$answer"
}

# change SERVICE OPERATION ARGUMENT…: prints what a --query asks for, and else nothing of the answer. With --dry-run,
# the call is printed, and what is asked for is replaced by its name.
change() {
  if "$dry_run"; then
    print_call '' "$@"
    ! has_query "$@" || placeholder "$@"
  elif has_query "$@"; then
    call_aws '' "$@"
  else
    call_aws '' "$@" >/dev/null
  fi
}

# call_aws CODE SERVICE OPERATION ARGUMENT…: prints the answer, nothing after an error that matches the pattern CODE, and
# ends the script after another one.
call_aws() {
  local code=$1 error status=0
  shift
  { error=$(aws_cli "$@" 2>&1 >&4) || status=$?; } 4>&1
  if ((status == 0)); then
    [[ -z $error ]] || printf '%s\n' "$error" >&2 # A warning.
  else
    ((status != 130)) || exit 130 # Ctrl-C.
    # shellcheck disable=SC2053 # A pattern.
    [[ -n $code && $(error_code "$error") == $code ]] || fail "aws $1 $2: $(one_sentence "$error")"
  fi
}

# aws_cli SERVICE OPERATION ARGUMENT…: the program as it is, in the region and at the endpoint of this script.
aws_cli() {
  local words
  complete_call "$@"
  "${words[@]}"
}

# complete_call SERVICE OPERATION ARGUMENT…: sets words to the command with all that a call here has. What a --query
# asks for is plain text.
complete_call() {
  words=(aws "$@")
  if has_query "$@" && [[ " $* " != *' --output '* ]]; then words+=(--output text); fi
  words+=("${everywhere[@]}")
}

has_query() {
  [[ " $* " == *' --query '* ]]
}

# error_code ERROR: prints the code in what the AWS CLI said.
error_code() {
  local sentence='An error occurred \(([^)]+)\)'
  if [[ $1 =~ $sentence ]]; then printf '%s\n' "${BASH_REMATCH[1]}"; fi
}

# one_sentence ERROR: prints what the AWS CLI said, without its usage and on one line.
one_sentence() {
  local line sentence='An error occurred \(([^)]+)\) when calling the [^ ]+ operation[^:]*: (.*)' lines=()
  if [[ $1 =~ $sentence ]]; then
    lines=("${BASH_REMATCH[1]}:" "${BASH_REMATCH[2]}")
  else
    while read -r line; do
      [[ -z $line || $line == usage:* || $line == 'To see help text'* || $line =~ ^aws\ .*help$ ]] || lines+=("$line")
    done <<<"$1"
  fi
  printf '%s\n' "${lines[*]//$'\n'/ }"
}

# print_call PREFIX SERVICE OPERATION ARGUMENT…: prints the call as one would type it, for a person to read or paste.
print_call() {
  local word words line=$1
  shift
  complete_call "$@"
  for word in "${words[@]}"; do
    [[ $word =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]] || word=${word@Q}
    line+="$word "
  done
  printf '%s\n' "${line% }" >&"$plan"
}

# placeholder ARGUMENT…: prints what stands, with --dry-run, for the answer that the --query asks for.
placeholder() {
  while [[ $1 != --query ]]; do shift; done
  printf '<%s>\n' "${2##*.}"
}
