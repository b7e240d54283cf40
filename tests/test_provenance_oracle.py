"""Asking less comes to the same: the walk against GetImageAncestry for every image."""

from unittest.mock import patch

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import assay.run.check
from assay.catalog.interface import ImageCatalog
from assay.catalog.questions import ANCESTRY
from assay.model import (
    AmiReference,
    Ancestry,
    AncestryEnd,
    ImageName,
    Outcome,
    Place,
    Policy,
    Report,
    Resolved,
    Severity,
    Subject,
)
from assay.policy.engine import judge_all
from assay.policy.golden import JudgedMarks
from assay.run.check import gather, needs_of
from assay.run.governing.foreseeing import ForeseeingCatalog
from assay.run.verdicts import report_of
from tests.emulator import Fault, Request, World
from tests.emulator.faults import Faults
from tests.judging import AS_OF, Emulated, at, policy, source
from tests.policy.builders import provenance
from tests.worlds import AMAZON, PIPELINE, STRANGER, WORKLOAD

ACCOUNTS = (WORKLOAD, PIPELINE, STRANGER)
REGIONS = ("us-east-1", "eu-west-1")
Named = tuple[str, str]
"""An image's Region and id."""
Case = tuple[World, list[AmiReference], Policy]

one_server_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def forests(draw: st.DrawFn) -> tuple[World, list[Named]]:
    """Images made from images and marked on the way; then some of them vanish."""
    world = World()
    images: list[Named] = []
    for n in range(draw(st.integers(1, 3))):
        alias = draw(st.sampled_from(["amazon", "aws-marketplace", None, None]))
        account = AMAZON if alias else draw(st.sampled_from(ACCOUNTS))
        region, public = draw(st.sampled_from(REGIONS)), bool(alias) and draw(st.booleans())
        id = world.register_image(
            account, region, name=f"root {n}", owner_alias=alias, public=public
        )
        images.append((region, id))
    for _ in range(draw(st.integers(1, 9))):
        images.append(made_from(draw, world, draw(st.sampled_from(images))))
    for region, id in images:
        befall(draw, world, region, id)
    return world, images


def made_from(draw: st.DrawFn, world: World, source: Named) -> Named:
    region, id = source
    account = draw(st.sampled_from(ACCOUNTS))
    target = draw(st.sampled_from([region, region, *REGIONS]))
    made = world.copy_image(account, target, id, region, name="copy")
    if account == PIPELINE and draw(st.booleans()):
        world.attach_watermark(account, target, made, draw(st.sampled_from(["golden-1", "other"])))
    return target, made


def befall(draw: st.DrawFn, world: World, region: str, id: str) -> None:
    """What happened to an image by the time of the check, and with whom it is shared."""
    image = world.image(region, id)
    image.shared_with |= draw(st.sets(st.sampled_from(ACCOUNTS)))
    match draw(st.sampled_from(["nothing"] * 5 + ["gone", "disabled", "detached", "forged"])):
        case "gone":
            world.deregister(id, region)
        case "disabled":
            world.disable(id, region)
        case "detached":
            image.watermarks.clear()
        case "forged":
            marked = [other for other in world.images.values() if other.watermarks]
            image.watermarks += draw(st.sampled_from(marked)).watermarks if marked else []


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A world, what a plan uses of it with everybody's eyes, and a policy."""
    world, images = draw(forests())
    revoked = draw(st.lists(st.sampled_from(images), max_size=2, unique=True))
    by = policy(
        revoked_images=tuple(ImageName(id, region) for region, id in revoked),
        ancestry_agrees=draw(st.booleans()),
        max_depth=draw(st.sampled_from([None, 0, 1, 2])),
        severities=draw(st.sampled_from([{}, {"unmarked": Severity.WARNING}])),
    )
    if draw(st.booleans()):
        world.switch_region_off(WORKLOAD, draw(st.sampled_from(REGIONS)))
    if draw(st.booleans()):
        only = [{"ImageProviders": draw(st.sampled_from([["amazon"], [PIPELINE]]))}]
        world.allowed_images(WORKLOAD, draw(st.sampled_from(REGIONS)), "enabled", only)
    used = draw(st.lists(st.sampled_from(images), min_size=1, max_size=5, unique=True))
    references = [at(Place.of(region, account), id) for region, id in used for account in ACCOUNTS]
    return world, references, by


@st.composite
def refusals(draw: st.DrawFn) -> Faults:
    """Some operations fail for some accounts in some Regions."""
    operations = st.sampled_from(["DescribeImages", "GetImageAncestry"])
    struck = st.tuples(operations, st.sampled_from(ACCOUNTS), st.sampled_from(REGIONS))
    chosen = draw(st.sets(struck, min_size=1, max_size=6))

    def refuse(request: Request) -> Fault | None:
        call = (request.operation, request.account, request.region)
        return Fault(403, "UnauthorizedOperation") if call in chosen else None

    return refuse


def as_ec2_records_it(subject: Subject, catalog: ImageCatalog) -> Subject:
    """The same subject, with GetImageAncestry's answer instead of the walk's."""
    found = subject.resolution
    if not isinstance(found, Resolved):
        return subject
    key = (found.place, found.image.id)
    answer = catalog.ask(ANCESTRY, [key])[key]
    if not isinstance(answer, Ancestry):
        answer = Ancestry((), AncestryEnd.REFUSED, "no answer")
    return replace(subject, provenance=provenance(found.image, found.place, answer))


def expected(report: Report, emulated: Emulated) -> list[Outcome]:
    """The outcomes if EC2's own record of every single image is asked."""
    recorded = [as_ec2_records_it(verdict.subject, emulated.catalog) for verdict in report.verdicts]
    verdicts = judge_all(recorded, report.policy, AS_OF).verdicts
    for outcome in {verdict.outcome for verdict in verdicts}:
        event(outcome.value)
    return [verdict.outcome for verdict in verdicts]


@one_server_for_all
@given(case=cases(), told_in_full=st.sampled_from([0, assay.run.check.TOLD_IN_FULL]))
def test_the_walk_comes_to_the_verdicts_of_ec2s_own_record(
    emulated: Emulated, case: Case, told_in_full: int
) -> None:
    world, references, by = case
    with patch.object(assay.run.check, "TOLD_IN_FULL", told_in_full):
        report = emulated.check(world, *references, by=by)
    assert [verdict.outcome for verdict in report.verdicts] == expected(report, emulated)


def by_record(emulated: Emulated, case: Case, faults: Faults | None = None) -> list[Outcome]:
    """What becomes of it where every lineage is asked for by its record, with what it will need."""
    world, references, by = case
    emulated.show(world, faults)
    plan, known = source(references), JudgedMarks()
    catalog = ForeseeingCatalog(emulated.catalog, {})
    needs = replace(needs_of([plan], by, AS_OF, known), by_record=True)
    report = report_of(gather([plan], catalog, needs), [plan], catalog, by, AS_OF, known)
    return [verdict.outcome for verdict in report.verdicts]


def revoking(case: Case, marks: tuple[str, ...]) -> Case:
    world, references, by = case
    return world, references, replace(by, revoked=replace(by.revoked, watermarks=marks))


@one_server_for_all
@given(
    case=cases(),
    marks=st.sampled_from([(), (f"{PIPELINE}:other",), (f"{PIPELINE}:golden-*",)]),
    told_in_full=st.sampled_from([0, assay.run.check.TOLD_IN_FULL]),
)
def test_whether_it_walks_or_asks_for_the_record_the_verdict_is_the_same(
    emulated: Emulated, case: Case, marks: tuple[str, ...], told_in_full: int
) -> None:
    case = revoking(case, marks)
    world, references, by = case
    with patch.object(assay.run.check, "TOLD_IN_FULL", told_in_full):
        walked = emulated.check(world, *references, by=by)
    assert [verdict.outcome for verdict in walked.verdicts] == by_record(emulated, case)


@one_server_for_all
@given(case=cases(), refuse=refusals())
def test_by_the_record_what_is_refused_leaves_a_verdict_open_and_turns_none(
    emulated: Emulated, case: Case, refuse: Faults
) -> None:
    case = revoking(case, (f"{PIPELINE}:other",))
    refused, whole = by_record(emulated, case, refuse), by_record(emulated, case)
    for less, known in zip(refused, whole, strict=True):
        event(f"{less} instead of {known}")
        assert less in (known, Outcome.UNDETERMINED)


@one_server_for_all
@given(
    case=cases(),
    refuse=refusals(),
    told_in_full=st.sampled_from([0, assay.run.check.TOLD_IN_FULL]),
)
def test_what_is_refused_leaves_a_verdict_open_and_turns_none(
    emulated: Emulated, case: Case, refuse: Faults, told_in_full: int
) -> None:
    world, references, by = case
    with patch.object(assay.run.check, "TOLD_IN_FULL", told_in_full):
        refused = emulated.check(world, *references, by=by, faults=refuse)
        whole = emulated.check(world, *references, by=by)
    for less, known in zip(refused.verdicts, expected(whole, emulated), strict=True):
        event(f"{less.outcome} instead of {known}")
        assert less.outcome in (known, Outcome.UNDETERMINED)
