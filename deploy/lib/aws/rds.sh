# shellcheck shell=bash
# What the scripts of the RDS instance have in common, to be sourced after aws.sh.

# shellcheck disable=SC2034 # Scripts use it.
db_instance=${DB_INSTANCE:-cruddur-db-instance} wait=true
option --db-instance ID db_instance 'the DB instance; DB_INSTANCE'

# The states in which it stays until somebody does something about it, as patterns.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
broken='@(failed|deleting|incompatible-*|inaccessible-*|insufficient-capacity|restore-error|storage-full)'

# Prints the instance's state; ends the script if there is no such instance.
db_state() {
  ask rds describe-db-instances --db-instance-identifier "$db_instance" --query 'DBInstances[0].DBInstanceStatus'
}

# wait_for_state STATE
wait_for_state() {
  wait_for "$db_instance is $1" "$1" "$broken" db_state
}

# bring_to STATE OPERATION: calls OPERATION unless the instance is in STATE, or on its way to it. Whatever else is under
# way, a backup say, AWS has to finish before.
bring_to() {
  local wanted=$1 operation=$2 state
  local -A under_way=([stopped]=stopping [available]=starting)
  state=$(db_state)
  # shellcheck disable=SC2053 # A pattern.
  [[ $state != $broken ]] || fail "$db_instance is $state, and cannot be made $wanted."
  if [[ $state != @(available|stopped|"${under_way[$wanted]}") ]]; then
    wait_for "$db_instance is at rest" '@(available|stopped)' "$broken" db_state
    state=$(db_state)
  fi
  case $state in
    "$wanted") heading "$db_instance is $state already" && return ;;
    "${under_way[$wanted]}") heading "$db_instance is $state already" ;;
    *) change rds "$operation" --db-instance-identifier "$db_instance" ;;
  esac
  if "$wait"; then wait_for_state "$wanted"; fi
}

# Prints what there is to know of the instance, a line each: no secret, but where the master's is kept.
show_instance() {
  local name value query
  query="DBInstances[0].[
    ['instance', DBInstanceIdentifier],
    ['status', DBInstanceStatus],
    ['engine', join(' ', [Engine, EngineVersion])],
    ['class', DBInstanceClass],
    ['storage', join(' ', [to_string(AllocatedStorage), 'GB', StorageType])],
    ['endpoint', Endpoint && join(':', [Endpoint.Address, to_string(Endpoint.Port)])],
    ['database', DBName],
    ['public', PubliclyAccessible],
    ['encrypted', StorageEncrypted],
    ['deletion protection', DeletionProtection],
    ['days of backups', BackupRetentionPeriod],
    ['IAM authentication', IAMDatabaseAuthenticationEnabled],
    ['master user', MasterUsername],
    ['master secret', MasterUserSecret.SecretArn]]"
  ask rds describe-db-instances --db-instance-identifier "$db_instance" --query "${query//$'\n    '/ }" |
    while IFS=$'\t' read -r name value; do printf '%-20s %s\n' "$name" "${value/#None/-}"; done
}
