#!/usr/bin/env bats
# What the scripts that call AWS have in common: deploy/lib/aws/aws.sh, options.sh, waiting.sh.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck disable=SC2016 # What is written is for another shell to expand.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

# Writes a script of one's own, whose lines after the declarations are those of standard input.
write_script() {
  mkdir -p "$folder/bin"
  cat - >"$folder/bin/try" <<END
#!/usr/bin/env bash
set -euo pipefail
shopt -s inherit_errexit
. "$top/deploy/lib/aws/aws.sh"
group=\${GROUP:-/a/group} tags=() quiet=false
about 'Tries things.'
option --group NAME group 'the group; GROUP'
options --tag TAG tags 'a tag'
flag --quiet quiet=true 'says nothing'
read_arguments "\$@"
$(cat)
END
  chmod 755 "$folder/bin/try"
}

try() {
  by_hand "$folder/bin/try" "$@"
}

@test "Options are read, and their defaults come from the environment" {
  write_script <<<'echo "$group|${tags[*]}|$quiet|$region"'
  try
  [ "$output" = "/a/group||false|eu-central-1" ]
  GROUP=g AWS_REGION='' AWS_DEFAULT_REGION=eu-west-1 try --tag a --quiet --tag 'b c'
  [ "$output" = "g|a b c|true|eu-west-1" ]
  try --group h --region us-west-2
  [ "$output" = "h||false|us-west-2" ]
}

@test "What is not understood ends in one sentence and 2" {
  write_script <<<'require_option --group; one_of --group a b'
  export PATH=$folder/bin:$PATH
  for arguments in --frobnicate frobnicate --group '--group --quiet' '--group c'; do
    # shellcheck disable=SC2086 # Words.
    try $arguments
    [[ $status -eq 2 && ${#lines[@]} -eq 1 && $output == "try: "*"See try --help." ]]
  done
  try --group ''
  [[ $status -eq 2 && $output == "try: --group needs a value: NAME. See try --help." ]]
  GROUP='' try --group b
  [ "$status" -eq 0 ]
}

@test "--help shows every option and needs neither a region nor aws" {
  write_script <<<''
  AWS_REGION='' try --help
  [ "$status" -eq 0 ]
  [[ $output == "usage: try [OPTION…]"*"Tries things."*"--group NAME"*"the group; GROUP (/a/group)"* ]]
  [[ $output == *"--tag TAG"*"again"*"--quiet"*"--region REGION"*"--dry-run"*"--help"* ]]
}

@test "Without a region, one sentence says so; that of a profile is one" {
  write_script <<<'echo "$region"'
  AWS_REGION='' try
  [[ $status -eq 2 && $output == "try: no region: give --region, or set AWS_REGION. See try --help." ]]
  printf '[default]\nregion = eu-west-3\n' >"$folder/config"
  AWS_REGION='' try
  rm "$folder/config"
  [ "$output" = eu-west-3 ]
}

@test "Without the AWS CLI, an ordinary user is told what to install" {
  local ordinary=()
  ((EUID != 0)) || ordinary=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups)
  link_tools "$folder/some"
  rm -f "$folder/some/aws" # Wherever it was.
  cp -r "$top/deploy" "$folder" # Where an ordinary user can read it.
  run "${ordinary[@]}" env PATH="$folder/some" "$folder/deploy/bin/rds-status"
  [[ $status -eq 2 && $output == "rds-status: Some packages are missing: sudo apt-get install awscli" ]]
}

@test "An error of AWS ends the script with one sentence and 1" {
  write_script <<'END'
if found=$(ask logs list-tags-log-group --log-group-name "$group"); then echo "not $found"; fi
[[ $group != /changed ]] || change logs delete-log-group --log-group-name "$group" || echo "not this"
found=$(ask logs list-tags-log-group --log-group-name "$group")
echo "not this"
END
  try
  [[ $status -eq 1 && ${#lines[@]} -eq 2 ]]
  [[ $output == *"try: aws logs list-tags-log-group: ResourceNotFoundException: "* && $output != *not\ this* ]]
  try --group /changed
  [[ $status -eq 1 && $output == *"try: aws logs delete-log-group: ResourceNotFoundException: "* ]]
  [[ $output != *not\ this* ]]
}

@test "So do an endpoint that is away, missing credentials and a call that AWS CLI does not know" {
  write_script <<<'ask "${tags[@]}" >/dev/null'
  AWS_MAX_ATTEMPTS=1 AWS_ENDPOINT_URL=http://127.0.0.1:1 try --tag logs --tag describe-log-groups
  [[ $status -eq 1 && ${#lines[@]} -eq 1 ]]
  [[ $output == 'try: aws logs describe-log-groups: Could not connect to the endpoint URL: "http://127.0.0.1:1/"' ]]
  AWS_ACCESS_KEY_ID='' AWS_SECRET_ACCESS_KEY='' try --tag logs --tag describe-log-groups
  [[ $status -eq 1 && ${#lines[@]} -eq 1 && $output == "try: aws logs describe-log-groups: "*credentials* ]]
  try --tag logs --tag delete-log-group
  [[ $status -eq 1 && ${#lines[@]} -eq 1 && $output == "try: aws logs delete-log-group: "*"--log-group-name" ]]
}

@test "What may be missing is sought" {
  write_script <<'END'
found=$(seek 'ResourceNotFound*' logs list-tags-log-group --log-group-name "$group")
echo "found: $found"
found=$(seek Other logs list-tags-log-group --log-group-name "$group")
END
  try
  [[ $status -eq 1 && ${lines[0]} == "found: " && ${lines[1]} == "try: aws logs list-tags-log-group: Resource"* ]]
}

@test "With --dry-run every call is shown, and only those that read are made" {
  write_script <<'END'
change logs create-log-group --log-group-name "$group's"
known=$(ask logs describe-log-groups --query 'logGroups[0].logGroupName')
version=$(change lambda publish-version --function-name f --query Version)
change lambda update-alias --function-name f --name live --function-version "$version"
wait_for "f is there" yes '' false
[[ -z $known ]]
END
  record_calls
  try --dry-run
  where="--region eu-central-1 --endpoint-url $AWS_ENDPOINT_URL"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "aws logs create-log-group --log-group-name '/a/group'\\''s' $where" ]
  [ "${lines[1]}" = "# aws logs describe-log-groups --query 'logGroups[0].logGroupName' --output text $where" ]
  [ "${lines[2]}" = "aws lambda publish-version --function-name f --query Version --output text $where" ]
  [ "${lines[3]}" = "aws lambda update-alias --function-name f --name live --function-version '<Version>' $where" ]
  [ "${lines[4]}" = "# waits until f is there" ]
  [ "$(cat "$folder/calls")" = "aws logs describe-log-groups --query logGroups[0].logGroupName --output text $where" ]
  # What is printed can be pasted.
  bash -c "${lines[0]}"
  [ "$(aws_says logs describe-log-groups --query 'logGroups[*].logGroupName')" = "/a/group's" ]
}

@test "Waiting shows each state, and ends with the wanted one, a bad one, or when it takes too long" {
  write_script <<'END'
next_state() {
  head -n 1 states
  sed -i '1{$!d}' states
}
wait_for "it is up" 'up*' '@(failed|lost-*)' next_state
echo done
END
  cd "$folder"
  printf '%s\n' creating creating starting up >states
  try
  [[ $status -eq 0 && $output == "Waiting until it is up: creating .starting up "$'\n'done ]]
  printf '%s\n' creating lost-network >states
  try
  [[ $status -eq 1 && $output == *"try: gave up waiting until it is up: it is lost-network." ]]
  echo creating >states
  WAIT_SECONDS=0 try
  [[ $status -eq 1 && $output == *"try: gave up waiting until it is up: it is still creating." ]]
}

@test "A function can be invoked through the front, and all else goes to moto" {
  start_front '*-api=http://127.0.0.1:1'
  aws_says logs create-log-group --log-group-name /behind
  [ "$(moto=$AWS_ENDPOINT_URL aws_says logs describe-log-groups --query 'logGroups[0].logGroupName')" = /behind ]
  for name in cruddur-api cruddur-api:live arn:aws:lambda:eu-central-1:1:function:cruddur-api:live; do
    run curl --silent --request POST "$AWS_ENDPOINT_URL/2015-03-31/functions/$name/invocations"
    [[ $output == *"127.0.0.1:1: "* ]]
  done
}
