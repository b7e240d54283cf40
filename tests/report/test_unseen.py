"""Of an image of which nothing is shown, every form tells why: refused, or nobody asked."""

import msgspec
import pytest

from assay.model import Ancestor, AncestryEnd, AncestryEntry, Place, Provenance
from assay.model.lines import links_of
from assay.report.formats.html_data import _seen as on_the_page
from assay.report.formats.json import step as in_json
from assay.report.formats.text import _tree
from assay.report.lineage.mermaid import render_steps
from assay.report.steps import LineageStep, chain, lineage
from tests.policy.builders import MIDDLE as PARENT
from tests.policy.builders import USED, image


def line(end: AncestryEnd, *, refused: bool) -> list[LineageStep]:
    used, place = image(id=USED), Place.of("us-east-1")
    ancestors = (
        Ancestor(AncestryEntry(USED, "us-east-1"), used, asked=True),
        Ancestor(AncestryEntry(PARENT, "us-east-1"), refused=refused),
    )
    told = Provenance(used, place, ancestors, end, "denied" if refused else None, ())
    assert [each.refused for each in links_of(told, None)] == [False, refused]
    return list(lineage(told, str))


@pytest.mark.parametrize(
    ("end", "words", "drawn"),
    [
        (AncestryEnd.REFUSED, "could not be looked up", "hidden"),
        (AncestryEnd.NOT_FOLLOWED, "not followed further", "passed"),
    ],
)
def test_every_form_says_whether_anybody_asked(end: AncestryEnd, words: str, drawn: str) -> None:
    steps = line(end, refused=end is AncestryEnd.REFUSED)
    assert [step.unseen for step in steps] == [None, words]
    assert words in chain(steps)
    assert words in "\n".join(_tree(tuple(steps)))
    assert words in render_steps(steps)
    assert f"]:::{drawn}" in render_steps(steps)
    assert f"classDef {drawn} " in render_steps(steps)
    assert on_the_page(steps[-1]) == drawn
    told = msgspec.to_builtins(in_json(steps[-1]))
    assert (told["visible"], told["unseen"]) == (None, words)


def test_without_a_region_nobody_could_ask() -> None:
    entry = Ancestor(AncestryEntry(PARENT, None))
    told = Provenance(
        image(id=USED), Place.of("us-east-1"), (entry,), AncestryEnd.UNEXPLAINED, None, ()
    )
    [step] = lineage(told, str)
    assert step.unseen == "could not be looked up"
