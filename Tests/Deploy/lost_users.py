"""Prints how many lines of standard input the metric filter of lost users in deploy/template.yaml counts.

The part of CloudWatch's filter patterns that it uses: `$.key = "value"`, with * for any text, joined by &&.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import fnmatch
import json
import re
import sys

import stack_template

PATTERN = stack_template.expand()["Resources"]["UsersLostFilter"]["Properties"]["FilterPattern"]
CONDITIONS = re.findall(r'\$\.(\w+) = "([^"]*)"', PATTERN)
assert PATTERN == "{ %s }" % " && ".join(f'$.{key} = "{value}"' for key, value in CONDITIONS), PATTERN


def counts(line):
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    return isinstance(entry, dict) and all(
        fnmatch.fnmatchcase(str(entry.get(key, "")), value) for key, value in CONDITIONS)


print(sum(map(counts, sys.stdin)))
