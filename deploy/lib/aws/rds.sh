# shellcheck shell=bash
# What the scripts of the RDS instance have in common, to be sourced after aws.sh.

# shellcheck disable=SC2154 source=db-instance.sh # aws.sh sets top.
. "$top/deploy/lib/aws/db-instance.sh"

# shellcheck disable=SC2034 # Scripts use it.
db_instance=${DB_INSTANCE:-cruddur-db-instance} wait=true
option --db-instance ID db_instance 'the DB instance; DB_INSTANCE'

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
