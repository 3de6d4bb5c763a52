"""What deploy/template.yaml promises, for each profile, with and without RDS Proxy, and with a secret."""

import itertools
import json
import re
import unittest

import stack_template

ORIGINS = "https://a.example,https://b.example"
TEMPLATE = stack_template.expand()
WITH_ORIGINS = stack_template.expand(CorsOrigins=ORIGINS)
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

    # --- Network

    def test_nothing_reaches_the_internet_or_is_reached_from_it(self):
        self.assertNotRegex(json.dumps(self.resources), r"0\.0\.0\.0/0|::/0")
        kinds = {item["Type"] for item in self.resources.values()}
        self.assertFalse(
            kinds & {"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route", "AWS::EC2::EIP"})
        for subnet in self.of_type("AWS::EC2::Subnet").values():
            self.assertNotIn("MapPublicIpOnLaunch", subnet)

    def test_the_subnets_are_in_two_zones_and_in_the_vpc(self):
        zones = [subnet["AvailabilityZone"] for subnet in self.of_type("AWS::EC2::Subnet").values()]
        self.assertEqual(zones, [{"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in [0, 1]])

    def test_the_zones_can_be_chosen(self):
        resources = stack_template.resolve(TEMPLATE, **self.choice, AvailabilityZones="us-east-1b,us-east-1d")
        for index, name in enumerate(["SubnetA", "SubnetB"]):
            zone = resources[name]["Properties"]["AvailabilityZone"]
            self.assertEqual(zone, {"Fn::Select": [index, {"Fn::Split": [",", {"Fn::Sub": "${AvailabilityZones},"}]}]})
        pattern = TEMPLATE["Parameters"]["AvailabilityZones"]["AllowedPattern"]
        self.assertRegex("us-east-1b,us-east-1d", pattern)
        for wrong in ["us-east-1b", "us-east-1b,", "us-east-1b, us-east-1d", "us-east-1b,us-east-1d,us-east-1f"]:
            self.assertNotRegex(wrong, pattern)

    def test_security_groups_allow_postgresql_between_each_other_alone(self):
        into, out_of = set(), set()
        # Secrets Manager is asked over HTTPS.
        ports = dict.fromkeys(["SecretsEndpointSecurityGroup"], 443)
        for name, group in self.of_type("AWS::EC2::SecurityGroup").items():
            self.assertNotIn("SecurityGroupIngress", group)
            for rule in group["SecurityGroupEgress"]:
                if rule.get("CidrIp") == "127.0.0.1/32":
                    continue
                self.assertEqual((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]), ("tcp", 5432, 5432))
                out_of.add((name, rule["DestinationSecurityGroupId"]["Ref"]))
        for rule in self.of_type("AWS::EC2::SecurityGroupEgress").values():
            port = ports.get(rule["DestinationSecurityGroupId"]["Ref"], 5432)
            self.assertEqual((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]), ("tcp", port, port))
            out_of.add((rule["GroupId"]["Ref"], rule["DestinationSecurityGroupId"]["Ref"]))
        for rule in self.of_type("AWS::EC2::SecurityGroupIngress").values():
            port = ports.get(rule["GroupId"]["Ref"], 5432)
            self.assertEqual((rule["IpProtocol"], rule["FromPort"], rule["ToPort"]), ("tcp", port, port))
            into.add((rule["SourceSecurityGroupId"]["Ref"], rule["GroupId"]["Ref"]))
        expected = {("FunctionSecurityGroup", "DatabaseSecurityGroup")}
        if self.choice["UseProxy"] == "true":
            expected |= {
                ("FunctionSecurityGroup", "ProxySecurityGroup"), ("ProxySecurityGroup", "DatabaseSecurityGroup")}
        if self.secret:
            expected |= {("FunctionSecurityGroup", "SecretsEndpointSecurityGroup")}
        self.assertEqual(into, expected)
        self.assertEqual(out_of, expected)

    # --- Rights

    def test_no_right_has_a_wildcard_but_for_network_interfaces(self):
        for name, resource in self.resources.items():
            for statement in statements(resource):
                for action in as_list(statement["Action"]):
                    self.assertNotIn("*", action, name)
                if "*" in as_list(statement["Resource"]):
                    self.assertEqual(name, "NetworkInterfacePolicy")
                    for action in statement["Action"]:
                        self.assertRegex(action, r"^ec2:\w*(NetworkInterface|Subnet|PrivateIpAddress)\w*$")

    def test_the_functions_code_is_denied_what_lambda_may_do_for_them(self):
        allow, deny = statements(self.resources["NetworkInterfacePolicy"])
        self.assertEqual((allow["Effect"], deny["Effect"]), ("Allow", "Deny"))
        self.assertEqual(allow["Action"], deny["Action"])
        denied = [arn["Fn::Sub"] for arn in deny["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]]
        self.assertEqual(len(denied), len(FUNCTIONS))
        for suffix, _ in FUNCTIONS.values():
            self.assertTrue(any(arn.endswith("${AWS::StackName}" + suffix) for arn in denied), suffix)

    def test_each_function_has_a_role_and_a_log_group_of_its_own(self):
        for function in FUNCTIONS:
            name = function.removesuffix("Function")
            properties = self.resources[function]["Properties"]
            self.assertEqual(properties["Role"], {"Fn::GetAtt": [f"{name}Role", "Arn"]})
            self.assertEqual(
                properties["LoggingConfig"], {"LogFormat": "JSON", "LogGroup": {"Ref": f"{name}LogGroup"}})
            logs = [s for s in self.policies(f"{name}Role") if "logs:PutLogEvents" in s["Action"]]
            self.assertEqual([s["Resource"] for s in logs], [{"Fn::GetAtt": [f"{name}LogGroup", "Arn"]}])

    def test_the_rights_to_delete_interfaces_outlive_what_the_interfaces_are_in(self):
        # CloudFormation deletes a resource once all that depend on it are gone.
        for function in FUNCTIONS:
            role = f"{function.removesuffix('Function')}Role"
            self.assertIn("FunctionSecurityGroup", needed_by(function, self.resources))
            self.assertLessEqual({role, "NetworkInterfacePolicy"}, needed_by("FunctionSecurityGroup", self.resources))

    def test_only_who_needs_it_connects_and_only_as_the_application(self):
        connecting = {}
        for role in self.of_type("AWS::IAM::Role"):
            rules = [s for s in self.policies(role) if "rds-db:connect" in as_list(s["Action"])]
            if rules:
                connecting[role] = json.dumps([s["Resource"] for s in rules])
        expected = {"SignUpRole", "ApiRole"}
        if self.choice["UseProxy"] == "true":
            self.assertIn("${Database.DbiResourceId}/cruddur_app", connecting.pop("ProxyRole"))
        self.assertEqual(set(connecting), expected)
        for resource in connecting.values():
            # Past the proxy, too, if there is one: the functions do not all go over to it at once.
            self.assertIn("${Database.DbiResourceId}/cruddur_app", resource)
            if self.choice["UseProxy"] == "true":
                self.assertIn("${proxy}/cruddur_app", resource)
                self.assertIn("Proxy.DBProxyArn", resource.replace('", "', "."))

    # --- Functions

    def test_the_functions_are_the_contract(self):
        functions = self.of_type("AWS::Lambda::Function")
        self.assertEqual(set(functions), set(FUNCTIONS))
        host = "Proxy.Endpoint" if self.choice["UseProxy"] == "true" else "Database.Endpoint.Address"
        for name, (suffix, handler) in FUNCTIONS.items():
            function = functions[name]
            self.assertEqual(function["FunctionName"], {"Fn::Sub": "${AWS::StackName}" + suffix})
            self.assertEqual((function["Handler"], function["Runtime"]), (handler, "provided.al2023"))
            self.assertEqual(function["Code"], {"S3Bucket": "CodeBucket", "S3Key": "CodeKey"})
            self.assertEqual(function["VpcConfig"]["SecurityGroupIds"], [{"Ref": "FunctionSecurityGroup"}])
            variables = function["Environment"]["Variables"]
            self.assertEqual(variables["PGSSLROOTCERT"], "/var/task/ca-bundle.pem")
            url = json.dumps(variables["CONNECTION_URL"]).replace('", "', ".")
            if name == "MigrateFunction":
                self.assertIn("postgresql://${Database.Endpoint.Address}:5432/cruddur", url)
                self.assertNotIn("DATABASE_IAM_AUTH", variables)
                self.assertNotIn("METRICS_NAMESPACE", variables)
            else:
                self.assertIn("postgresql://${user}${host}:5432/cruddur", url)
                user = variables["CONNECTION_URL"]["Fn::Sub"][1]["user"]
                self.assertEqual(user, "" if self.secret else "cruddur_app@")
                self.assertIn(host, url)
                self.assertEqual(variables.get("DATABASE_IAM_AUTH"), None if self.secret else "1")
                self.assertEqual(variables["METRICS_NAMESPACE"], {"Ref": "AWS::StackName"})
            self.assertNotIn("ALLOW_ANONYMOUS_AUTHOR", variables)

    def test_what_is_reserved_leaves_the_database_connections(self):
        self.assertEqual(
            set(TEMPLATE["Mappings"]["Classes"]), set(TEMPLATE["Parameters"]["DatabaseClass"]["AllowedValues"]))
        for row in TEMPLATE["Mappings"]["Classes"].values():
            # Migrations, Amazon RDS, superusers, people.
            self.assertLessEqual(row["signUpConcurrency"] + row["apiConcurrency"] + 20, row["maxConnections"])
            self.assertLess(row["manyConnections"], row["maxConnections"])
        row = TEMPLATE["Mappings"]["Classes"][self.resources["Database"]["Properties"]["DBInstanceClass"]]
        group = self.resources["DatabaseParameterGroup"]["Properties"]
        self.assertEqual(group["Parameters"]["max_connections"], row["maxConnections"])
        reserved = [
            self.resources[name]["Properties"].get("ReservedConcurrentExecutions")
            for name in ["SignUpFunction", "ApiFunction"]
        ]
        reserves = self.choice["Profile"] == "prod" and self.choice["UseProxy"] == "false"
        self.assertEqual(
            reserved, [row["signUpConcurrency"], row["apiConcurrency"]] if reserves else [None, None])

    def test_new_accounts_can_do_without_reserved_concurrency(self):
        resources = stack_template.resolve(TEMPLATE, Profile="prod", ReserveConcurrency="false")
        for name in FUNCTIONS:
            self.assertNotIn("ReservedConcurrentExecutions", resources[name]["Properties"])

    def test_cors_is_the_gateways_and_absent_unless_asked_for(self):
        self.assertNotIn("x-amazon-apigateway-cors", json.dumps(self.resources["Api"]))
        resources = stack_template.resolve(WITH_ORIGINS, **self.choice, CorsOrigins=ORIGINS)
        # What the gateway would write over.
        self.assertNotIn("CORS_ORIGINS", json.dumps(resources["ApiFunction"]))
        cors = resources["Api"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
        self.assertEqual(cors["allowOrigins"], {"Fn::Split": [",", ORIGINS]})
        # As the function says where there is no gateway with a configuration of its own.
        swift = (stack_template.TOP / "Sources/LambdaHTTP/CORS.swift").read_text()
        self.assertIn(f'("access-control-expose-headers", "{", ".join(cors["exposeHeaders"])}")', swift)
        self.assertIn(f'("access-control-allow-headers", "{", ".join(cors["allowHeaders"])}")', swift)
        self.assertEqual(set(cors["allowMethods"]), {"GET", "HEAD", "POST"})
        self.assertNotIn("allowCredentials", cors)

    def test_origins_are_taken_as_the_gateway_takes_them(self):
        pattern = TEMPLATE["Parameters"]["CorsOrigins"]["AllowedPattern"]
        for right in ["", "*", "https://example.com", "http://localhost:3000,https://example.com"]:
            self.assertRegex(right, pattern)
        blank, mixed = "https://a.example, https://b.example", "*,https://a.example"
        for wrong in ["example.com", "https://example.com/", blank, mixed]:
            self.assertNotRegex(wrong, pattern)

    # --- Database

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

    # --- Sign-up and API

    def test_cognito_and_the_clock_alone_may_invoke_the_trigger(self):
        pool = self.resources["UserPool"]["Properties"]
        function = {"Fn::GetAtt": ["SignUpFunction", "Arn"]}
        self.assertEqual(pool["LambdaConfig"], {"PostConfirmation": function, "PostAuthentication": function})
        self.assertEqual(pool["DeletionProtection"], "ACTIVE" if self.choice["Profile"] == "prod" else "INACTIVE")
        self.assertEqual(pool["AutoVerifiedAttributes"], ["email"])
        self.assertEqual(pool["UserAttributeUpdateSettings"], {"AttributesRequireVerificationBeforeUpdate": ["email"]})
        self.assertEqual({a["Name"] for a in pool["Schema"]}, {"email", "name", "preferred_username"})
        allowed = {
            permission["Principal"]: permission for permission in self.of_type("AWS::Lambda::Permission").values()
            if permission["FunctionName"] == {"Ref": "SignUpFunction"}
        }
        self.assertEqual(set(allowed), {"cognito-idp.amazonaws.com", "events.amazonaws.com"})
        cognito = allowed["cognito-idp.amazonaws.com"]
        self.assertEqual(cognito["SourceAccount"], {"Ref": "AWS::AccountId"})
        self.assertEqual(cognito["SourceArn"], {"Fn::GetAtt": ["UserPool", "Arn"]})
        self.assertEqual(
            allowed["events.amazonaws.com"]["SourceArn"], {"Fn::GetAtt": ["SignUpFunctionStayActive", "Arn"]})

    def test_what_people_wait_for_is_never_idle_for_weeks(self):
        rules = self.of_type("AWS::Events::Rule")
        self.assertEqual(set(rules), {"SignUpFunctionStayActive", "ApiFunctionStayActive"})
        for name, rule in rules.items():
            function = name.removesuffix("StayActive")
            self.assertEqual(rule["ScheduleExpression"], "rate(1 day)")
            (target,) = rule["Targets"]
            self.assertEqual(target["Arn"], {"Fn::GetAtt": [function, "Arn"]})
            self.assertEqual(list(json.loads(target["Input"])), ["triggerSource"])
            permission = self.resources[f"{name}Permission"]["Properties"]
            self.assertEqual(permission["FunctionName"], {"Ref": function})
            self.assertEqual(permission["SourceArn"], {"Fn::GetAtt": [name, "Arn"]})

    def test_every_route_that_writes_or_asks_who_it_is_wants_a_token_and_no_other(self):
        swift = (stack_template.TOP / "Sources/Bootstrap/Routes.swift").read_text()
        routes = re.findall(r'http\.on\(\.(\w+), "([^"]+)"', swift)
        secured = {(method, path) for method, path in routes if method != "get" or path.endswith("/me")}
        self.assertEqual(len(secured), 3)
        body = self.resources["Api"]["Properties"]["Body"]
        self.assertEqual(set(body["paths"]), {path for _, path in secured} | {"$default"})
        for method, path in secured:
            self.assertEqual(list(body["paths"][path]), [method])
            self.assertEqual(body["paths"][path][method]["security"], [{"UserPool": []}])
        self.assertNotIn("security", body["paths"]["$default"]["x-amazon-apigateway-any-method"])
        authorizer = body["components"]["securitySchemes"]["UserPool"]["x-amazon-apigateway-authorizer"]
        self.assertEqual(authorizer["type"], "jwt")
        self.assertEqual(authorizer["jwtConfiguration"]["audience"], [{"Ref": "UserPoolClient"}])
        self.assertIn("${UserPool}", authorizer["jwtConfiguration"]["issuer"]["Fn::Sub"])

    def test_the_stage_is_throttled_and_logged_without_people(self):
        (stage,) = self.of_type("AWS::ApiGatewayV2::Stage").values()
        self.assertGreater(stage["DefaultRouteSettings"]["ThrottlingRateLimit"], 0)
        self.assertGreater(stage["DefaultRouteSettings"]["ThrottlingBurstLimit"], 0)
        fields = json.loads(stage["AccessLogSettings"]["Format"])
        self.assertFalse([v for v in fields.values() if re.search("sourceIp|path|identity|claims", v)])

    # --- Looking after it

    def test_every_log_group_forgets(self):
        groups = self.of_type("AWS::Logs::LogGroup")
        self.assertEqual(len(groups), 5)
        for group in groups.values():
            self.assertGreater(group["RetentionInDays"], 0)

    def test_alarms_tell_of_all_that_loses_a_user_or_is_about_to(self):
        alarms = self.of_type("AWS::CloudWatch::Alarm")
        watched = {
            (alarm["MetricName"], *(d["Value"]["Ref"] for d in alarm.get("Dimensions", [])))
            for alarm in alarms.values()
        }
        for function in FUNCTIONS:
            self.assertLessEqual({("Errors", function), ("Throttles", function)}, watched)
        self.assertLessEqual(
            {("Duration", "SignUpFunction"), ("UsersLost",), ("5xx", "Api"),
             ("DatabaseConnections", "Database"), ("FreeStorageSpace", "Database"), ("FreeableMemory", "Database"),
             ("SwapUsage", "Database"), ("CPUCreditBalance", "Database")}, watched)
        for name, alarm in alarms.items():
            self.assertEqual(alarm["AlarmActions"], [{"Ref": "AlarmTopic"}], name)
            self.assertTrue(alarm["AlarmDescription"], name)
        self.assertLess(alarms["SignUpDuration"]["Threshold"], 5000)
        (metric,) = self.resources["UsersLostFilter"]["Properties"]["MetricTransformations"]
        self.assertEqual(metric["MetricNamespace"], alarms["UsersLost"]["Namespace"])

    def test_memory_is_scarce_when_a_tenth_of_it_is_left(self):
        for name, gibibytes in {"db.t4g.micro": 1, "db.t4g.small": 2, "db.t4g.medium": 4}.items():
            alarm = stack_template.resolve(TEMPLATE, DatabaseClass=name)["DatabaseMemory"]["Properties"]
            self.assertEqual(alarm["ComparisonOperator"], "LessThanThreshold")
            self.assertEqual(alarm["Threshold"], gibibytes * 2**30 // 10)

    def test_without_an_address_nobody_is_told(self):
        resources = stack_template.resolve(TEMPLATE)
        self.assertNotIn("AlarmTopic", resources)
        self.assertNotIn("AlarmActions", resources["SignUpErrors"]["Properties"])

    # --- The template itself

    def test_it_is_small_enough_to_be_sent_as_it_is(self):
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
        self.assertLess(stack_template.PATH.stat().st_size, 51_200)

    def test_its_outputs_are_the_contract(self):
        self.assertEqual(
            set(TEMPLATE["Outputs"]),
            {"ApiUrl", "UserPoolId", "UserPoolClientId", "SignUpFunction", "ApiFunction", "MigrateFunction",
             "DBInstance", "DBEndpoint", "MasterSecretArn"})


# RDS Proxy takes no secret.
for profile, proxy, secret in itertools.product(["dev", "prod"], ["false", "true"], [{}, SECRET]):
    if proxy == "true" and secret:
        continue
    name = f"{profile}{' with RDS Proxy' if proxy == 'true' else ''}{' with a secret' if secret else ''}"
    choice = {"Profile": profile, "UseProxy": proxy, "AlarmEmail": "alarms@example.com"} | secret
    globals()[name] = type(name, (Promises, unittest.TestCase), {"choice": choice})

if __name__ == "__main__":
    unittest.main()
