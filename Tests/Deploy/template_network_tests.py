"""What deploy/template.yaml promises of the network, and of who has which right."""

import json

import stack_template
from template_promises import FUNCTIONS, TEMPLATE, Promises, as_list, in_each_choice, needed_by, statements


class NetworkAndRights(Promises):
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


globals().update(in_each_choice(NetworkAndRights))
