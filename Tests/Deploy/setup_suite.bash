# shellcheck shell=bash
# Bats runs this around all files that it is given.
# shellcheck source=helpers.bash
. "${BASH_SOURCE[0]%/*}/helpers.bash"

setup_suite() { start_suite; }
teardown_suite() { end_suite; }
