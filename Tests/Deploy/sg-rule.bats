#!/usr/bin/env bats
# rds-update-sg-rule.
# shellcheck disable=SC2030,SC2031 # Each test is a shell of its own, and changes its variables only there.
# shellcheck disable=SC2016 # What is in single quotes is not for this shell to expand.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

setup() {
  reset_aws
  DB_SECURITY_GROUP=$(ec2 CreateSecurityGroup GroupName=db GroupDescription=d | grep --only-matching --max-count 1 \
    'sg-[0-9a-f]*' | head -n 1)
  export DB_SECURITY_GROUP
}

# ec2 ACTION PARAMETER=VALUE…: prints moto's answer, in XML.
ec2() {
  local parameter parameters=()
  for parameter in "Action=$1" Version=2016-11-15 "${@:2}"; do parameters+=(--data-urlencode "$parameter"); done
  curl --silent --fail "${parameters[@]}" "$moto" --header \
    "Authorization: AWS4-HMAC-SHA256 Credential=$AWS_ACCESS_KEY_ID/20300101/$AWS_REGION/ec2/aws4_request"
}

# rules: prints what is let in, a sorted line for each: address, ports, description.
rules() {
  aws_says ec2 describe-security-group-rules --filters "Name=group-id,Values=$DB_SECURITY_GROUP" --query \
    'SecurityGroupRules[?!IsEgress].[CidrIpv4 || CidrIpv6, IpProtocol, FromPort, ToPort, Description]' | sort
}

# rule_ids: prints the ids of the same.
rule_ids() {
  aws_says ec2 describe-security-group-rules --filters "Name=group-id,Values=$DB_SECURITY_GROUP" --query \
    'SecurityGroupRules[?!IsEgress].SecurityGroupRuleId'
}

# rule ADDRESS: prints what `rules` does of the script's rule.
rule() {
  printf '%s\ttcp\t5432\t5432\tcruddur: rds-update-sg-rule' "$1"
}

# authorize ADDRESS DESCRIPTION [PROTOCOL [FIRST LAST]]
authorize() {
  local range=IpRanges.1.CidrIp about=IpRanges.1.Description
  if [[ $1 == *:* ]]; then range=Ipv6Ranges.1.CidrIpv6 about=Ipv6Ranges.1.Description; fi
  ec2 AuthorizeSecurityGroupIngress "GroupId=$DB_SECURITY_GROUP" "IpPermissions.1.IpProtocol=${3-tcp}" \
    "IpPermissions.1.FromPort=${4-5432}" "IpPermissions.1.ToPort=${5-5432}" "IpPermissions.1.$range=$1" \
    ${2:+"IpPermissions.1.$about=$2"} >"$folder/answer"
}

@test "One address is let in, the next one instead of it, and the same one changes nothing" {
  authorize 198.51.100.1/32 office
  works rds-update-sg-rule --address 203.0.113.7
  [ "$(rules)" = $'198.51.100.1/32\ttcp\t5432\t5432\toffice\n'"$(rule 203.0.113.7/32)" ]
  before=$(rule_ids)
  record_calls
  works rds-update-sg-rule --address 203.0.113.7/32
  [[ $output == *"203.0.113.7/32 may reach port 5432 already"* ]]
  run grep --invert-match describe "$folder/calls"
  [ "$status" -eq 1 ]
  works rds-update-sg-rule --address 203.0.113.8
  [ "$(rules)" = $'198.51.100.1/32\ttcp\t5432\t5432\toffice\n'"$(rule 203.0.113.8/32)" ]
  [ "$(rule_ids)" = "$before" ]
}

@test "An IPv6 address takes the place of an IPv4 one, however it is written" {
  works rds-update-sg-rule --address 203.0.113.7
  works rds-update-sg-rule --address 2001:DB8:0:0::1
  [ "$(rules)" = "$(rule 2001:db8::1/128)" ]
  works rds-update-sg-rule --address 2001:db8::1/128
  [[ $output == *already* ]]
  # moto says that it has changed an IPv6 rule, and does not.
  works rds-update-sg-rule --address 2001:db8::2 --dry-run
  [[ $output == *$'\naws ec2 modify-security-group-rules '*"$(rule_ids)"*'"CidrIpv6":"2001:db8::2/128"'* ]]
}

@test "Port and description may be others, and each description has its rule" {
  works rds-update-sg-rule --address 203.0.113.7 --port 5433
  [ "$(rules)" = $'203.0.113.7/32\ttcp\t5433\t5433\tcruddur: rds-update-sg-rule' ]
  works rds-update-sg-rule --address 203.0.113.7
  [ "$(rules)" = "$(rule 203.0.113.7/32)" ]
  works rds-update-sg-rule --address 203.0.113.8 --description 'cruddur: office (2nd floor)'
  [ "$(rules | wc -l)" -eq 2 ]
}

@test "No, too wide, and impossible addresses are refused" {
  for address in 0.0.0.0/0 ::/0 0.0.0.0 :: 203.0.113.0/31 203.0.113.0/24 2001:db8::/64 256.1.1.1 1.2.3 1.2.3.4/33 \
    01.2.3.4 127.0.0.1 ::1 224.0.0.1 fe80::1 /32 localhost '1.2.3.4 5.6.7.8' '$(id)' 2001:db8::1::2 \
    2001:db8::1%eth0; do
    echo "$address"
    fails_with 2 "*" rds-update-sg-rule --address "$address"
  done
  fails_with 2 "--address needs a value: ADDRESS.*" rds-update-sg-rule --address ''
  fails_with 2 "--address ADDRESS is missing.*" rds-update-sg-rule
  for address in 0.0.0.0/0 ::/0 203.0.0.0/23 203.0.113.1/24 2001:db8::/63; do
    fails_with 2 "*" rds-update-sg-rule --allow-network --address "$address"
  done
  fails_with 2 "--port *" rds-update-sg-rule --address 203.0.113.7 --port 65536
  fails_with 2 "--description *" rds-update-sg-rule --address 203.0.113.7 --description "it's"
  [ "$(rules)" = "" ]
  works rds-update-sg-rule --allow-network --address 203.0.113.0/24
  [ "$(rules)" = "$(rule 203.0.113.0/24)" ]
}

@test "One's own address is asked for, and no other answer is believed" {
  echo 203.0.113.9 >"$folder/address"
  CHECKIP_URL=file://$folder/address works rds-update-sg-rule --my-address
  [ "$(rules)" = "$(rule 203.0.113.9/32)" ]
  echo $'203.0.113.9\r' >"$folder/address"
  CHECKIP_URL=file://$folder/address works rds-update-sg-rule --my-address
  fails_with 2 "--address and --my-address *" rds-update-sg-rule --my-address --address 203.0.113.7
  : >"$folder/address"
  CHECKIP_URL=file://$folder/address fails_with 2 "*" rds-update-sg-rule --my-address
  echo '<html>' >"$folder/address"
  CHECKIP_URL=file://$folder/address fails_with 2 "'<html>' is no IPv4 or IPv6 address*" rds-update-sg-rule --my-address
  CHECKIP_URL=http://127.0.0.1:1 script rds-update-sg-rule --my-address
  [[ $status -eq 1 && $output == *"http://127.0.0.1:1 does not say your address." ]]
  [ "$(rules)" = "$(rule 203.0.113.9/32)" ]
}

@test "Rules that have piled up become one, and --dry-run shows how" {
  use_own_aws
  for address in 203.0.113.{1,2,3}/32; do authorize "$address" 'cruddur: rds-update-sg-rule'; done
  before=$(rules)
  works rds-update-sg-rule --address 203.0.113.2 --dry-run
  planned=$(grep '^aws' <<<"$output")
  [[ $planned == "aws ec2 revoke-security-group-ingress "* && $planned != *$'\n'* ]]
  [ "$(rules)" = "$before" ]
  record_calls
  works rds-update-sg-rule --address 203.0.113.2
  [ "$(grep revoke "$folder/calls")" = "$planned" ]
  [ "$(rules)" = "$(rule 203.0.113.2/32)" ]
}

# lets_in_by_another ADDRESS: passes if the rules that there are let it in, which is said, and nothing is changed.
lets_in_by_another() {
  local before
  before=$(rules)
  works rds-update-sg-rule --address "$1"
  [[ $output == *"$1/"*" may reach port 5432 already, by another rule, sgr-"*" of $DB_SECURITY_GROUP" ]]
  [ "$(rules)" = "$before" ]
}

@test "An address that another rule lets in already is a success, which says by which" {
  authorize 203.0.113.7/32 office
  lets_in_by_another 203.0.113.7
  [[ $output == *", $(rule_ids) of "* ]]
  authorize 198.51.100.0/24 ''
  lets_in_by_another 198.51.100.9
  authorize 192.0.2.0/28 ports tcp 5000 6000
  lets_in_by_another 192.0.2.15
  authorize 100.64.0.0/16 everything -1 -1 -1
  lets_in_by_another 100.64.3.4
  authorize 2001:db8::/32 wide
  lets_in_by_another 2001:db8::1
}

@test "A rule for another address, port or protocol, or for less, lets nobody in" {
  authorize 203.0.113.8/32 neighbour
  authorize 203.0.113.7/32 ssh tcp 22 22
  authorize 203.0.113.7/32 datagrams udp
  authorize 203.0.113.0/25 half
  authorize ::/0 all
  works rds-update-sg-rule --address 203.0.113.0/24 --allow-network
  [[ $(rules) == *"$(rule 203.0.113.0/24)"* ]]
}

@test "Where another rule lets the address in, ours for the one before goes" {
  works rds-update-sg-rule --address 203.0.113.7
  authorize 203.0.113.8/32 office
  works rds-update-sg-rule --address 203.0.113.8 --dry-run
  [[ $output == *$'\naws ec2 revoke-security-group-ingress '* && $output != *modify-* ]]
  works rds-update-sg-rule --address 203.0.113.8
  [[ $output == *" already, by another rule, "* ]]
  [ "$(rules)" = $'203.0.113.8/32\ttcp\t5432\t5432\toffice' ]
}

@test "A rule of ours stays beside another one for the same address" {
  works rds-update-sg-rule --address 203.0.113.7
  before=$(rule_ids)
  authorize 203.0.113.0/24 office
  works rds-update-sg-rule --address 203.0.113.7
  [[ $output == *"already, by $before of "* ]]
  [ "$(rules | wc -l)" -eq 2 ]
}

@test "A wrong group, and none, end in one sentence" {
  fails_with 1 "aws ec2 authorize-security-group-ingress: InvalidGroup.NotFound: *sg-0123456789abcdef0*" \
    rds-update-sg-rule --security-group sg-0123456789abcdef0 --address 203.0.113.7
  for group in db "$DB_SECURITY_GROUP,$DB_SECURITY_GROUP" "$DB_SECURITY_GROUP " 'sg-'; do
    fails_with 2 "--security-group has to be an id*" rds-update-sg-rule --security-group "$group" --address 203.0.113.7
  done
  DB_SECURITY_GROUP='' fails_with 2 "--security-group ID is missing.*" rds-update-sg-rule --address 203.0.113.7
}

@test "A rule that AWS has not changed is noticed" {
  # moto changes what it says to have changed, so a call is swallowed on its way.
  wrap_aws <<<'case "$*" in *authorize*) exit ;; esac'
  fails_with 1 "the rules of $DB_SECURITY_GROUP are not as they should be*" rds-update-sg-rule --address 203.0.113.7
}
