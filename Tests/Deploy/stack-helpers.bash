# shellcheck shell=bash
# For the tests of the scripts for the stack: moto's CloudFormation, which gets what it knows of the expanded template,
# and the migration function, which is the real bootstrap on a PostgreSQL of the file's own.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

setup_file() { start_stack_aws; }
setup() { reset_stack; }

# start_stack_aws: the same for a file that has more to set up.
start_stack_aws() {
  start_aws
  start_throwaway
  password=${url#*postgres:} password=${password%%@*}
  start_service serve "$top/.build/debug/cruddur" serve --port 0 --timeout 60 \
    --env _HANDLER=cruddur.migrate --env "CONNECTION_URL=${url/postgres:$password@/}"
  start_front "cruddur-migrate=$(grep --max-count 1 '^http' "$folder/serve")"
  export url password zip=$folder/bootstrap.zip template=$folder/template.json
  export bucket=cruddur-artifacts-123456789012-eu-central-1
  make_zip "$zip" bootstrap="$top/.build/debug/bootstrap" ca-bundle.pem=/dev/null
  "$python_tools/python3" "$BATS_TEST_DIRNAME/stack_template.py" POOL >"$folder/expanded.json"
}

teardown_file() {
  end_throwaway
  end_aws
}

# reset_stack: empties moto, and makes the pool, for its CloudFormation knows nothing of Cognito.
reset_stack() {
  reset_aws
  keep_policy
  pool=$(aws_says cognito-idp create-user-pool --pool-name cruddur --deletion-protection ACTIVE --query UserPool.Id)
  sed "s/POOL/$pool/" "$folder/expanded.json" >"$template"
}

# keep_policy: from now on a bucket's policy is the file policy of the folder, because moto takes each of its conditions
# for met, and would let nobody in.
keep_policy() {
  rm -f "$folder/policy"
  wrap_aws <<END
case "\$*" in *' put-bucket-policy '*)
  while [ "\$1" != --policy ]; do shift; done
  printf %s "\$2" >"$folder/policy"
  exit
esac
END
}

# set_secret OPERATION OPTION PASSWORD: makes or changes the master secret, as Amazon RDS writes it.
set_secret() {
  echo "{\"username\":\"postgres\",\"password\":\"$3\",\"port\":5432}" >"$folder/secret"
  aws_says secretsmanager "$1" "$2" master-of-tests --secret-string "file://$folder/secret" >"$folder/ignored"
}

# make_zip ZIP NAME=FILE …
make_zip() {
  "$python_tools/python3" - "$@" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name, _, path in (word.partition("=") for word in sys.argv[2:]):
        archive.write(path, name)
PYTHON
}

# deploy ARGUMENT…: runs stack-deploy with the file's zip and template.
deploy() {
  script stack-deploy --zip "$zip" --template "$template" "$@"
}

# make_stack PROFILE: makes what stack-deploy would have made, in fewer calls.
make_stack() {
  aws_says s3api create-bucket --bucket "$bucket" \
    --create-bucket-configuration LocationConstraint=eu-central-1 >"$folder/ignored"
  aws_says s3api put-bucket-versioning --bucket "$bucket" --versioning-configuration Status=Enabled
  aws_says s3api put-object --bucket "$bucket" --key code.zip --body "$zip" >"$folder/ignored"
  aws_says cloudformation create-stack --stack-name cruddur --template-body "file://$template" --parameters \
    "ParameterKey=CodeBucket,ParameterValue=$bucket" ParameterKey=CodeKey,ParameterValue=code.zip \
    "ParameterKey=Profile,ParameterValue=$1" >"$folder/ignored"
}

# play_termination_protection: AWS knows whether the stack is protected, and does not delete it then. moto knows it of a
# new stack alone. The file protected of the folder is there while it is.
play_termination_protection() {
  wrap_aws <<END
case "\$*" in
  *' update-termination-protection '*--enable-termination-protection*) touch "$folder/protected" && exit ;;
  *' update-termination-protection '*--no-enable-termination-protection*) rm -f "$folder/protected" && exit ;;
  *' describe-stacks '*EnableTerminationProtection*)
    if [ -e "$folder/protected" ]; then echo True; else echo False; fi
    exit
    ;;
  *' delete-stack '*)
    if [ -e "$folder/protected" ]; then
      echo "An error occurred (ValidationError) when calling the DeleteStack operation: Stack [cruddur] cannot be deleted \
while TerminationProtection is enabled" >&2
      exit 254
    fi
    ;;
esac
END
}

# changes: prints the service and the operation of those of the recorded calls that changed something.
changes() {
  cut -d ' ' -f 2,3 "$folder/calls" | grep --invert-match --extended-regexp ' (describe|get|head|list)-|^configure ' ||
    true
}

# changes_of_stack: the same without the bucket's.
changes_of_stack() {
  changes | grep --invert-match '^s3api '
}

# make_new_zip: sets new_zip to one of other content than zip.
make_new_zip() {
  new_zip=$folder/new.zip
  make_zip "$new_zip" bootstrap="$top/.build/debug/bootstrap" ca-bundle.pem=/dev/null LICENSE=/dev/null
}

# code_of FUNCTION…: prints whose code they have, zip's or new_zip's.
code_of() {
  local function sha256 name
  for function; do
    sha256=$(aws_says lambda get-function-configuration --function-name "$function" --query CodeSha256)
    for name in zip new_zip; do
      [[ $sha256 != "$(openssl dgst -sha256 -binary "${!name}" | base64)" ]] || echo "$name"
    done
  done | paste --serial --delimiters ' '
}

# stack_resource NAME: prints the id of one of the stack's resources.
stack_resource() {
  aws_says cloudformation list-stack-resources --stack-name cruddur --query \
    "StackResourceSummaries[?LogicalResourceId=='$1'].PhysicalResourceId"
}

# stack_parameter NAME: prints one of the stack's parameters.
stack_parameter() {
  aws_says cloudformation describe-stacks --stack-name cruddur --query \
    "Stacks[0].Parameters[?ParameterKey=='$1'].ParameterValue"
}
