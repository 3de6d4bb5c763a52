"""deploy/template.yaml as AWS reads it: expanded by SAM's own translator, and resolved for a choice of parameters.

usage: stack_template.py          prints the expanded template
       stack_template.py POOL_ID  prints what moto's CloudFormation knows of it, and has POOL_ID for the user pool
"""

import json
import os
import pathlib
import sys

# The translator asks boto3 for a region.
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

from samtranslator.parser.parser import Parser  # noqa: F401 (the translator finds it only if it is loaded)
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

TOP = pathlib.Path(__file__).parents[2]
PATH = TOP / "deploy" / "template.yaml"

# The name of the secret that a test makes, for moto's own has a password that no PostgreSQL knows.
MASTER_SECRET = "master-of-tests"


class NoManagedPolicies:
    """Who names policies of AWS's own would need their ARNs here."""

    def load(self):
        return {}


def expand(**parameters):
    """The template without its Transform: plain CloudFormation. SAM puts parameters into its own resources itself."""
    return transform(yaml_parse(PATH.read_text()), parameters, NoManagedPolicies())


def resolve(template, **parameters):
    """The template's resources for these parameters: conditions, mappings and parameters are replaced by what they
    give; references to resources stay."""
    values = {name: parameter.get("Default", name) for name, parameter in template["Parameters"].items()} | parameters
    nothing = object()

    def condition(name):
        return value(template["Conditions"][name])

    def value(node):
        if isinstance(node, list):
            return [item for item in map(value, node) if item is not nothing]
        if not isinstance(node, dict):
            return node
        match list(node.items()):
            case [("Ref", "AWS::NoValue")]:
                return nothing
            case [("Ref", name)] if name in values:
                return values[name]
            case [("Condition", str(name))]:
                return condition(name)
            case [("Fn::If", [name, yes, no])]:
                return value(yes if condition(name) else no)
            case [("Fn::Equals", [one, other])]:
                return value(one) == value(other)
            case [("Fn::Not", [one])]:
                return not value(one)
            case [("Fn::And", conditions)]:
                return all(map(value, conditions))
            case [("Fn::FindInMap", path)]:
                table, row, column = map(value, path)
                return template["Mappings"][table][row][column]
        resolved = {key: value(item) for key, item in node.items()}
        return {key: item for key, item in resolved.items() if item is not nothing}

    return {
        name: {key: value(item) for key, item in resource.items() if key != "Condition"}
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or condition(resource["Condition"])
    }


def for_moto(template, pool):
    """The template without the resources and attributes that moto does not know, for which their names stand.

    The user pool is an IAM user that has its id for a name: what tells the id of the one tells that of the other."""
    from moto.cloudformation.parsing import get_model_map

    resources = template["Resources"]
    resources["UserPool"] = {"Type": "AWS::IAM::User", "Properties": {"UserName": pool}}
    resources["Database"]["Properties"].pop("DBParameterGroupName")
    known = {
        name: item for name, item in resources.items() if item["Type"] in get_model_map() and "Condition" not in item}
    unknown = set(resources) - set(known)
    attributes = {
        "Database.DbiResourceId": "db-TESTS",
        "Database.Endpoint.Address": "database.tests",
        "Database.MasterUserSecret.SecretArn": MASTER_SECRET,
    }

    def value(node):
        if isinstance(node, str):
            for name, text in attributes.items():
                node = node.replace("${%s}" % name, text)
            return node
        if isinstance(node, list):
            return list(map(value, node))
        if not isinstance(node, dict):
            return node
        match list(node.items()):
            case [("Ref", name)] if name in unknown:
                return name
            case [("Fn::GetAtt", path)] if path[0] in unknown:
                return path[0]
            case [("Fn::GetAtt", path)] if ".".join(path) in attributes:
                return attributes[".".join(path)]
        return {key: value(item) for key, item in node.items()}

    return value(template | {"Resources": known})


if __name__ == "__main__":
    print(json.dumps(for_moto(expand(), *sys.argv[1:]) if sys.argv[1:] else expand(), indent=2))
