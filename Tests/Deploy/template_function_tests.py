"""What deploy/template.yaml promises of the functions, of who invokes them, and of who is told."""

import json
import re

import stack_template
from template_promises import FUNCTIONS, TEMPLATE, Promises, in_each_choice

ORIGINS = "https://a.example,https://b.example"
WITH_ORIGINS = stack_template.expand(CorsOrigins=ORIGINS)


class Functions(Promises):
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

    def test_it_is_small_enough_to_be_sent_as_it_is(self):
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
        self.assertLess(stack_template.PATH.stat().st_size, 51_200)

    def test_its_outputs_are_the_contract(self):
        self.assertEqual(
            set(TEMPLATE["Outputs"]),
            {"ApiUrl", "UserPoolId", "UserPoolClientId", "SignUpFunction", "ApiFunction", "MigrateFunction",
             "DBInstance", "DBEndpoint", "MasterSecretArn"})


globals().update(in_each_choice(Functions))
