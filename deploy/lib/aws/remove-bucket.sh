# shellcheck shell=bash
# What takes the bucket away, to be sourced after stack.sh.
# shellcheck disable=SC2154 # It sets what is used here.

# delete_bucket: deletes it with all that is in it, and sets found to true.
delete_bucket() {
  # shellcheck disable=SC2034 # The caller uses it.
  found=true
  heading "Deleting the bucket $bucket"
  empty_bucket
  change s3api delete-bucket --bucket "$bucket" --expected-bucket-owner "$account"
}

# empty_bucket: deletes every version of every object, and the markers of those that were deleted.
empty_bucket() {
  local call=(--bucket "$bucket" --expected-bucket-owner "$account") objects left
  while :; do
    # So many that their names are no longer than an argument can be.
    objects=$(ask s3api list-object-versions "${call[@]}" --no-paginate --max-keys 100 --output json --query \
      '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}')
    [[ $objects == *'"VersionId"'* ]] || break
    left=$(change s3api delete-objects "${call[@]}" --delete "$objects" --query 'Errors[].[Key,Code,Message]')
    # It would be the same ones again.
    ! "$dry_run" || break
    [[ -z $left || $left == None ]] || fail "S3 has not deleted from $bucket: ${left//[$'\t\n']/ }"
  done
}
