"""The scheduled push as a function: what is found here goes to Security Hub here, or it is an error."""

import pytest

from assay.errors import AssayError
from assay.integrations.security_hub import handler
from tests.emulator import Server
from tests.integrations.conftest import operations
from tests.worlds import REGION, WORKLOAD, GoldenWorld


def test_findings_are_imported_and_what_is_fixed_is_archived(
    world: GoldenWorld, server: Server
) -> None:
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    assert handler()["imported"] == 1
    world.world.instances[bad].state = "terminated"
    told = handler()
    assert (told["account"], told["imported"], told["archived"]) == (WORKLOAD, 0, 1)


def test_what_could_not_be_listed_is_an_error(world: GoldenWorld, server: Server) -> None:
    world.world.denied.add((WORKLOAD, "DescribeLaunchTemplates"))
    with pytest.raises(AssayError, match="DescribeLaunchTemplates"):
        handler()


def test_a_policy_that_cannot_be_read_pushes_nothing(
    world: GoldenWorld, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.world.denied.add((WORKLOAD, "GetParameters"))
    with pytest.raises(AssayError, match="policy cannot be read"):
        handler()
    assert "BatchImportFindings" not in operations(server)


def test_what_is_not_taken_is_an_error(world: GoldenWorld, server: Server) -> None:
    world.world.run_instance(WORKLOAD, REGION, world.home_made())
    world.world.denied.add((WORKLOAD, "BatchImportFindings"))
    with pytest.raises(AssayError, match="not accepted"):
        handler()
