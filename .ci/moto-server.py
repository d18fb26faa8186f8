"""Starts moto's server on a free loopback port and prints the port. Adds only what `provision` needs and moto's CloudFormation
lacks. The calls, their wire format and S3, IAM and Redshift are moto's own."""

import sys
import time

from moto.cloudformation import models, parsing, responses
from moto.core.common_models import CloudFormationModel
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.redshift.models import Cluster


def short_form(loader, tag, node):
    """!Condition is not a function, and the name of an attribute may contain dots."""
    if tag == "!Condition":
        return {"Condition": node.value}
    if tag == "!GetAtt" and isinstance(node.value, str):
        return {"Fn::GetAtt": node.value.split(".", 1)}
    return construct(loader, tag, node)


construct = models.yaml_tag_constructor
models.yaml_tag_constructor = short_form


def without_nothing(resource_json, resources_map):
    """AWS::NoValue in a list does not count as an element."""
    cleaned = clean_json(resource_json, resources_map)
    return [one for one in cleaned if one is not None] if isinstance(resource_json, list) else cleaned


clean_json = parsing.clean_json
parsing.clean_json = without_nothing


def all_parameters(change_set):
    """CloudFormation keeps all parameters, each as a string."""
    declared = change_set.template_dict.get("Parameters", {})
    return {**{name: str(one.get("Default")) for name, one in declared.items()}, **change_set.parameters}


def parameter_list(stack):
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in stack.parameters.items()]


models.Stack.stack_parameters = property(lambda stack: stack.parameters)
models.Stack.parameter_list = property(parameter_list)
# Resources of types that moto does not know are left out of the lists, instead of being listed without a name.
models.Stack.stack_resources = property(lambda stack: [one for one in stack.resource_map.values() if one is not None])
# CloudFormation does not refuse a change set without changes: it creates one that has failed, as moto's models do.
responses.CloudFormationResponse._validate_different_update = lambda *_: None


def with_conditions(self):
    """Leaves out of a change set the resources with a false condition: moto adds and keeps them all."""
    parse(self)
    known = all_parameters(self)
    holds = parsing.LazyDict()
    for name, condition in self.template_dict.get("Conditions", {}).items():
        holds[name] = lambda condition=condition: parsing.parse_condition(condition, known, holds)
    resources = self.template_dict["Resources"]
    self.template_dict["Resources"] = {
        name: one for name, one in resources.items() if "Condition" not in one or holds[one["Condition"]]
    }


parse = models.ChangeSet._parse_template
models.ChangeSet._parse_template = with_conditions


def with_outputs(self, change_set_name, stack_name=None):
    """After a change set, the stack has its outputs and parameters, and the removed resources are gone."""
    change_set = self.describe_change_set(change_set_name)
    before = set(change_set.stack.resource_map._resource_json_map)
    execute(self, change_set_name, stack_name)
    stack = change_set.stack
    for name in before - set(change_set.template_dict["Resources"]):
        stack.resource_map._parsed_resources.pop(name, None)
    stack._parse_template()
    stack.parameters = all_parameters(change_set)
    stack.output_map = stack._create_output_map()
    stack.output_map._output_json_map = {
        name: one
        for name, one in stack.template_dict["Outputs"].items()
        if "Condition" not in one or stack.resource_map.lazy_condition_map[one["Condition"]]
    }


execute = models.CloudFormationBackend.execute_change_set
models.CloudFormationBackend.execute_change_set = with_outputs

# A cluster gets the name from its template, and its address is a string.
Cluster.cloudformation_name_type = staticmethod(lambda: "ClusterIdentifier")
Cluster.get_cfn_attribute = lambda self, name: self.address if name == "Endpoint.Address" else self.port


class Named:
    """A resource with only a name."""

    def __init__(self, name, account_id, region_name):
        self.physical_resource_id = name
        self.account_id, self.region_name = account_id, region_name

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        return cls(resource_name, account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, *_, **__):
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, *_):
        pass


class Namespace(Named, CloudFormationModel):
    __module__ = "moto.redshiftserverless.models"
    cloudformation_name_type = staticmethod(lambda: "NamespaceName")
    cloudformation_type = staticmethod(lambda: "AWS::RedshiftServerless::Namespace")


class Workgroup(Named, CloudFormationModel):
    __module__ = "moto.redshiftserverless.models"
    cloudformation_name_type = staticmethod(lambda: "WorkgroupName")
    cloudformation_type = staticmethod(lambda: "AWS::RedshiftServerless::Workgroup")

    def get_cfn_attribute(self, name):
        place = f"{self.account_id}.{self.region_name}"
        arn = f"arn:aws:redshift-serverless:{self.region_name}:{self.account_id}:workgroup/{self.physical_resource_id}"
        return {
            "Workgroup.Endpoint.Address": f"{self.physical_resource_id}.{place}.redshift-serverless.amazonaws.com",
            "Workgroup.WorkgroupArn": arn,
        }[name]


server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
try:
    time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
finally:
    server.stop()
