# shellcheck shell=bash
# What the scripts of user pools have in common, to be sourced after aws.sh.

# check_user_pool: ends the script unless user_pool is the id of one in the region.
check_user_pool() {
  # shellcheck disable=SC2154 # The script sets it, and aws.sh the region.
  [[ $user_pool =~ ^[A-Za-z0-9-]+_[A-Za-z0-9]+$ ]] ||
    wrong_usage "--user-pool has to be an id like ${region}_AbCdEf123, not ${user_pool@Q}."
  [[ ${user_pool%_*} == "$region" ]] || wrong_usage "the pool $user_pool is not in $region: give --region."
}
