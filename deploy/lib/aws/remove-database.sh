# shellcheck shell=bash
# What takes a DB instance away, to be sourced after db-instance.sh.

# Prints the names of an instance's snapshots that only a person removes, each between spaces.
snapshots() {
  local names
  names=$(seek '@(DBInstance|DBSnapshot)NotFound*' rds describe-db-snapshots --db-instance-identifier "$1" \
    --snapshot-type manual --query 'DBSnapshots[].DBSnapshotIdentifier')
  printf ' %s ' "${names//[$'\t\n']/ }"
}

# tell_snapshots INSTANCE: they are somebody's data, so how to delete them is said, and no more.
tell_snapshots() {
  local names name
  names=$(snapshots "$1")
  [[ $names =~ [^\ ] ]] || return 0
  heading "Snapshots of $1 are left; each of these lines deletes one"
  for name in $names; do
    print_call '' rds delete-db-snapshot --db-snapshot-identifier "$name"
  done
}

# release_database INSTANCE SNAPSHOT: lets it be deleted, if it is there, and with SNAPSHOT true leave a snapshot.
release_database() {
  local protection
  protection=$(seek 'DBInstanceNotFound*' rds describe-db-instances --db-instance-identifier "$1" \
    --query 'DBInstances[0].DeletionProtection')
  if "$2" || [[ $protection == True ]]; then make_available "$1"; fi
  [[ $protection == True ]] || return 0
  heading "Letting $1 be deleted"
  change rds modify-db-instance --db-instance-identifier "$1" --no-deletion-protection --apply-immediately
  # shellcheck disable=SC2154 # db-instance.sh sets it.
  wait_for "$1 may be deleted" '@(available|storage-optimization) unprotected' "$broken *" protection "$1"
}

# Prints an instance's state, and whether it is protected.
protection() {
  ask rds describe-db-instances --db-instance-identifier "$1" --query \
    "DBInstances[0].join(' ', [DBInstanceStatus, DeletionProtection && 'protected' || 'unprotected'])"
}

# remove_database INSTANCE: deletes what rds-create has made.
remove_database() {
  local state last=(--skip-final-snapshot)
  state=$(instance_state "$1")
  if [[ -z $state ]]; then
    echo "There is no DB instance $1." >&2
  else
    # shellcheck disable=SC2154 # The script has set it.
    release_database "$1" "$snapshot"
    heading "Deleting $1"
    ! "$snapshot" || last=(--final-db-snapshot-identifier "$1-$(date --utc +%Y%m%d%H%M%S)")
    [[ $state == deleting ]] || change rds delete-db-instance --db-instance-identifier "$1" "${last[@]}"
    wait_for "$1 is gone" '' '' instance_state "$1"
  fi
  tell_snapshots "$1"
}
