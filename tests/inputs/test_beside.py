"""What a plan holds beside resources: actions, provisioners, and what it leaves untold."""

from typing import Any

import pytest

from assay.errors import InputError
from assay.inputs.plan.plan import read_plans
from assay.model import Action, AmiId, AmiReference, Incomplete, Kind, Place, astray
from tests.plans import configured, dump, instance, plan, resource

AMI, OTHER = "ami-0123456789abcdef0", "ami-00000001"


def references(document: dict[str, Any]) -> tuple[AmiReference, ...]:
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
    return source.references


# ----------------------------------------------------------------------------------------- actions


def action(values: Any, unknown: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "address": "action.aws_lambda_invoke.burst",
        "type": "aws_lambda_invoke",
        "name": "burst",
        "config_values": values,
        "config_unknown": unknown or {},
        "config_sensitive": {},
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "invoke_action_trigger": {},
        **more,
    }


PAYLOAD = {"function_name": "burst", "payload": f'{{"ImageId":"{AMI}"}}'}


def test_what_an_action_is_given_is_judged() -> None:
    (found,) = references(plan(action_invocations=[action(PAYLOAD)]))
    assert (found.address, found.attribute) == ("action.aws_lambda_invoke.burst", "payload")
    assert (found.action, found.value) == (Action.INVOKE, astray(AmiId(AMI), "payload"))
    assert found.place == Place("aws", None, "us-east-1")


def test_an_action_says_its_region_itself() -> None:
    (found,) = references(plan(action_invocations=[action({**PAYLOAD, "region": "eu-west-1"})]))
    assert found.place == Place("aws", None, "eu-west-1")


def test_an_action_in_a_module_and_a_sensitive_payload() -> None:
    there = {"address": "module.m.action.aws_lambda_invoke.burst[0]"}
    (found,) = references(
        plan(action_invocations=[action(PAYLOAD, config_sensitive={"payload": True}, **there)])
    )
    assert (found.address, found.sensitive) == (there["address"], True)


def test_a_payload_that_is_not_known_is_no_reference() -> None:
    invoked = action({"function_name": "burst"}, {"payload": True})
    assert references(plan(action_invocations=[invoked])) == ()


def test_deferred_actions_are_read_and_make_the_plan_incomplete() -> None:
    deferred = [{"reason": "unknown", "action_invocation": action(PAYLOAD)}]
    found, whole = references(plan(deferred_action_invocations=deferred))
    assert found.value == astray(AmiId(AMI), "payload")
    assert whole.value == Incomplete("1 action is deferred to a later plan")


def test_deferred_actions_are_counted() -> None:
    deferred = [{"reason": "unknown", "action_invocation": action(PAYLOAD)}] * 2
    *_, whole = references(plan(deferred_action_invocations=deferred))
    assert whole.value == Incomplete("2 actions are deferred to a later plan")


# ------------------------------------------------------------------------------------ provisioners


def provisioned(
    *provisioners: dict[str, Any], after: Any = None, actions: Any = ("create",), **more: Any
) -> dict[str, Any]:
    change = resource("terraform_data.s", after or {"input": None}, actions=actions)
    block = {**configured("terraform_data", "s", key="terraform"), "provisioners": provisioners}
    return plan(change, configuration=[block], **more)


def script(**expression: Any) -> dict[str, Any]:
    return {"type": "local-exec", "expressions": {"command": expression}}


RUN = f"aws ec2 run-instances --image-id {AMI}"


def test_a_script_that_names_an_image() -> None:
    document = provisioned(script(constant_value="ls"), script(constant_value=RUN))
    (found,) = references(document)
    assert found.attribute == "provisioner[1].command"
    assert found.value == astray(AmiId(AMI), "provisioner[1].command")
    assert found.place == Place("aws", None, "us-east-1")


def test_a_list_of_commands() -> None:
    inline = {"type": "remote-exec", "expressions": {"inline": {"constant_value": ["ls", RUN]}}}
    (found,) = references(provisioned(inline))
    assert found.attribute == "provisioner[0].inline"


def test_what_a_script_reads_of_its_own_resource() -> None:
    command = script(references=["self.input", "self"])
    (found,) = references(provisioned(command, after={"input": AMI}))
    assert found.value == astray(AmiId(AMI), "provisioner[0].command")
    nested = script(references=["self.triggers.ami", "self.triggers", "self"])
    (found,) = references(provisioned(nested, after={"triggers": {"ami": AMI}, "x": OTHER}))
    assert str(found.value) == AMI


def test_what_a_script_reads_of_a_variable() -> None:
    command = script(references=["var.image"])
    (found,) = references(provisioned(command, variables={"image": {"value": AMI}}))
    assert str(found.value) == AMI


@pytest.mark.parametrize("actions", [["update"], ["no-op"], ["delete"]])
def test_scripts_run_only_when_a_resource_is_made(actions: list[str]) -> None:
    assert references(provisioned(script(constant_value=RUN), actions=actions)) == ()


def test_a_script_of_an_instance_stands_beside_its_image() -> None:
    block = {**configured("aws_instance", "a"), "provisioners": [script(constant_value=RUN)]}
    found = references(plan(instance("aws_instance.a", OTHER), configuration=[block]))
    assert {each.attribute: str(each.value) for each in found} == {
        "ami": OTHER,
        "provisioner[0].command": AMI,
    }


# -------------------------------------------------------------------------- what is not there


def planned(*addresses: str, mode: str = "managed") -> dict[str, Any]:
    resources = [{"address": each, "mode": mode, "values": {"ami": AMI}} for each in addresses]
    return {
        "root_module": {
            "resources": resources[:1],
            "child_modules": [{"resources": resources[1:]}, {"child_modules": None}],
        }
    }


def test_a_planned_resource_without_a_change_makes_the_plan_incomplete() -> None:
    change = instance("aws_instance.a", AMI)
    document = plan(change, planned_values=planned("aws_instance.a", "module.m.aws_instance.b"))
    _, whole = references(document)
    assert (whole.address, whole.attribute) == ("(whole plan)", "resource_changes")
    assert isinstance(whole.value, Incomplete)
    assert "module.m.aws_instance.b" in whole.value.reason


def test_a_planned_resource_with_a_change_of_any_kind_does_not() -> None:
    kept = instance("aws_instance.a", AMI, actions=["no-op"])
    forgotten = resource("aws_instance.b", None, actions=["forget"])
    document = plan(kept, forgotten, planned_values=planned("aws_instance.a", "aws_instance.b"))
    assert references(document) == ()
    assert references(plan(planned_values=planned("data.aws_ami.x", mode="data"))) == ()


def test_a_refresh_only_plan_plans_what_is_there() -> None:
    document = plan(planned_values=planned("aws_instance.a"))
    del document["resource_changes"]
    (whole,) = references(document)
    assert isinstance(whole.value, Incomplete)
    state = {"address": "aws_instance.a", "type": "aws_instance", "name": "a", "values": {}}
    prior = {"values": {"root_module": {"resources": [state]}}}
    assert references({**document, "prior_state": prior}) == ()


def test_a_mode_that_is_not_known_is_refused() -> None:
    change = {**instance("aws_instance.a", AMI), "mode": "dreamt"}
    with pytest.raises(InputError, match=r"aws_instance\.a has a mode") as refused:
        references(plan(change))
    assert refused.value.where == "plan.json"
