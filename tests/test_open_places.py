"""From a place that the plan leaves open to the verdict: what is looked up where, what that proves."""

from typing import Any

import pytest

from assay.model import (
    Alias,
    AmiId,
    AmiReference,
    Cause,
    EveryVersion,
    ImageSearch,
    InstanceRef,
    Made,
    Place,
    Report,
    Resolved,
    Severity,
    TemplateRef,
    Unplaced,
    Unresolved,
    Value,
)
from assay.policy.load import load
from tests.emulator import Fault
from tests.judging import (
    HERE,
    IRELAND,
    Emulated,
    judged,
    outcomes,
    policy,
    recorded,
    speaking,
)
from tests.policy import builders
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

ABROAD = "eu-west-1"
BOTH = (Place.of(REGION), Place.of(ABROAD))
CURE = "give --region"


def open_at(*places: Place, **more: Any) -> Unplaced:
    return Unplaced("nobody knows", CURE, places, provider="aws", **more)


ANYWHERE = open_at(*BOTH)
ANYBODY = open_at(Place.of(REGION), region_told=True, account_told=False)
"""The Region is told; whose account it is is not."""


def using(value: Value | str, place: Place | Unplaced = ANYWHERE, **more: Any) -> AmiReference:
    value = AmiId(value) if isinstance(value, str) else value
    return builders.reference(value, place=place, **more)


def at(report: Report) -> Any:
    return report.verdicts[0].subject.place


def lost(report: Report) -> Unresolved:
    found = report.verdicts[0].subject.resolution
    assert isinstance(found, Unresolved)
    return found


class TestIds:
    def test_an_image_is_where_it_is_found(self, emulated: Emulated, golden: GoldenWorld) -> None:
        copy = golden.copy(region=ABROAD)
        home_made = golden.home_made()
        report = emulated.check(golden.world, using(copy), using(golden.golden), using(home_made))
        assert outcomes(report) == ["pass", "pass", "fail"]
        places = [verdict.subject.place for verdict in report.verdicts]
        assert places == [IRELAND, HERE, HERE]
        assert not emulated.server.calls("GetAllowedImagesSettings")  # nothing is to be explained

    def test_what_recorded_answers_say_is_the_same(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        emulated.show(golden.world)
        using_it = using(golden.copy(region=ABROAD))
        catalog = recorded(emulated.catalog, using_it)
        report = judged(catalog, using_it)
        assert outcomes(report) == ["pass"]
        assert at(report) == IRELAND

    def test_nowhere_is_no_verdict(self, emulated: Emulated, golden: GoldenWorld) -> None:
        report = emulated.check(golden.world, using("ami-0123456789abcdef0"))
        assert speaking(report.verdicts[0]) == {"unresolved": "undetermined"}
        found = lost(report)
        assert (found.image_id, found.cure) == ("ami-0123456789abcdef0", CURE)
        assert found.reason == f"no ami-0123456789abcdef0 in {REGION}, {ABROAD}; nobody knows"

    def test_in_two_regions_is_no_verdict(self, emulated: Emulated, golden: GoldenWorld) -> None:
        twin = golden.world.register_image(
            PIPELINE, ABROAD, name="twin", image_id=golden.golden, public=True
        )
        report = emulated.check(golden.world, using(twin))
        assert speaking(report.verdicts[0]) == {"unresolved": "undetermined"}
        assert "is in several Regions" in lost(report).reason

    @pytest.mark.parametrize("denied", [REGION, ABROAD])
    def test_where_one_region_does_not_answer_there_is_no_verdict(
        self, emulated: Emulated, golden: GoldenWorld, denied: str
    ) -> None:
        def fault(request: Any) -> Fault | None:
            asked = request.operation == "DescribeImages" and request.region == denied
            return Fault(403, "UnauthorizedOperation") if asked else None

        report = emulated.check(golden.world, using(golden.golden), faults=fault)
        assert speaking(report.verdicts[0]) == {"lookup-failed": "undetermined"}
        (result,) = report.verdicts[0].results
        assert CURE in str(result.finding.fix)

    def test_the_only_one_explains_itself(self, emulated: Emulated, golden: GoldenWorld) -> None:
        copy = golden.copy(region=ABROAD)
        only = open_at(Place.of(REGION))
        report = emulated.check(golden.world, using(copy, only), using(golden.golden, IRELAND))
        assert lost(report).cause is Cause.NOT_VISIBLE
        assert f"{WORKLOAD}/{ABROAD}" in lost(report).clues[0].text
        assert at(report) == HERE

    def test_one_image_for_two_accounts_of_a_region(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        """What an empty block in a module stands for: the Region is proven, the account is not."""
        two = open_at(Place.of(REGION), Place.of(REGION, PIPELINE), account_told=False)
        report = emulated.check(golden.world, using(golden.golden, two))
        assert outcomes(report) == ["pass"]
        assert at(report) == Place.of(REGION)

    @pytest.mark.parametrize("every", [False, True])
    def test_a_template(self, emulated: Emulated, golden: GoldenWorld, every: bool) -> None:
        world = golden.world
        template = world.create_launch_template(WORKLOAD, ABROAD, "web", golden.copy(region=ABROAD))
        ref = EveryVersion(template, None) if every else TemplateRef(template, None, "1")
        report = emulated.check(world, using(ref))
        assert outcomes(report) == ["pass"]
        assert at(report) == IRELAND

    def test_a_template_whose_image_is_not_to_be_seen_is_found_all_the_same(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        template = golden.world.create_launch_template(WORKLOAD, ABROAD, "web", golden.golden)
        report = emulated.check(golden.world, using(TemplateRef(template, None, "1")))
        assert lost(report).cause is Cause.NOT_VISIBLE
        assert lost(report).image_id == golden.golden

    def test_an_instance(self, emulated: Emulated, golden: GoldenWorld) -> None:
        copy = golden.copy(region=ABROAD)
        instance = golden.world.run_instance(WORKLOAD, ABROAD, copy)
        report = emulated.check(golden.world, using(InstanceRef(instance)))
        assert outcomes(report) == ["pass"]
        assert at(report) == IRELAND

    def test_a_parameter_by_its_arn(self, emulated: Emulated, golden: GoldenWorld) -> None:
        world = golden.world
        world.put_parameter(WORKLOAD, REGION, "/web", golden.golden, "aws:ec2:image")
        arn = f"arn:aws:ssm:{REGION}:{WORKLOAD}:parameter/web"
        report = emulated.check(world, using(Alias(arn)))
        assert outcomes(report) == ["pass"]
        assert at(report) == HERE
        away = f"arn:aws:ssm:ap-south-1:{WORKLOAD}:parameter/web"
        assert outcomes(emulated.check(world, using(Alias(away)))) == ["undetermined"]

    def test_what_a_plan_makes_of_an_image_has_a_place_of_its_own(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        made = Made("aws_ami_copy.c", "CopyImage", AmiId(golden.golden), ANYWHERE)
        report = emulated.check(golden.world, using(made))
        assert outcomes(report) == ["pass"]
        assert isinstance(at(report), Unplaced)

    def test_what_was_there_before_is_found_as_well(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        reference = using(golden.golden, replaces=golden.copy())
        report = emulated.check(golden.world, reference)
        assert report.verdicts[0].subject.replaced is not None


NAMES = (
    Alias("/web"),
    TemplateRef(None, "web", "1"),
    EveryVersion(None, "web"),
    ImageSearch((PIPELINE,), (("name", ("golden*",)),), most_recent=True),
)


class TestNames:
    def world(self, golden: GoldenWorld) -> GoldenWorld:
        """Golden here and home-made abroad, under the same name."""
        world = golden.world
        abroad = world.register_image(WORKLOAD, ABROAD, name="golden")
        for region, image in ((REGION, golden.golden), (ABROAD, abroad)):
            world.put_parameter(WORKLOAD, region, "/web", image, "aws:ec2:image")
            world.create_launch_template(WORKLOAD, region, "web", image)
        return golden

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("place", [ANYWHERE, ANYBODY, open_at(Place.of(REGION))])
    def test_a_name_proves_nothing(
        self, emulated: Emulated, golden: GoldenWorld, name: Value, place: Unplaced
    ) -> None:
        report = emulated.check(self.world(golden).world, using(name, place))
        assert speaking(report.verdicts[0])["unresolved"] == "undetermined"
        assert outcomes(report) == ["undetermined"]
        assert lost(report).cure == CURE
        assert [call.operation for call in emulated.server.requests] in (
            [], ["GetCallerIdentity"]
        )  # fmt: skip

    @pytest.mark.parametrize("name", NAMES[:3])
    @pytest.mark.parametrize(("region", "outcome"), [(REGION, "pass"), (ABROAD, "fail")])
    def test_what_is_said_decides(
        self, emulated: Emulated, golden: GoldenWorld, name: Value, region: str, outcome: str
    ) -> None:
        said = open_at(*BOTH, said=Place.of(region))
        report = emulated.check(self.world(golden).world, using(name, said))
        assert outcomes(report) == [outcome]
        assert at(report) == Place.of(region, WORKLOAD)


class TestAccounts:
    def test_an_image_is_what_it_is_whoever_looks(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        report = emulated.check(
            golden.world, using(golden.golden, ANYBODY), using(golden.home_made(), ANYBODY)
        )
        assert outcomes(report) == ["pass", "fail"]
        assert at(report) == Place.of(REGION)
        found = report.verdicts[0].subject.resolution
        assert isinstance(found, Resolved)
        assert (found.place, found.account) == (HERE, None)

    def test_who_owns_it_is_not_who_uses_it(self, emulated: Emulated, golden: GoldenWorld) -> None:
        """The caller's own image, and a provider that may act in another account."""
        by = policy(owners=("self",))
        copy = golden.copy()
        told = emulated.check(golden.world, using(copy, HERE), using(copy, ANYBODY), by=by)
        assert outcomes(told) == ["pass", "undetermined"]
        assert speaking(told.verdicts[1]) == {"untrusted-owner": "undetermined"}
        fixes = [result.finding.fix for result in told.verdicts[1].results]
        assert CURE in fixes

    def test_whose_allowed_amis_hold_is_not_known(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        by = policy(allowed_by_ec2=True)
        report = emulated.check(
            golden.world, using(golden.golden, HERE), using(golden.golden, ANYBODY), by=by
        )
        assert outcomes(report) == ["pass", "undetermined"]
        assert speaking(report.verdicts[1])["not-allowed"] == "undetermined"

    @pytest.mark.parametrize("among", [(STRANGER, WORKLOAD), (STRANGER, PIPELINE)])
    def test_of_several_allowed_accounts_the_callers_must_be_one(
        self, emulated: Emulated, golden: GoldenWorld, among: tuple[str, ...]
    ) -> None:
        world = golden.world
        world.put_parameter(WORKLOAD, REGION, "/web", golden.golden, "aws:ec2:image")
        place = open_at(Place.of(REGION), region_told=True, among=among)
        report = emulated.check(world, using(Alias("/web"), place), using(golden.golden, place))
        known = WORKLOAD in among
        assert outcomes(report) == ["pass" if known else "undetermined", "pass"]
        assert [each.subject.place for each in report.verdicts] == [
            HERE if known else Place.of(REGION)
        ] * 2

    @pytest.mark.parametrize("kind", ["template", "instance"])
    def test_a_template_and_an_instance_are_their_owners_alone(
        self, emulated: Emulated, golden: GoldenWorld, kind: str
    ) -> None:
        world = golden.world
        value: Value = InstanceRef(world.run_instance(WORKLOAD, REGION, golden.golden))
        if kind == "template":
            template = world.create_launch_template(WORKLOAD, REGION, "web", golden.golden)
            value = TemplateRef(template, None, "1")
        report = emulated.check(world, using(value, ANYBODY), by=policy(owners=("self",)))
        assert at(report) == HERE
        assert outcomes(report) == ["fail"]  # the pipeline's image, in an account that is known


SCOPES = """\
version: 1
golden: {{watermarks: [{{key: "{pipeline}:golden-*"}}]}}
scopes:
  - name: production
    match: {{{match}}}
    require: {{{require}}}
"""


class TestScopes:
    def judged(
        self, emulated: Emulated, golden: GoldenWorld, place: Place | Unplaced, match: str,
        require: str = "owners: [self]",
    ) -> Report:  # fmt: skip
        text = SCOPES.format(pipeline=PIPELINE, match=match, require=require)
        by = load("assay.yaml", text.encode())
        return emulated.check(golden.world, using(golden.golden, place), by=by)

    @pytest.mark.parametrize("match", ['account: "222*"', 'account: "*", region: "us-*"'])
    def test_nothing_passes_where_a_scope_that_may_hold_says_no(
        self, emulated: Emulated, golden: GoldenWorld, match: str
    ) -> None:
        report = self.judged(emulated, golden, ANYBODY, match, 'owners: ["999999999999"]')
        assert outcomes(report) == ["undetermined"]
        assert speaking(report.verdicts[0]) == {"unresolved": "undetermined"}
        last = report.verdicts[0].results[-1]
        assert last.severity is Severity.ERROR
        assert "scope production" in last.finding.message
        assert last.finding.fix == CURE

    @pytest.mark.parametrize(
        ("match", "require"),
        [
            ('account: "222*"', 'owners: ["111122223333"]'),  # passes there, too
            ('account: "*", region: "eu-*"', 'owners: ["999999999999"]'),  # the Region is told
            ('account: "*", address: "module.*"', 'owners: ["999999999999"]'),
        ],
    )
    def test_a_scope_that_changes_nothing_leaves_it(
        self, emulated: Emulated, golden: GoldenWorld, match: str, require: str
    ) -> None:
        assert outcomes(self.judged(emulated, golden, ANYBODY, match, require)) == ["pass"]

    def test_where_the_account_is_told_nothing_is_open(
        self, emulated: Emulated, golden: GoldenWorld
    ) -> None:
        strict = 'owners: ["999999999999"]'
        for match, outcome in (('account: "222*"', "fail"), ('account: "333*"', "pass")):
            assert outcomes(self.judged(emulated, golden, HERE, match, strict)) == [outcome]
