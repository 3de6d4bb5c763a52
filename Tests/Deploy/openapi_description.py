"""Whether deploy/openapi.yaml is a good description in itself, and says the same as the README.

That it has the program's routes and codes is for DescriptionTests.swift to say, and what comes of requests, for
schemathesis.
"""

import pathlib
import re
import unittest

import jsonschema
import openapi_spec_validator
import referencing
import yaml

TOP = pathlib.Path(__file__).parent.parent.parent
DESCRIPTION = yaml.safe_load((TOP / "deploy/openapi.yaml").read_text())
README = (TOP / "README.md").read_text()
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}


def parts(value, path=()):
    """Each object that is somewhere in the description, with the keys that lead to it."""
    if isinstance(value, dict):
        yield path, value
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from parts(inner, (*path, key))


def resolved(value):
    while "$ref" in value:
        target = DESCRIPTION
        for key in value["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        value = target
    return value


def operations():
    for path, item in DESCRIPTION["paths"].items():
        for method in METHODS & item.keys():
            yield f"{method.upper()} {path}", item[method]


def problems(response):
    """The schema of a response's problem, if it has one."""
    content = response.get("content", {})
    return [content["application/problem+json"]["schema"]] if "application/problem+json" in content else []


def codes_by_status():
    codes = {}
    for _, operation in operations():
        for status, response in operation["responses"].items():
            for schema in problems(resolved(response)):
                codes.setdefault(status, set()).update(schema["properties"]["codes"]["items"]["enum"])
    return codes


class Description(unittest.TestCase):
    def test_it_is_openapi(self):
        self.assertTrue(DESCRIPTION["openapi"].startswith("3.1."))
        openapi_spec_validator.validate(DESCRIPTION)

    def test_each_body_has_an_example_and_each_example_is_valid(self):
        resource = referencing.Resource(DESCRIPTION, referencing.jsonschema.DRAFT202012)
        registry = referencing.Registry().with_resource("urn:description", resource)
        seen = 0
        for path, part in parts(DESCRIPTION):
            examples = [inner["value"] for inner in part.get("examples", {}).values()] if "schema" in part else []
            examples += [part["example"]] if "schema" in part and "example" in part else []
            if len(path) > 1 and path[-2] == "content":
                self.assertTrue(examples, f"{path} has no example")
            pointer = "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in (*path, "schema"))
            schema = {"$ref": f"urn:description#/{pointer.replace('%', '%25')}"}
            validator = jsonschema.Draft202012Validator(
                schema, registry=registry, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
            for example in examples:
                with self.subTest("/".join(map(str, path))):
                    validator.validate(example)
                seen += 1
        self.assertGreater(seen, 20)

    def test_each_component_is_used(self):
        used = {part["$ref"] for _, part in parts(DESCRIPTION) if "$ref" in part}
        for kind, components in DESCRIPTION["components"].items():
            if kind != "securitySchemes":
                for name in components:
                    self.assertIn(f"#/components/{kind}/{name}", used)

    def test_each_operation_says_what_may_become_of_any(self):
        identifiers = []
        for name, operation in operations():
            with self.subTest(name):
                self.assertLessEqual({"200", "401", "405", "429", "500", "503"}, operation["responses"].keys())
                self.assertTrue(operation["summary"] and operation["tags"])
                identifiers.append(operation["operationId"])
        self.assertEqual(len(set(identifiers)), len(identifiers))
        self.assertLessEqual(
            {link["operationId"] for link in DESCRIPTION["components"]["links"].values()}, set(identifiers))

    def test_a_problem_has_the_status_of_its_response(self):
        for name, operation in operations():
            for status, response in operation["responses"].items():
                for schema in problems(resolved(response)):
                    with self.subTest(f"{name} {status}"):
                        self.assertEqual(schema["properties"]["status"], {"const": int(status)})

    def test_each_code_is_explained_and_comes_with_a_status(self):
        explained = [code["const"] for code in DESCRIPTION["components"]["schemas"]["Code"]["oneOf"]]
        self.assertEqual(sorted(explained), sorted(set().union(*codes_by_status().values())))

    def test_the_readme_has_the_same_codes(self):
        rows = re.findall(r"^\| ([45]\d\d) \| (.*) \|$", README, re.MULTILINE)
        self.assertEqual({status: set(re.findall(r"`([a-z0-9_]+)`", text)) for status, text in rows}, codes_by_status())

    def test_the_readme_has_the_same_requests(self):
        rows = re.findall(r"^\| `(GET|POST) (/api/[^`?]*)[`?]", README, re.MULTILINE)
        self.assertEqual({f"{method} {path.strip()}" for method, path in rows}, {name for name, _ in operations()})


if __name__ == "__main__":
    unittest.main()
