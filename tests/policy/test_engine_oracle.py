"""Random subjects against an oracle that is written from the pages and shares no code with the engine.

The oracle is a list of conditions that must all hold for a pass, each a plain comprehension.
"""

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.model import (
    Ancestor,
    Ancestry,
    AncestryEnd,
    Image,
    ImageName,
    Outcome,
    Place,
    Policy,
    Resolved,
    Severity,
    Subject,
    Watermark,
    WatermarkFilter,
)
from tests.policy.builders import (
    AS_OF,
    AWAY,
    ELSE,
    GOLD,
    HOME,
    KEY,
    MIDDLE,
    ROOT,
    SOURCE,
    STRANGER,
    UNASKED,
    USED,
    USER,
    ancestry,
    days_ago,
    image,
    mark,
    policy,
    subject,
    verdict,
)

T = TypeVar("T")
IDS = st.sampled_from([SOURCE, SOURCE, SOURCE, MIDDLE, ROOT, ELSE, USED])
REGIONS = st.sampled_from([HOME, HOME, HOME, AWAY])
KEYS = st.sampled_from(
    [KEY, KEY, KEY, KEY, f"{GOLD}:golden-2", f"{STRANGER}:golden-al2023", f"{GOLD}:x"]
)
TIMES = st.sampled_from([days_ago(0), days_ago(10), days_ago(90), days_ago(90.001), days_ago(400)])


def told(of: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """Mostly an answer, at times none."""
    return st.sampled_from([True] * 12 + [False]).flatmap(lambda yes: of if yes else st.none())


def whole_marks() -> st.SearchStrategy[Watermark]:
    return st.builds(Watermark, KEYS, IDS, REGIONS, TIMES, TIMES)


def marks() -> st.SearchStrategy[Watermark]:
    return st.builds(Watermark, told(KEYS), told(IDS), told(REGIONS), told(TIMES), told(TIMES))


@st.composite
def ancestries(draw: st.DrawFn) -> Ancestry:
    some = st.lists(st.sampled_from([MIDDLE, SOURCE, ROOT, ELSE]), unique=True, max_size=3)
    between = draw(st.sampled_from([[SOURCE], [MIDDLE, SOURCE], None]))
    steps = [(USED, HOME), *((id, draw(REGIONS)) for id in between or draw(some))]
    end = draw(st.sampled_from([*AncestryEnd, *[AncestryEnd.NO_RECORDED_SOURCE] * 6]))
    return ancestry(*steps, end=end)


@st.composite
def subjects(draw: st.DrawFn, each: st.SearchStrategy[Watermark]) -> Subject:
    of = image(
        *draw(st.lists(each, min_size=1, max_size=3)) * draw(st.sampled_from([1, 1, 1, 1, 1, 0])),
        owner_id=draw(st.sampled_from([USER, USER, USER, GOLD, GOLD, STRANGER, None])),
        state=draw(st.sampled_from(["available"] * 12 + ["disabled", "pending", None])),
    )
    account = draw(st.sampled_from([USER, USER, None]))
    descent = draw(ancestries())
    visible = [
        image(*draw(st.lists(whole_marks(), max_size=1)), id=entry.image_id, owner_id=GOLD)
        for entry in descent.entries[1:]
        if draw(st.booleans())
    ]
    return subject(of, descent, *visible, place=Place.of(HOME, account))


SEVERITIES = st.dictionaries(
    st.sampled_from(["unmarked", "revoked", "lineage-mismatch", "too-deep", "untrusted-owner"]),
    st.sampled_from(list(Severity)),
    max_size=2,
)
DAYS = st.sampled_from([None, None, None, None, 10, 90, 365])
FILTERS = st.builds(
    WatermarkFilter,
    st.sampled_from([KEY, f"{GOLD}:golden-*", f"{GOLD}:golden-?", f"{GOLD}:*"]),
    st.sampled_from([None, None, None, "us-*", "??-west-1"]),
    DAYS,
    DAYS,
)
NAMES = st.builds(ImageName, IDS, REGIONS)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return policy(
        *draw(st.lists(FILTERS, min_size=1, max_size=2)),
        sources=tuple(draw(st.one_of(st.just([]), st.just([]), st.lists(NAMES, max_size=2)))),
        revoked_marks=draw(st.sampled_from([(), (), (), (f"{GOLD}:x",), (f"{GOLD}:golden-?",)])),
        revoked_images=draw(st.sampled_from([(), (), (ImageName(ELSE, HOME),)])),
        severities=draw(SEVERITIES),
        ancestry_agrees=draw(st.sampled_from([True, True, False])),
        max_depth=draw(st.sampled_from([None, None, 0, 1, 3])),
        owners=draw(st.sampled_from([None, None, ("self",), (GOLD, "self"), (GOLD,)])),
    )


# the oracle


def like(pattern: str, text: str | None) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return text is not None and re.fullmatch(expression, text, re.DOTALL) is not None


def young(limit: int | None, born: datetime | None) -> bool:
    return limit is None or (born is not None and born + timedelta(days=limit) >= AS_OF)


def golden(of: Image, by: Policy) -> list[Watermark]:
    known = [(name.id, name.region) for name in by.golden.source_images]
    return [
        each
        for each in of.watermarks
        if (not known or (each.source_image_id, each.source_image_region) in known)
        and any(
            like(wanted.key or "*", each.key)
            and like(wanted.source_image_region or "*", each.source_image_region or "")
            and young(wanted.max_days_since_source_image_created, each.source_image_creation_time)
            and young(wanted.max_days_since_watermark_created, each.watermark_creation_time)
            for wanted in by.golden.watermarks
        )
    ]


def unmet(here: Subject, by: Policy) -> set[str]:
    """The rules that their pages do not let pass, by name."""
    found, origin = here.resolution, here.provenance
    assert isinstance(found, Resolved)
    assert origin is not None
    of = found.image
    line: list[tuple[str | None, str | None]] = [
        (entry.image_id, entry.region) for entry in origin.ancestry.entries
    ]
    good = golden(of, by)
    depths = [
        line.index((each.source_image_id, each.source_image_region))
        for each in good
        if (each.source_image_id, each.source_image_region) in line
    ]
    broken: set[str] = set()
    if not good:
        broken.add("unmarked")
    if good and by.require.ancestry_agrees and not depths:
        broken.add("lineage-mismatch")
    if good and by.require.max_depth is not None and not any(
        depth <= by.require.max_depth for depth in depths
    ):  # fmt: skip
        broken.add("too-deep")
    if by.require.owners is not None:
        accounts = {found.place.account if o == "self" else o for o in by.require.owners}
        if of.owner_id is None or of.owner_id not in accounts:
            broken.add("untrusted-owner")
    if of.state != "available":
        broken.add("not-launchable")
    if revoked(here, by):
        broken.add("revoked")
    return broken


def revoked(here: Subject, by: Policy) -> bool:
    """Whether something revoked was met, or could have been where nothing was told."""
    found, origin = here.resolution, here.provenance
    assert isinstance(found, Resolved)
    assert origin is not None
    line = [(entry.image_id, entry.region) for entry in origin.ancestry.entries]
    marks = [*found.image.watermarks]
    if by.revoked.watermarks:
        cut_off = origin.ancestry.end is AncestryEnd.UNEXPLAINED
        if cut_off or not all(each.asked for each in origin.ancestors[1:]):
            return True
        shown = [each.seen for each in origin.ancestors[1:]]
        marks += [each for ancestor in shown if ancestor for each in ancestor.watermarks]
    if any(each.key is None or like(n, each.key) for n in by.revoked.watermarks for each in marks):
        return True
    sources = [(mark.source_image_id, mark.source_image_region) for mark in found.image.watermarks]
    ended = origin.ancestry.end in ("public provider", "no recorded source")
    seen = [(found.image.id, found.place.region), *line, *sources]
    return any(
        not ended or {(n.id, n.region), (n.id, None), (None, n.region), (None, None)} & {*seen}
        for n in by.revoked.images
    )


def counted(broken: set[str], by: Policy) -> set[str]:
    return {r for r in broken if by.severities.get(r, Severity.ERROR) is Severity.ERROR}


@settings(max_examples=200)
@given(subjects(marks()), policies())
def test_a_pass_only_where_the_oracle_finds_nothing_unmet(here: Subject, by: Policy) -> None:
    said = verdict(here, by)
    event(f"said {said}")
    if said is Outcome.PASS:
        assert not counted(unmet(here, by), by)


@settings(max_examples=200)
@given(subjects(whole_marks()), policies())
def test_a_pass_wherever_everything_was_told_and_the_oracle_finds_nothing(
    here: Subject, by: Policy
) -> None:
    """The other direction: a gate that never opened would hold the property above as well."""
    assume(here.provenance is not None and here.provenance.ancestry.end not in UNASKED)
    if not counted(unmet(here, by), by):
        assert verdict(here, by) is Outcome.PASS
    else:
        assert verdict(here, by) is not Outcome.PASS


def test_the_generator_meets_every_outcome_often() -> None:
    seen: Counter[Outcome] = Counter()

    @settings(max_examples=200, database=None)
    @given(subjects(marks()), policies())
    def look(here: Subject, by: Policy) -> None:
        seen[verdict(here, by)] += 1

    look()
    assert min(seen[outcome] for outcome in Outcome) >= 10


# forgetting

MARK_FIELDS = [
    "key",
    "source_image_id",
    "source_image_region",
    "source_image_creation_time",
    "watermark_creation_time",
]


def _forgetful_copies(here: Subject) -> list[Subject]:
    """Every way to not have been told one of the facts."""
    found, origin = here.resolution, here.provenance
    assert isinstance(found, Resolved)
    assert origin is not None
    of, line = found.image, origin.ancestry
    visible = [each.seen for each in origin.ancestors if each.seen and each.seen is not of]
    images = [replace(of, owner_id=None), replace(of, state=None)]
    for at, each in enumerate(of.watermarks):
        for field in MARK_FIELDS:
            less = replace(each, **{field: None})
            images.append(
                replace(of, watermarks=(*of.watermarks[:at], less, *of.watermarks[at + 1 :]))
            )
    lines = [ancestry(USED, "ami-0000000f", end=AncestryEnd.REFUSED, detail="denied")]
    for at, entry in enumerate(line.entries):
        if at:
            lines.append(Ancestry(line.entries[:at], AncestryEnd.UNEXPLAINED))
        nowhere = replace(entry, region=None)
        entries = (*line.entries[:at], nowhere, *line.entries[at + 1 :])
        lines.append(Ancestry(entries, line.end))
    unasked = [
        replace(here, provenance=replace(origin, ancestors=fewer))
        for at, each in enumerate(origin.ancestors)
        if at
        for fewer in [(*origin.ancestors[:at], Ancestor(each.entry), *origin.ancestors[at + 1 :])]
    ]
    return [
        *unasked,
        *(subject(less, line, *visible, place=found.place) for less in images),
        *(subject(of, less, *visible, place=found.place) for less in lines),
        subject(of, line, *visible, place=Place.of(HOME, None)),
    ]


@settings(max_examples=100)
@given(subjects(whole_marks()), policies())
def test_not_being_told_something_never_opens_the_gate(here: Subject, by: Policy) -> None:
    """Whoever can make an answer incomplete must gain nothing by it."""
    by = replace(by, severities={})  # `unmarked: off` asks for no mark: losing one is no lie then
    assume(verdict(here, by) is not Outcome.PASS)
    opened = [less for less in _forgetful_copies(here) if verdict(less, by) is Outcome.PASS]
    assert not opened


def test_not_being_told_something_never_opens_the_gate_for_a_revoked_image() -> None:
    """The same for the case that random subjects meet too rarely: all is well, but it is revoked."""
    by = policy(revoked_images=(ImageName(ELSE, HOME),), revoked_marks=(f"{GOLD}:old",))
    bearer = image(mark(f"{GOLD}:old"), id=ROOT, owner_id=GOLD)
    ways = [
        subject(descent=ancestry(USED, SOURCE, ELSE)),
        subject(image(mark(), mark(f"{STRANGER}:x", source_image_id=ELSE))),
        subject(None, ancestry(USED, SOURCE, ROOT), bearer),
    ]
    for here in ways:
        assert verdict(here, by) is Outcome.FAIL
        assert len(_forgetful_copies(here)) > 10
        opened = [less for less in _forgetful_copies(here) if verdict(less, by) is Outcome.PASS]
        assert not opened
