# shellcheck shell=bash
# For the tests of the scripts that deploy the function: what is there before, made with one process of Python where
# the AWS CLI would start one for each call.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"

function=cruddur-post-confirmation
export MOTO_IAM_LOAD_MANAGED_POLICIES=true # AWS's own, which it makes at its start.

# start_lambda: sets zip, the real bootstrap's, and arch; good, where one runs that has no database but does not need
# one, and bad, where one fails at each event, because it is the migrations' and has none either.
start_lambda() {
  export zip arch good bad TMPDIR
  start_aws
  TMPDIR=$folder # What --dry-run leaves goes with it.
  good=$(start_bootstrap good)
  bad=$(start_bootstrap bad --env _HANDLER=cruddur.migrate --timeout 2)
  zip=$folder/bootstrap.zip
  make_zip "$zip"
  arch=$(uname -m)
  arch=${arch/aarch64/arm64}
}

# make_zip FILE: zips the real bootstrap; the file of the tests' own folder that is beside it makes it another zip.
make_zip() {
  echo "$1" >"$folder/about"
  (cd "$folder" && "$python_tools/python3" -m zipfile --create "$1" "$top/.build/debug/bootstrap" about)
}

# start_bootstrap NAME ARGUMENT…: prints the URL of a `cruddur serve`, called NAME, with these arguments.
start_bootstrap() {
  start_service "$1" "$top/.build/debug/cruddur" serve --port 0 \
    --env CONNECTION_URL=postgresql://127.0.0.1:1/nobody-listens "${@:2}"
  grep --max-count 1 --only-matching 'http://127[0-9.:]*' "$folder/$1"
}

# deploy ARGUMENT…: runs lambda-deploy with the zip.
deploy() {
  script lambda-deploy --zip "$zip" "$@"
}

# given WORD…: makes what the words say: role, with its policy; function; live, its alias; FILE.json, a user pool
# of these settings, and prints its id.
given() {
  "$python_tools/python3" - "$function" "$zip" "$@" <<'END'
import json, os, sys
import boto3

name, zip_file, *words = sys.argv[1:]
iam, functions, pools = (
    boto3.client(service, endpoint_url=os.environ["moto"], region_name=os.environ["AWS_REGION"])
    for service in ("iam", "lambda", "cognito-idp"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}

for word in words:
    if word == "role":
        iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(trust))
        iam.attach_role_policy(RoleName=f"{name}-role", PolicyArn=(
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"))
    elif word == "function":
        with open(zip_file, "rb") as code:
            functions.create_function(
                FunctionName=name, Role=f"arn:aws:iam::123456789012:role/{name}-role", Runtime="provided.al2023",
                Handler="cruddur.events", MemorySize=256, Timeout=10, Architectures=[os.environ["arch"]],
                Code={"ZipFile": code.read()}, Environment={"Variables": {"CONNECTION_URL": "before"}})
    elif word == "live":
        version = functions.publish_version(FunctionName=name)["Version"]
        functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    elif word.endswith(".json"):
        with open(word, "rb") as settings:
            print(pools.create_user_pool(**json.load(settings))["UserPool"]["Id"])
    else:
        sys.exit(f"given what? {word}")
END
}

# live_version: prints the version that is live; nothing if none is.
live_version() {
  aws_says lambda list-aliases --function-name "$function" --query "Aliases[?Name=='live'].FunctionVersion"
}

# changing_calls: prints the operations of the recorded calls that change something.
changing_calls() {
  awk '$3 !~ /^(get|list|describe|admin-get)-/ && !/generate-cli-skeleton/ { print $3 }' "$folder/calls"
}
