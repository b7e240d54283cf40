"""What a plan knows of its resources, as the names of the code mean it: known, or unknown by name."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from assay.errors import InputError
from assay.inputs.plan.document.document import read_documents
from assay.inputs.plan.document.prior_state import PriorState
from assay.inputs.terraform.joined.facts import PlanFacts
from assay.inputs.terraform.language.marks import MaybeMarked, bare, is_secret, marks_of, mask
from assay.inputs.terraform.project.modules import Key
from assay.inputs.terraform.syntax.blocks import Block
from assay.inputs.terraform.syntax.expressions import Ref, Sure, UnknownValue
from assay.model.addresses import InstanceKey, Step
from tests.plans import dump, instance, plan, resource

AMI = "ami-0123456789abcdef0"
COPY: Key = ("managed", "aws_ami_copy", "x")
SEARCH: Key = ("data", "aws_ami", "x")
WEB: Key = ("managed", "aws_instance", "web")


def facts(*changes: Mapping[str, Any], prior: Sequence[Mapping[str, Any]] = ()) -> PlanFacts:
    """Of a plan with these changes; `prior` are resources of the state's root module."""
    state = {"format_version": "1.0", "values": {"root_module": {"resources": list(prior)}}}
    document = plan(*changes, prior_state=state)
    [found] = read_documents("plan.json", dump(document))
    return PlanFacts("plan.json", found.plan, PriorState("plan.json", found.plan.prior_state))


def held(address: str, values: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A resource as the state holds it."""
    mode, _, local = (
        ("data", "", address[5:]) if address[:5] == "data." else ("managed", "", address)
    )
    kind, _, name = local.partition(".")
    name = name.partition("[")[0]
    named = {"address": address, "mode": mode, "type": kind, "name": name}
    return {**named, "values": values, "sensitive_values": {}, **more}


def search(values: Mapping[str, Any] | None, unknown: Any) -> dict[str, Any]:
    """A data source that is read during apply."""
    found = resource("aws_ami.x", values, actions=("read",), unknown=unknown)
    return {**found, "address": "data.aws_ami.x", "mode": "data"}


def at(
    found: PlanFacts, key: Key, *path: Step, index: InstanceKey = None, module: str = ""
) -> MaybeMarked:
    return found.at(module, key, index, path)


def named(*steps: Step, module: str = "", sure: Sure = Sure.NOTHING) -> UnknownValue:
    """What an apply will tell, under its name."""
    return UnknownValue((Ref(module, steps),), passed_on=True, sure=sure)


def nobodys(*steps: Step) -> UnknownValue:
    """Unknown, and not said to be that of anything."""
    return UnknownValue((Ref("", steps),))


def block(kind: str, *labels: str) -> Block:
    return Block(kind, labels, 1)


# ----------------------------------------------------------------------------------- what is known


def test_what_the_plan_holds_is_known() -> None:
    found = facts(instance("aws_instance.web", AMI))
    assert at(found, WEB, "ami") == AMI
    assert at(found, WEB) == {"ami": AMI, "launch_template": []}


def test_what_an_apply_will_tell_has_a_name() -> None:
    found = facts(
        resource(
            "aws_ami_copy.x", {"name": "x"}, unknown={"id": True, "arn": True, "tags_all": True}
        ),
        search({}, {"id": True, "name": True}),
    )
    assert at(found, COPY, "id") == named("aws_ami_copy", "x", "id", sure=Sure.IMAGE)
    assert at(found, COPY, "tags_all") == named("aws_ami_copy", "x", "tags_all", sure=Sure.HELD)
    assert at(found, SEARCH, "id") == named("data", "aws_ami", "x", "id", sure=Sure.IMAGE)
    assert at(found, SEARCH, "name") == named("data", "aws_ami", "x", "name", sure=Sure.HELD)


def test_names_have_keys_and_modules() -> None:
    keyed = resource("aws_ami_copy.x", {}, unknown={"id": True}, module="module.m[0]")
    keyed.update(address='module.m[0].aws_ami_copy.x["a.b"]', index="a.b")
    value = at(facts(keyed), COPY, "id", index="a.b", module="module.m[0]")
    assert value == named("aws_ami_copy", "x", "a.b", "id", module="module.m[0]", sure=Sure.IMAGE)
    assert isinstance(value, UnknownValue)
    assert str(value.refs[0]) == 'module.m[0].aws_ami_copy.x["a.b"].id'


def test_unknown_parts_are_named() -> None:
    after = {"launch_template": [{"name": "web", "version": "1"}], "tags": {"a": "x"}}
    unknown = {"launch_template": [{"id": True}], "tags": {"b": True}, "ebs": [False, True]}
    found = facts(resource("aws_instance.web", after, unknown=unknown))
    template = ("aws_instance", "web", "launch_template")
    assert at(found, WEB, "launch_template") == [
        {"name": "web", "version": "1", "id": named(*template, 0, "id")}
    ]
    assert at(found, WEB, "launch_template", 0, "id") == named(*template, 0, "id")
    assert at(found, WEB, "launch_template", 0, "name") == "web"
    assert at(found, WEB, "tags") == {"a": "x", "b": named("aws_instance", "web", "tags", "b")}
    assert at(found, WEB, "ebs") == [None, named("aws_instance", "web", "ebs", 1)]


def test_a_whole_that_is_unknown_has_one_name_and_what_is_in_it_others() -> None:
    found = facts(resource("aws_instance.web", {}, unknown={"launch_template": True}))
    assert at(found, WEB, "launch_template") == named(
        "aws_instance", "web", "launch_template", sure=Sure.HELD
    )
    below = ("launch_template", 0, "id")
    assert at(found, WEB, *below) == named("aws_instance", "web", *below)


# ------------------------------------------------------------------------- what nobody can be sure of


def test_an_attribute_that_is_not_there_is_nobodys() -> None:
    """Somebody may have left it out: it is not null."""
    found = facts(instance("aws_instance.web", AMI), prior=[held("aws_ami_copy.x", {"id": AMI})])
    assert at(found, WEB, "user_data") == nobodys("aws_instance", "web", "user_data")
    assert at(found, COPY, "name") == nobodys("aws_ami_copy", "x", "name")
    assert at(found, COPY, "name", 0) == nobodys("aws_ami_copy", "x", "name", 0)


def test_a_resource_that_is_not_there_is_nobodys() -> None:
    found = facts(instance("aws_instance.web", AMI))
    assert at(found, COPY, "id") == nobodys("aws_ami_copy", "x", "id")
    assert at(found, WEB, "ami", index=0) == nobodys("aws_instance", "web", 0, "ami")
    assert at(found, WEB, "ami", module="module.m").refs[0].module == "module.m"  # type: ignore[union-attr]


def test_null_is_null() -> None:
    found = facts(instance("aws_instance.web", None))
    assert at(found, WEB, "ami") is None


@pytest.mark.parametrize("hidden", [True, {"ami": True}])
def test_a_sensitive_null_may_have_been_blanked(hidden: Any) -> None:
    found = facts(instance("aws_instance.web", None, sensitive=hidden))
    value = at(found, WEB, "ami")
    assert bare(value) == nobodys("aws_instance", "web", "ami")
    assert is_secret(value)


# ---------------------------------------------------------------------------------- what is secret


def test_what_is_sensitive_is_marked_where_it_stands() -> None:
    after = {"ami": AMI, "launch_template": [{"name": "a"}, {"name": "b", "id": "lt"}]}
    hidden = {"ami": True, "launch_template": [{}, {"name": True}]}
    found = facts(resource("aws_instance.web", after, sensitive=hidden))
    assert is_secret(at(found, WEB, "ami"))
    assert bare(at(found, WEB, "ami")) == AMI
    templates = at(found, WEB, "launch_template")
    assert mask(bare(templates), marks_of(templates)) == [False, {"name": True}]
    assert is_secret(at(found, WEB, "launch_template", 1, "name"))
    assert not is_secret(at(found, WEB, "launch_template", 1, "id"))


def test_what_is_unknown_can_be_sensitive() -> None:
    change = resource("aws_ami_copy.x", {}, unknown={"id": True}, sensitive={"id": True})
    value = at(facts(change), COPY, "id")
    assert is_secret(value)
    assert bare(value) == named("aws_ami_copy", "x", "id", sure=Sure.IMAGE)


def test_what_the_state_hides_is_secret() -> None:
    parameter: Key = ("data", "aws_ssm_parameter", "x")
    values = {"value": AMI, "name": "/golden"}
    prior = held("data.aws_ssm_parameter.x", values, sensitive_values={"value": True})
    found = facts(prior=[prior])
    assert is_secret(at(found, parameter, "value"))
    assert bare(at(found, parameter, "value")) == AMI
    assert at(found, parameter, "name") == "/golden"


# ------------------------------------------------------------------ what the plan has left as it is


def test_what_a_data_source_has_read_stands_in_the_state() -> None:
    found = facts(prior=[held("data.aws_ami.x", {"id": AMI})])
    assert at(found, SEARCH, "id") == AMI


def test_a_plan_of_some_targets_leaves_others_as_the_state_has_them() -> None:
    found = facts(instance("aws_instance.web", AMI), prior=[held("aws_ami_copy.x", {"id": AMI})])
    assert at(found, COPY, "id") == AMI


def test_what_is_planned_outranks_what_was() -> None:
    change = resource("aws_ami_copy.x", {}, actions=("delete", "create"), unknown={"id": True})
    found = facts(change, prior=[held("aws_ami_copy.x", {"id": AMI})])
    assert at(found, COPY, "id") == named("aws_ami_copy", "x", "id", sure=Sure.IMAGE)
    later = facts(search({}, {"id": True}), prior=[held("data.aws_ami.x", {"id": AMI})])
    assert at(later, SEARCH, "id") == named("data", "aws_ami", "x", "id", sure=Sure.IMAGE)


@pytest.mark.parametrize("action", ["delete", "forget"])
def test_what_ends_is_no_more(action: str) -> None:
    change = resource("aws_ami_copy.x", None, actions=(action,))
    found = facts(change, prior=[held("aws_ami_copy.x", {"id": AMI})])
    assert at(found, COPY, "id") == nobodys("aws_ami_copy", "x", "id")
    assert found.keys("", block("resource", "aws_ami_copy", "x")) == []


def test_what_is_left_over_of_a_replacement_is_not_the_resource() -> None:
    kept = resource("aws_ami_copy.x", {"name": "x"}, actions=("no-op",))
    gone = {**resource("aws_ami_copy.x", None, actions=("delete",)), "deposed": "0a1b2c3d"}
    for changes in ((kept, gone), (gone, kept)):
        assert at(facts(*changes), COPY, "name") == "x"


def test_a_state_that_is_damaged_is_said_to_be() -> None:
    found = facts(prior=[held("aws_ami_copy.x", {}, type=1)])
    with pytest.raises(InputError, match=r"plan\.json: its prior_state cannot be read"):
        at(found, COPY, "id")


# ------------------------------------------------------------------------------------------- keys


def counted(number: int, *actions: str, after: Mapping[str, Any] | None = None) -> dict[str, Any]:
    change = resource(f"aws_ami_copy.x[{number}]", after or {}, actions=actions or ("create",))
    return {**change, "index": number}


COPIES = block("resource", "aws_ami_copy", "x")


def test_instances_are_in_the_order_of_their_keys() -> None:
    """Terraform sorts the addresses, and `[10]` stands before `[2]`."""
    assert facts(*map(counted, (0, 1, 10, 2))).keys("", COPIES) == [0, 1, 2, 10]


def test_instances_that_end_are_none_and_those_of_no_target_are_some() -> None:
    prior = [held(f"aws_ami_copy.x[{n}]", {}, index=n) for n in (0, 1, 2)]
    assert facts(counted(0), counted(1, "delete"), prior=prior).keys("", COPIES) == [0, 2]
    ended = [counted(n, "delete") for n in (0, 1, 2)]
    assert facts(*ended, prior=prior).keys("", COPIES) == []


def test_the_instances_of_a_module_are_those_that_something_is_in() -> None:
    def inside(key: str, action: str) -> dict[str, Any]:
        return resource(
            f'module.m["{key}"].module.n.aws_ami_copy.x',
            None,
            actions=(action,),
            module=f'module.m["{key}"].module.n',
        )

    found = facts(inside("b", "create"), inside("a", "no-op"), inside("c", "delete"))
    assert found.keys("", block("module", "m")) == ["a", "b"]
    assert found.keys('module.m["a"]', block("module", "n")) == [None]
    assert found.keys('module.m["c"]', block("module", "n")) == []
    assert found.keys("", block("module", "n")) == []


def test_other_blocks_have_no_instances() -> None:
    found = facts(counted(0))
    assert found.keys("", block("provider", "aws")) == ()
    assert found.keys("", block("data", "aws_ami_copy", "x")) == []
    assert found.keys("module.m", COPIES) == []
