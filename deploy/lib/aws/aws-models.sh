# shellcheck shell=bash
# What older AWS CLIs do not know of the services, to be sourced after aws.sh.
#
# The CLI leaves out of an answer, and refuses in a request, what its models lack. Debian 12's is older than
# some settings of a user pool, which update-user-pool would then reset unseen, and than a function's JSON
# logs. So the folder aws-models has those parts of the models, as botocore merges them into its own:
# https://github.com/boto/botocore/blob/develop/botocore/loaders.py

# shellcheck disable=SC2154 # aws.sh sets it.
export AWS_DATA_PATH=$top/deploy/lib/aws/aws-models${AWS_DATA_PATH:+:$AWS_DATA_PATH}
