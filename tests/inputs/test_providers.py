"""Which account and Region a provider stands for. Shapes are those of real plans."""

import json
from typing import Any

import msgspec
import pytest

from assay.errors import InputError
from assay.inputs.plan.document.prior_state import PriorState
from assay.inputs.plan.plan import read_plans
from assay.model import Kind, Made, Place, Unplaced
from tests.plans import configured, dump, instance, plan, resource

AMI = "ami-0123456789abcdef0"
ACCOUNT = "222222222222"
OTHER = "333333333333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/s3cret-deployer"
AWS = "registry.terraform.io/hashicorp/aws"


def constant(value: object) -> dict[str, Any]:
    return {"constant_value": value}


def reads(*names: str) -> dict[str, Any]:
    return {"references": list(names)}


def by_provider(variables: Any = None, **expressions: Any) -> dict[str, Any]:
    """One instance, and a provider with these expressions."""
    values = {name: {"value": value} for name, value in (variables or {}).items()}
    document = plan(instance("aws_instance.a", AMI), variables=values)
    document["configuration"]["provider_config"]["aws"]["expressions"] = {
        name: expression for name, expression in expressions.items() if expression is not None
    }
    return document


def place(document: dict[str, Any], region: str | None = None) -> Place | Unplaced:
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=region)
    (reference,) = source.references
    return reference.place


def assuming(*blocks: Any, variables: Any = None, **more: Any) -> Place | Unplaced:
    """Where a provider with these `assume_role` blocks is."""
    expressions = {"region": constant("us-east-1"), "assume_role": list(blocks), **more}
    return place(by_provider(variables, **expressions))


def role(arn: object = ROLE) -> dict[str, Any]:
    return {"role_arn": constant(arn)}


class TestRoles:
    @pytest.mark.parametrize(
        "block",
        [
            {"role_arn": constant(ROLE)},
            {"role_arn": constant(f"arn:aws-us-gov:iam::{ACCOUNT}:role/x")},
            {"role_arn": constant(ROLE), "external_id": reads("local.secret")},
        ],
    )
    def test_a_role_that_the_plan_tells_gives_the_account(self, block: dict[str, Any]) -> None:
        assert assuming(block) == Place("aws", ACCOUNT, "us-east-1")

    def test_a_role_in_a_variable_says_whose_eyes_look_and_no_more(self) -> None:
        """`replace(var.role, ...)` leaves the same trace."""
        found = assuming({"role_arn": reads("var.role")}, variables={"role": ROLE})
        assert isinstance(found, Unplaced)
        assert found.candidates == (Place("aws", ACCOUNT, "us-east-1"),)
        assert (found.region_told, found.account_told) == (True, False)

    @pytest.mark.parametrize(
        "expression",
        [
            reads("local.role"),
            reads("var.role", "var.other"),
            reads("data.aws_iam_role.x.arn", "data.aws_iam_role.x"),
            reads("var.missing"),
            reads("var.nothing"),  # null, or ephemeral: a plan shows both alike
            reads("var.account"),  # "arn:aws:iam::${var.account}:role/x"
            {},  # format("arn:...") and other constants that take a function
            constant("s3cret"),
            constant(7),
            constant([ROLE]),
            constant(ROLE + "\n"),
            constant(f"arn:aws:iam::{ACCOUNT}:user/s3cret"),
            constant("arn:aws:iam::22222222222:role/s3cret"),
            reads(),
            "s3cret",
        ],
    )
    @pytest.mark.parametrize("block", ["assume_role", "assume_role_with_web_identity"])
    def test_a_role_that_cannot_be_told_is_never_the_callers(
        self, block: str, expression: Any
    ) -> None:
        variables = {"role": ROLE, "other": "x", "nothing": None, "account": ACCOUNT}
        expressions = {"region": constant("us-east-1"), block: [{"role_arn": expression}]}
        found = place(by_provider(variables, **expressions), region="us-east-1")
        assert isinstance(found, Unplaced)
        assert "assumes a role that the plan does not resolve" in found.reason
        assert "s3cret" not in found.reason
        assert "arn:aws" not in found.reason

    def test_nor_is_it_where_the_resource_says_its_own_region(self) -> None:
        document = by_provider(assume_role=[{"role_arn": reads("local.role")}])
        document["resource_changes"][0]["change"]["after"]["region"] = "eu-west-1"
        assert isinstance(place(document), Unplaced)

    def test_the_account_goes_with_the_resources_own_region(self) -> None:
        document = by_provider(assume_role=[role()])
        document["resource_changes"][0]["change"]["after"]["region"] = "eu-west-1"
        assert place(document) == Place("aws", ACCOUNT, "eu-west-1")

    @pytest.mark.parametrize(
        "blocks", [[], [{}], [None], [role(None)], [role("")], [{"session_name": constant("x")}]]
    )
    def test_a_block_without_a_role_is_none(self, blocks: list[Any]) -> None:
        assert assuming(*blocks) == Place("aws", None, "us-east-1")

    @pytest.mark.parametrize("whole", [reads("local.roles"), constant([{"role_arn": ROLE}]), "x"])
    def test_a_block_in_a_form_of_its_own_is_not_passed_over(self, whole: Any) -> None:
        document = by_provider(region=constant("us-east-1"), assume_role=whole)
        assert isinstance(place(document), Unplaced)

    def test_of_chained_roles_the_last_one_acts(self) -> None:
        first = role(f"arn:aws:iam::{OTHER}:role/hop")
        assert assuming(first, role()) == Place("aws", ACCOUNT, "us-east-1")
        assert assuming(first, role(), {}) == Place("aws", ACCOUNT, "us-east-1")
        assert isinstance(assuming(first, {"role_arn": reads("local.x")}), Unplaced)

    def test_a_role_wins_over_a_web_identitys_and_over_allowed_accounts(self) -> None:
        web = [role(f"arn:aws:iam::{OTHER}:role/ci")]
        allowed = constant([OTHER])
        found = assuming(role(), assume_role_with_web_identity=web, allowed_account_ids=allowed)
        assert found == Place("aws", ACCOUNT, "us-east-1")
        found = assuming({}, assume_role_with_web_identity=web)
        assert found == Place("aws", OTHER, "us-east-1")

    @pytest.mark.parametrize(
        ("allowed", "account"),
        [
            (constant([ACCOUNT]), ACCOUNT),
            (constant([]), None),
            (constant(["s3cret"]), None),
            (constant([222222222222]), None),
            (reads("var.ids"), None),
            ({}, None),
        ],
    )
    def test_one_allowed_account_is_the_account(self, allowed: Any, account: str | None) -> None:
        assert assuming(allowed_account_ids=allowed) == Place("aws", account, "us-east-1")

    @pytest.mark.parametrize("expression", [constant(ROLE), reads("var.role"), reads("var.nr"), {}])
    @pytest.mark.parametrize("block", ["assume_role", "assume_role_with_web_identity"])
    def test_one_allowed_account_proves_it_beside_any_role(
        self, block: str, expression: Any
    ) -> None:
        """Terraform refuses any other, with all `skip_...` arguments as well."""
        allowed = {"allowed_account_ids": constant([ACCOUNT]), block: [{"role_arn": expression}]}
        document = by_provider({"nr": ACCOUNT}, region=constant("us-east-1"), **allowed)
        assert place(document) == Place("aws", ACCOUNT, "us-east-1")

    @pytest.mark.parametrize(
        ("allowed", "among"),
        [
            (constant([ACCOUNT, OTHER]), (ACCOUNT, OTHER)),
            (reads("var.ids"), (ACCOUNT, OTHER)),
            (reads("var.id"), (OTHER,)),
        ],
    )
    def test_of_several_allowed_accounts_the_callers_must_be_one(
        self, allowed: Any, among: tuple[str, ...]
    ) -> None:
        variables = {"ids": [ACCOUNT, OTHER], "id": OTHER}
        found = assuming(allowed_account_ids=allowed, variables=variables)
        assert isinstance(found, Unplaced)
        assert (found.among, found.account_told, found.region_told) == (among, True, True)
        assert found.candidates == (Place("aws", None, "us-east-1"),)

    def test_forbidden_accounts_prove_nothing(self) -> None:
        found = assuming(forbidden_account_ids=constant([OTHER]))
        assert found == Place("aws", None, "us-east-1")

    @pytest.mark.parametrize(
        ("expression", "account"), [(constant(ROLE), ACCOUNT), (reads("var.role"), None)]
    )
    def test_a_modules_variable_is_not_the_roots(
        self, expression: Any, account: str | None
    ) -> None:
        document = plan(
            instance("module.m.aws_instance.a", AMI, module="module.m"),
            variables={"role": {"value": ROLE}},
        )
        block = configured("aws_instance", "a", key="module.m:aws")
        document["configuration"]["root_module"]["module_calls"] = {
            "m": {"module": {"resources": [block]}}
        }
        document["configuration"]["provider_config"]["module.m:aws"] = {
            "name": "aws",
            "expressions": {
                "region": constant("eu-west-1"),
                "assume_role": [{"role_arn": expression}],
            },
        }
        found = place(document)
        assert (
            found == Place("aws", account, "eu-west-1") if account else isinstance(found, Unplaced)
        )

    def test_a_source_in_another_region_is_in_the_same_account(self) -> None:
        after = {"source_ami_id": AMI, "source_ami_region": "eu-west-1"}
        document = by_provider(region=constant("us-east-1"), assume_role=[role()])
        copy = resource("aws_ami_copy.c", after, unknown={"id": True})
        document["resource_changes"] = [copy]
        document["configuration"]["root_module"]["resources"] = [configured("aws_ami_copy", "c")]
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        (reference,) = source.references
        value = reference.value
        at = value.place if isinstance(value, Made) else reference.place
        assert at == Place("aws", ACCOUNT, "eu-west-1")


class TestRegions:
    def test_no_region_and_null_are_the_environments(self) -> None:
        for written in (None, constant(None)):
            assert isinstance(place(by_provider(region=written)), Unplaced)
            assert place(by_provider(region=written), "eu-west-1") == Place(
                "aws", None, "eu-west-1"
            )

    @pytest.mark.parametrize("written", [{}, constant(""), reads("var.nothing"), "us-east-1", []])
    def test_a_region_that_is_written_is_never_replaced(self, written: Any) -> None:
        """`format("us-%s", "east-1")` is `{}` in a plan."""
        document = by_provider({"nothing": None}, region=written)
        document["prior_state"] = state(old(f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"))
        assert isinstance(place(document, region="us-east-1"), Unplaced)


def old(arn: Any = None, zone: Any = None, **more: Any) -> dict[str, Any]:
    """One resource of a prior state."""
    found = {
        "address": "aws_instance.a",
        "mode": "managed",
        "type": "aws_instance",
        "name": "a",
        "provider_name": AWS,
        "values": {"arn": arn, "availability_zone": zone, "user_data": "s3cret"},
    }
    return found | more


def state(*resources: Any, children: Any = ()) -> dict[str, Any]:
    root = {"resources": list(resources), "child_modules": list(children)}
    return {"format_version": "1.0", "values": {"root_module": root}}


def arn(region: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:ec2:{region}:{account}:instance/i-0"


def after_state(*resources: Any, region: str | None = None, children: Any = ()) -> Any:
    document = by_provider()
    document["prior_state"] = state(*resources, children=children)
    document["configuration"]["root_module"]["resources"] += [
        configured("aws_instance", "b"),
        configured("aws_instance", "own", {"region": constant("eu-west-1")}),
        configured("aws_instance", "eu", key="aws.eu"),
        configured("aws_subnet", "d") | {"mode": "data"},
    ]
    return place(document, region)


class TestPriorState:
    def test_an_arn_tells_region_and_account(self) -> None:
        assert after_state(old(arn("eu-west-3"))) == Place("aws", ACCOUNT, "eu-west-3")

    def test_an_availability_zone_tells_the_region(self) -> None:
        assert after_state(old(zone="eu-west-3a")) == Place("aws", None, "eu-west-3")

    def test_it_wins_over_the_region_handed_in(self) -> None:
        found = after_state(old(zone="eu-west-3a"), region="us-east-1")
        assert found == Place("aws", None, "eu-west-3")

    @pytest.mark.parametrize(
        ("signs", "expected"),
        [
            ([arn("eu-west-3"), arn("eu-west-1")], ("us-east-1", ACCOUNT)),
            ([arn("eu-west-3"), arn("eu-west-3", OTHER)], ("eu-west-3", None)),
            ([arn("eu-west-3"), arn("eu-west-3")], ("eu-west-3", ACCOUNT)),
            ([arn("eu-west-3"), arn("eu-west-3", "")], ("eu-west-3", ACCOUNT)),
        ],
    )
    def test_only_what_all_agree_on_is_used(self, signs: Any, expected: Any) -> None:
        resources = [old(sign, name=name) for sign, name in zip(signs, "ab", strict=True)]
        region, account = expected
        assert after_state(*resources, region="us-east-1") == Place("aws", account, region)

    @pytest.mark.parametrize(
        "resource",
        [
            old("arn:aws:s3:::bucket"),
            old(f"arn:aws:sns:eu-west-3:{OTHER}:topic"),
            old(f"arn:aws:iam::{OTHER}:role/x"),
            old(zone="us-west-2-lax-1a"),
            old(zone="us-east-1-wl1-bos-wlz-1"),
            old(zone="use1-az1"),
            old(7, ["x"]),
            old(arn("eu-west-3") + "\n", name="gone"),
            old(arn("eu-west-3"), name="eu"),
            old(arn("eu-west-3"), mode="data"),
            old(arn("eu-west-3"), provider_name="registry.terraform.io/hashicorp/google"),
            old(arn("eu-west-3"), provider_name=None),
            old(arn("eu-west-3"), values=None),
        ],
    )
    def test_what_tells_nothing_of_this_provider_is_passed_over(self, resource: Any) -> None:
        assert after_state(resource, region="us-east-1") == Place("aws", None, "us-east-1")
        assert isinstance(after_state(resource), Unplaced)

    def test_a_block_with_a_region_of_its_own_tells_the_account_only(self) -> None:
        found = after_state(old(arn("eu-west-1"), name="own"), region="us-east-1")
        assert found == Place("aws", ACCOUNT, "us-east-1")

    def test_data_may_be_somebody_elses(self) -> None:
        data = old(arn("eu-west-1", OTHER), mode="data", type="aws_subnet", name="d")
        assert after_state(data) == Place("aws", None, "eu-west-1")

    def test_a_role_is_stronger_than_what_was(self) -> None:
        document = by_provider(assume_role=[role()])
        document["prior_state"] = state(old(arn("eu-west-3", OTHER)))
        assert place(document) == Place("aws", ACCOUNT, "eu-west-3")

    @pytest.mark.parametrize("key", ["m:aws", "module.m:aws", "aws"])
    def test_modules_are_found_below_any_depth_and_key(self, key: str) -> None:
        document = by_provider()
        inner = {"resources": [configured("aws_instance", "deep", key=key)]}
        document["configuration"]["root_module"]["module_calls"] = {
            "m": {"module": {"module_calls": {"n": {"module": inner}}}}
        }
        deep = {
            "address": 'module.m["a.b"].module.n[0]',
            "resources": [old(arn("eu-west-3"), name="deep")],
        }
        child = {"address": 'module.m["a.b"]', "child_modules": [deep]}
        document["prior_state"] = state(children=[child])
        assert place(document) == Place("aws", ACCOUNT, "eu-west-3")

    def test_a_provider_without_any_block(self) -> None:
        document = by_provider()
        del document["configuration"]["provider_config"]["aws"]
        document["prior_state"] = state(old(arn("eu-west-3")))
        assert place(document) == Place("aws", ACCOUNT, "eu-west-3")

    @pytest.mark.parametrize(
        "damaged", [[], "s3cret", {"values": []}, {"values": {"root_module": {"resources": [{}]}}}]
    )
    def test_a_damaged_one_is_named_and_not_quoted(self, damaged: Any) -> None:
        document = by_provider()
        document["prior_state"] = damaged
        with pytest.raises(InputError, match="prior_state cannot be read") as raised:
            place(document)
        assert "s3cret" not in str(raised.value)

    @pytest.mark.parametrize("empty", [None, {}, {"values": None}, {"values": {}}])
    def test_an_empty_one_tells_nothing(self, empty: Any) -> None:
        document = by_provider()
        document["prior_state"] = empty
        assert isinstance(place(document), Unplaced)

    def test_it_is_left_alone_where_the_provider_says_its_region(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any) -> None:
            raise AssertionError("the prior state was read")

        monkeypatch.setattr(PriorState, "resources", property(refuse))
        document = by_provider(region=constant("us-east-1"))
        document["prior_state"] = state(old(arn("eu-west-3")))
        assert place(document) == Place("aws", None, "us-east-1")

    def test_nothing_but_regions_and_accounts_leaves_it(self) -> None:
        document = by_provider()
        document["prior_state"] = state(old(arn("eu-west-3")))
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        shown = json.dumps(msgspec.to_builtins(source.references))
        assert "s3cret" not in shown
        assert "arn:" not in shown


class TestEmptyBlocksInModules:
    """A proxy configuration block is what the caller passes, and a plan does not say what that is."""

    def passed(
        self, *root: str, region: str | None = "eu-west-1", said: Any = None
    ) -> Place | Unplaced:
        """Where a module's instance is that uses an empty block, beside these blocks of the root."""
        address = "module.a.aws_instance.a"
        document = plan(instance(address, AMI, module="module.a"))
        configuration = document["configuration"]
        blocks = {
            name: {"name": "aws", "expressions": said or {"region": constant("us-east-1")}}
            for name in root
        }
        blocks["module.a:aws"] = {"name": "aws", "module_address": "module.a"}
        configuration["provider_config"] = blocks
        block = {
            "address": "aws_instance.a",
            "mode": "managed",
            "type": "aws_instance",
            "name": "a",
            "provider_config_key": "module.a:aws",
            "expressions": {"ami": {"constant_value": AMI}},
        }
        configuration["root_module"] = {
            "module_calls": {"a": {"source": "./a", "module": {"resources": [block]}}}
        }
        return place(document, region)

    def test_it_is_the_default_where_there_is_no_other(self) -> None:
        found = self.passed(
            "aws", region=None, said={"region": constant("us-west-2"), "assume_role": [role()]}
        )
        assert isinstance(found, Place)
        assert (found.region, found.account) == ("us-west-2", ROLE.split(":")[4])

    def test_without_any_block_it_is_where_the_environment_says(self) -> None:
        found = self.passed()
        assert isinstance(found, Place)
        assert found.region == "eu-west-1"

    @pytest.mark.parametrize("root", [("aws", "aws.west"), ("aws.west",)])
    def test_it_is_not_known_where_there_is_a_choice(self, root: tuple[str, ...]) -> None:
        found = self.passed(*root)
        assert isinstance(found, Unplaced)
        assert "the caller passes" in found.reason
