# shellcheck shell=bash
# For the tests of the scripts that deploy the function: what is there before, made with one process of Python where
# the AWS CLI would start one for each call.
# shellcheck source=aws-helpers.bash
. "$BATS_TEST_DIRNAME/aws-helpers.bash"
# shellcheck disable=SC2154 # The helpers, and setup_file, set them.

function=cruddur-post-confirmation

# make_zip FILE: zips the real bootstrap; the file of the tests' own folder that is beside it makes it another zip.
make_zip() {
  echo "$1" >"$folder/about"
  (cd "$folder" && "$python_tools/python3" -m zipfile --create "$1" "$top/.build/debug/bootstrap" about)
}

# start_bootstrap NAME [VARIABLE]: sets NAME to the URL of a `cruddur serve` whose bootstrap has that variable.
start_bootstrap() {
  local variable=${2:+--env=$2}
  start_service "serve-$1" "$top/.build/debug/cruddur" serve --port 0 ${variable:+"$variable"}
  export "$1=$(grep --max-count 1 --only-matching 'http://127[0-9.:]*' "$folder/serve-$1")"
}

# given WORD…: makes what the words say: `role`, with its policy, `function`, `live`, which needs both before it, `other`, a function of
# that name.
given() {
  "$python_tools/python3" - "$function" "$zip" "$@" <<'END'
import json, os, sys
import boto3

name, zip_file, *words = sys.argv[1:]
iam, functions = (boto3.client(service, endpoint_url=os.environ["moto"], region_name=os.environ["AWS_REGION"])
                  for service in ("iam", "lambda"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def make(function):
    with open(zip_file, "rb") as code:
        functions.create_function(
            FunctionName=function, Role=f"arn:aws:iam::123456789012:role/{name}-role", Runtime="provided.al2023",
            Handler="cruddur.events", MemorySize=256, Timeout=10, Architectures=[os.environ["arch"]],
            Code={"ZipFile": code.read()}, Environment={"Variables": {"CONNECTION_URL": "before"}})


for word in words:
    if word == "role":
        iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=json.dumps(trust))
        iam.attach_role_policy(RoleName=f"{name}-role", PolicyArn=(
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"))
    elif word == "function":
        make(name)
    elif word == "other":
        make("other")
    elif word == "live":
        version = functions.publish_version(FunctionName=name)["Version"]
        functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
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
