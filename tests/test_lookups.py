"""References whose image Terraform looks up: from the lookup to the verdict, and what is told of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from assay.catalog.decorators.offline import OfflineCatalog
from assay.catalog.interface import ImageCatalog
from assay.model import (
    AmiId,
    AmiReference,
    Cause,
    Evidence,
    ImageSearch,
    Made,
    Outcome,
    Place,
    Planned,
    Report,
    Resolved,
    Unplaced,
    Unresolved,
    Value,
)
from assay.report.formats import json as json_report
from assay.report.formats import text as text_report
from tests.emulator import Fault
from tests.judging import (
    HERE,
    IRELAND,
    Emulated,
    judged,
    lineage,
    outcomes,
    recorded,
    speaking,
    struck,
)
from tests.policy import builders
from tests.test_fault_matrix import ANSWERS, SECRET
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

ASKED = Evidence("ec2:DescribeImages", "for data aws_ami", HERE)
GOLDEN = ImageSearch((PIPELINE,), (("name", ("golden*",)),), most_recent=True)


def using(value: Value, place: Place = HERE, **more: Any) -> AmiReference:
    return builders.reference(value, place=place, **more)


def named(name: str, *owners: str, **more: Any) -> ImageSearch:
    return ImageSearch(owners or ("self",), (("name", (name,)),), **more)


def resolved(report: Report) -> Resolved:
    found = report.verdicts[0].subject.resolution
    assert isinstance(found, Resolved)
    return found


def unresolved(report: Report) -> Unresolved:
    found = report.verdicts[0].subject.resolution
    assert isinstance(found, Unresolved)
    return found


# ----------------------------------------------------------------------------------- what it leads to


def test_a_lookup_is_judged_by_the_image_that_it_finds(
    emulated: Emulated, golden: GoldenWorld
) -> None:
    report = emulated.check(golden.world, using(GOLDEN))
    assert outcomes(report) == ["pass"]
    assert lineage(report)[0] == golden.golden
    found = resolved(report)
    assert found.image.id == golden.golden
    assert found.via == ("an image lookup, one match",)
    assert found.moving == ("an image lookup",)
    assert found.evidence == (ASKED, Evidence("ec2:DescribeImages", golden.golden, HERE))
    assert speaking(report.verdicts[0]) == {"unpinned": "fail"}


def test_the_newest_match_is_judged_not_the_best(emulated: Emulated, golden: GoldenWorld) -> None:
    wide = named("*", PIPELINE, WORKLOAD, most_recent=True)
    assert outcomes(emulated.check(golden.world, using(wide))) == ["pass"]
    newer = golden.home_made()
    report = emulated.check(golden.world, using(wide))
    assert outcomes(report) == ["fail"]
    assert resolved(report).image.id == newer
    assert resolved(report).via == ("an image lookup, newest of 2",)


@pytest.mark.parametrize("moving", [True, False])
def test_a_lookup_behind_a_data_source(
    emulated: Emulated, golden: GoldenWorld, moving: bool
) -> None:
    behind = Planned("data.aws_ami.web", GOLDEN, moving)
    report = emulated.check(golden.world, using(behind))
    assert outcomes(report) == ["pass"]
    assert resolved(report).via == ("data.aws_ami.web", "an image lookup, one match")
    told = "data.aws_ami.web, an image lookup" if moving else "an image lookup"
    assert resolved(report).moving == (told,)


def test_what_moves_before_the_lookup_is_told_as_well(
    emulated: Emulated, golden: GoldenWorld
) -> None:
    through = Planned("template", Planned("data.aws_ami.web", GOLDEN), moving=True)
    report = emulated.check(golden.world, using(through))
    assert resolved(report).moving == ("template", "an image lookup")


def test_a_copy_of_what_a_lookup_finds_abroad(emulated: Emulated, golden: GoldenWorld) -> None:
    copied = Made("aws_ami_copy.web", "CopyImage", Planned("data.aws_ami.web", GOLDEN), HERE)
    report = emulated.check(golden.world, using(copied, IRELAND))
    assert outcomes(report) == ["pass"]
    assert resolved(report).image.id == golden.golden
    assert [step.by for step in resolved(report).derivations] == ["aws_ami_copy.web"]


def test_an_image_that_is_named_by_its_id_does_not_move(
    emulated: Emulated, golden: GoldenWorld
) -> None:
    by_id = ImageSearch(filters=(("image-id", (golden.golden,)),))
    report = emulated.check(golden.world, using(by_id))
    assert outcomes(report) == ["pass"]
    assert resolved(report).moving == ()
    assert speaking(report.verdicts[0]) == {}


def test_all_lookups_are_one_wave_and_each_is_asked_once(
    emulated: Emulated, golden: GoldenWorld
) -> None:
    mine = named("home-made")
    golden.home_made()
    report = emulated.check(golden.world, using(GOLDEN), using(mine), using(GOLDEN), using(mine))
    assert outcomes(report) == ["pass", "fail", "pass", "fail"]
    lookups = [
        call for call in emulated.server.calls("DescribeImages") if call.params.get("Owners")
    ]
    assert len(lookups) == 2


# --------------------------------------------------------------------------------- what leads nowhere


def test_no_match(emulated: Emulated, golden: GoldenWorld) -> None:
    report = emulated.check(golden.world, using(named("none")))
    assert outcomes(report) == ["undetermined"]
    reason = f"the lookup finds no image visible to {HERE}"
    assert unresolved(report) == Unresolved(Cause.UNRESOLVED, reason, None, (ASKED,))
    assert speaking(report.verdicts[0]) == {"unresolved": "undetermined", "unpinned": "fail"}


def test_several_matches_without_most_recent(emulated: Emulated, golden: GoldenWorld) -> None:
    for _ in range(3):
        golden.copy()
    report = emulated.check(golden.world, using(named("copy*")))
    assert unresolved(report).reason == (
        "3 images match the lookup, and most_recent is not set, so Terraform takes none of them"
    )
    assert speaking(report.verdicts[0]) == {"unresolved": "undetermined", "unpinned": "fail"}


def test_several_that_are_the_newest(emulated: Emulated, golden: GoldenWorld) -> None:
    """Even if all of them are golden: nobody looked at the one that will be taken."""
    made = [golden.copy() for _ in range(3)]
    for each in made[1:]:
        golden.world.image(REGION, each).creation_date = golden.world.now() + timedelta(hours=1)
    report = emulated.check(golden.world, using(named("copy*", most_recent=True)))
    assert unresolved(report).reason == (
        "3 images match the lookup, and several of them are equally new"
    )
    assert outcomes(report) == ["undetermined"]


def test_an_image_that_is_gone_a_moment_later(emulated: Emulated, golden: GoldenWorld) -> None:
    copy = golden.copy()

    def vanish(request: Any) -> None:
        if any(each["Name"] == "image-id" for each in request.params.get("Filters", ())):
            golden.world.deregister(copy, REGION)

    report = emulated.check(golden.world, using(named("copy*")), faults=vanish)
    assert speaking(report.verdicts[0]) == {"not-visible": "undetermined", "unpinned": "fail"}
    assert unresolved(report).image_id == copy


def test_a_place_that_cannot_be_told_is_not_asked(emulated: Emulated, golden: GoldenWorld) -> None:
    nowhere = builders.reference(GOLDEN, place=Unplaced("its Region is not known"))
    report = emulated.check(golden.world, nowhere)
    assert unresolved(report).reason == "its Region is not known"
    assert not emulated.server.calls("DescribeImages")


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_lookup_that_is_not_answered(
    emulated: Emulated,
    golden: GoldenWorld,
    fault: str,
    record_property: Callable[[str, object], None],
) -> None:
    """What does not depend on it stands."""
    record_property("cell", (fault, "DescribeImages, by a lookup"))
    direct = using(AmiId(golden.copy()))
    report = emulated.check(
        golden.world,
        using(Planned("data.aws_ami.web", GOLDEN)),
        direct,
        faults=lambda request: ANSWERS[fault] if request.params.get("Owners") else None,
    )
    assert outcomes(report) == ["undetermined", "pass"]
    assert speaking(report.verdicts[0]) == {"lookup-failed": "undetermined", "unpinned": "fail"}


# --------------------------------------------------------------------------- without AWS, and besides


def test_a_recording_answers_for_the_lookups_that_it_was_asked(
    emulated: Emulated, golden: GoldenWorld
) -> None:
    emulated.show(golden.world)
    looked = using(Planned("data.aws_ami.web", GOLDEN))
    none = using(named("none"), address="aws_instance.none")
    recording = recorded(emulated.catalog, looked, none)
    live, again = (judged(each, looked, none) for each in (emulated.catalog, recording))
    assert outcomes(again) == outcomes(live) == ["pass", "undetermined"]
    assert [speaking(v) for v in again.verdicts] == [speaking(v) for v in live.verdicts]
    other = judged(recording, using(named("another")))
    assert speaking(other.verdicts[0]) == {"lookup-failed": "undetermined", "unpinned": "fail"}
    assert "not asked when the catalogue was recorded" in unresolved(other).reason


OPEN = (
    ImageSearch(),
    ImageSearch(filters=(("name", ("golden*",)),), most_recent=True),
    Planned("data.aws_ami.web", ImageSearch(filters=(("owner-id", ("*",)),))),
    Made("aws_ami_copy.web", "CopyImage", Planned("data.aws_ami.web", ImageSearch()), HERE),
)


@pytest.mark.parametrize("value", OPEN)
def test_an_open_lookup_fails_whatever_it_finds(
    emulated: Emulated, golden: GoldenWorld, value: Value
) -> None:
    """A golden image, an error, or nobody to ask."""
    denied = struck(Fault(403, "UnauthorizedOperation"), "DescribeImages")
    emulated.show(golden.world)
    there: list[ImageCatalog] = [OfflineCatalog(), recorded(emulated.catalog, using(GOLDEN))]
    reports = [
        emulated.check(golden.world, using(value)),
        emulated.check(golden.world, using(value), faults=denied),
        *(judged(catalog, using(value)) for catalog in there),
    ]
    for report in reports:
        assert outcomes(report) == ["fail"]
        assert speaking(report.verdicts[0])["open-lookup"] == "fail"


def test_offline_an_owner_is_no_proof(golden: GoldenWorld) -> None:
    report = judged(OfflineCatalog(), using(Planned("data.aws_ami.web", GOLDEN)))
    assert outcomes(report) == ["undetermined"]
    assert speaking(report.verdicts[0]) == {"lookup-failed": "undetermined", "unpinned": "fail"}


def test_whoami(emulated: Emulated, golden: GoldenWorld) -> None:
    """A stranger publishes an image under the name that is looked for: it is found, and fails."""
    world = golden.world
    stranger = world.register_image(STRANGER, REGION, name="golden", public=True)
    anybodys = ImageSearch(filters=(("name", ("golden",)),), most_recent=True)
    report = emulated.check(world, using(anybodys))
    assert resolved(report).image.id == stranger
    assert {"open-lookup", "unmarked"} <= set(speaking(report.verdicts[0]))
    report = emulated.check(world, using(GOLDEN))
    assert resolved(report).image.id == golden.golden
    assert outcomes(report) == ["pass"]


# ------------------------------------------------------------------------------------- what is shown

HOLDING_SECRETS = (
    ImageSearch((SECRET,), ((SECRET, (SECRET,)),), SECRET, True, True, (SECRET,)),
    ImageSearch(("self",), (("name", (f"{SECRET}*",)),), most_recent=True),
    ImageSearch(("self",), (("tag:x", (f"{SECRET}*",)),), name_regex=f"({SECRET}"),
    ImageSearch((), (("name", (f"{SECRET}*",)),)),
    ImageSearch(("self",), (("name", ("copy*",)), ("tag:x", (SECRET, "*")))),
)


@pytest.mark.parametrize("search", HOLDING_SECRETS)
@pytest.mark.parametrize("sensitive", [True, False])
@pytest.mark.parametrize("within", [True, False])
def test_nothing_of_what_a_lookup_asks_for_is_shown(
    emulated: Emulated, golden: GoldenWorld, search: ImageSearch, sensitive: bool, within: bool
) -> None:
    copies = [golden.copy(), golden.copy()]
    for each in copies:
        golden.world.image(REGION, each).tags["x"] = "y"
    value = Planned("data.aws_ami.web", search) if within else search
    report = emulated.check(golden.world, using(value, sensitive=sensitive))
    shown = json_report.render(report) + text_report.render(report)
    assert SECRET not in shown
    assert '"value": null' in shown or sensitive


def test_the_value_of_a_reference_to_a_lookup_is_null(
    emulated: Emulated, golden: GoldenWorld
) -> None:
    report = emulated.check(golden.world, using(GOLDEN), using(Planned("data.aws_ami.web", GOLDEN)))
    shown = json_report.render(report)
    assert shown.count('"value": null') == 2
    assert shown.count(f'"image_id": "{golden.golden}"') >= 2
    assert report.outcome is Outcome.PASS
