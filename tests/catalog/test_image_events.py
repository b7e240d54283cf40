"""What CloudTrail tells of images, asked over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import IMAGE_EVENTS_OF
from assay.catalog.interface import Complete, CutShort, Obstacle, Page
from assay.catalog.live import LiveCatalog
from assay.model import Place
from assay.model.events import Attribute, EventName, EventSearch, ImageEvent
from tests.emulator import Fault, World
from tests.judging import HERE, IRELAND, Emulated
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

USER = f"arn:aws:iam::{WORKLOAD}:user/tester"


def search(value: str, attribute: Attribute = Attribute.RESOURCE, **span: Any) -> EventSearch:
    return EventSearch(attribute, value, **span)


def looked_up(
    emulated: Emulated, wanted: EventSearch, place: Place = HERE
) -> tuple[list[ImageEvent], Complete | CutShort]:
    """What came, and how it ended."""
    *pages, end = emulated.catalog.list_all(IMAGE_EVENTS_OF, (place, wanted))
    assert not isinstance(end, Page)
    return [item for page in pages if isinstance(page, Page) for item in page.items], end


def told(emulated: Emulated, wanted: EventSearch, place: Place = HERE) -> list[ImageEvent]:
    """All that there is, or the test fails with what cut it short."""
    found, end = looked_up(emulated, wanted, place)
    assert end == Complete()
    return found


def test_each_way_to_make_an_image_is_told(emulated: Emulated) -> None:
    golden = GoldenWorld()
    world = golden.world
    copy = golden.copy(region="eu-west-1")
    instance = world.run_instance(WORKLOAD, "eu-west-1", copy)
    made = world.create_image(WORKLOAD, "eu-west-1", instance, name="made")
    snapshots = ("snap-00000001", "snap-00000002")
    registered = world.register_image(WORKLOAD, "eu-west-1", name="r", snapshots=snapshots)
    emulated.show(world)
    (by_copy,) = (
        each for each in told(emulated, search(copy), IRELAND) if each.name == "CopyImage"
    )
    assert by_copy == ImageEvent(
        event_id=by_copy.event_id,
        name=EventName.COPY_IMAGE,
        image_id=copy,
        account=WORKLOAD,
        region="eu-west-1",
        time=world.image("eu-west-1", copy).creation_date,
        by=USER,
        source_image_id=golden.golden,
        source_image_region=REGION,
    )
    (by_create,) = told(emulated, search(made), IRELAND)
    assert (by_create.name, by_create.instances) == ("CreateImage", (instance,))
    assert by_create.source_image_id is None
    of_instance = told(emulated, search(instance), IRELAND)
    assert [(each.name, each.image_id) for each in of_instance] == [
        ("CreateImage", made),
        ("RunInstances", copy),
    ]
    assert of_instance[1].instances == (instance,)
    (by_register,) = told(emulated, search(registered), IRELAND)
    assert (by_register.name, by_register.snapshots) == ("RegisterImage", snapshots)
    named = told(emulated, search("CopyImage", Attribute.NAME), IRELAND)
    assert named == [by_copy]
    assert told(emulated, search(copy)) == []


def test_what_made_no_image_of_ec2_is_left_out(emulated: Emulated) -> None:
    """AppStream's CreateImage, and calls that failed; neither makes the list a part of one."""
    golden = GoldenWorld()
    world = golden.world
    made = golden.derived(golden.copy())
    world.record_appstream(WORKLOAD, REGION)
    emulated.show(world)
    place = Place.of(REGION, WORKLOAD)
    world.record(
        WORKLOAD, REGION, "CreateImage", asked={"instanceId": "i-00000001"}, answer=None,
        errorCode="Client.InvalidInstanceID.NotFound",
    )  # fmt: skip
    found = told(emulated, search("CreateImage", Attribute.NAME), place)
    assert [each.image_id for each in found] == [made]
    assert len(world.history(world.caller(f"AKIA{WORKLOAD}TEST", REGION, None))) > 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"responseElements": None},
        {"responseElements": {"imageId": "ami-what"}},
        {"responseElements": {"omitted": True}},
        {"recipientAccountId": None},
        {"awsRegion": "nowhere"},
        {"eventID": 7},
    ],
)
def test_an_event_that_cannot_be_read_makes_no_whole_list(
    emulated: Emulated, spoilt: dict[str, Any]
) -> None:
    golden = GoldenWorld()
    copy, other = golden.copy(), golden.copy()
    event = next(e for e in golden.world.events if e.answer == {"imageId": copy})
    event.more |= spoilt
    event.more |= {"responseElements": spoilt.get("responseElements", event.answer)}
    emulated.show(golden.world)
    found, end = looked_up(emulated, search("CopyImage", Attribute.NAME))
    assert [each.image_id for each in found] == [other]
    assert isinstance(end, CutShort)
    assert end.reason == "cloudtrail:LookupEvents: 1 of the entries in the answer could not be read"


@pytest.mark.parametrize(
    "asked",
    [
        None,
        "HIDDEN",
        {"blockDeviceMapping": []},
        {"blockDeviceMapping": {"items": [{"ebs": {"snapshotId": "not told"}}, 1]}},
        {"blockDeviceMappings": [{"Ebs": {"SnapshotId": "snap-00000001"}}]},
    ],
)
def test_snapshots_of_another_form_are_not_told(emulated: Emulated, asked: Any) -> None:
    world = World()
    image = world.register_image(WORKLOAD, REGION, name="r", snapshots=["snap-00000001"])
    world.events[-1].asked = asked
    emulated.show(world)
    (event,) = told(emulated, search(image))
    assert (event.image_id, event.snapshots) == (image, None)


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ({"type": "AWSService", "invokedBy": "imagebuilder.amazonaws.com"}, "imagebuilder.amazonaws.com"),
        ({"arn": f"arn:aws:sts::{PIPELINE}:assumed-role/ci/run-7"}, f"arn:aws:sts::{PIPELINE}:assumed-role/ci/run-7"),
        ({"type": "Unknown"}, None),
        ({"arn": "\x1b[2J"}, None),
        (None, None),
    ],
)  # fmt: skip
def test_of_a_caller_the_arn_alone_is_told(
    emulated: Emulated, identity: Any, shown: str | None
) -> None:
    golden = GoldenWorld()
    copy = golden.copy()
    golden.world.events[-1].more["userIdentity"] = identity
    emulated.show(golden.world)
    (event,) = told(emulated, search(copy))
    assert event.by == shown


def test_a_page_has_fifty_and_all_are_read(emulated: Emulated) -> None:
    golden = GoldenWorld()
    copies = golden.many_copies(120)
    emulated.show(golden.world)
    found = told(emulated, search("CopyImage", Attribute.NAME))
    assert [each.image_id for each in found] == copies[::-1]
    assert len(emulated.server.calls("LookupEvents")) == 3


def test_a_span_of_time_and_ninety_days(emulated: Emulated) -> None:
    golden = GoldenWorld()
    first, second = golden.copy(), golden.copy()
    times = [golden.world.image(REGION, each).creation_date for each in (first, second)]
    emulated.show(golden.world)
    by_name = search("CopyImage", Attribute.NAME, since=times[1], until=times[1])
    assert [each.image_id for each in told(emulated, by_name)] == [second]
    now = times[0] + timedelta(days=90)
    golden.world.clock = lambda: now
    assert len(told(emulated, search("CopyImage", Attribute.NAME))) == 2
    now += timedelta(seconds=1)
    assert len(told(emulated, search("CopyImage", Attribute.NAME))) == 1


def test_a_denial_is_a_gap(emulated: Emulated) -> None:
    golden = GoldenWorld()
    golden.world.deny(WORKLOAD, "LookupEvents")
    emulated.show(golden.world)
    found, end = looked_up(emulated, search(golden.copy()))
    said = f"cloudtrail:LookupEvents in {REGION}: denied (AccessDeniedException); "
    assert (found, end) == (
        [],
        CutShort(Obstacle.DENIED, said + "the reader needs cloudtrail:LookupEvents"),
    )


def test_throttling_is_told_as_such(emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    golden = GoldenWorld()
    emulated.show(golden.world)
    emulated.server.faults = lambda call: (
        Fault(400, "ThrottlingException") if call.operation == "LookupEvents" else None
    )
    catalog = LiveCatalog(Sdk())
    *_, end = catalog.list_all(IMAGE_EVENTS_OF, (Place.of(REGION), search(golden.golden)))
    emulated.server.faults = None
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.THROTTLED


def test_two_calls_a_second_and_no_more(emulated: Emulated) -> None:
    """The third waits for half a second, which the time of this run does not have."""
    golden = GoldenWorld()
    golden.many_copies(120)
    emulated.show(golden.world)
    clock = iter([0.0])
    catalog = LiveCatalog(Sdk(deadline=Deadline(lambda: next(clock, 0.0), 0.4)))
    wanted = search("CopyImage", Attribute.NAME)
    *pages, end = catalog.list_all(IMAGE_EVENTS_OF, (Place.of(REGION), wanted))
    assert len(pages) == 2
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.LATE
