# The alias that deploy/bin/lambda-deploy moves: when it does, and when it goes back.
# shellcheck shell=bash
# shellcheck source=lambda-helpers.bash
. "$BATS_TEST_DIRNAME/lambda-helpers.bash"

setup_file() { start_lambda; }

@test "a version that fails its smoke test never goes live" {
  start_front "*:2=$bad" "*=$good"
  given role function live
  deploy --memory 512
  [[ $status -eq 1 && ${lines[-1]} == "lambda-deploy: version 2 did not go live, version 1 stays: Function.\
DatabaseConnectionRefused: "*"The database refused the connection." ]]
  [ "$(live_version)" = 1 ]
}

@test "a version that fails through the alias is rolled back" {
  start_front "*:live=$bad" "*=$good"
  given role function live
  deploy --memory 512
  [ "$status" -eq 1 ]
  [[ ${lines[-1]} == "lambda-deploy: live is version 1 again, because version 2 failed through it: "* ]]
  [ "$(live_version)" = 1 ]
}

@test "a first version that cannot be invoked through the alias leaves none" {
  start_front "*:live=http://127.0.0.1:1" "*=$good"
  given role function
  AWS_MAX_ATTEMPTS=1 deploy
  [[ $status -eq 1 && ${lines[-1]} == "lambda-deploy: there is no live version, because version 1 failed"* ]]
  [ -z "$(live_version)" ]
}
