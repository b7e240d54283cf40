"""What a warm process asks, and that what it has learnt changes no answer."""

from typing import Any

from assay.integrations.config_rule import handler as rule
from assay.integrations.events import handler
from assay.integrations.surroundings import this_function
from tests.emulator import Server
from tests.integrations.conftest import operations
from tests.integrations.test_config_rule import changed
from tests.integrations.test_config_rule import event as config_event
from tests.integrations.test_events import state
from tests.worlds import REGION, WORKLOAD, GoldenWorld


def asked(server: Server, since: int) -> list[Any]:
    return operations(server)[since:]


def test_a_warm_process_judges_another_instance_of_an_image_in_two_round_trips(
    world: GoldenWorld, server: Server
) -> None:
    image = world.derived(world.copy())
    first, second = (world.world.run_instance(WORKLOAD, REGION, image) for _ in range(2))
    cold = handler(state(first))
    before = len(server.requests)
    warm = handler(state(second))
    assert asked(server, before) == ["DescribeInstanceImageMetadata", "DescribeImages"]
    assert warm["outcome"] == cold["outcome"] == "pass"
    assert warm["instances"][0]["lineage"] == cold["instances"][0]["lineage"]
    before = len(server.requests)
    assert rule(config_event(changed(second))) == {"COMPLIANT": 1}
    assert asked(server, before) == [
        "DescribeInstanceImageMetadata",
        "DescribeImages",
        "PutEvaluations",
    ]


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
