"""Parents that no listing has: one call for all children of one, and none in the night after."""

from collections.abc import Collection, Mapping, Sequence

import pytest

from assay.catalog.interface import Absent, Answer, Unavailable
from assay.fleet.ancestries import Child, Node, ancestries
from assay.model import Ancestry, AncestryEnd, AncestryEntry, Image
from tests.fleet.test_inventory import Faulty, Take, _faults, _take, _world, classes  # noqa: F401
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

PARENT = (REGION, "ami-parent")
ROOT = AncestryEntry("ami-root", REGION, "amazon")
ABOVE = (AncestryEntry("ami-parent", REGION, None, None, "ami-root", REGION), ROOT)


def child(id: str, account: str = WORKLOAD, region: str = REGION) -> Child:
    return Child(account, (region, id), Image(id=id), PARENT)


def record(id: str, region: str = REGION, *above: AncestryEntry) -> Ancestry:
    own = AncestryEntry(id, region, None, None, PARENT[1], PARENT[0])
    return Ancestry((own, *(above or ABOVE)), AncestryEnd.PUBLIC_PROVIDER)


class Asked:
    """Answers from a table, and keeps what it was asked in each round."""

    def __init__(self, answers: Mapping[str, Answer[Ancestry]]) -> None:
        self._answers = answers
        self.rounds: list[list[str]] = []

    def __call__(self, children: Collection[Child]) -> dict[Node, Answer[Ancestry]]:
        self.rounds.append([each.node[1] for each in children])
        return {each.node: self._answers[each.node[1]] for each in children}


def told(answer: Answer[Ancestry]) -> Ancestry | str:
    match answer:
        case Absent():
            return "EC2 has no record of it"
        case Unavailable(reason):
            return reason
        case _:
            return answer


@pytest.mark.parametrize(
    ("children", "answers", "rounds"),
    [
        # The record of one is that of all others, wherever they are
        (
            [child("a"), child("b"), child("c", PIPELINE, "eu-west-1")],
            {"a": record("a"), "b": record("b"), "c": record("c", "eu-west-1")},
            [["a"]],
        ),
        # Who may not be asked says nothing of other places
        (
            [child("a"), child("b"), child("c", PIPELINE), child("d", PIPELINE)],
            {
                "a": Unavailable("denied"),
                "b": Unavailable("denied"),
                "c": record("c"),
                "d": record("d"),
            },
            [["a"], ["c"]],
        ),
        # What has no record says nothing of any other
        (
            [child("a"), child("b"), child("c")],
            {"a": Absent(), "b": Absent(), "c": record("c")},
            [["a"], ["b"], ["c"]],
        ),
        # A record that names another parent than the listing does
        (
            [child("a"), child("b")],
            {"a": Ancestry((ROOT,), AncestryEnd.PUBLIC_PROVIDER), "b": record("b")},
            [["a"], ["b"]],
        ),
    ],
)
def test_one_child_is_asked_for_all_of_whom_it_can_tell(
    children: Sequence[Child],
    answers: Mapping[str, Answer[Ancestry]],
    rounds: list[list[str]],
) -> None:
    asked = Asked(answers)
    found = ancestries(children, asked)
    assert found == {each.node: told(answers[each.node[1]]) for each in children}
    assert [each for each in asked.rounds if each] == rounds


def test_a_record_that_ends_with_the_child_itself_ends_for_its_own_reason() -> None:
    """The one is Amazon's, and of a public image of theirs the record says no more."""
    own = AncestryEntry("a", REGION, "amazon", None, *reversed(PARENT))
    first = Ancestry((own,), AncestryEnd.PUBLIC_PROVIDER)
    asked = Asked({"a": first, "b": record("b")})
    found = ancestries([child("a"), child("b")], asked)
    assert found == {(REGION, "a"): first, (REGION, "b"): record("b")}


def test_the_next_night_asks_for_no_ancestry_that_is_known(
    world: GoldenWorld, take: Take, faults: Faulty
) -> None:
    hidden = world.world.copy_image(PIPELINE, REGION, world.golden, REGION, name="hidden")
    for number in range(4):
        image = world.world.copy_image(PIPELINE, REGION, hidden, REGION, name=f"web-{number}")
        world.world.detach_watermark(PIPELINE, REGION, image, f"{PIPELINE}:golden-web")
        world.world.share(image, REGION, WORKLOAD)

    def asked() -> int:
        return sum(operation == "GetImageAncestry" for _, _, operation in faults.asked)

    alone = ("--exclude", PIPELINE, "--format", "json")
    first = take(*alone, "--as-of", "2026-11-28")
    assert asked() == 2  # of `hidden`, and of what the golden image was made from
    assert set(classes(first).values()) == {"golden", "derived"}
    second = take(*alone, "--as-of", "2026-11-29")
    assert asked() == 2  # of `hidden`, and of what the golden image was made from
    assert classes(second) == classes(first)
    take(*alone, "--as-of", "2026-11-29", "--no-cache")
    assert asked() == 4
