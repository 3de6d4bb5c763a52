# shellcheck shell=bash
# What older AWS CLIs do not know of the services, to be sourced after aws.sh.
#
# The CLI leaves out of an answer, and refuses in a request, what its models lack. Debian 12's is older than
# some settings of a user pool, which update-user-pool would then reset unseen, and than a function's JSON
# logs. So the folder aws-models has those parts of the models, as botocore merges them into its own:
# https://github.com/boto/botocore/blob/develop/botocore/loaders.py

# botocore takes a colon for the end of a folder, and a $ for a variable, and says nothing where it finds no models.
# shellcheck disable=SC2154 # aws.sh sets it.
[[ $top != *[:$]* ]] || die "the repository's path must not have a : or a \$ in it: $top"
export AWS_DATA_PATH=$top/deploy/lib/aws/aws-models${AWS_DATA_PATH:+:$AWS_DATA_PATH}
