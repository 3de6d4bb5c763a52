"""Rules of AWS's that moto does not know. python_server.py has each of its moto servers keep them.

moto lets every call succeed at once. AWS refuses some, and its CloudFormation fails halfway, which is what the scripts
have to get right. Each rule has its source.
"""

import functools

from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.moto_api._internal import mock_random
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend


def apply():
    refuse_what_a_stopped_database_cannot()
    keep_the_last_snapshot()
    hold_groups_with_interfaces()
    fail_deletions_halfway()
    compare_change_sets()


def around(owner, name):
    """Replaces a method of a class by a function that gets the method first."""

    def decorate(function):
        method = getattr(owner, name)

        @functools.wraps(method)
        def replacement(*arguments, **options):
            return function(method, *arguments, **options)

        setattr(owner, name, replacement)
        return function

    return decorate


def refuse_what_a_stopped_database_cannot():
    """https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html#USER_StopInstance.Limitations"""

    def require_available(backend, name, what):
        database = backend.databases.get(name)
        if database and database.status != "available":
            raise RDSClientError(
                "InvalidDBInstanceState", f"Cannot {what} because the database instance {name} is not currently in the "
                "available state.")

    @around(RDSBackend, "modify_db_instance")
    def modify(method, self, db_instance_identifier, *arguments, **options):
        require_available(self, db_instance_identifier, "modify it")
        return method(self, db_instance_identifier, *arguments, **options)

    # A final snapshot is made so, too.
    @around(RDSBackend, "create_db_snapshot")
    def create_snapshot(method, self, db_instance_identifier, *arguments, **options):
        require_available(self, db_instance_identifier, "create a snapshot")
        return method(self, db_instance_identifier, *arguments, **options)


def keep_the_last_snapshot():
    """A stack's database leaves one, which is what its DeletionPolicy says, and the default.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html"""

    @around(DBInstance, "delete")
    def delete(method, self, account_id, region_name):
        name = self.db_instance_identifier
        self.backend.delete_db_instance(name, f"{name}-snapshot-{mock_random.get_random_hex(12)}")


def hold_groups_with_interfaces():
    """https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html"""

    @around(SecurityGroupBackend, "_delete_security_group")
    def delete_group(method, self, vpc_id, group_id):
        if any(group.id == group_id for interface in self.enis.values() for group in interface.group_set):
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
        return method(self, vpc_id, group_id)


def fail_deletions_halfway():
    """A resource that cannot be deleted stays, and the stack with it.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html"""

    def resources_left(stack):
        resources = stack.resource_map._parsed_resources
        return {name: resources[name] for name in stack.resource_map._resource_json_map if resources.get(name)}

    @around(Stack, "delete")
    def delete(method, self):
        try:
            method(self)
        except ServiceException as error:
            # To look at an output would make what it is of anew.
            self.output_map._output_json_map = {}
            self._add_stack_event("DELETE_FAILED", error.message)
            self.status = "DELETE_FAILED"

    @around(CloudFormationResponse, "list_stack_resources")
    def list_resources(method, self):
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        if stack.status != "DELETE_FAILED":
            return method(self)
        return ActionResult({"StackResourceSummaries": [
            {"LogicalResourceId": name, "PhysicalResourceId": resource.physical_resource_id,
             "ResourceStatus": "DELETE_FAILED"}
            for name, resource in resources_left(stack).items()]})

    @around(CloudFormationBackend, "delete_stack")
    def delete_stack(method, self, name_or_stack_id):
        method(self, name_or_stack_id)
        for stack in list(self.deleted_stacks.values()):
            if stack.status == "DELETE_FAILED":
                self.stacks[stack.stack_id] = self.deleted_stacks.pop(stack.stack_id)


def compare_change_sets():
    """What an update would change is found out after the call, for a template with a transform by a change set alone:
    update-stack takes it, and goes through the motions, even where there is nothing to change. What changes a stopped
    database fails, and so does taking that back.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
    https://github.com/takomo-io/takomo/issues/112"""
    # What moto says at once.
    CloudFormationResponse._validate_different_update = lambda *arguments: None

    @around(CloudFormationBackend, "create_change_set")
    def create(method, self, *arguments, **options):
        change_set_id, stack_id = method(self, *arguments, **options)
        change_set, stack = self.change_sets[change_set_id], self.stacks[stack_id]
        if change_set.change_set_type == "UPDATE":
            values = stack.stack_parameters | change_set.parameters
            changes = values != stack.stack_parameters or change_set.template != stack.template
            change_set.status = "CREATE_COMPLETE" if changes else "FAILED"
            change_set.status_reason = None if changes else "No updates are to be performed."
        return change_set_id, stack_id

    @around(CloudFormationBackend, "execute_change_set")
    def execute(method, self, change_set_name, **options):
        change_set = self.describe_change_set(change_set_name)
        stack, resources = change_set.stack, change_set.stack.resource_map._parsed_resources
        changed = [resources.get(change.logical_resource_id) for change in change_set.changes]
        if any(isinstance(resource, DBInstance) and resource.status != "available" for resource in changed):
            stack._add_stack_event("UPDATE_ROLLBACK_FAILED", "Database instance is not in available state.")
            stack.status = "UPDATE_ROLLBACK_FAILED"
            return
        method(self, change_set_name, **options)
        stack.parameters = change_set.parameters
