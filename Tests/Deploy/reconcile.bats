#!/usr/bin/env bats
# `cruddur reconcile` with the real aws, whose Cognito moto plays, and a real PostgreSQL.
# shellcheck source=lambda-helpers.bash
. "$BATS_TEST_DIRNAME/lambda-helpers.bash"

setup_file() {
  export zip=''
  start_aws
  leave_swift_out
  start_throwaway
  # Version 1 of aws reads the other variable.
  export url PATH=$top/.build/debug:$PATH AWS_DEFAULT_REGION=$AWS_REGION
}

teardown_file() {
  end_throwaway
  end_aws
}

setup() {
  reset_aws
  export CONNECTION_URL=$url
  echo '{"PoolName": "cruddur"}' >"$folder/pool.json"
  pool=$(given "$folder/pool.json")
  "$python_tools/python3" "$BATS_TEST_DIRNAME/pool_of_users.py" "$pool" 130 >"$folder/subs"
  load_schema
}

# reconcile STATUS SUMMARY ARGUMENT…: passes if it ended so, and said that as its summary.
reconcile() {
  by_hand cruddur reconcile "${@:3}"
  # shellcheck disable=SC2154 # `run` sets them.
  [[ $status -eq $1 && ${lines[-1]} == "cruddur: $2"* ]]
}

@test "130 users of a pool, three pages, are found missing, added, and then found" {
  record_calls
  reconcile 1 '130 read, 0 present, 128 missing, 0 added, 2 skipped (1 UNCONFIRMED, 1 disabled), 0 failed, 0 gone. Nothing was changed' \
    --user-pool-id "$pool"
  [ "$(wc --lines <"$folder/calls")" -eq 1 ]
  [ "$(sql 'SELECT count(*) FROM users')" = 0 ]

  reconcile 0 '130 read, 0 present, 128 missing, 128 added, 2 skipped (1 UNCONFIRMED, 1 disabled), 0 failed, 0 gone.' \
    --user-pool-id "$pool" --region "$AWS_REGION" --apply --users-per-call 60
  [ "$(wc --lines <"$folder/calls")" -eq 4 ]
  sql 'SELECT cognito_user_id FROM users' | sort >"$folder/rows"
  [ "$(sort "$folder/subs" | comm -3 - "$folder/rows" | wc --lines)" -eq 2 ]
  [ "$(sql "SELECT count(*) FROM users WHERE handle IN ('same', 'SAME') OR handle ~* '^same-[0-9a-f]{8}\$'")" = 13 ]
  [ "$(sql "SELECT string_agg(display_name, ',' ORDER BY handle) FROM users WHERE handle IN ('user-0', 'user-1', 'user-2')")" \
    = "O'Brien,Ana \"Nan\",👩‍👩‍👧‍👦" ]

  reconcile 0 '130 read, 128 present, 0 missing, 0 added, 2 skipped (1 UNCONFIRMED, 1 disabled), 0 failed, 0 gone.' \
    --user-pool-id "$pool" --apply
  [ "${#lines[@]}" -eq 1 ]
}

@test "what aws prints is read from a pipe and from pages, and who is gone is listed" {
  aws_says cognito-idp list-users --user-pool-id "$pool" >"$folder/all.json"
  reconcile 0 '130 read, 0 present, 128 missing, 128 added, ' --apply - <"$folder/all.json"

  read -r gone <"$folder/subs"
  aws_says cognito-idp admin-delete-user --user-pool-id "$pool" --username user-0
  # Of a listing that was made before, it cannot be told whether newer rows are of somebody who is gone.
  sql "UPDATE users SET created_at = now() - interval '1 day'"
  token=''
  for page in 1 2 3; do
    aws_says cognito-idp list-users --user-pool-id "$pool" --no-paginate --limit 60 \
      ${token:+--pagination-token "$token"} >"$folder/page-$page.json"
    token=$(jq --raw-output '.PaginationToken // empty' "$folder/page-$page.json")
  done
  [ -z "$token" ]
  reconcile 0 '129 read, 127 present, 0 missing, 0 added, 2 skipped (1 UNCONFIRMED, 1 disabled), 0 failed, 1 gone.' \
    "$folder"/page-{1,2,3}.json
  [[ ${lines[0]} == "gone $gone - "* ]]
  [ "$(sql 'SELECT count(*) FROM users')" = 128 ]
}

@test "what Cognito refuses is said, and nothing is changed" {
  reconcile 2 '0 read, ' --user-pool-id "${AWS_REGION}_nobody" --apply
  [[ ${lines[0]} == *'cruddur: aws cognito-idp list-users failed: '*'ResourceNotFoundException'* ]]
}

@test "The README's commands work" {
  # shellcheck disable=SC2016 # The backquotes are Markdown's.
  mapfile -t commands < <(sed --quiet '/^```sh$/,/^```$/ { /^```/!p }' "$top/README.md" |
    grep --extended-regexp "$pool_commands")
  ((${#commands[@]} >= 3))
  cd "$folder"
  expected=1 # The first one finds that all are missing.
  for command in "${commands[@]}"; do
    echo "$ $command"
    by_hand bash -c "${command//us-east-1_Example/$pool}"
    [ "$status" -eq "$expected" ]
    expected=0
  done
  [ "$(sql 'SELECT count(*) FROM users')" = 128 ]
}
