"""What all tests of deploy/template.yaml have in common: it, read for each profile, with and without RDS Proxy, and with a
secret.
"""

import itertools
import re
import unittest

import stack_template

TEMPLATE = stack_template.expand()
FUNCTIONS = {
    "SignUpFunction": ("-sign-up", "cruddur.events"),
    "ApiFunction": ("-api", "cruddur.events"),
    "MigrateFunction": ("-migrate", "cruddur.migrate"),
}
SECRET = {
    "DatabaseSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:cruddur/app-AbCdEf",
    "SecretsExtensionArn":
        "arn:aws:lambda:eu-central-1:187925254637:layer:AWS-Parameters-and-Secrets-Lambda-Extension:18",
    "SecretKeyArn": "arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000",
}


def as_list(value):
    return value if isinstance(value, list) else [value]


def statements(resource):
    """All statements of a policy or a role, but who may take the role."""
    if not resource["Type"].startswith("AWS::IAM::"):
        return []
    properties = resource["Properties"]
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [properties])]
    return [statement for document in documents for statement in document["Statement"]]


def references(node):
    """The names in what refers to resources or parameters."""
    match node:
        case {"Ref": name}:
            yield name
        case {"Fn::GetAtt": [name, *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (name.split(".")[0] for name in re.findall(r"\$\{([^}]+)\}", text))
        case dict():
            for item in node.values():
                yield from references(item)
        case [str(text), dict(values)] if "${" in text:  # Fn::Sub with values of its own.
            yield from references({"Fn::Sub": text})
            yield from references(values)
        case list():
            for item in node:
                yield from references(item)


def needed_by(name, resources):
    """What a resource depends on, directly and indirectly: it is made and changed after them, and deleted before."""
    needed, unread = set(), [name]
    while unread:
        resource = resources[unread.pop()]
        named = set(as_list(resource.get("DependsOn", []))) | set(references(resource["Properties"]))
        unread += (named & set(resources)) - needed
        needed |= named & set(resources)
    return needed


class Promises:
    choice = {}

    @property
    def secret(self):
        """Whether the functions log in with a secret."""
        return bool(self.choice.get("DatabaseSecretArn"))

    def setUp(self):
        self.resources = stack_template.resolve(TEMPLATE, **self.choice)

    def of_type(self, kind):
        return {name: item["Properties"] for name, item in self.resources.items() if item["Type"] == kind}

    def policies(self, role):
        """The statements of a role, those of its managed policies with them."""
        names = [arn["Ref"] for arn in self.resources[role]["Properties"].get("ManagedPolicyArns", [])]
        names += [
            name for name, policy in self.of_type("AWS::IAM::ManagedPolicy").items()
            if {"Ref": role} in policy.get("Roles", [])
        ]
        return [statement for name in [role, *names] for statement in statements(self.resources[name])]


def in_each_choice(promises):
    """A test case of the promises for each choice of parameters, by its name."""
    cases = {}
    for profile, proxy, secret in itertools.product(["dev", "prod"], ["false", "true"], [{}, SECRET]):
        if proxy == "true" and secret:
            continue  # RDS Proxy takes no secret.
        name = f"{profile}{' with RDS Proxy' if proxy == 'true' else ''}{' with a secret' if secret else ''}"
        choice = {"Profile": profile, "UseProxy": proxy, "AlarmEmail": "alarms@example.com"} | secret
        cases[name] = type(name, (promises, unittest.TestCase), {"choice": choice})
    return cases
