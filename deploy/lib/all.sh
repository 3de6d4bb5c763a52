# shellcheck shell=bash
# Everything of this folder but db.sh, aws.sh and what that has to itself, to be sourced.

# A person's language is for what they read, not for what is compared, sorted and counted here: in a Turkish locale an i
# is not in [a-z], and in many 0.5 is no number.
export LANG=${LC_ALL:-${LANG-}} LC_COLLATE=C LC_NUMERIC=C
unset LC_ALL

# shellcheck source=messages.sh
. "${BASH_SOURCE[0]%/*}/messages.sh"
# shellcheck source=postgres.sh
. "${BASH_SOURCE[0]%/*}/postgres.sh"
# shellcheck source=conninfo.sh
. "${BASH_SOURCE[0]%/*}/conninfo.sh"
# shellcheck source=servers.sh
. "${BASH_SOURCE[0]%/*}/servers.sh"
# shellcheck source=psql.sh
. "${BASH_SOURCE[0]%/*}/psql.sh"
# shellcheck source=packages.sh
. "${BASH_SOURCE[0]%/*}/packages.sh"
# shellcheck source=build.sh
. "${BASH_SOURCE[0]%/*}/build.sh"
# shellcheck source=python.sh
. "${BASH_SOURCE[0]%/*}/python.sh"
# shellcheck source=local-postgres.sh
. "${BASH_SOURCE[0]%/*}/local-postgres.sh"
