"""What a plan leaves open of a place, where an id is looked up then, and what settles it."""

from typing import Any

import pytest

from assay.inputs.plan.plan import read_plans
from assay.model import Kind, Made, Place, Unplaced, Unusable, same_place
from tests.inputs.test_providers import (
    ACCOUNT,
    AMI,
    OTHER,
    ROLE,
    arn,
    by_provider,
    constant,
    old,
    reads,
    state,
)
from tests.plans import configured, dump, instance, plan, resource

HERE, THERE, AWAY = "us-east-1", "us-west-2", "eu-west-1"
VARIABLES = {
    "region": HERE,
    "env": "prod",
    "regions": {"prod": HERE, "dev": THERE},
    "cfg": {"region": HERE, "zones": [f"{HERE}a"], "list": [AWAY]},
    "name": "team-a-1",
}


def place(document: dict[str, Any], said: str | None = None, policy: str | None = None) -> Any:
    """Where the first reference is; `said` is --region."""
    (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=policy, said=said)
    return source.references[0].place


def candidates(found: Any) -> set[str]:
    assert isinstance(found, Unplaced)
    return {each.region for each in found.candidates}


class TestCandidates:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            (reads("var.region"), {HERE}),
            (reads("var.cfg.region", "var.cfg"), {HERE}),
            (reads('var.regions["dev"]', "var.regions"), {THERE}),
            (reads("var.regions.prod", "var.regions"), {HERE}),
            (reads("var.cfg.list[0]", "var.cfg.list", "var.cfg"), {AWAY}),
            (reads("local.region"), {HERE, THERE, AWAY}),
            (reads("var.regions", "var.env"), {HERE, THERE, AWAY}),
            (reads("var.regions"), {HERE, THERE, AWAY}),
            (reads("each.value", "each.key"), {HERE, THERE, AWAY}),
            (reads("data.aws_region.x.name", "data.aws_region.x"), {HERE, THERE, AWAY}),
            ({}, {HERE, THERE, AWAY}),
        ],
    )
    def test_what_is_read_is_where_it_can_be(self, expression: Any, expected: set[str]) -> None:
        found = place(by_provider(VARIABLES, region=expression))
        assert candidates(found) == expected
        assert "--region" in found.cure

    def test_other_provider_blocks_and_the_policy_name_more(self) -> None:
        document = by_provider({}, region=reads("local.region"))
        document["configuration"]["provider_config"]["aws.dr"] = {
            "name": "aws",
            "expressions": {"region": constant(AWAY)},
        }
        assert candidates(place(document, policy=THERE)) == {AWAY, THERE}

    def test_a_modules_own_block_may_read_what_the_root_passes_on(self) -> None:
        address = "module.m.aws_instance.a"
        document = plan(
            instance(address, AMI, module="module.m"), variables={"home": {"value": AWAY}}
        )
        config = document["configuration"]
        config["provider_config"] = {
            "module.m:aws": {"name": "aws", "expressions": {"region": reads("var.region")}}
        }
        block = configured("aws_instance", "a", key="module.m:aws")
        config["root_module"]["module_calls"] = {"m": {"module": {"resources": [block]}}}
        assert candidates(place(document)) == {AWAY}

    def test_zones_that_are_written_down_are_where_it_can_be(self) -> None:
        """A local that holds a constant leaves no trace; what is launched there often does."""
        document = by_provider(region=reads("local.region"))
        document["resource_changes"].append(
            resource("aws_subnet.s", {"availability_zone": f"{AWAY}a"})
        )
        document["configuration"]["root_module"]["resources"].append(configured("aws_subnet", "s"))
        assert candidates(place(document)) == {AWAY}

    def test_what_only_looks_like_a_region_is_not_asked(self) -> None:
        values = {"a": "team-a-1", "b": "acme-prod-1", "c": f"{HERE}a", "d": f"x-{HERE}", "e": 1}
        assert not candidates(place(by_provider(values, region=reads("local.region"))))

    def test_too_many_are_none(self) -> None:
        many = [
            f"{a}-{b}-{n}" for a in ("us", "eu", "ap") for b in ("east", "west") for n in "1234"
        ]
        assert not candidates(place(by_provider({"all": many}, region=reads("local.region"))))

    @pytest.mark.parametrize("region", [constant("s3cret"), constant(7)])
    def test_a_constant_that_is_no_region_is_none_whatever_is_said(self, region: Any) -> None:
        assert not candidates(place(by_provider(VARIABLES, region=region), said=HERE))


class TestSaid:
    @pytest.mark.parametrize(
        "expression", [reads("var.region"), reads("local.region"), reads("var.regions", "var.env")]
    )
    def test_it_outranks_what_is_inferred(self, expression: Any) -> None:
        """Names are looked up there; an id wherever it can be, which proves itself."""
        found = place(by_provider(VARIABLES, region=expression), said=AWAY)
        assert isinstance(found, Unplaced)
        assert found.said == Place("aws", None, AWAY)
        assert {AWAY, HERE} <= candidates(found)

    @pytest.mark.parametrize("variables", [{}, {"region": HERE}])
    def test_where_nothing_contradicts_it_is_the_place(self, variables: Any) -> None:
        document = by_provider(variables, region=reads("var.region"))
        assert place(document, said=HERE) == Place("aws", None, HERE)

    def test_a_constant_and_a_resources_own_region_are_not_inferred(self) -> None:
        document = by_provider(region=constant(HERE))
        assert place(document, said=AWAY) == Place("aws", None, HERE)
        document["resource_changes"][0]["change"]["after"]["region"] = THERE
        assert place(document, said=AWAY) == Place("aws", None, THERE)

    def test_it_outranks_the_prior_state_and_the_policy(self) -> None:
        document = by_provider()
        document["prior_state"] = state(old(arn(HERE)))
        assert place(document, said=AWAY, policy=THERE) == Place("aws", ACCOUNT, AWAY)
        assert place(document, policy=THERE) == Place("aws", ACCOUNT, HERE)

    def test_it_says_nothing_of_the_account(self) -> None:
        document = by_provider(region=reads("local.region"), profile=constant("s3cret"))
        found = place(document, said=HERE)
        assert isinstance(found, Unplaced)
        assert found.said is None
        assert (found.region_told, found.account_told) == (True, False)


class TestOwnRegion:
    @pytest.mark.parametrize("shape", ["plain", "whole"])
    def test_one_that_is_unknown_is_never_the_providers(self, shape: str) -> None:
        document = by_provider(region=constant(HERE))
        change = document["resource_changes"][0]["change"]
        change["after_unknown"] = {"region": True}
        if shape == "whole":
            change["after"]["tags"] = {"was": "ami-00000000000000000"}
        found = place(document, said=HERE, policy=HERE)
        assert candidates(found) == set()
        assert "own `region`" in found.reason

    def test_null_is_the_providers(self) -> None:
        document = by_provider(region=constant(HERE))
        document["resource_changes"][0]["change"]["after"]["region"] = None
        assert place(document) == Place("aws", None, HERE)


def after(*signs: Any, region: Any = None, blocks: Any = (), said: str | None = None) -> Any:
    """Where an instance is after a prior state; nothing says its Region unless `region` does."""
    document = by_provider({"region": HERE}, region=region)
    document["prior_state"] = state(*signs)
    document["configuration"]["root_module"]["resources"] += blocks
    return place(document, said=said)


def data(kind: str, written: Any = None, **values: Any) -> tuple[Any, Any]:
    """A data source that was read, and its block."""
    found = old(mode="data", type=kind, name="d", values=values)
    return found, configured(kind, "d", written) | {"mode": "data"}


class TestSigns:
    @pytest.mark.parametrize(
        ("kind", "written", "values", "region"),
        [
            ("aws_region", {}, {"name": AWAY}, AWAY),
            ("aws_region", {}, {"name": AWAY, "region": AWAY}, AWAY),
            ("aws_region", {"name": constant(AWAY)}, {"name": AWAY}, None),
            ("aws_region", {"endpoint": constant("x")}, {"name": AWAY}, None),
            ("aws_availability_zones", {"state": constant("available")},
             {"names": [f"{AWAY}a", f"{AWAY}b"]}, AWAY),
            ("aws_availability_zones", {}, {"names": [f"{AWAY}a", f"{HERE}b"]}, None),
            ("aws_availability_zones", {"region": constant(AWAY)}, {"names": [f"{AWAY}a"]}, None),
            ("aws_availability_zone", {"name": constant(f"{AWAY}a")},
             {"name": f"{AWAY}a", "region": AWAY}, None),
            ("aws_arn", {"arn": constant(arn(AWAY))}, {"arn": arn(AWAY), "region": AWAY}, None),
            ("aws_subnet", {"id": constant("subnet-1")}, {"arn": arn(AWAY)}, AWAY),
            ("aws_subnet", {"availability_zone": constant(f"{AWAY}a")},
             {"availability_zone": f"{AWAY}a"}, None),
            ("aws_ami", {"owners": constant(["self"])},
             {"arn": f"arn:aws:ec2:{AWAY}::image/{AMI}"}, AWAY),
            ("aws_lb", {"arn": constant(arn(AWAY))}, {"arn": arn(AWAY)}, None),
            ("aws_imagebuilder_image", {"arn": constant(arn(AWAY))}, {"arn": arn(AWAY)}, None),
            ("external", {}, {"arn": arn(AWAY)}, None),
        ],
    )  # fmt: skip
    def test_only_what_aws_says_is_one(
        self, kind: str, written: Any, values: Any, region: str | None
    ) -> None:
        sign, block = data(kind, written, **values)
        found = after(sign, blocks=[block])
        if region is None:
            assert isinstance(found, Unplaced)
            assert not found.candidates
        else:
            assert found == Place("aws", None, region)

    def test_who_the_provider_is_it_was_told(self) -> None:
        sign, block = data("aws_caller_identity", account_id=OTHER)
        document = by_provider(region=constant(HERE), profile=constant("prod"))
        document["prior_state"] = state(sign)
        document["configuration"]["root_module"]["resources"].append(block)
        assert place(document) == Place("aws", OTHER, HERE)

    def test_a_variable_and_aws_that_agree_prove_it(self) -> None:
        assert after(old(arn(HERE)), region=reads("var.region")) == Place("aws", ACCOUNT, HERE)

    def test_a_variable_and_aws_that_differ_do_not(self) -> None:
        found = after(old(arn(AWAY)), region=reads("var.region"))
        assert candidates(found) == {HERE, AWAY}

    @pytest.mark.parametrize(
        "zones", [{"availability_zone": f"{AWAY}a"}, {"availability_zones": [f"{AWAY}a"]}]
    )
    def test_zones_that_the_plan_writes_down_can_contradict(self, zones: Any) -> None:
        document = by_provider({"region": HERE}, region=reads("var.region"))
        document["prior_state"] = state(old(arn(HERE)))
        document["resource_changes"].append(resource("aws_autoscaling_group.g", zones))
        document["configuration"]["root_module"]["resources"].append(
            configured("aws_autoscaling_group", "g")
        )
        assert isinstance(place(document), Unplaced)
        document["resource_changes"][1]["change"]["after"] = {"availability_zones": [f"{HERE}a"]}
        assert place(document) == Place("aws", ACCOUNT, HERE)

    def test_a_written_zone_is_no_sign(self) -> None:
        written = configured("aws_instance", "a", {"availability_zone": constant(f"{AWAY}a")})
        document = by_provider()
        document["configuration"]["root_module"]["resources"] = [written]
        document["prior_state"] = state(old(zone=f"{AWAY}a"))
        assert isinstance(place(document), Unplaced)


class TestCredentials:
    @pytest.mark.parametrize(
        "name",
        [
            *("access_key", "secret_key", "token", "profile", "shared_config_files"),
            *("shared_credentials_file", "shared_credentials_files"),
            "ec2_metadata_service_endpoint",
        ],
    )
    @pytest.mark.parametrize(
        "value", [constant("s3cret" * 3), reads("var.s"), {}, constant(["s3cret"])]
    )
    def test_those_of_its_own_leave_the_account_open(self, name: str, value: Any) -> None:
        document = by_provider({"s": None}, region=constant(HERE), **{name: value})
        found = place(document)
        assert isinstance(found, Unplaced)
        assert (found.region_told, found.account_told) == (True, False)
        assert found.candidates == (Place("aws", None, HERE),)
        assert name in found.reason
        assert "allowed_account_ids" in str(found.cure)
        assert "s3cret" not in f"{found}"
        document["configuration"]["provider_config"]["aws"]["expressions"][
            "allowed_account_ids"
        ] = constant([OTHER])
        assert place(document) == Place("aws", OTHER, HERE)

    def test_a_text_that_is_no_key_is_nobody_s(self) -> None:
        """With `"mock"` nobody launches anything, whatever its secret is."""
        mock = {"access_key": constant("mock"), "secret_key": constant("mock")}
        assert place(by_provider(region=constant(HERE), **mock)) == Place("aws", None, HERE)
        document = by_provider(region=constant(HERE), **mock, profile=constant("prod"))
        assert isinstance(place(document), Unplaced)

    @pytest.mark.parametrize("key", [constant("AKIAEVIL"), constant("A" * 16), reads("var.s")])
    def test_what_may_be_a_key_is_somebody_s(self, key: Any) -> None:
        document = by_provider({"s": "mock"}, region=constant(HERE), access_key=key)
        assert isinstance(place(document), Unplaced)

    @pytest.mark.parametrize("nothing", [constant(None), constant(""), constant([])])
    def test_nothing_is_none(self, nothing: Any) -> None:
        assert place(by_provider(region=constant(HERE), profile=nothing)) == Place(
            "aws", None, HERE
        )

    def test_a_role_that_is_told_is_whoever_assumes_it(self) -> None:
        document = by_provider(
            region=constant(HERE),
            profile=constant("ci"),
            assume_role=[{"role_arn": constant(ROLE)}],
        )
        assert place(document) == Place("aws", ACCOUNT, HERE)

    @pytest.mark.parametrize(
        "harmless",
        [
            *("skip_credentials_validation", "skip_requesting_account_id", "insecure"),
            *("custom_ca_bundle", "max_retries", "use_fips_endpoint", "default_tags"),
        ],
    )
    def test_what_changes_no_account(self, harmless: str) -> None:
        document = by_provider(region=constant(HERE), **{harmless: constant("x")})
        assert place(document) == Place("aws", None, HERE)

    @pytest.mark.parametrize(
        ("endpoints", "told"),
        [
            ([{"ec2": constant("https://ec2.us-east-1.amazonaws.com")}], True),
            ([{"s3": constant("https://minio.example")}], True),
            ([{"ec2": constant("https://vpce-1.ec2.us-east-1.vpce.amazonaws.com/")}], True),
            ([{}], True),
            ([{"ec2": constant("https://amazonaws.com.example")}], False),
            ([{"ssm": constant("http://ssm.us-east-1.amazonaws.com")}], False),
            ([{"sts": reads("var.sts")}], False),
            ([{}, {"autoscaling": {}}], False),
            (reads("local.endpoints"), False),
        ],
    )
    def test_endpoints_of_its_own(self, endpoints: Any, told: bool) -> None:
        """What these answer to a name, and to the question who one is, AWS has not said."""
        document = by_provider(
            region=constant(HERE), endpoints=endpoints, allowed_account_ids=constant([ACCOUNT])
        )
        assert isinstance(place(document), Place) is told


class TestModules:
    def passed(self, *, said: str | None = None, **expressions: Any) -> Any:
        """A module two levels down whose provider nobody on the way names, beside two providers."""
        address = "module.stack.module.web"
        document = plan(instance(f"{address}.aws_instance.a", AMI, module=address))
        west = {"region": constant(THERE)} | expressions
        configs = document["configuration"]["provider_config"]
        configs |= {
            "aws.west": {"name": "aws", "alias": "west", "expressions": west},
            f"{address}:aws": {"name": "aws", "version_constraint": ">= 4.0.0"},
        }
        block = configured("aws_instance", "a", key=f"{address}:aws")
        web = {"module": {"resources": [block]}}
        document["configuration"]["root_module"]["module_calls"] = {
            "stack": {"module": {"module_calls": {"web": web}}}
        }
        return place(document, said=said)

    def test_it_is_one_of_those_that_there_are(self) -> None:
        found = self.passed()
        assert candidates(found) == {HERE, THERE}
        assert found.account_told
        assert "required_providers" in found.cure

    def test_whose_account_is_told_only_where_all_have_one(self) -> None:
        found = self.passed(assume_role=[{"role_arn": constant(ROLE)}])
        assert candidates(found) == {HERE, THERE}
        assert not found.account_told

    def test_what_is_said_decides_for_names(self) -> None:
        assert self.passed(said=THERE).said == Place("aws", None, THERE)

    def test_an_alias_that_stands_nowhere_is_not_the_environments(self) -> None:
        """OpenTofu writes no instance of a provider with `for_each` into a plan."""
        document = by_provider(region=constant(HERE))
        document["configuration"]["root_module"]["resources"] = [
            configured("aws_instance", "a", key='aws.by_region["x"]')
        ]
        found = place(document, policy=THERE)
        assert isinstance(found, Unplaced)
        assert found.said is None


class TestSamePlace:
    def of(self, **expressions: Any) -> tuple[Any, Any]:
        """The places of two resources, of two provider blocks that say the same."""
        document = by_provider({"region": HERE}, **expressions)
        config = document["configuration"]
        config["provider_config"]["aws.b"] = config["provider_config"]["aws"] | {"alias": "b"}
        document["resource_changes"].append(instance("aws_instance.b", AMI))
        config["root_module"]["resources"].append(configured("aws_instance", "b", key="aws.b"))
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        return source.references[0].place, source.references[1].place

    def test_what_two_blocks_leave_open_is_never_one_place(self) -> None:
        one, other = self.of(region=reads("var.region"))
        assert not same_place(one, other)
        assert same_place(one, one)

    def test_what_they_tell_is(self) -> None:
        assert same_place(*self.of(region=constant(HERE)))

    def test_a_block_with_for_each_stands_for_several(self) -> None:
        one, _ = self.of(region=reads("each.value", "each.key"))
        assert not same_place(one, one)


class TestIdsMadeByThePlan:
    @pytest.mark.parametrize(
        ("other", "outcome"), [(reads("var.region"), Made), (reads("var.elsewhere"), Unusable)]
    )
    def test_two_blocks_that_read_alike_may_be_in_one_place(
        self, other: Any, outcome: type
    ) -> None:
        """If they are not, nothing is launched: the id of a copy is nobody's to choose."""
        document = by_provider({"region": HERE, "elsewhere": AWAY}, region=reads("var.region"))
        configs = document["configuration"]["provider_config"]
        configs["aws.b"] = {"name": "aws", "alias": "b", "expressions": {"region": other}}
        document["resource_changes"] = [
            resource("aws_ami_copy.c", {"source_ami_id": AMI, "source_ami_region": HERE},
                     unknown={"id": True}),
            resource("aws_instance.a", {"launch_template": []}, unknown={"ami": True}),
        ]  # fmt: skip
        document["configuration"]["root_module"]["resources"] = [
            configured("aws_ami_copy", "c"),
            configured(
                "aws_instance", "a", {"ami": reads("aws_ami_copy.c.id", "aws_ami_copy.c")}, "aws.b"
            ),
        ]
        (source,) = read_plans("plan.json", dump(document), kinds=tuple(Kind), region=None)
        values = {each.address: each.value for each in source.references}
        assert isinstance(values["aws_instance.a"], outcome)
