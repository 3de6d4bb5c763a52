# shellcheck shell=bash
# The network interfaces that Lambda leaves behind, to be sourced after aws.sh.
#
# Lambda deletes its interfaces some 20 minutes after the last function that used them, with the rights of that one's
# role. Those that it could not delete stay, "available", and nobody can delete their security group and subnets.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html

# remove_group_interfaces GROUP: those of a security group whose functions are gone.
remove_group_interfaces() {
  remove_interfaces "Name=group-id,Values=$1" 'Name=description,Values=AWS Lambda VPC ENI*'
}

# remove_function_interfaces FUNCTION: those that were made for a function that is gone, unless another one uses its
# security groups, and so perhaps its interfaces.
remove_function_interfaces() {
  local made="Name=description,Values=AWS Lambda VPC ENI-$1-????????-????-????-????-????????????" groups group others
  groups=$(describe_interfaces 'Groups[].GroupId' "$made")
  for group in $groups; do
    others=$(ask lambda list-functions --query \
      "Functions[?FunctionName!='$1' && contains(VpcConfig.SecurityGroupIds || \`[]\`, '$group')].FunctionName")
    [[ -z $others ]] || return 0
  done
  remove_interfaces "$made"
}

# remove_interfaces FILTER…: waits until there are none that match, and deletes those that Lambda has left.
remove_interfaces() {
  local found
  found=$(describe_interfaces '[NetworkInterfaceId]' "$@")
  [[ -n $found ]] || return 0
  heading 'Removing the network interfaces that Lambda has left, which may take half an hour'
  wait_for 'they are gone' '' '' remove_available_interfaces "$@"
}

# remove_available_interfaces FILTER…: deletes those that nobody uses, and prints all that there were.
remove_available_interfaces() {
  local found id status all=()
  found=$(describe_interfaces '[NetworkInterfaceId,Status]' "$@")
  while read -r id status; do
    [[ -n $id ]] || continue
    all+=("$id ($status)")
    # Lambda may have been quicker, or have taken it back.
    [[ $status != available ]] || call_aws '@(InvalidNetworkInterfaceID.NotFound|InvalidParameterValue)' \
      ec2 delete-network-interface --network-interface-id "$id" >/dev/null
  done <<<"$found"
  echo "${all[*]}"
}

# describe_interfaces MEMBERS FILTER…: prints these members of each, one a line.
describe_interfaces() {
  ask ec2 describe-network-interfaces --filters "${@:2}" --query "NetworkInterfaces[].$1"
}
