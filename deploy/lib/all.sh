# shellcheck shell=bash
# Everything of this folder but db.sh, aws.sh and what that has to itself, to be sourced.

# shellcheck source=messages.sh
. "${BASH_SOURCE[0]%/*}/messages.sh"
# shellcheck source=postgres.sh
. "${BASH_SOURCE[0]%/*}/postgres.sh"
# shellcheck source=conninfo.sh
. "${BASH_SOURCE[0]%/*}/conninfo.sh"
# shellcheck source=psql.sh
. "${BASH_SOURCE[0]%/*}/psql.sh"
# shellcheck source=packages.sh
. "${BASH_SOURCE[0]%/*}/packages.sh"
# shellcheck source=python.sh
. "${BASH_SOURCE[0]%/*}/python.sh"
# shellcheck source=local-postgres.sh
. "${BASH_SOURCE[0]%/*}/local-postgres.sh"
