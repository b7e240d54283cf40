"""What is sent to a function on purpose, or again, or by mistake: no COMPLIANT for it, and nothing lost."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.catalog.aws.notices import MOST
from assay.errors import AssayError
from assay.integrations.config_rule import handler as rule
from assay.integrations.events import handler as launch
from assay.integrations.surroundings import this_function
from assay.kept import Kept
from assay.run.governing.config_rule import read_event
from assay.run.governing.function import Function, Surroundings
from assay.run.governing.launches import read_launch
from assay.run.governing.pinned_policy import Pinned
from tests.emulator import Server
from tests.emulator.faults import Fault, Happening, RawFault
from tests.integrations.conftest import PARAMETER, POLICY, TOPIC, Latest
from tests.integrations.test_config_rule import SCHEDULED, changed
from tests.integrations.test_config_rule import event as config_event
from tests.integrations.test_documented_events import CHANGED, OVERSIZED, STATE, of_config
from tests.integrations.test_events import call, state
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

GROUP = "AWS::AutoScaling::AutoScalingGroup"
ARN = f"arn:aws:autoscaling:{REGION}:{WORKLOAD}:autoScalingGroup:1:autoScalingGroupName/web"

# ---------------------------------------------------------------------- evidence that is missing

STRICT = f"""{POLICY}require:
  allowed_amis: predict
revoked:
  watermarks: ["{WORKLOAD}:withdrawn"]
  images: [{{id: ami-0eeeeeeeeeeeeeeee, region: {REGION}}}]
"""
"""By which a verdict depends on everything that can be asked of an image."""
SPOILT: list[Fault | RawFault] = [
    Fault(403, "UnauthorizedOperation"),
    Fault(503, "RequestLimitExceeded"),
    Fault(400, "ExpiredToken"),
    Fault(500, "InternalError"),
    RawFault(200, b"<html>a proxy</html>", "text/xml"),
    RawFault(200, b"", "text/xml"),
    RawFault(200, b'{"Parameters": [', "application/x-amz-json-1.1"),
]
NEEDED = (
    *("DescribeInstanceImageMetadata", "DescribeImages", "GetImageAncestry"),
    *("GetAllowedImagesSettings", "GetParameters", "GetCallerIdentity"),
)


@pytest.fixture(name="image")
def _image(world: GoldenWorld) -> str:
    """The pipeline's, of whose line nobody sees all: only its record tells it."""
    gone = world.world.copy_image(PIPELINE, REGION, world.golden, REGION, name="gone")
    image = world.world.copy_image(PIPELINE, REGION, gone, REGION, name="released")
    world.world.deregister(gone, REGION)
    world.world.share(image, REGION, WORKLOAD)
    return image


@pytest.fixture(name="strict")
def _strict(
    world: GoldenWorld, image: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """An instance that complies, by a policy that needs every answer."""
    world.world.put_parameter(WORKLOAD, REGION, PARAMETER, STRICT, "text")
    monkeypatch.setenv("ASSAY_POLICY", f"ssm:{PARAMETER}:2")
    monkeypatch.setenv("ASSAY_POLICY_SHA256", sha256(STRICT.encode()).hexdigest())
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    this_function.cache_clear()
    yield world.world.run_instance(WORKLOAD, REGION, image)
    this_function.cache_clear()


def test_with_every_answer_it_complies(strict: str, image: str, world: GoldenWorld) -> None:
    assert rule(config_event(changed(strict))) == {"COMPLIANT": 1}
    assert launch(state(strict))["outcome"] == "pass"
    template = world.world.create_launch_template(WORKLOAD, REGION, "web", image)
    assert rule(config_event(changed(template, "AWS::EC2::LaunchTemplate"))) == {"COMPLIANT": 1}
    assert rule(config_event(SCHEDULED)) == {"COMPLIANT": 3}


@pytest.mark.parametrize("fault", SPOILT, ids=lambda each: f"{each.status}-{len(repr(each))}")
@pytest.mark.parametrize("operation", NEEDED)
def test_without_one_of_them_nothing_complies_and_nothing_is_lost(
    strict: str,
    image: str,
    world: GoldenWorld,
    faults: Happening,
    latest: Latest,
    operation: str,
    fault: Fault | RawFault,
) -> None:
    faults.of[operation] = lambda: fault
    rule(config_event(changed(strict, configuration={"imageId": image})))
    said, why = latest()[strict]
    assert (said, why[:14]) == ("NON_COMPLIANT", "undetermined: ")
    told = launch(call(strict, image=image))
    assert told["outcome"] == "undetermined"
    assert [each["TopicArn"] for each in world.world.governance.messages] == [TOPIC]
    if operation != "DescribeInstanceImageMetadata":
        template = world.world.create_launch_template(WORKLOAD, REGION, "web", image)
        rule(config_event(changed(template, "AWS::EC2::LaunchTemplate")))
        assert latest()[template][0] == "NON_COMPLIANT"
    rule(config_event(SCHEDULED))
    assert "COMPLIANT" not in {said for id, (said, _) in latest().items() if id != WORKLOAD}


@pytest.mark.parametrize("operation", ["PutEvaluations", "Publish"])
@pytest.mark.parametrize("fault", SPOILT[:4], ids=lambda each: each.code)
def test_what_is_not_taken_is_an_error_and_comes_again(
    strict: str, world: GoldenWorld, faults: Happening, latest: Latest, operation: str, fault: Fault
) -> None:
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    faults.of[operation] = lambda: fault
    event: Any = config_event(changed(bad)) if operation == "PutEvaluations" else state(bad)
    handler: Callable[[Any], Any] = rule if operation == "PutEvaluations" else launch
    with pytest.raises(AssayError, match=operation):
        handler(event)
    assert latest() == {}
    assert world.world.governance.messages == []
    faults.of.clear()
    handler(event)
    assert len(latest()) + len(world.world.governance.messages) == 1


# ------------------------------------------------------------------------------- again, and too late


def test_a_replay_says_the_same_and_an_older_event_changes_nothing(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    golden, unmarked = world.copy(), world.home_made()
    template = world.world.create_launch_template(WORKLOAD, REGION, "web", golden)
    world.world.create_launch_template_version(template, unmarked)

    def group(version: str, at: str) -> Any:
        named = {"launchTemplateId": template, "version": version}
        configuration = {"autoScalingGroupName": "web", "launchTemplate": named}
        item = {"configuration": configuration, "configurationItemCaptureTime": at}
        return config_event(changed(ARN, GROUP, **item))

    before, after = group("1", "2026-11-29T10:00:00Z"), group("2", "2026-11-29T11:00:00Z")
    rule(before)
    assert latest()[ARN][0] == "COMPLIANT"
    rule(after)
    now = latest()[ARN]
    assert now[0] == "NON_COMPLIANT"
    for each in (after, before, before, after):
        rule(each)
        assert latest()[ARN] == now


def test_an_instance_is_judged_by_what_it_is_now_whatever_the_event_says(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    golden = {"imageId": world.copy(), "instanceId": bad}
    for item in ({}, golden, {"imageId": "ami-0eeeeeeeeeeeeeeee"}):
        rule(config_event(changed(bad, configuration=item)))
        assert latest()[bad][0] == "NON_COMPLIANT"


@pytest.mark.parametrize(("now", "outcome"), [("2026-11-20", "COMPLIANT"), ("2027-06-01", "NON_COMPLIANT")])  # fmt: skip
def test_an_event_that_is_months_old_is_judged_as_of_now(
    world: GoldenWorld, server: Server, latest: Latest, now: str, outcome: str
) -> None:
    """When a rule is evaluated again, AWS Config sends what it recorded last, whenever that was."""
    text = f"{POLICY}require:\n  max_age_days: 100\n"
    world.world.put_parameter(WORKLOAD, REGION, PARAMETER, text, "text")
    pinned = Pinned(f"ssm:{PARAMETER}:2", sha256(text.encode()).hexdigest())
    clock = datetime.fromisoformat(now).replace(tzinfo=UTC)
    around = Surroundings(pinned, REGION, None, 30.0, Kept(None), lambda: clock, lambda: 0.0)
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    then = changed(instance, configurationItemCaptureTime="2026-11-02T00:00:00Z")
    Function(around).config_rule(config_event(then))
    assert latest()[instance][0] == outcome
    written = world.world.governance.evaluations[-1]["OrderingTimestamp"]
    assert datetime.fromtimestamp(float(written), UTC) == datetime(2026, 11, 2, tzinfo=UTC)


# ------------------------------------------------------------------------------------ hostile names

HOSTILE = [
    "web\n::error::pwned",
    "\x1b[2J\x1b[31mweb",
    "web\x00\x07\x7f",
    "\u202eevil\u2066",
    "web" * 4000,
    "{{7*7}}<script>alert(1)</script>",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_breaks_no_line_and_no_limit(
    world: GoldenWorld,
    server: Server,
    latest: Latest,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    template = {"launchTemplateName": name, "version": "1"}
    groups = [
        {"autoScalingGroupName": name, "launchTemplate": template},
        {"autoScalingGroupName": name, "launchConfigurationName": name},
        {"autoScalingGroupName": name},
    ]
    with caplog.at_level("INFO", "assay"):
        for each in groups:
            rule(config_event(changed(ARN, GROUP, configuration=each)))
            said, why = latest()[ARN]
            assert said == "NON_COMPLIANT"
            assert len(why) <= 256
            assert why.isprintable()
        rule(config_event(changed(f"i-{name}")))
        rule(config_event(changed("i-0123456789abcdef0", f"AWS::{name}")))
    assert all(said == "NON_COMPLIANT" or id.startswith("i-") for id, (said, _) in latest().items())
    for record in caplog.records:
        assert record.getMessage().isprintable()


def test_so_many_launches_that_one_message_cannot_hold_them_are_told_in_several(
    world: GoldenWorld, server: Server
) -> None:
    bad, good = world.home_made(), world.copy()
    instances = [world.world.run_instance(WORKLOAD, REGION, bad) for _ in range(999)]
    passing = world.world.run_instance(WORKLOAD, REGION, good)
    launch(call(*instances, passing, image=bad))
    messages = [json.loads(each["Message"]) for each in world.world.governance.messages]
    assert len(messages) > 1
    assert all(len(each["Message"].encode()) <= MOST for each in world.world.governance.messages)
    told = [each["instance_id"] for message in messages for each in message["instances"]]
    assert sorted(told) == sorted([*instances, passing])
    assert {message["outcome"] for message in messages} == {"fail"}


# -------------------------------------------------------------------------------- events that are none

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.just("[" * 100_000),
    st.just("0001-01-01T00:00:00+23:59"),
    st.just([]),
    st.just({}),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a document."""
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    for key, child in children:
        yield (*at, key)
        yield from places(child, (*at, key))


@st.composite
def damaged(draw: st.DrawFn, *documents: Any) -> Any:
    """A document of which parts are missing, or are something else."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        paths = list(places(document))
        if not paths:
            break
        *above, last = draw(st.sampled_from(paths))
        node = document
        for key in above:
            node = node[key]
        if draw(st.booleans()):
            del node[last]
        else:
            node[last] = draw(ODD)
    return document


def or_line(read: Callable[..., Any], *arguments: Any) -> Any:
    """What is read, or the one line that says why it is not."""
    try:
        return read(*arguments)
    except AssayError as error:
        line = str(error)
    assert "\n" not in line
    return line


@given(message=damaged(CHANGED, OVERSIZED, SCHEDULED), around=damaged(of_config({}, "us-east-2")))
def test_a_damaged_event_of_aws_config_is_read_as_one_or_refused_in_a_line(
    message: Any, around: Any
) -> None:
    for inner in (message, json.dumps(message), "[" * 100_000, None):
        for outer in (
            {**of_config({}, "us-east-2"), "invokingEvent": inner},
            {**around, "invokingEvent": inner},
        ):
            found = or_line(read_event, outer, "us-east-2")
            assert isinstance(found, str) or (found.account and found.token)


@given(damaged(STATE, call("i-0123456789abcdef0", "i-0123456789abcdef1")))
def test_a_damaged_event_of_a_launch_is_read_as_one_or_refused_in_a_line(raw: Any) -> None:
    found = or_line(read_launch, raw)
    assert isinstance(found, str) or all(
        each.startswith("i-") and each.isascii() for each in found.instances
    )
