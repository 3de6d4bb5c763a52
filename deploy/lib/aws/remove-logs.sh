# shellcheck shell=bash
# What takes log groups away, to be sourced after aws.sh.

# remove_log_groups NAME…: deletes those that are there, and sets found to true if there was one.
remove_log_groups() {
  local names groups group
  printf -v names '"%s",' "$@"
  groups=$(ask logs describe-log-groups --log-group-name-prefix /aws/ --query \
    "logGroups[?contains(\`[${names%,}]\`, logGroupName)].logGroupName")
  for group in $groups; do
    # shellcheck disable=SC2034 # The caller uses it.
    found=true
    heading "Deleting the log group $group"
    change logs delete-log-group --log-group-name "$group"
  done
}
