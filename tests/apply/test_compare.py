"""What counts as equal, different and unresolved: one verdict, and what the server holds."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.apply.compare import Kind, Sight, compare
from tests.apply.held import Ended, Held, Resource

EAST, DUBLIN = "us-east-1", "eu-west-1"
GOLDEN, HOME_MADE = "ami-0aaaaaaaaaaaaaaaa", "ami-0bbbbbbbbbbbbbbbb"
COPIED = Ended(("aws_ami_copy.golden",), GOLDEN, EAST)


@dataclass(frozen=True, slots=True)
class Fixed(Held):
    """What a server holds, said by the test."""

    found: tuple[Ended, ...] = ()

    def ended(self, address: str, attribute: str) -> tuple[Ended, ...]:
        return self.found


def held(*found: Ended, name: str = "web") -> Held:
    address = f"aws_instance.{name}"
    arn = f"arn:aws:ec2:{EAST}:222222222222:instance/i-0"
    resource = Resource(address, "aws_instance", {"id": "i-0", "arn": arn})
    return Fixed(None, {address: resource}, frozenset({address}), {}, found)  # type: ignore[arg-type]


def verdict(image_id: str | None, outcome: str, *made: str, **more: Any) -> dict[str, Any]:
    steps = [{"image_id": f"(made by {each})", "region": EAST} for each in made]
    return {
        "address": "aws_instance.web",
        "attribute": "ami",
        "image_id": image_id,
        "lineage": [*steps, {"image_id": image_id, "region": EAST}],
        "outcome": outcome,
        "account": "222222222222",
        "region": EAST,
        **more,
    }


def kind(said: dict[str, Any], there: Held) -> Kind:
    [row] = compare({"verdicts": [said]}, there, frozenset({(EAST, GOLDEN)}))
    return row.kind


HOME = Ended((), HOME_MADE, EAST)


@pytest.mark.parametrize(
    ("said", "there", "expected"),
    [
        (verdict(GOLDEN, "pass", "aws_ami_copy.golden"), COPIED, Kind.EQUAL),
        (verdict(HOME_MADE, "fail"), HOME, Kind.EQUAL),
        (verdict("(sensitive)", "fail"), HOME, Kind.EQUAL),
        (verdict("(sensitive)", "pass"), HOME, Kind.DIFFERS),
        (verdict(GOLDEN, "pass"), HOME, Kind.DIFFERS),
        (verdict(HOME_MADE, "pass"), HOME, Kind.DIFFERS),
        (verdict(None, "pass"), HOME, Kind.DIFFERS),
        (verdict(None, "fail"), HOME, Kind.DIFFERS),
        (verdict(HOME_MADE, "fail"), COPIED, Kind.DIFFERS),
        (verdict(GOLDEN, "pass"), Ended((), GOLDEN, DUBLIN), Kind.DIFFERS),
        (verdict(GOLDEN, "pass", region=DUBLIN), Ended((), GOLDEN, EAST), Kind.DIFFERS),
        (verdict(GOLDEN, "pass"), COPIED, Kind.ANOTHER),
        (verdict(None, "undetermined"), HOME, Kind.UNRESOLVED),
        (verdict(GOLDEN, "undetermined"), HOME, Kind.UNRESOLVED),
    ],
)
def test_a_verdict(said: dict[str, Any], there: Ended, expected: Kind) -> None:
    assert kind(said, held(there)) is expected


def test_two_images_behind_one_reference_are_never_equal_to_what_was_said() -> None:
    assert kind(verdict(GOLDEN, "pass"), held(Ended((), GOLDEN, EAST), HOME)) is Kind.DIFFERS


def test_a_user_of_an_image_without_a_verdict_differs() -> None:
    [row] = compare({"verdicts": []}, held(HOME), frozenset())
    assert row.kind is Kind.DIFFERS


def test_what_names_no_image_needs_no_verdict_and_cannot_pass() -> None:
    assert compare({"verdicts": []}, held(), frozenset()) == []
    assert kind(verdict(None, "undetermined"), held()) is Kind.EQUAL
    assert kind(verdict(None, "pass"), held()) is Kind.DIFFERS


@pytest.mark.parametrize(
    ("address", "sight"),
    [
        ("aws_instance.opened", Sight.CLEAR),
        ('module.a.aws_instance.b_open["x"]', Sight.OPEN),
        ("module.a_open.aws_instance.b_function[0]", Sight.OPEN),
        ("aws_instance.b_function[0]", Sight.FUNCTION),
    ],
)
def test_a_name_tells_what_cannot_be_known(address: str, sight: Sight) -> None:
    assert Sight.of(address) is sight
