"""What deploy/template.yaml promises of the database, and of how the functions log in there."""

import json
import re

import stack_template
from template_promises import SECRET, TEMPLATE, Promises, as_list, in_each_choice, needed_by


class Database(Promises):
    def test_the_database_is_private_encrypted_and_without_a_password_of_ours(self):
        resource = self.resources["Database"]
        database = resource["Properties"]
        prod = self.choice["Profile"] == "prod"
        self.assertEqual((resource["DeletionPolicy"], resource["UpdateReplacePolicy"]), ("Snapshot", "Snapshot"))
        self.assertEqual(database["Engine"], "postgres")
        self.assertRegex(database["EngineVersion"], r"^1[67]\.")
        self.assertIs(database["PubliclyAccessible"], False)
        self.assertIs(database["StorageEncrypted"], True)
        self.assertIs(database["ManageMasterUserPassword"], True)
        self.assertIs(database["EnableIAMDatabaseAuthentication"], True)
        self.assertEqual(database["DBName"], "cruddur")
        self.assertEqual(database["MasterUsername"], "cruddurroot")
        self.assertNotIn("MasterUserPassword", database)
        self.assertEqual((database["DeletionProtection"], database["MultiAZ"]), (prod, prod))
        self.assertEqual(database["BackupRetentionPeriod"], 7 if prod else 1)
        self.assertEqual(database["DBInstanceClass"], "db.t4g.small")
        self.assertIs(database["EnablePerformanceInsights"], True)
        self.assertEqual(database["PerformanceInsightsRetentionPeriod"], 7)
        self.assertEqual(database["VPCSecurityGroups"], [{"Ref": "DatabaseSecurityGroup"}])
        group = self.resources[database["DBParameterGroupName"]["Ref"]]["Properties"]
        self.assertEqual(group["Parameters"]["rds.force_ssl"], "1")

    def test_where_memory_is_short_nothing_takes_it_that_need_not(self):
        resources = stack_template.resolve(TEMPLATE, **self.choice, DatabaseClass="db.t4g.micro")
        database = resources["Database"]["Properties"]
        self.assertEqual(database["DBInstanceClass"], "db.t4g.micro")
        self.assertIs(database["EnablePerformanceInsights"], False)
        self.assertNotIn("PerformanceInsightsRetentionPeriod", database)
        # 10 MiB for a connection leave 600 MiB of the GiB.
        self.assertLessEqual(resources["DatabaseParameterGroup"]["Properties"]["Parameters"]["max_connections"], 40)

    def test_the_engine_version_can_be_chosen_within_the_parameter_groups_family(self):
        resources = stack_template.resolve(TEMPLATE, **self.choice, EngineVersion="17.12")
        self.assertEqual(resources["Database"]["Properties"]["EngineVersion"], "17.12")
        family = resources["DatabaseParameterGroup"]["Properties"]["Family"]
        parameter = TEMPLATE["Parameters"]["EngineVersion"]
        self.assertTrue(f"postgres{parameter['Default']}".startswith(family + "."))
        self.assertRegex("17.12", parameter["AllowedPattern"])
        for wrong in ["16.9", "18.1", "17", "17.12.1", "117.1"]:
            self.assertNotRegex(wrong, parameter["AllowedPattern"])

    def test_no_parameter_is_a_secret(self):
        self.assertNotIn("resolve:", json.dumps(self.resources))
        for name, parameter in TEMPLATE["Parameters"].items():
            self.assertNotIn("NoEcho", parameter, name)
            # What names a secret is no secret.
            if re.search(r"(?i)password|secret", name):
                self.assertRegex(parameter["AllowedPattern"], r"^\^\$\|\^arn:")

    def test_the_functions_read_the_secret_that_is_wanted_and_nothing_else_does(self):
        reading = {
            role: [s for s in self.policies(role) if as_list(s["Action"])[0].startswith(("secretsmanager:", "kms:"))]
            for role in self.of_type("AWS::IAM::Role")
        }
        reading = {role: rules for role, rules in reading.items() if rules}
        if not self.secret:
            self.assertNotIn("secretsmanager", json.dumps(self.resources).lower())
            self.assertFalse(reading)
            return
        self.assertEqual(set(reading), {"SignUpRole", "ApiRole"})
        for rules in reading.values():
            self.assertEqual(
                [(s["Action"], s["Resource"]) for s in rules],
                [("secretsmanager:GetSecretValue", SECRET["DatabaseSecretArn"]), ("kms:Decrypt", SECRET["SecretKeyArn"])])
            self.assertEqual(list(rules[1]["Condition"]["StringEquals"]), ["kms:ViaService"])
        endpoint = self.resources["SecretsEndpoint"]["Properties"]
        (rule,) = endpoint["PolicyDocument"]["Statement"]
        self.assertEqual(
            (rule["Action"], rule["Resource"]), ("secretsmanager:GetSecretValue", SECRET["DatabaseSecretArn"]))
        self.assertIs(endpoint["PrivateDnsEnabled"], True)
        for name in ["SignUpFunction", "ApiFunction"]:
            function = self.resources[name]["Properties"]
            self.assertEqual(function["Layers"], [SECRET["SecretsExtensionArn"]])
            variables = function["Environment"]["Variables"]
            self.assertEqual(variables["DATABASE_SECRET_ID"]["Fn::Select"][1][0], SECRET["DatabaseSecretArn"])
            # A password that was rotated is not kept by the extension for minutes.
            self.assertEqual(variables["SECRETS_MANAGER_TTL"], "0")
            self.assertLessEqual(
                {"SecretsEndpoint", "ReadSecretPolicy", "SecretsIngressFromFunctions", "FunctionEgressToSecrets"},
                needed_by(name, self.resources))
        self.assertNotIn("Layers", self.resources["MigrateFunction"]["Properties"])

    def test_a_secret_without_its_own_key_needs_no_right_to_one(self):
        resources = stack_template.resolve(TEMPLATE, **self.choice | SECRET | {"SecretKeyArn": ""})
        self.assertNotIn("kms:", json.dumps(resources["ReadSecretPolicy"]))

    def test_a_secret_is_not_taken_without_its_extension_or_with_the_proxy(self):
        (rule,) = TEMPLATE["Rules"].values()
        self.assertEqual(rule["RuleCondition"], {"Fn::Not": [{"Fn::Equals": [{"Ref": "DatabaseSecretArn"}, ""]}]})
        self.assertEqual(
            [assertion["Assert"] for assertion in rule["Assertions"]],
            [{"Fn::Not": [{"Fn::Equals": [{"Ref": "SecretsExtensionArn"}, ""]}]},
             {"Fn::Equals": [{"Ref": "UseProxy"}, "false"]}])
        for name, arn in SECRET.items():
            pattern = TEMPLATE["Parameters"][name]["AllowedPattern"]
            self.assertRegex(arn, pattern)
            for wrong in ["cruddur", arn + " ", "arn:aws:s3:::bucket"]:
                self.assertNotRegex(wrong, pattern)
        # One that lacks its end names no secret to IAM, and one with a wildcard names others, too.
        arn, pattern = SECRET["DatabaseSecretArn"], TEMPLATE["Parameters"]["DatabaseSecretArn"]["AllowedPattern"]
        self.assertRegex(arn.replace("cruddur/app", "rds!db-0a1b2c3d"), pattern)
        for wrong in [arn.removesuffix("-AbCdEf"), arn.replace("app-AbCdEf", "*"), arn.replace("-AbCdEf", "-??????")]:
            self.assertNotRegex(wrong, pattern)

    def test_the_proxy_takes_tokens_over_tls_alone(self):
        proxies = list(self.of_type("AWS::RDS::DBProxy").values())
        self.assertEqual(len(proxies), 1 if self.choice["UseProxy"] == "true" else 0)
        for proxy in proxies:
            self.assertEqual((proxy["DefaultAuthScheme"], proxy["RequireTLS"]), ("IAM_AUTH", True))
            # RDS is not known to say for which account it takes the role.
            for statement in self.resources["ProxyRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
                self.assertNotIn("Condition", statement)

    def test_switching_the_proxy_changes_only_where_the_functions_connect_to(self):
        """So the old way works until the new one is there, on the way back, too: what is no longer in a template goes
        after everything else is changed."""
        without, through = (
            stack_template.resolve(TEMPLATE, **self.choice | {"UseProxy": value, "ReserveConcurrency": "false"})
            for value in ["false", "true"])
        self.assertLessEqual(set(without), set(through))
        self.assertEqual(
            {name for name in without if without[name] != through[name]}, {"SignUpFunction", "ApiFunction"})
        for function in ["SignUpFunction", "ApiFunction"]:
            for resources in [without, through]:
                resources[function]["Properties"]["Environment"]["Variables"].pop("CONNECTION_URL")
            self.assertEqual(without[function], through[function])

    def test_the_functions_wait_for_all_of_the_proxy(self):
        if self.choice["UseProxy"] == "true":
            without = stack_template.resolve(TEMPLATE, **self.choice | {"UseProxy": "false"})
            of_the_proxy = set(self.resources) - set(without)
            self.assertIn("ProxyTargetGroup", of_the_proxy)
            for function in ["SignUpFunction", "ApiFunction"]:
                self.assertLessEqual(of_the_proxy, needed_by(function, self.resources))


globals().update(in_each_choice(Database))
