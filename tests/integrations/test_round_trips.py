"""How often a warm process waits for AWS before it has judged one instance; nothing that it has learnt, and
nothing that an event says, changes an answer.

A wait is counted by what was asked before it was answered: the emulator answers nothing of a round until all of
the round has been asked.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from threading import Condition

import pytest

from assay.integrations.config_rule import handler as rule
from assay.integrations.events import handler
from assay.integrations.surroundings import this_function
from tests.emulator import Server
from tests.emulator.faults import Fault, Request
from tests.integrations.conftest import PARAMETER, POLICY, Latest, operations
from tests.integrations.test_config_rule import changed
from tests.integrations.test_config_rule import event as config_event
from tests.integrations.test_events import call, state
from tests.worlds import REGION, WORKLOAD, GoldenWorld

INSTANCE, IMAGES = "DescribeInstanceImageMetadata", "DescribeImages"
ANCESTRY, SETTINGS = "GetImageAncestry", "GetAllowedImagesSettings"
TOLD = ["Publish"]
"""After the judgement, of what does not pass."""
PATIENCE = 20.0
"""Seconds after which what was not asked will not be asked any more."""


class Rounds:
    """What is asked at once, round by round: whatever else is asked, or asked too late, is refused."""

    def __init__(self, *rounds: list[str]) -> None:
        self._rounds = [Counter(each) for each in rounds]
        self._open = [sum(each.values()) for each in self._rounds]
        self._turn = Condition()
        self.wrong: list[str] = []

    def __call__(self, request: Request) -> Fault | None:
        with self._turn:
            now = next((n for n, each in enumerate(self._rounds) if each.total()), None)
            if now is None or not self._rounds[now][request.operation]:
                self.wrong.append(request.operation)
                return Fault(400, "NotOfThisRound")
            self._rounds[now][request.operation] -= 1
            self._open[now] -= 1
            self._turn.notify_all()
            if not self._turn.wait_for(lambda: not self._open[now], PATIENCE):
                self.wrong.append(f"{request.operation} was asked alone")
        return None

    @property
    def kept(self) -> bool:
        return not self.wrong and not any(self._open)


@pytest.fixture(name="warm")
def _warm(world: GoldenWorld, server: Server) -> Iterator[Server]:
    """A process that has judged something of another image."""
    assert handler(state(world.world.run_instance(WORKLOAD, REGION, world.golden)))["outcome"] == (
        "pass"
    )
    yield server
    server.faults = None


@pytest.fixture(name="by")
def _by(world: GoldenWorld, server: Server, monkeypatch: pytest.MonkeyPatch) -> "Setting":
    return Setting(world, monkeypatch)


class Setting:
    """Sets the function's policy."""

    def __init__(self, world: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        self._world, self._set, self._version = world.world, monkeypatch.setenv, 1

    def __call__(self, more: str) -> None:
        text = f"{POLICY}{more}"
        self._version += 1
        self._world.put_parameter(WORKLOAD, REGION, PARAMETER, text, "text")
        self._set("ASSAY_POLICY", f"ssm:{PARAMETER}:{self._version}")
        self._set("ASSAY_POLICY_SHA256", sha256(text.encode()).hexdigest())
        this_function.cache_clear()


def deep(world: GoldenWorld) -> str:
    """Four derivations from the golden image."""
    return world.derived(world.derived(world.derived(world.copy())))


# ------------------------------------------------------------------------------------- two waits


def test_an_instance_of_an_image_that_nobody_met_takes_two_round_trips(
    world: GoldenWorld, warm: Server
) -> None:
    image = deep(world)
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    warm.faults = rounds = Rounds([INSTANCE], [IMAGES, ANCESTRY])
    told = handler(state(instance))
    assert (rounds.wrong, rounds.kept, told["outcome"]) == ([], True, "pass")
    assert len(told["instances"][0]["lineage"]) == 6


def test_one_where_the_event_names_the_image_takes_one(world: GoldenWorld, warm: Server) -> None:
    image = deep(world)
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    warm.faults = rounds = Rounds([INSTANCE, IMAGES, ANCESTRY])
    assert handler(call(instance, image=image))["outcome"] == "pass"
    assert (rounds.wrong, rounds.kept) == ([], True)
    warm.faults = rounds = Rounds([INSTANCE, IMAGES, ANCESTRY], ["PutEvaluations"])
    item = changed(instance, configuration={"imageId": image, "instanceId": instance})
    assert rule(config_event(item)) == {"COMPLIANT": 1}
    assert (rounds.wrong, rounds.kept) == ([], True)


def test_an_image_that_is_gone_takes_two(world: GoldenWorld, warm: Server) -> None:
    image = deep(world)
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    world.world.deregister(image, REGION)
    warm.faults = rounds = Rounds([INSTANCE], [IMAGES, ANCESTRY], TOLD)
    told = handler(state(instance))
    assert (rounds.wrong, rounds.kept) == ([], True)
    assert told["instances"][0]["rules"] == ["lineage-mismatch"]


def test_allowed_amis_settings_cost_no_wait(
    world: GoldenWorld, server: Server, by: Setting
) -> None:
    by("require:\n  allowed_amis: predict\n")
    handler(state(world.world.run_instance(WORKLOAD, REGION, world.golden)))
    instance = world.world.run_instance(WORKLOAD, REGION, deep(world))
    server.faults = rounds = Rounds([INSTANCE], [IMAGES, ANCESTRY, SETTINGS])
    assert handler(state(instance))["outcome"] == "pass"
    assert (rounds.wrong, rounds.kept) == ([], True)


def test_a_mark_that_is_revoked_is_looked_for_on_all_ancestors_at_once(
    world: GoldenWorld, server: Server, by: Setting
) -> None:
    """A third wait, and none for the next instance of that image."""
    by(f'revoked:\n  watermarks: ["{WORKLOAD}:withdrawn"]\n')
    handler(state(world.world.run_instance(WORKLOAD, REGION, world.golden)))
    bad = world.copy()
    image = world.derived(world.derived(bad))
    first, second = (world.world.run_instance(WORKLOAD, REGION, image) for _ in range(2))
    world.world.attach_watermark(WORKLOAD, REGION, bad, "withdrawn")
    for instance, asked in (
        (first, [[INSTANCE], [IMAGES, ANCESTRY], [IMAGES]]),
        (second, [[INSTANCE], [IMAGES, ANCESTRY]]),
    ):
        server.faults = rounds = Rounds(*asked, TOLD)
        told = handler(state(instance))["instances"][0]
        assert (rounds.wrong, rounds.kept) == ([], True)
        assert told["rules"] == ["revoked"]
    server.faults = None


def test_a_template_takes_two(world: GoldenWorld, warm: Server, latest: Latest) -> None:
    template = world.world.create_launch_template(WORKLOAD, REGION, "web", deep(world))
    versions = "DescribeLaunchTemplateVersions"
    warm.faults = rounds = Rounds([versions, versions], [IMAGES, ANCESTRY], ["PutEvaluations"])
    rule(config_event(changed(template, "AWS::EC2::LaunchTemplate")))
    assert (rounds.wrong, rounds.kept) == ([], True)
    assert latest()[template][0] == "COMPLIANT"


def test_instances_of_one_call_are_asked_about_together(world: GoldenWorld, warm: Server) -> None:
    image = deep(world)
    instances = [world.world.run_instance(WORKLOAD, REGION, image) for _ in range(300)]
    before = len(warm.requests)
    told = handler(call(*instances, image=image))
    assert {each["outcome"] for each in told["instances"]} == {"pass"}
    assert len(told["instances"]) == len(instances)
    assert len(warm.requests) - before < 10


# ------------------------------------------------------------------- and nothing is believed for it


def test_the_image_that_an_event_names_is_no_evidence(world: GoldenWorld, warm: Server) -> None:
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    warm.faults = rounds = Rounds([INSTANCE, IMAGES, ANCESTRY], [IMAGES, ANCESTRY], TOLD)
    told = handler(call(bad, image=world.copy()))
    assert (rounds.wrong, rounds.kept) == ([], True)
    assert (told["outcome"], told["instances"][0]["rules"]) == ("fail", ["unmarked"])


@pytest.mark.parametrize(
    "image", [None, "", 7, ["ami-0123456789abcdef0"], "ami-*", "resolve:ssm:/golden", "ami-\n"]
)
def test_an_event_that_names_no_image_costs_nothing(
    world: GoldenWorld, warm: Server, image: object
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    warm.faults = rounds = Rounds([INSTANCE], [IMAGES, ANCESTRY])
    assert handler(call(instance, image=image))["outcome"] == "pass"
    assert (rounds.wrong, rounds.kept) == ([], True)


def test_what_has_changed_since_is_seen(world: GoldenWorld, server: Server) -> None:
    image = world.copy()
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    assert handler(state(instance))["outcome"] == "pass"
    world.world.image(REGION, image).watermarks.clear()
    assert handler(state(instance))["outcome"] == "fail"


def test_an_ancestor_that_is_gone_since_is_missed(world: GoldenWorld, server: Server) -> None:
    middle = world.copy()
    instance = world.world.run_instance(WORKLOAD, REGION, world.derived(middle))
    before = handler(state(instance))["instances"][0]
    world.world.deregister(middle, REGION)
    after = handler(state(instance))["instances"][0]
    assert before["outcome"] == "pass"
    this_function.cache_clear()
    assert handler(state(instance))["instances"][0] == after


def test_where_no_record_can_be_had_the_line_is_walked(world: GoldenWorld, warm: Server) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, deep(world))
    world.world.denied.add((WORKLOAD, ANCESTRY))
    assert handler(state(instance))["outcome"] == "pass"
    before = len(warm.requests)
    assert handler(state(instance))["outcome"] == "pass"
    assert sorted(operations(warm)[before:]) == [IMAGES, INSTANCE, ANCESTRY]
